// kill -9 while sixteen writers write, again and again: nothing that was acknowledged may be missing afterwards.
import sql from 'sql-template-tag';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/db/store/database.ts';
import { openDatabase } from '../../src/db/data-source.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient } from './client.ts';
import { prepareGround } from './ground.ts';
import { startTarget, type Target } from './server.ts';

const writerCount = 16;
/** Acknowledged before the server may be killed; then it goes on for as long as chance says. */
const leastWrites = 16;
const leastMs = 200;
const spreadMs = 600;
const create =
  'mutation ($name: String!) { createCustomer(input: { name: $name }) { customerId userErrors { code } } }';

export interface KillReport {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Ids that were answered and are not in the store. */
  readonly lost: readonly string[];
  /** From the start of the new process until it was ready. */
  readonly medianReadyMs: number;
  readonly slowestReadyMs: number;
  /** Only of SQLite. */
  readonly synchronous: string | null;
  readonly integrity: string | null;
}

/** Writes until the server is gone. Returns the ids that were acknowledged; `onWritten` is called with each. */
async function write(origin: string, key: string, name: string, onWritten: () => void): Promise<string[]> {
  const client = createClient(origin, key);
  const acknowledged: string[] = [];
  for (let number = 0; ; number += 1) {
    const { status, body } = await client.send(create, { name: `${name} ${number}` });
    if (status === null) break;
    const id = /"customerId":"(\w+)"/.exec(body)?.[1];
    if (status !== 200 || !id) continue;
    acknowledged.push(id);
    onWritten();
  }
  client.close();
  return acknowledged;
}

/** All writers at once. Resolves `begun` when they have written enough for a kill to mean something. */
function startWriting(origin: string, key: string, round: number) {
  let written = 0;
  let open: () => void;
  const begun = new Promise<void>((resolve) => (open = resolve));
  const count = () => {
    written += 1;
    if (written === leastWrites) open();
  };
  const names = Array.from({ length: writerCount }, (_, writer) => `r${round}w${writer}`);
  const writing = Promise.all(names.map((name) => write(origin, key, name, count)));
  return { begun, writing };
}

async function findLost(
  database: Database,
  round: string,
  acknowledged: readonly string[],
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    sql`SELECT "id" FROM "customers" WHERE "name" LIKE ${`${round} %`}`,
  );
  const stored = new Set(rows.map(({ id }) => id));
  return acknowledged.filter((id) => !stored.has(id));
}

async function pragma(database: Database, statement: 'synchronous' | 'integrity'): Promise<string | null> {
  if (database.dialect.name !== 'sqlite') return null;
  const text = { synchronous: sql`PRAGMA synchronous`, integrity: sql`PRAGMA integrity_check` }[statement];
  const [row] = await database.write((connection) => connection.query<Record<string, unknown>>(text));
  return String(Object.values(row ?? {})[0]);
}

/** `onRound` is told how many rounds are over. */
export async function runKills(
  target: Target,
  { rounds, onRound }: { readonly rounds: number; onRound(done: number): void },
  cleanup: Cleanup,
): Promise<KillReport> {
  const { key } = await prepareGround(target.databaseUrl, 0);
  const database = await openDatabase(readConfig({ DATABASE_URL: target.databaseUrl }).database);
  cleanup.defer(() => database.close());
  const lost: string[] = [];
  const readyMs: number[] = [];
  let acknowledged = 0;
  let server = await startTarget(target, cleanup);
  for (let round = 1; round <= rounds; round += 1) {
    const { begun, writing } = startWriting(server.origin, key, round);
    await begun;
    await wait(leastMs + Math.random() * spreadMs);
    await server.end('SIGKILL');
    const written = await writing;
    server = await startTarget(target, cleanup);
    readyMs.push(Math.round(server.readyMs));
    for (const [writer, ids] of written.entries()) {
      acknowledged += ids.length;
      lost.push(...(await findLost(database, `r${round}w${writer}`, ids)));
    }
    onRound(round);
  }
  await server.end('SIGTERM');
  const synchronous = await pragma(database, 'synchronous');
  const integrity = await pragma(database, 'integrity');
  readyMs.sort((a, b) => a - b);
  const [medianReadyMs, slowestReadyMs] = [readyMs[Math.floor(readyMs.length / 2)]!, readyMs.at(-1)!];
  return { rounds, acknowledged, lost, medianReadyMs, slowestReadyMs, synchronous, integrity };
}
