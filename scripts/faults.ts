// `npm run faults -- kill|sigterm|soak|flood|recording|wire|neighbours`: breaks a server of its own on purpose and counts what went
// wrong. Nothing outside this machine is asked, and no store but its own is touched.
import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { withCleanup, type Cleanup } from './bench/cleanup.ts';
import { engines, newStore, type Engine } from './bench/store.ts';
import { optionalList, optionalName, runCommand, UsageError, wholeNumber } from './command-line/command.ts';
import { runFloods } from './faults/flood.ts';
import { runKills } from './faults/kill.ts';
import { runNeighbours, type NeighbourSizes } from './faults/neighbours.ts';
import { noiseNames } from './faults/noise.ts';
import { runRecording } from './faults/recording.ts';
import type { Target } from './faults/server.ts';
import { runSigterms } from './faults/sigterm.ts';
import { runSoak } from './faults/soak.ts';
import { runPostgresWire } from './faults/wire-postgres.ts';
import { runRedisWire } from './faults/wire-redis.ts';

const names = ['kill', 'sigterm', 'soak', 'flood', 'recording', 'wire', 'neighbours'] as const;
const wires = ['postgres', 'redis'] as const;
type Name = Exclude<(typeof names)[number], 'wire' | 'neighbours'>;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Of the requests of `recording`. */
const recordingSeconds = 30;

interface Size {
  readonly requests: number;
  readonly rounds: number;
  readonly minutes: number;
}

function run(
  name: Name,
  target: Target,
  { rounds, minutes, requests }: Size,
  cleanup: Cleanup,
): Promise<object> {
  const onRound = (done: number) => done % 10 === 0 && say(`round ${done} of ${rounds}`);
  switch (name) {
    case 'kill':
      return runKills(target, { rounds, onRound }, cleanup);
    case 'sigterm':
      return runSigterms(target, { rounds, onRound }, cleanup);
    case 'flood':
      return runFloods(target, { rounds, onRound }, cleanup);
    case 'recording':
      return runRecording(target, { requests, seconds: recordingSeconds }, cleanup);
    case 'soak':
      return runSoak(target, { minutes, onMinute: (minute) => say(JSON.stringify(minute)) }, cleanup);
  }
}

function neighbourSizes(values: Readonly<Record<string, string | boolean | undefined>>): NeighbourSizes {
  const only = optionalList(values, 'only');
  const unknown = only?.find((name) => !noiseNames.some((known) => known === name));
  if (unknown !== undefined) throw new UsageError(`--only takes ${noiseNames.join(', ')}.`);
  return {
    kinds: noiseNames.filter((name) => only?.includes(name) ?? true),
    processes: wholeNumber(values, 'processes', { min: 1, max: 8 }),
    rounds: wholeNumber(values, 'rounds', { min: 1, max: 1_000 }),
    seconds: wholeNumber(values, 'seconds', { min: 1, max: 600 }),
    customers: wholeNumber(values, 'customers', { min: 1, max: 1_000_000 }),
  };
}

// `npm run faults -- kill --rounds 100`: the name is not an option.
const name = process.argv.splice(2, process.argv[2]?.startsWith('-') ? 0 : 1)[0];

await runCommand({
  usage: `npm run faults -- kill|sigterm|soak|flood [--database sqlite|postgres] [--rounds N] [--minutes N]
       npm run faults -- recording [--database sqlite|postgres] [--requests N]
       npm run faults -- wire [--to postgres|redis]
       npm run faults -- neighbours [--database sqlite|postgres] [--processes N] [--rounds N] [--seconds N] [--customers N]
  [--rounds N]             default 10; neighbours times the quiet workspace so often alone and beside each kind
  [--requests N]           default 10000, within 30 seconds
  [--only KIND,KIND]       of ${noiseNames.join(', ')}
  [--postgres-server URL]  a database on the server in which the broken ones are made
  [--redis URL]            a Redis, of which only keys of their own are used
  [--json]                 one JSON object on stdout; progress is on stderr`,
  does: 'Kills, cuts off and floods servers of its own on this machine, and counts what was lost, late or refused.',
  options: {
    database: { type: 'string' },
    to: { type: 'string' },
    rounds: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '10' },
    requests: { type: 'string', default: '10000' },
    only: { type: 'string' },
    processes: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '10' },
    customers: { type: 'string', default: '3000' },
    'postgres-server': { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
  },
  async run(values) {
    const fault = names.find((known) => known === name);
    if (!fault) throw new UsageError(`Say which: ${names.join(', ')}.`);
    const size = {
      rounds: wholeNumber(values, 'rounds', { min: 1, max: 10_000 }),
      minutes: wholeNumber(values, 'minutes', { min: 1, max: 10_000 }),
      requests: wholeNumber(values, 'requests', { min: 100, max: 1_000_000 }),
    };
    const program = fileURLToPath(new URL('../src/main.js', import.meta.url));
    const results: Record<string, object> = {};
    const onOwnStore = (engine: Engine, work: (target: Target, cleanup: Cleanup) => Promise<object>) =>
      withCleanup(async (cleanup) => {
        const { url } = await newStore(engine, String(values['postgres-server']), cleanup);
        return work({ databaseUrl: url, program }, cleanup);
      });
    if (fault === 'wire') {
      const to = optionalName(values, 'to', wires);
      for (const end of to ? [to] : wires) {
        say(`wire to ${end}`);
        results[end] = await (end === 'postgres'
          ? onOwnStore('postgres', (target, cleanup) => runPostgresWire(target, say, cleanup))
          : onOwnStore('sqlite', (target, cleanup) =>
              runRedisWire(target, String(values['redis']), say, cleanup),
            ));
      }
    } else {
      const chosen: Engine | null = optionalName(values, 'database', engines);
      for (const engine of chosen ? [chosen] : engines) {
        say(`${fault} on ${engine}`);
        results[engine] = await onOwnStore(engine, (target, cleanup) =>
          fault === 'neighbours'
            ? runNeighbours(target, neighbourSizes(values), say, cleanup)
            : run(fault, target, size, cleanup),
        );
      }
    }
    const lines = Object.entries(results).map(([what, result]) => `${what}: ${JSON.stringify(result)}`);
    return { json: results, text: lines.join('\n') };
  },
});
