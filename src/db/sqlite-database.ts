// SQLite as one queued writer and several readers on the same WAL file.
//
// TypeORM gives every caller of a SQLite DataSource the same connection, and a connection has one transaction: whatever
// another request writes meanwhile is inside it, and vanishes with its rollback. So each write waits its turn here.
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import PQueue from 'p-queue';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import type { Database, DatabaseOptions, WriteConnection } from './database.ts';
import { sqlite } from './dialect.ts';
import { entitySchema } from './entity-schema.ts';
import { migrations } from './migrations/index.ts';
import { asStoreError } from './store-failure.ts';
import type { EntityClass } from './table.ts';

/** Readers run in libuv's thread pool side by side; more than the pool has threads would only wait there. */
const readerCount = 3;
/** Below the 3 seconds in which a caller is promised an answer. */
const busyTimeoutMs = 2_500;

/** TypeORM switches on sqlite3.verbose(), which records a stack trace at every call: measured at a third of the time. */
function quietDriver(): object {
  const sqlite3 = createRequire(import.meta.url)('sqlite3') as object;
  const quiet: object = Object.create(sqlite3, { verbose: { value: () => quiet } });
  return quiet;
}

/** For the server's connections and for TypeORM's own command line. */
export function sqliteOptions(path: string, entities: readonly EntityClass[]): DataSourceOptions {
  return {
    type: 'sqlite',
    database: path,
    driver: quietDriver(),
    enableWAL: true,
    busyTimeout: busyTimeoutMs,
    entities: entities.map((entity) => entitySchema(entity, sqlite)),
    migrations: [...migrations],
    migrationsTableName: 'migrations',
  };
}

async function openSource(
  path: string,
  entities: readonly EntityClass[],
  readOnly: boolean,
): Promise<DataSource> {
  const source = new DataSource(sqliteOptions(path, readOnly ? [] : entities));
  await source.initialize();
  // WAL leaves synchronous at NORMAL, where a power cut may take acknowledged commits with it.
  await source.query('PRAGMA synchronous = FULL');
  if (readOnly) await source.query('PRAGMA query_only = ON');
  return source;
}

function writeConnection(runner: QueryRunner, onStatement: DatabaseOptions['onStatement']): WriteConnection {
  return {
    dialect: sqlite,
    async query<Row>(statement: { sql: string; values: unknown[] }) {
      await onStatement?.(statement.sql);
      return (await runner.query(statement.sql, statement.values)) as Row[];
    },
    async execute(statement) {
      await onStatement?.(statement.sql);
      const result = await runner.query(statement.sql, statement.values, true);
      return result.affected ?? 0;
    },
  };
}

async function inTransaction<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  // IMMEDIATE: a deferred transaction that turns into a write later can fail with SQLITE_BUSY after its reads.
  await runner.query('BEGIN IMMEDIATE');
  try {
    const result = await work();
    await runner.query('COMMIT');
    return result;
  } catch (error) {
    // A failed COMMIT may have ended the transaction already; then there is nothing left to roll back.
    await runner.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

export async function openSqliteDatabase(
  path: string,
  entities: readonly EntityClass[],
  { onStatement, beforeWrite }: DatabaseOptions = {},
): Promise<Database> {
  mkdirSync(dirname(path), { recursive: true });
  const writer = await openSource(path, entities, false);
  const readers = await Promise.all(Array.from({ length: readerCount }, () => openSource(path, [], true)));
  const runner = writer.createQueryRunner();
  const queue = new PQueue({ concurrency: 1 });
  let turn = 0;

  return {
    dialect: sqlite,
    async query<Row>(statement: { sql: string; values: unknown[] }) {
      await onStatement?.(statement.sql);
      turn = (turn + 1) % readers.length;
      try {
        return (await readers[turn]!.query(statement.sql, statement.values)) as Row[];
      } catch (error) {
        throw asStoreError(error);
      }
    },
    write: (work) =>
      queue.add(async () => {
        await beforeWrite?.();
        try {
          return await inTransaction(runner, () => work(writeConnection(runner, onStatement)));
        } catch (error) {
          throw asStoreError(error);
        }
      }),
    migrate: () =>
      queue.add(async () => {
        // One connection serves the whole DataSource, so the migrations run inside this transaction.
        const applied = await inTransaction(runner, () => writer.runMigrations({ transaction: 'none' }));
        return applied.map((migration) => migration.name);
      }),
    hasPendingMigrations: () => queue.add(() => writer.showMigrations()),
    async close() {
      await queue.onIdle();
      await Promise.all([writer, ...readers].map((source) => source.destroy()));
    },
  };
}
