// What recording costs: the same requests of 200 keys of ten workspaces, answered by a server that counts and logs them and by one
// that does not, in turn, on stores of the same rows.
import { measure, median, type Candidate, type Measured } from '../measure.ts';
import { atMost, type Ratio } from '../ratios.ts';
import { figuresTable, ratiosTable } from '../report.ts';
import { jobFor } from '../load.ts';
import { seedKeys, type KeyedStore } from '../seed-keys.ts';
import { startServer, type ServerProcess } from '../server-process.ts';
import { newStore, type Engine } from '../store.ts';
import { settingsFor } from '../seed.ts';
import { mainEntry, startFlags } from '../variants.ts';
import { body, exampleOperation } from '../work.ts';
import type { Bench, Section } from './section.ts';

/** CPU with recording on, of that without it. */
const bound = 1.02;
/** Longest answers: what a busy machine does from round to round is more than this. */
const latencyBound = 1.1;

interface Question {
  readonly name: string;
  readonly mustContain: string;
  bodyFor(customerId: string): string;
}

const questions: readonly Question[] = [
  {
    ...{ name: 'Dashboard', mustContain: '"endCursor"' },
    bodyFor: () => body('Dashboard', exampleOperation('Dashboard')),
  },
  {
    ...{ name: 'Customer', mustContain: '"updatedAt"' },
    bodyFor: (id) => body('Customer', exampleOperation('Customer'), { id }),
  },
];

function candidateOf(
  name: string,
  server: ServerProcess,
  { keys }: KeyedStore,
  { bodyFor, mustContain }: Question,
  { pace }: Bench,
): Candidate {
  const bodies = keys.map(({ customerId }) => bodyFor(customerId));
  const size = { connections: pace.connections, durationMs: pace.roundMs };
  const job = jobFor(server.url, { key: '', bodies, mustContain }, size);
  return { name, server, job: { ...job, keys: keys.map(({ secret }) => secret) } };
}

function ratiosOf(name: string, figures: Readonly<Record<string, Measured>>): Ratio[] {
  const [on, off] = [figures['on']!, figures['off']!];
  const ratio = (what: string, figure: 'cpuMsPerRequest' | 'p99Ms', most: number): Ratio => {
    const rounds = on.rounds.map((round, index) => round[figure] / off.rounds[index]![figure]);
    return { ...atMost(`${name}, ${what}, recording on : off`, median(rounds), most), rounds };
  };
  return [ratio('CPU per request', 'cpuMsPerRequest', bound), ratio('p99', 'p99Ms', latencyBound)];
}

export async function measureRecording(engine: Engine, bench: Bench): Promise<Section> {
  const { cleanup, postgresServer, say, load, pace, isQuick } = bench;
  const start = async (recording: 'on' | 'off') => {
    // A store for each: a server that does not record ends the recording of its store.
    const store = await newStore(engine, postgresServer, cleanup);
    const seeded = await seedKeys(store, isQuick ? 100 : 1_000, say);
    const env = { ...settingsFor(store), RECORDING: recording };
    return { seeded, server: await startServer({ entry: mainEntry, nodeFlags: startFlags(), env }, cleanup) };
  };
  const [on, off] = [await start('on'), await start('off')];
  const results: { name: string; figures: Record<string, Measured>; ratios: readonly Ratio[] }[] = [];
  for (const question of questions) {
    const candidates = [
      candidateOf('on', on.server, on.seeded, question, bench),
      candidateOf('off', off.server, off.seeded, question, bench),
    ];
    const figures = await measure(candidates, pace, load, say);
    results.push({ name: question.name, figures, ratios: ratiosOf(question.name, figures) });
  }
  for (const { server } of [on, off]) await server.stop();
  const text = results.map(({ name, figures, ratios }) => {
    const rows = Object.entries(figures).map(([which, one]) => [`recording ${which}`, one] as const);
    return `${name}, 200 keys\n${figuresTable(rows)}\n${ratiosTable(ratios)}`;
  });
  return { json: results, text: text.join('\n\n') };
}
