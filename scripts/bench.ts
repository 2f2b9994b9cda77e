// `npm run bench`: what Latchkey costs, beside the same without authorization, the stack that people would pick instead,
// and the limit of hand-written SQL. Nothing outside this machine is asked.
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { withCleanup } from './bench/cleanup.ts';
import { measureColdStarts } from './bench/sections/cold-start.ts';
import { measureDecision } from './bench/sections/decision.ts';
import { measureDoors } from './bench/sections/doors.ts';
import { measureGrowth } from './bench/sections/growth.ts';
import { measureInsight } from './bench/sections/insight.ts';
import { measureRecording } from './bench/sections/recording.ts';
import { startLoad } from './bench/load.ts';
import { describeMachine, machineText } from './bench/machine.ts';
import { measureOperations, type OperationResults } from './bench/sections/operations.ts';
import { readOptions, type BenchOptions } from './bench/options.ts';
import { dashboardPlot } from './bench/sections/plot.ts';
import type { Bench, Section } from './bench/sections/section.ts';
import { seedStore } from './bench/seed.ts';
import { newStore, type Engine } from './bench/store.ts';
import { runCommand } from './command-line/command.ts';

const usage = `npm run bench -- [options]
  --quick                     small stores and rounds of a second: to try it out, not for figures to show
  --only NAME,NAME            Dashboard, DashboardHalf, Inbox, Customer, CreateInquiry, cold-start, decision, doors,
                              recording, insight, growth
  --growth                    growth runs as well (up to a million rows: they take long); insight, a month of a million
                              requests, runs when --only names it
  --database sqlite|postgres  one engine; both when left out
  --customers N --rounds N --seconds N
  --plot FILE                 the Dashboard figures as SVG
  --same-flags                node's flags of \`npm start\` for every variant, not for Latchkey alone
  --postgres-server URL       a database on the server in which the measured ones are made
  --json                      one JSON object on stdout; progress is on stderr`;

const options = {
  quick: { type: 'boolean' },
  only: { type: 'string' },
  growth: { type: 'boolean' },
  database: { type: 'string' },
  customers: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  plot: { type: 'string' },
  'same-flags': { type: 'boolean' },
  'postgres-server': { type: 'string' },
} as const;

/** Everything about one engine. */
async function measureStore(
  engine: Engine,
  options: BenchOptions,
  bench: Bench,
): Promise<Record<string, Section>> {
  const sections: Record<string, Section> = {};
  const { operations, parts, sizes, postgresServer } = options;
  if (operations.length > 0 || parts.has('cold-start') || parts.has('doors')) {
    const store = await newStore(engine, postgresServer, bench.cleanup);
    const house = await seedStore(store, sizes, bench.say);
    // Before the load: it leaves more rows behind than it found.
    if (parts.has('cold-start')) sections['coldStart'] = await measureColdStarts(house, bench);
    if (parts.has('doors')) sections['doors'] = await measureDoors(house, bench);
    if (operations.length > 0) sections['operations'] = await measureOperations(operations, house, bench);
  }
  if (parts.has('recording')) sections['recording'] = await measureRecording(engine, bench);
  if (parts.has('insight')) sections['insight'] = await measureInsight(engine, bench);
  if (parts.has('growth')) sections['growth'] = await measureGrowth(engine, bench);
  return sections;
}

const jsonOf = (sections: Record<string, Section>) =>
  Object.fromEntries(Object.entries(sections).map(([name, { json }]) => [name, json]));

function writePlot(file: string, stores: Record<string, Record<string, Section>>): void {
  const measured = Object.entries(stores).flatMap(([engine, { operations }]) =>
    operations ? [[engine, operations.json as OperationResults] as const] : [],
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, dashboardPlot(Object.fromEntries(measured)));
}

async function runBench(options: BenchOptions, bench: Bench) {
  const machine = describeMachine();
  const decision = options.parts.has('decision') ? { decision: await measureDecision(bench) } : {};
  const stores: Record<string, Record<string, Section>> = {};
  for (const engine of options.engines) stores[engine] = await measureStore(engine, options, bench);
  if (options.plotFile !== null) writePlot(options.plotFile, stores);
  const texts = Object.entries(stores).flatMap(([engine, sections]) =>
    Object.values(sections).map(({ text }) => `=== ${engine}\n${text}`),
  );
  return {
    json: {
      ...{ machine, pace: options.pace, sizes: options.sizes, sameFlags: options.flagsForAll },
      ...jsonOf(decision),
      ...Object.fromEntries(Object.entries(stores).map(([engine, sections]) => [engine, jsonOf(sections)])),
    },
    text: [machineText(machine), ...Object.values(decision).map(({ text }) => text), ...texts].join('\n\n'),
  };
}

await runCommand({
  usage,
  does: 'Measures this server beside the same without authorization, a stack of the libraries and hand-written SQL.',
  options,
  run: (values) =>
    withCleanup(async (cleanup) => {
      const options = readOptions(values);
      const { pace, isQuick, flagsForAll, postgresServer } = options;
      const say = (line: string) => void process.stderr.write(`${line}\n`);
      const load = startLoad(cleanup);
      return runBench(options, { pace, isQuick, flagsForAll, postgresServer, load, cleanup, say });
    }),
});
