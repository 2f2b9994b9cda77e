// SIGTERM under load: every request that was sent before it gets its answer, and the process ends by itself.
import { setTimeout as wait } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient, nestedRead, type Reply } from './client.ts';
import { prepareGround } from './ground.ts';
import { startTarget, type Target } from './server.ts';

const defaultClients = 24;
const loadMs = 800;
/** Of each client, on average, before the signal may come: a busy machine takes longer than loadMs for them. */
const leastReplies = 2;
const spreadMs = 400;
const create = 'mutation { createCustomer(input: { name: "Sigterm" }) { customerId } }';
const everyWhichWrites = 4;

export interface SigtermReport {
  readonly rounds: number;
  /** Requests that were sent before the signal. */
  readonly before: number;
  /** Of these: no whole answer. */
  readonly cut: number;
  /** Of these: answered 5xx. */
  readonly failed: number;
  /** Requests sent after it that were answered all the same. */
  readonly answeredAfter: number;
  readonly exitCodes: readonly (number | null)[];
  readonly slowestExitMs: number;
}

/** Sends until nobody answers any more. */
async function load(origin: string, key: string, number: number, onReply: () => void): Promise<Reply[]> {
  const client = createClient(origin, key);
  const replies: Reply[] = [];
  for (let turn = number; ; turn += 1) {
    const reply = await client.send(turn % everyWhichWrites === 0 ? create : nestedRead);
    replies.push(reply);
    onReply();
    if (reply.status === null) break;
  }
  client.close();
  return replies;
}

/** All clients at once. Resolves `begun` when they have got enough answers for a signal to mean something. */
function startLoad(origin: string, key: string, clients: number) {
  let replied = 0;
  let open: () => void;
  const begun = new Promise<void>((resolve) => (open = resolve));
  const count = () => {
    replied += 1;
    if (replied === clients * leastReplies) open();
  };
  const numbers = Array.from({ length: clients }, (_, number) => number);
  return { begun, loading: numbers.map((number) => load(origin, key, number, count)) };
}

export async function runSigterms(
  target: Target,
  {
    rounds,
    clients = defaultClients,
    onRound,
  }: { readonly rounds: number; readonly clients?: number; onRound(done: number): void },
  cleanup: Cleanup,
): Promise<SigtermReport> {
  const { key } = await prepareGround(target.databaseUrl, 200);
  const totals = { before: 0, cut: 0, failed: 0, answeredAfter: 0, slowestExitMs: 0 };
  const exitCodes: (number | null)[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const server = await startTarget(target, cleanup);
    const { begun, loading } = startLoad(server.origin, key, clients);
    await begun;
    await wait(loadMs + Math.random() * spreadMs);
    const signalMs = performance.now();
    const { code } = await server.end('SIGTERM');
    totals.slowestExitMs = Math.max(totals.slowestExitMs, Math.round(performance.now() - signalMs));
    exitCodes.push(code);
    const replies = (await Promise.all(loading)).flat();
    const before = replies.filter(({ sentMs }) => sentMs < signalMs);
    totals.before += before.length;
    totals.cut += before.filter(({ status }) => status === null).length;
    totals.failed += before.filter(({ status }) => status !== null && status >= 500).length;
    totals.answeredAfter += replies.filter(
      ({ sentMs, status }) => sentMs >= signalMs && status === 200,
    ).length;
    onRound(round);
  }
  return { rounds, ...totals, exitCodes };
}
