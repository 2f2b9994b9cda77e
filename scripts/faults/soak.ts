// A long time at 70 % of what the server can do: memory must stay flat after warming up, and nothing may fail.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from '../bench/measure.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient, nestedRead, type Client } from './client.ts';
import { prepareGround } from './ground.ts';
import { startTarget, type Target } from './server.ts';

const clientCount = 16;
/** At full load, so that code is compiled and connections are open before anything is measured. */
const warmMs = 15_000;
const capacityMs = 15_000;
const share = 0.7;
const minuteMs = 60_000;
const sampleMs = 1_000;
/** Of the last third over the second third. A leak of 1 KB a request shows as several times that within ten minutes. */
const allowedGrowth = 0.05;
const create = 'mutation { createCustomer(input: { name: "Soak" }) { customerId } }';
const everyWhichWrites = 10;

export interface SoakMinute {
  readonly minute: number;
  readonly requests: number;
  readonly errors: number;
  readonly slowestMs: number;
  /** Median of the minute. */
  readonly rssMb: number;
}

export interface SoakReport {
  /** Requests a second with all clients at once and no pause, after warming up. */
  readonly capacity: number;
  /** What was asked of it then, and what came of it. */
  readonly wanted: number;
  readonly reached: number;
  readonly errors: number;
  /**
   * Medians of the second and of the last third of the time; the first third is the warm-up. `isFlat`: the last is at most
   * 5 % above the second.
   */
  readonly memory: { readonly secondThirdMb: number; readonly lastThirdMb: number; readonly isFlat: boolean };
  readonly minutes: readonly SoakMinute[];
}

/** Linux only. */
function rssMbOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1_024);
}

interface Count {
  requests: number;
  errors: number;
  slowestMs: number;
}

/** Each client sends every `pauseMs` (0 = at once after the answer) until the time is over. */
async function drive(clients: readonly Client[], durationMs: number, pauseMs: number): Promise<Count> {
  const count: Count = { requests: 0, errors: 0, slowestMs: 0 };
  const endMs = performance.now() + durationMs;
  await Promise.all(
    clients.map(async (client, number) => {
      let dueMs = performance.now() + (pauseMs * number) / clients.length;
      for (let turn = number; performance.now() < endMs; turn += 1) {
        if (pauseMs > 0) await wait(Math.max(0, dueMs - performance.now()));
        dueMs += pauseMs;
        const { status, sentMs } = await client.send(turn % everyWhichWrites === 0 ? create : nestedRead);
        count.requests += 1;
        count.slowestMs = Math.max(count.slowestMs, Math.round(performance.now() - sentMs));
        if (status !== 200) count.errors += 1;
      }
    }),
  );
  return count;
}

/** Looks at the process's memory until `work` is over. */
async function sampled<T>(pid: number, work: Promise<T>): Promise<{ result: T; samplesMb: number[] }> {
  const samplesMb: number[] = [];
  const timer = setInterval(() => samplesMb.push(rssMbOf(pid)), sampleMs);
  try {
    return { result: await work, samplesMb };
  } finally {
    clearInterval(timer);
  }
}

export function judgeMemory(samplesMb: readonly number[]): SoakReport['memory'] {
  const third = Math.floor(samplesMb.length / 3);
  const secondThirdMb = median(samplesMb.slice(third, 2 * third));
  const lastThirdMb = median(samplesMb.slice(-third));
  return { secondThirdMb, lastThirdMb, isFlat: lastThirdMb <= secondThirdMb * (1 + allowedGrowth) };
}

export async function runSoak(
  target: Target,
  { minutes, onMinute }: { readonly minutes: number; onMinute(minute: SoakMinute): void },
  cleanup: Cleanup,
): Promise<SoakReport> {
  const { key } = await prepareGround(target.databaseUrl, 1_000);
  const server = await startTarget(target, cleanup);
  const clients = Array.from({ length: clientCount }, () => createClient(server.origin, key));
  await drive(clients, warmMs, 0);
  const { requests } = await drive(clients, capacityMs, 0);
  const capacity = Math.round((requests / capacityMs) * 1_000);
  const wanted = Math.round(capacity * share);
  const pauseMs = (clientCount / wanted) * 1_000;
  const done: SoakMinute[] = [];
  const samplesMb: number[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    const { result, samplesMb: ofMinute } = await sampled(server.pid, drive(clients, minuteMs, pauseMs));
    samplesMb.push(...ofMinute);
    done.push({ minute, ...result, rssMb: median(ofMinute) });
    onMinute(done.at(-1)!);
  }
  clients.forEach((client) => client.close());
  await server.end('SIGTERM');
  const sum = (of: (minute: SoakMinute) => number) => done.reduce((total, minute) => total + of(minute), 0);
  return {
    ...{ capacity, wanted, reached: Math.round(sum((minute) => minute.requests) / (minutes * 60)) },
    errors: sum((minute) => minute.errors),
    memory: judgeMemory(samplesMb),
    minutes: done,
  };
}
