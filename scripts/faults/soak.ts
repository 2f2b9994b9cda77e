// A long time at 70 % of what the server can do: memory must stay flat after warming up, and nothing may fail.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient, type Client } from './client.ts';
import { prepareGround } from './ground.ts';
import { startTarget, type Target } from './server.ts';

const clientCount = 16;
const capacityMs = 10_000;
const share = 0.7;
const minuteMs = 60_000;
const read =
  '{ customers(first: 20) { nodes { name inquiries(first: 3) { nodes { subject } } followUps(first: 3) { nodes { note } } } } }';
const create = 'mutation { createCustomer(input: { name: "Soak" }) { customerId } }';
const everyWhichWrites = 10;

export interface SoakMinute {
  readonly minute: number;
  readonly requests: number;
  readonly errors: number;
  readonly rssMb: number;
}

export interface SoakReport {
  /** Requests a second with all clients at once and no pause. */
  readonly capacity: number;
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
}

/** Each client sends every `pauseMs` (0 = at once after the answer) until the time is over. */
async function drive(clients: readonly Client[], durationMs: number, pauseMs: number): Promise<Count> {
  const count: Count = { requests: 0, errors: 0 };
  const endMs = performance.now() + durationMs;
  await Promise.all(
    clients.map(async (client, number) => {
      let dueMs = performance.now() + (pauseMs * number) / clients.length;
      for (let turn = number; performance.now() < endMs; turn += 1) {
        if (pauseMs > 0) await wait(Math.max(0, dueMs - performance.now()));
        dueMs += pauseMs;
        const { status } = await client.send(turn % everyWhichWrites === 0 ? create : read);
        count.requests += 1;
        if (status !== 200) count.errors += 1;
      }
    }),
  );
  return count;
}

export async function runSoak(
  target: Target,
  { minutes, onMinute }: { readonly minutes: number; onMinute(minute: SoakMinute): void },
  cleanup: Cleanup,
): Promise<SoakReport> {
  const { key } = await prepareGround(target.databaseUrl, 1_000);
  const server = await startTarget(target, cleanup);
  const clients = Array.from({ length: clientCount }, () => createClient(server.origin, key));
  const { requests } = await drive(clients, capacityMs, 0);
  const capacity = Math.round((requests / capacityMs) * 1_000);
  const pauseMs = (clientCount / (capacity * share)) * 1_000;
  const done: SoakMinute[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    const count = await drive(clients, minuteMs, pauseMs);
    done.push({ minute, ...count, rssMb: rssMbOf(server.pid) });
    onMinute(done.at(-1)!);
  }
  clients.forEach((client) => client.close());
  await server.end('SIGTERM');
  return { capacity, minutes: done };
}
