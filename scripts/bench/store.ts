// The stores that are measured: a SQLite file or a Postgres database of their own, made empty and removed afterwards.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Cleanup } from './cleanup.ts';

export const engines = ['sqlite', 'postgres'] as const;
export type Engine = (typeof engines)[number];

export interface Store {
  readonly engine: Engine;
  /** As DATABASE_URL takes it. */
  readonly url: string;
}

let made = 0;

async function onServer(serverUrl: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 3_000 });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

/** `postgresServer` is any database on the server in which this one is made. Rejects when Postgres does not answer. */
export async function newStore(engine: Engine, postgresServer: string, cleanup: Cleanup): Promise<Store> {
  if (engine === 'sqlite') {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
    cleanup.defer(() => rmSync(directory, { recursive: true, force: true }));
    return { engine, url: `sqlite:${join(directory, 'bench.sqlite')}` };
  }
  made += 1;
  const name = `latchkey_bench_${process.pid}_${Date.now().toString(36)}_${made}`;
  await onServer(postgresServer, `CREATE DATABASE ${name}`);
  cleanup.defer(
    async () => void (await onServer(postgresServer, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  );
  const url = new URL(postgresServer);
  url.pathname = `/${name}`;
  return { engine, url: url.href };
}

/** What autovacuum would do at a time of its own. SQLite is left as the product leaves it. */
export async function settle({ engine, url }: Store): Promise<void> {
  if (engine === 'postgres') await onServer(url, 'VACUUM ANALYZE');
}

const pathOf = ({ url }: Store) => url.replace(/^sqlite:/, '');

/** Where SQLite keeps the request log of a store. */
export const logPathOf = (store: Store) => pathOf(store).replace(/\.sqlite$/, '-log.sqlite');

/** Bytes, with indexes: SQLite's two files, or what was recorded by the table. */
export async function sizesOf(store: Store): Promise<Readonly<Record<string, number>>> {
  if (store.engine === 'sqlite') {
    const ofFile = (path: string) =>
      [path, `${path}-wal`].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0);
    return { 'store with sums': ofFile(pathOf(store)), 'request log': ofFile(logPathOf(store)) };
  }
  const sizeOf = (names: string) =>
    `(sum(pg_total_relation_size(oid)) FILTER (WHERE relname LIKE '${names}'))::float8`;
  const { rows } = await onServer(
    store.url,
    `SELECT ${sizeOf('key\\_us%')} AS sums, ${sizeOf('request\\_log%')} AS log
     FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace`,
  );
  const [{ sums, log }] = rows as [{ sums: number; log: number }];
  return { sums, 'request log': log };
}
