// `npm run bench:hostile`: sends what hurts to the server as it is started and measures what it costs. Exit code 1 when a limit
// is not kept. Requests by hand: each answer under 250 ms and 16 KB without a 5xx, a probe meanwhile under 100 ms, memory back
// afterwards. Attacks that are derived from the schema and from HTTP, on both engines and a large workspace: hostile/report.ts.
import 'reflect-metadata';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withCleanup } from './bench/cleanup.ts';
import type { HostileRequest } from './hostile/request.ts';
import { hostileRequests } from './hostile/requests.ts';
import { sendRaw } from './hostile/raw-request.ts';
import { seedStore, settingsFor } from './bench/seed.ts';
import { startServer, type ServerProcess } from './bench/server-process.ts';
import { engines, newStore, settle } from './bench/store.ts';
import { endsUnder, measureAll as measureAttacks } from './hostile/measure.ts';
import { reportSection } from './hostile/report.ts';
import { attacksOf, sectionNames, worstAttacks } from './hostile/sections.ts';
import { openTarget, type Target } from './hostile/target.ts';

/** Memory may differ by a young generation, which the server is started with 64 MB of; bodies that stay would be 30 MB a round. */
const limits = { answerMs: 250, probeMs: 100, bytes: 16 * 1024, grownMb: 64 } as const;
const hangMs = 120_000;
/** Judged by the fastest of these: what is too slow is so each time, and whatever else the machine does is not. */
const rounds = 3;
const probe: HostileRequest = { name: 'probe', body: '{"query":"{ viewer { kind } }"}' };

interface Measure {
  readonly name: string;
  readonly status: number;
  readonly bytes: number;
  readonly answerMs: number;
  readonly probeMs: number;
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const startMs = performance.now();
  const value = await work;
  return { value, ms: performance.now() - startMs };
}

async function measure(port: number, request: HostileRequest, secret: string): Promise<Measure> {
  const answer = timed(sendRaw(port, request, secret, hangMs));
  const beside = timed(sendRaw(port, probe, secret, hangMs));
  const [{ value, ms: answerMs }, { ms: probeMs }] = await Promise.all([answer, beside]);
  return { name: request.name, status: value.status, bytes: value.bytes, answerMs, probeMs };
}

async function measureRound(port: number, secret: string): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const request of hostileRequests) measures.push(await measure(port, request, secret));
  return measures;
}

function fastest(one: Measure, other: Measure | undefined): Measure {
  if (!other) return one;
  const answerMs = Math.min(one.answerMs, other.answerMs);
  return { ...one, answerMs, probeMs: Math.min(one.probeMs, other.probeMs) };
}

function faultsOf({ status, bytes, answerMs, probeMs }: Measure): string[] {
  return [
    ...(status >= 500 ? [`status ${status}`] : []),
    ...(bytes >= limits.bytes ? [`over ${limits.bytes} bytes`] : []),
    ...(answerMs >= limits.answerMs ? [`over ${limits.answerMs} ms`] : []),
    ...(probeMs >= limits.probeMs ? [`probe over ${limits.probeMs} ms`] : []),
  ];
}

/** A server gives memory back when it collects: ordinary requests make it do so. */
async function settledMb(server: ServerProcess, port: number, secret: string): Promise<number> {
  for (let count = 0; count < 2_000; count += 1) await sendRaw(port, probe, secret, hangMs);
  await wait(1_000);
  return (await server.usage()).rssMb;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** True when all of them keep to the limits. */
function report(measures: readonly Measure[]): boolean {
  say('    ms  probe   bytes  status  request');
  for (const one of measures) {
    const faults = faultsOf(one);
    const figures = [one.answerMs.toFixed(0).padStart(6), one.probeMs.toFixed(0).padStart(6)];
    const row = [...figures, String(one.bytes).padStart(7), String(one.status).padStart(7)].join(' ');
    say(`${row}  ${one.name}${faults.length > 0 ? `  <-- ${faults.join(', ')}` : ''}`);
  }
  return measures.every((one) => faultsOf(one).length === 0);
}

async function measureAll(server: ServerProcess, secret: string): Promise<boolean> {
  const port = Number(new URL(server.url).port);
  // The first round fills what is meant to stay full, and is not judged.
  await measureRound(port, secret);
  let measures: Measure[] = [];
  const memoryMb: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const next = await measureRound(port, secret);
    measures = next.map((one, index) => fastest(one, measures[index]));
    memoryMb.push(await settledMb(server, port, secret));
  }
  const isFast = report(measures);
  say(`Memory after each round: ${memoryMb.map((megabytes) => `${megabytes.toFixed(0)} MB`).join(', ')}`);
  return isFast && memoryMb.at(-1)! - memoryMb[0]! < limits.grownMb;
}

