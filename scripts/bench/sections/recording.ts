// What recording costs: the same requests of 200 keys of ten workspaces, answered by a server that counts and logs them, by one
// that notes the records in the answers as well, and by one that does neither, in turn, on stores of the same rows.
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

type Recording = 'off' | 'on' | 'reads';

const settings: Readonly<Record<Recording, Readonly<Record<string, string>>>> = {
  off: { RECORDING: 'off' },
  on: { RECORDING: 'on', RECORD_READS: 'off' },
  reads: { RECORDING: 'on', RECORD_READS: 'on' },
};

/** CPU with recording, of that without it. */
const bounds = { on: 1.02, reads: 1.05 } as const;
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

function ratiosOf(name: string, figures: Readonly<Record<Recording, Measured>>): Ratio[] {
  const ratio = (which: keyof typeof bounds, figure: 'cpuMsPerRequest' | 'p99Ms', most: number): Ratio => {
    const rounds = figures[which].rounds.map(
      (round, index) => round[figure] / figures.off.rounds[index]![figure],
    );
    const what = figure === 'p99Ms' ? 'p99' : 'CPU per request';
    return { ...atMost(`${name}, ${what}, ${titles[which]} : off`, median(rounds), most), rounds };
  };
  return (['on', 'reads'] as const).flatMap((which) => [
    ratio(which, 'cpuMsPerRequest', bounds[which]),
    ratio(which, 'p99Ms', latencyBound),
  ]);
}

const titles: Readonly<Record<Recording, string>> = {
  off: 'recording off',
  on: 'recording on',
  reads: 'recording and RECORD_READS on',
};

const kinds = ['on', 'reads', 'off'] as const;

export async function measureRecording(engine: Engine, bench: Bench): Promise<Section> {
  const { cleanup, postgresServer, say, load, pace, isQuick } = bench;
  const servers = new Map<Recording, { seeded: KeyedStore; server: ServerProcess }>();
  for (const kind of kinds) {
    // A store for each: a server that does not record ends the recording of its store.
    const store = await newStore(engine, postgresServer, cleanup);
    const seeded = await seedKeys(store, isQuick ? 100 : 1_000, say);
    const env = { ...settingsFor(store), ...settings[kind] };
    const server = await startServer({ entry: mainEntry, nodeFlags: startFlags(), env }, cleanup);
    servers.set(kind, { seeded, server });
  }
  const results: { name: string; figures: Record<Recording, Measured>; ratios: readonly Ratio[] }[] = [];
  for (const question of questions) {
    const candidates = [...servers].map(([kind, { server, seeded }]) =>
      candidateOf(kind, server, seeded, question, bench),
    );
    const figures = (await measure(candidates, pace, load, say)) as Record<Recording, Measured>;
    results.push({ name: question.name, figures, ratios: ratiosOf(question.name, figures) });
  }
  for (const { server } of servers.values()) await server.stop();
  const text = results.map(({ name, figures, ratios }) => {
    const rows = kinds.map((kind) => [titles[kind], figures[kind]] as const);
    return `${name}, 200 keys\n${figuresTable(rows)}\n${ratiosTable(ratios)}`;
  });
  return { json: results, text: text.join('\n\n') };
}
