// `npm run bench:hostile`: sends what hurts to the server as it is started and measures what it costs: each answer under
// 250 ms and 16 KB without a 5xx, a probe meanwhile under 100 ms, memory back afterwards. Exit code 1 when one is not.
import 'reflect-metadata';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { withCleanup } from './bench/cleanup.ts';
import type { HostileRequest } from './bench/hostile-request.ts';
import { hostileRequests } from './bench/hostile-requests.ts';
import { sendRaw } from './bench/raw-request.ts';
import { seedStore, settingsFor } from './bench/seed.ts';
import { startServer, type ServerProcess } from './bench/server-process.ts';
import { newStore } from './bench/store.ts';

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

if (process.argv.length > 2) {
  say('Usage: npm run bench:hostile   (no options; takes some minutes, on a store of its own making)');
  process.exit(/^(--help|-h)$/.test(process.argv[2]!) ? 0 : 2);
}

await withCleanup(async (cleanup) => {
  const store = await newStore('sqlite', '', cleanup);
  const house = await seedStore(store, { customers: 500, neighbours: 0 }, () => undefined);
  const entry = join(import.meta.dirname, '../src/main.js');
  const launch = { entry, nodeFlags: ['--max-semi-space-size=64'], env: settingsFor(store) };
  const server = await startServer(launch, cleanup);
  if (!(await measureAll(server, house.keys.full))) process.exitCode = 1;
});