/** After so long an attack has won. */
const frozenMs = 10_000;
const endLimitMs = 10_000;

/** Each section on one engine, and the end of the server under the worst of them. True when all limits are kept. */
async function attack(engine: string, target: Target, sections: readonly string[]): Promise<boolean> {
  let isGood = true;
  for (const section of sectionNames.filter((name) => sections.includes(name))) {
    const attacks = attacksOf(section, target.schema, true);
    const options = { limitMs: frozenMs, watches: true, maxHangs: 60 };
    // The first ones fill what is meant to stay full.
    await measureAttacks(target, attacks.slice(0, 20), { ...options, maxHangs: 3 });
    const { usedMb: before } = await target.ask('collect', frozenMs);
    isGood = reportSection(`${engine}: ${section}`, await measureAttacks(target, attacks, options)) && isGood;
    const { usedMb: after } = await target.ask('collect', frozenMs);
    say(`Memory in use before and after: ${before.toFixed(0)} MB, ${after.toFixed(0)} MB`);
    isGood = after - before < limits.grownMb && isGood;
  }
  if (!sections.includes('end')) return isGood;
  say(`\n${engine}: SIGTERM in the middle of`);
  for (const worst of worstAttacks(target.schema)) {
    const endedMs = await endsUnder(target, worst, endLimitMs);
    say(`${endedMs === null ? '      -' : endedMs.toFixed(0).padStart(7)} ms  ${worst.name}`);
    isGood = endedMs !== null && isGood;
  }
  return isGood;
}

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    database: { type: 'string', default: 'sqlite,postgres' },
    only: { type: 'string', default: ['requests', ...sectionNames, 'end'].join() },
    customers: { type: 'string', default: '15000' },
    'postgres-url': { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
  },
});
if (values.help) {
  say(
    'Usage: npm run bench:hostile -- [--database sqlite,postgres] [--only requests,headers,texts,lists,heavy,end]',
  );
  say('  [--customers 15000] [--postgres-url URL]   (takes some minutes, on stores of its own making)');
  process.exit(0);
}
const wanted = values.only.split(',');

await withCleanup(async (cleanup) => {
  let isGood = true;
  if (wanted.includes('requests')) {
    const store = await newStore('sqlite', '', cleanup);
    const house = await seedStore(store, { customers: 500, neighbours: 0 }, () => undefined);
    const entry = join(import.meta.dirname, '../src/main.js');
    const launch = { entry, nodeFlags: ['--max-semi-space-size=64'], env: settingsFor(store) };
    const server = await startServer(launch, cleanup);
    isGood = (await measureAll(server, house.keys.full)) && isGood;
    await server.stop();
  }
  for (const engine of engines.filter((name) => values.database.split(',').includes(name))) {
    const store = await newStore(engine, values['postgres-url'], cleanup);
    const built = join(import.meta.dirname, '..');
    const customers = Number(values.customers);
    const target = await openTarget({ built, databaseUrl: store.url, customers }, cleanup);
    await settle(store);
    isGood = (await attack(engine, target, wanted)) && isGood;
  }
  if (!isGood) process.exitCode = 1;
});
