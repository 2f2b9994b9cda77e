// What callers get while a wire of the server is down, reset, silent or slow, and how soon all is well again afterwards. Which
// wire it is, and who calls, is the business of wire-postgres.ts and wire-redis.ts.
import { setTimeout as wait } from 'node:timers/promises';
import type { Reply } from './client.ts';
import type { Wire } from './wire.ts';

const warmMs = 1_000;
const faultMs = 6_000;
/** Names of hosts, errors of the network or of a store, SQL. */
const leaks =
  /127\.0\.0\.1|localhost|:\d{4,5}\b|ECONN|EPIPE|pg_|postgres|redis|SELECT |INSERT |timeout|terminat/i;

interface Fault {
  readonly name: string;
  begin(wire: Wire): Promise<void> | void;
  /** Repeated while the fault lasts. */
  readonly everyMs?: number;
}

export const faults: readonly Fault[] = [
  { name: 'down', begin: (wire) => wire.cut() },
  { name: 'reset once', begin: (wire) => wire.reset() },
  { name: 'reset every 50 ms, transactions cut in their middle', begin: (wire) => wire.reset(), everyMs: 50 },
  { name: 'black hole', begin: (wire) => wire.swallow() },
  { name: 'open connections silent for ever', begin: (wire) => wire.forget() },
  { name: '150 ms each way', begin: (wire) => wire.delay(150) },
  { name: '5 s each way', begin: (wire) => wire.delay(5_000) },
];

/** Somebody who sends one request after the other. */
export interface Caller {
  /** Answers are counted by it. */
  readonly kind: string;
  send(turn: number): Promise<Reply>;
  /** After each answer that is not 200, and after each at all when `isSlow`. */
  readonly pauseMs: number;
  readonly isSlow?: boolean;
}

export interface Scene {
  readonly wire: Wire;
  readonly origin: string;
  readonly callers: readonly Caller[];
}

export interface Timed extends Reply {
  readonly kind: string;
  readonly tookMs: number;
}

export interface WireReport {
  readonly fault: string;
  /** By kind of caller and status. Of all that were sent or under way while the fault lasted, like all below. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly slowestMs: number;
  readonly unavailableWithoutRetryAfter: number;
  readonly answersThatTellTooMuch: number;
  readonly livenessFailures: number;
  /** From the end of the fault until every caller has had an answer 200, or 429 when that is its limit. */
  readonly recoveryMs: number;
}

async function send({ kind, send: ask }: Caller, turn: number): Promise<Timed> {
  const reply = await ask(turn);
  return { ...reply, kind, tookMs: performance.now() - reply.sentMs };
}

/** Sends until told to stop. */
async function keepSending(caller: Caller, isOver: () => boolean): Promise<Timed[]> {
  const replies: Timed[] = [];
  for (let turn = 0; !isOver(); turn += 1) {
    const reply = await send(caller, turn);
    replies.push(reply);
    if (caller.isSlow || reply.status !== 200) await wait(caller.pauseMs);
  }
  return replies;
}

async function probeLiveness(origin: string, isOver: () => boolean): Promise<number> {
  let failures = 0;
  while (!isOver()) {
    const { status } = await fetch(`${origin}/health/live`).catch(() => ({ status: 0 }));
    if (status !== 200) failures += 1;
    await wait(100);
  }
  return failures;
}

async function last(fault: Fault, wire: Wire): Promise<void> {
  const endMs = performance.now() + faultMs;
  await fault.begin(wire);
  while (fault.everyMs !== undefined && performance.now() < endMs) {
    await wait(fault.everyMs);
    await fault.begin(wire);
  }
  await wait(Math.max(0, endMs - performance.now()));
}

async function recovery(callers: readonly Caller[]): Promise<number> {
  const startMs = performance.now();
  const isWell = ({ status }: Reply) => status === 200 || status === 429;
  await Promise.all(
    callers.map(async (caller) => {
      while (!isWell(await send(caller, 0))) await wait(caller.pauseMs);
    }),
  );
  return Math.round(performance.now() - startMs);
}

function tally(replies: readonly Timed[]): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { kind, status, error } of replies) {
    const ofKind = (counts[kind] ??= {});
    const outcome = String(status ?? error);
    ofKind[outcome] = (ofKind[outcome] ?? 0) + 1;
  }
  return counts;
}

/** Also gives back all that was answered, before the fault as well. */
export async function tryFault(
  fault: Fault,
  { wire, origin, callers }: Scene,
): Promise<{ readonly report: WireReport; readonly replies: readonly Timed[] }> {
  let isOver = false;
  const loading = callers.map((caller) => keepSending(caller, () => isOver));
  const probing = probeLiveness(origin, () => isOver);
  await wait(warmMs);
  const beginMs = performance.now();
  await last(fault, wire);
  isOver = true;
  await wire.restore();
  const recoveryMs = await recovery(callers);
  const replies = (await Promise.all(loading)).flat();
  const during = replies.filter(({ sentMs, tookMs }) => sentMs + tookMs >= beginMs);
  const isUntimed = ({ status, retryAfter }: Timed) => status === 503 && !(Number(retryAfter) >= 1);
  const report = {
    fault: fault.name,
    answers: tally(during),
    slowestMs: Math.round(Math.max(...during.map(({ tookMs }) => tookMs))),
    unavailableWithoutRetryAfter: during.filter(isUntimed).length,
    answersThatTellTooMuch: during.filter(({ body }) => leaks.test(body)).length,
    livenessFailures: await probing,
    recoveryMs,
  };
  return { report, replies };
}
