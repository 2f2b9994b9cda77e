// Two processes on one store count what several keys ask. In the middle one is asked to end and the other is killed. Afterwards
// the sums must hold every answer, but for what the killed one had not written, and nothing twice.
import { setTimeout as wait } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient, type Client } from './client.ts';
import { prepareGround } from './ground.ts';
import { signIn } from './noisy-rows.ts';
import {
  countNames,
  makeRecordedKeys,
  meaningOf,
  recordedOf,
  type Recorded,
  type RecordedAsk,
  type RecordedKey,
} from './recording-load.ts';
import { customerIn, judgeReads, type ReadsReport } from './recorded-reads.ts';
import { startTarget, type RunningServer, type Target } from './server.ts';

const senderCount = 16;
const customers = 50;
/** The sums are written every ten seconds; the write itself takes its time. */
const unwrittenMs = 10_000 + 1_000;

export interface RecordingSizes {
  readonly requests: number;
  /** Over which they are spread: some must have been written before the kill for it to mean something. */
  readonly seconds: number;
}

/** Of all requests of a key, or of those that were denied or failed. */
export interface KeyReport {
  /** Whole answers, whatever their status. */
  readonly answered: number;
  /** Sent, and no whole answer came: counted or not. */
  readonly cut: number;
  /** `ApiKey.usage` at the end. */
  readonly recorded: number;
  /** Answers of the killed process that it need not have written. */
  readonly unwritten: number;
}

export type KeyCounts = Readonly<Record<keyof Recorded, KeyReport>>;

export interface RecordingReport {
  /** By the name of a key: its requests, and those of them that were denied or failed. */
  readonly keys: Readonly<Record<string, KeyCounts>>;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers that are not in `requests`. */
  readonly lost: number;
  /** More than the killed process may lose, of `requests`, `denied` and `failed`. */
  readonly missing: number;
  /** Counted in one of the three, and more than was sent. */
  readonly twice: number;
  /** Of the process that was asked to end in the middle. */
  readonly exitCode: number | null;
  /** Records that the key `writer` was answered. */
  readonly reads: ReadsReport;
}

interface Asked {
  readonly key: RecordedKey;
  readonly request: RecordedAsk;
  readonly server: RunningServer;
  readonly status: number | null;
  readonly answeredMs: number;
  /** The customer that it made. */
  readonly customerId: string | null;
}

interface Slot {
  server: RunningServer;
  /** Resolves when `server` is there: at once, or when another was started in the place of one that ended. */
  ready: Promise<unknown>;
}

/** One connection for each key and process. */
function connections() {
  const clients = new Map<string, Client>();
  return {
    to({ origin }: RunningServer, { secret }: RecordedKey): Client {
      const name = `${origin} ${secret}`;
      const client = clients.get(name) ?? createClient(origin, secret);
      clients.set(name, client);
      return client;
    },
    close: () => clients.forEach((client) => client.close()),
  };
}

type Connect = ReturnType<typeof connections>['to'];

/** Until it is sent: where nobody listens any more it waits for the next process. One that is cut is not sent again. */
async function ask(slot: Slot, key: RecordedKey, request: RecordedAsk, to: Connect): Promise<Asked> {
  for (;;) {
    const { server } = slot;
    const { status, error, body } = await to(server, key).ask(request);
    if (error !== 'ECONNREFUSED') {
      const answeredMs = performance.now();
      return { key, request, server, status, answeredMs, customerId: customerIn(body) };
    }
    await slot.ready;
  }
}

/** All requests, at fixed times, by keys and processes in turn; also to a process that ends. */
async function load(slots: readonly Slot[], keys: readonly RecordedKey[], sizes: RecordingSizes) {
  const asked: Asked[] = [];
  const everyMs = (sizes.seconds * 1_000) / sizes.requests;
  const startedMs = performance.now();
  let next = 0;
  const work = async () => {
    const open = connections();
    for (let turn = next++; turn < sizes.requests; turn = next++) {
      await wait(Math.max(0, startedMs + turn * everyMs - performance.now()));
      const key = keys[turn % keys.length]!;
      const round = Math.floor(turn / keys.length);
      const request = key.asks[Math.floor(round / slots.length) % key.asks.length]!;
      asked.push(await ask(slots[round % slots.length]!, key, request, open.to));
    }
    open.close();
  };
  await Promise.all(Array.from({ length: senderCount }, work));
  return asked;
}

