// `npm run faults -- kill|sigterm|soak|wire`: breaks a server of its own on purpose and counts what went wrong. Nothing outside
// this machine is asked, and no store but its own is touched.
import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { withCleanup, type Cleanup } from './bench/cleanup.ts';
import { engines, newStore, type Engine } from './bench/store.ts';
import { optionalName, runCommand, UsageError, wholeNumber } from './command.ts';
import { runKills } from './faults/kill.ts';
import type { Target } from './faults/server.ts';
import { runSigterms } from './faults/sigterm.ts';
import { runSoak } from './faults/soak.ts';
import { runWireFaults } from './faults/wire-faults.ts';

const names = ['kill', 'sigterm', 'soak', 'wire'] as const;
type Name = (typeof names)[number];

const say = (line: string) => void process.stderr.write(`${line}\n`);

interface Size {
  readonly rounds: number;
  readonly minutes: number;
}

function run(name: Name, target: Target, { rounds, minutes }: Size, cleanup: Cleanup): Promise<object> {
  const onRound = (done: number) => done % 10 === 0 && say(`round ${done} of ${rounds}`);
  switch (name) {
    case 'kill':
      return runKills(target, { rounds, onRound }, cleanup);
    case 'sigterm':
      return runSigterms(target, { rounds, onRound }, cleanup);
    case 'wire':
      return runWireFaults(target, say, cleanup);
    case 'soak':
      return runSoak(target, { minutes, onMinute: (minute) => say(JSON.stringify(minute)) }, cleanup);
  }
}

// `npm run faults -- kill --rounds 100`: the name is not an option.
const name = process.argv.splice(2, process.argv[2]?.startsWith('-') ? 0 : 1)[0];

await runCommand({
  usage: `npm run faults -- ${names.join('|')} [--database sqlite|postgres] [--rounds N] [--minutes N]
  [--postgres-server URL]  a database on the server in which the broken ones are made
  [--json]                 one JSON object on stdout; progress is on stderr`,
  options: {
    database: { type: 'string' },
    rounds: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '10' },
    'postgres-server': { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
  },
  async run(values) {
    const fault = names.find((known) => known === name);
    if (!fault) throw new UsageError(`Say which: ${names.join(', ')}.`);
    const size = {
      rounds: wholeNumber(values, 'rounds', { min: 1, max: 10_000 }),
      minutes: wholeNumber(values, 'minutes', { min: 1, max: 10_000 }),
    };
    const chosen: Engine | null = optionalName(values, 'database', engines);
    const program = fileURLToPath(new URL('../src/main.js', import.meta.url));
    const results: Record<string, object> = {};
    // There is no wire to a file.
    const possible = fault === 'wire' ? (['postgres'] as const) : engines;
    for (const engine of chosen ? [chosen] : possible) {
      say(`${fault} on ${engine}`);
      results[engine] = await withCleanup(async (cleanup) => {
        const { url } = await newStore(engine, String(values['postgres-server']), cleanup);
        return run(fault, { databaseUrl: url, program }, size, cleanup);
      });
    }
    const lines = Object.entries(results).map(([engine, result]) => `${engine}: ${JSON.stringify(result)}`);
    return { json: results, text: lines.join('\n') };
  },
});
