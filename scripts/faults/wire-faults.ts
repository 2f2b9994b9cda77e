// What callers get while the wire between the server and Postgres is down, reset, silent or slow, and how soon all is well
// again afterwards.
import { setTimeout as wait } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/data-source.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient, type Client, type Reply } from './client.ts';
import { prepareGround } from './ground.ts';
import { startTarget, type Target } from './server.ts';
import { openWire, type Wire } from './wire.ts';

const clientCount = 8;
const warmMs = 1_000;
const faultMs = 6_000;
const everyWhichWrites = 2;
const read = '{ customers(first: 5) { nodes { name } } }';
const create = 'mutation { createCustomer(input: { name: "Wire" }) { customerId userErrors { code } } }';
/** Names of hosts, errors of the network or the store, SQL. */
const leaks = /127\.0\.0\.1|localhost|:\d{4,5}\b|ECONN|EPIPE|pg_|postgres|SELECT |INSERT |timeout|terminat/i;

interface Fault {
  readonly name: string;
  begin(wire: Wire): Promise<void> | void;
  /** Repeated while the fault lasts. */
  readonly everyMs?: number;
}

const faults: readonly Fault[] = [
  { name: 'down', begin: (wire) => wire.cut() },
  { name: 'reset once', begin: (wire) => wire.reset() },
  { name: 'reset every 50 ms, transactions cut in their middle', begin: (wire) => wire.reset(), everyMs: 50 },
  { name: 'black hole', begin: (wire) => wire.swallow() },
  { name: 'open connections silent for ever', begin: (wire) => wire.forget() },
  { name: '150 ms each way', begin: (wire) => wire.delay(150) },
  { name: '5 s each way', begin: (wire) => wire.delay(5_000) },
];

export interface WireReport {
  readonly fault: string;
  readonly answers: Readonly<Record<string, number>>;
  /** Of all that were sent while the fault lasted. */
  readonly slowestMs: number;
  readonly unavailableWithoutRetryAfter: number;
  readonly answersThatTellTooMuch: number;
  readonly livenessFailures: number;
  /** From the end of the fault until every client has had an answer 200. */
  readonly recoveryMs: number;
  readonly acknowledgedAndLost: number;
}

interface Timed extends Reply {
  readonly tookMs: number;
}

async function send(client: Client, turn: number): Promise<Timed> {
  const reply = await client.send(turn % everyWhichWrites === 0 ? create : read);
  return { ...reply, tookMs: performance.now() - reply.sentMs };
}

/** Sends until told to stop, never faster than the store could be asked again. */
async function keepSending(client: Client, isOver: () => boolean): Promise<Timed[]> {
  const replies: Timed[] = [];
  for (let turn = 0; !isOver(); turn += 1) {
    const reply = await send(client, turn);
    replies.push(reply);
    if (reply.status !== 200) await wait(20);
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

async function recovery(clients: readonly Client[]): Promise<number> {
  const startMs = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while ((await send(client, 0)).status !== 200) await wait(20);
    }),
  );
  return Math.round(performance.now() - startMs);
}

function tally(replies: readonly Timed[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, error } of replies) {
    const kind = String(status ?? error);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

interface Scene {
  readonly wire: Wire;
  readonly origin: string;
  readonly clients: readonly Client[];
  /** Past the wire. */
  readonly direct: Database;
}

async function idsThatAreThere(direct: Database): Promise<ReadonlySet<string>> {
  const rows = await direct.query<{ id: string }>(sql`SELECT "id" FROM "customers"`);
  return new Set(rows.map(({ id }) => id));
}

async function tryFault(fault: Fault, { wire, origin, clients, direct }: Scene): Promise<WireReport> {
  let isOver = false;
  const loading = clients.map((client) => keepSending(client, () => isOver));
  const probing = probeLiveness(origin, () => isOver);
  await wait(warmMs);
  const beginMs = performance.now();
  await last(fault, wire);
  isOver = true;
  await wire.restore();
  const recoveryMs = await recovery(clients);
  const replies = (await Promise.all(loading)).flat();
  const during = replies.filter(({ sentMs, tookMs }) => sentMs + tookMs >= beginMs);
  const there = await idsThatAreThere(direct);
  const acknowledged = replies.flatMap(({ body }) => /"customerId":"(\w+)"/.exec(body)?.[1] ?? []);
  const isUntimed = ({ status, retryAfter }: Timed) => status === 503 && !(Number(retryAfter) >= 1);
  return {
    fault: fault.name,
    answers: tally(during),
    slowestMs: Math.round(Math.max(...during.map(({ tookMs }) => tookMs))),
    unavailableWithoutRetryAfter: during.filter(isUntimed).length,
    answersThatTellTooMuch: during.filter(({ body }) => leaks.test(body)).length,
    livenessFailures: await probing,
    recoveryMs,
    acknowledgedAndLost: acknowledged.filter((id) => !there.has(id)).length,
  };
}

export async function runWireFaults(
  target: Target,
  say: (line: string) => void,
  cleanup: Cleanup,
): Promise<readonly WireReport[]> {
  const key = await prepareGround(target.databaseUrl, 20);
  const direct = await openDatabase(readConfig({ DATABASE_URL: target.databaseUrl }).database);
  cleanup.defer(() => direct.close());
  const url = new URL(target.databaseUrl);
  const wire = await openWire({ host: url.hostname, port: Number(url.port || 5432) });
  cleanup.defer(() => wire.cut());
  [url.hostname, url.port] = ['127.0.0.1', String(wire.port)];
  const { origin } = await startTarget({ ...target, databaseUrl: url.href }, cleanup);
  const clients = Array.from({ length: clientCount }, () => createClient(origin, key));
  cleanup.defer(() => clients.forEach((client) => client.close()));
  const reports: WireReport[] = [];
  for (const fault of faults) {
    const report = await tryFault(fault, { wire, origin, clients, direct });
    say(JSON.stringify(report));
    reports.push(report);
  }
  return reports;
}