/** The code with which it ended. */
async function replace(slot: Slot, signal: NodeJS.Signals, start: () => Promise<RunningServer>) {
  const ended = slot.server.end(signal);
  slot.ready = ended.then(start).then((server) => (slot.server = server));
  await slot.ready;
  return (await ended).code;
}

interface Killed {
  readonly server: RunningServer;
  readonly atMs: number;
}

const mayBeUnwritten = ({ server, answeredMs }: Asked, killed: Killed) =>
  server === killed.server && answeredMs >= killed.atMs - unwrittenMs;

/** Whether an answer is one that the count has. */
function isCounted({ request, status }: Asked, name: keyof Recorded): boolean {
  return status !== null && (name === 'requests' || meaningOf(request, status) === name);
}

function judge(
  ofKey: readonly Asked[],
  { name, recorded }: { readonly name: keyof Recorded; readonly recorded: number },
  killed: Killed,
): KeyReport {
  const answered = ofKey.filter((one) => isCounted(one, name));
  const unwritten = answered.filter((one) => mayBeUnwritten(one, killed));
  const cut = ofKey.filter(({ status }) => status === null).length;
  return { answered: answered.length, cut, recorded, unwritten: unwritten.length };
}

function countStatuses(asked: readonly Asked[]): Record<string, number> {
  const statuses: Record<string, number> = {};
  for (const { status } of asked) if (status !== null) statuses[status] = (statuses[status] ?? 0) + 1;
  return statuses;
}

export function summarise(keys: Readonly<Record<string, KeyCounts>>) {
  const sum = (names: readonly (keyof Recorded)[], of: (key: KeyReport) => number) =>
    Object.values(keys)
      .flatMap((counts) => names.map((name) => counts[name]))
      .reduce((total, key) => total + Math.max(0, of(key)), 0);
  return {
    lost: sum(['requests'], ({ answered, recorded }) => answered - recorded),
    missing: sum(countNames, ({ answered, recorded, unwritten }) => answered - recorded - unwritten),
    twice: sum(countNames, ({ answered, cut, recorded }) => recorded - answered - cut),
  };
}

export async function runRecording(
  target: Target,
  sizes: RecordingSizes,
  cleanup: Cleanup,
): Promise<RecordingReport> {
  const since = new Date();
  const ground = await prepareGround(target.databaseUrl, customers);
  const start = () => startTarget(target, cleanup);
  const open = async (): Promise<Slot> => ({ server: await start(), ready: Promise.resolve() });
  const [asked, killed] = [await open(), await open()];
  const token = await signIn(asked.server.origin, ground);
  const keys = await makeRecordedKeys(asked.server.origin, token);
  const loading = load([asked, killed], keys, sizes);
  await wait((sizes.seconds * 1_000) / 2);
  const victim = { server: killed.server, atMs: performance.now() };
  const [exitCode] = await Promise.all([replace(asked, 'SIGTERM', start), replace(killed, 'SIGKILL', start)]);
  const replies = await loading;
  await Promise.all([asked.server.end('SIGTERM'), killed.server.end('SIGTERM')]);
  const { origin } = await start();
  const report: Record<string, KeyCounts> = {};
  for (const key of keys) {
    const ofKey = replies.filter((one) => one.key === key);
    const found = await recordedOf(origin, token, key, since);
    const of = (name: keyof Recorded) => judge(ofKey, { name, recorded: found[name] }, victim);
    report[key.name] = { requests: of('requests'), denied: of('denied'), failed: of('failed') };
  }
  const records = replies.flatMap((one) =>
    one.customerId === null ? [] : [{ id: one.customerId, isUnwritten: mayBeUnwritten(one, victim) }],
  );
  const reads = await judgeReads(
    origin,
    token,
    keys.find(({ name }) => name === 'writer')!,
    records,
  );
  return { keys: report, statuses: countStatuses(replies), ...summarise(report), exitCode, reads };
}
