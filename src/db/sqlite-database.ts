// SQLite as one queued writer and several readers on the same WAL file.
//
// TypeORM gives every caller of a SQLite DataSource the same connection, and a connection has one transaction: whatever
// another request writes meanwhile is inside it, and vanishes with its rollback. So each write waits its turn here.
import { createRequire } from 'node:module';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { DataSource as OpenSource, DataSourceOptions, QueryRunner } from 'typeorm';
import type { Database, DatabaseOptions, WriteConnection } from './database.ts';
import { sqlite } from './dialect.ts';
import { entitySchema } from './entity-schema.ts';
import { migrations } from './migrations/index.ts';
import { openReader } from './sqlite-reader.ts';
import { asStoreError, isStoreFailure } from './store-failure.ts';
import type { EntityClass } from './table.ts';
import { DataSource } from './typeorm.ts';

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

/**
 * For the server's connections, which need no entities: all statements are written here. And for TypeORM's own command
 * line, which compares entities with the tables.
 */
export function sqliteOptions(
  path: string,
  entities: readonly EntityClass[] = [],
): Extract<DataSourceOptions, { type: 'sqlite' }> {
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

/** Processes that start together on a new file: one changes its mode, which the others get SQLITE_BUSY for without a wait. */
async function switchToWal(source: OpenSource): Promise<void> {
  const deadline = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      await source.query('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isStoreFailure(error) || performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

async function openWriter(path: string): Promise<OpenSource> {
  // TypeORM would switch before it sets the busy timeout.
  const source = new DataSource({ ...sqliteOptions(path), enableWAL: false });
  await source.initialize();
  await switchToWal(source);
  // WAL leaves synchronous at NORMAL, where a power cut may take acknowledged commits with it.
  await source.query('PRAGMA synchronous = FULL');
  return source;
}

/**
 * Customers' data is for the owner of the file alone; SQLite gives the files beside it (-wal, -shm) the same mode. What
 * is there already keeps the mode that somebody chose for it.
 */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

function writeConnection(runner: QueryRunner, onStatement: DatabaseOptions['onStatement']): WriteConnection {
  return {
    dialect: sqlite,
    async query<Row>(statement: { sql: string; values: unknown[] }) {
      await onStatement?.(statement.sql, statement.values);
      return (await runner.query(statement.sql, statement.values)) as Row[];
    },
    async execute(statement) {
      await onStatement?.(statement.sql, statement.values);
      const result = await runner.query(statement.sql, statement.values, true);
      return result.affected ?? 0;
    },
  };
}

/**
 * Begins write transactions. `sinceMs` is when the write was asked for (performance.now): while another process holds
 * the lock, a write that stood in the queue behind a failed one has waited with it and does not wait as long again.
 */
function createBegin(runner: QueryRunner): (sinceMs: number) => Promise<void> {
  let wasRefused = false;
  let timeoutMs = busyTimeoutMs;
  return async (sinceMs) => {
    const restMs = Math.max(0, Math.round(busyTimeoutMs - (performance.now() - sinceMs)));
    const wantedMs = wasRefused ? restMs : busyTimeoutMs;
    if (wantedMs !== timeoutMs) await runner.query(`PRAGMA busy_timeout = ${wantedMs}`);
    timeoutMs = wantedMs;
    wasRefused = true;
    // IMMEDIATE: a deferred transaction that turns into a write later can fail with SQLITE_BUSY after its reads.
    await runner.query('BEGIN IMMEDIATE');
    wasRefused = false;
  };
}

async function inTransaction<T>(
  runner: QueryRunner,
  begin: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  await begin();
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

/** Connections that take turns. */
async function openReaders(path: string) {
  const readers = await Promise.all(
    Array.from({ length: readerCount }, () => openReader(path, busyTimeoutMs)),
  );
  let turn = 0;
  return {
    async query<Row>(text: string, values: unknown[]) {
      turn = (turn + 1) % readers.length;
      try {
        return (await readers[turn]!.query(text, values)) as Row[];
      } catch (error) {
        throw asStoreError(error);
      }
    },
    close: () => Promise.all(readers.map((reader) => reader.close())),
  };
}

export async function openSqliteDatabase(
  path: string,
  { onStatement, beforeWrite }: DatabaseOptions = {},
): Promise<Database> {
  makeFile(path);
  const writer = await openWriter(path);
  const readers = await openReaders(path);
  const runner = writer.createQueryRunner();
  const queue = new PQueue({ concurrency: 1 });
  const begin = createBegin(runner);

  return {
    dialect: sqlite,
    async query<Row>(statement: { sql: string; values: unknown[] }) {
      await onStatement?.(statement.sql, statement.values);
      return readers.query<Row>(statement.sql, statement.values);
    },
    write(work) {
      const sinceMs = performance.now();
      const connection = writeConnection(runner, onStatement);
      return queue.add(async () => {
        await beforeWrite?.();
        try {
          return await inTransaction(
            runner,
            () => begin(sinceMs),
            () => work(connection),
          );
        } catch (error) {
          throw asStoreError(error);
        }
      });
    },
    migrate: () =>
      queue.add(async () => {
        // One connection serves the whole DataSource, so the migrations run inside this transaction.
        const applied = await inTransaction(
          runner,
          () => begin(performance.now()),
          () => writer.runMigrations({ transaction: 'none' }),
        );
        return applied.map((migration) => migration.name);
      }),
    hasPendingMigrations: () => queue.add(() => writer.showMigrations()),
    isNear: async () => true,
    async close() {
      await queue.onIdle();
      await Promise.all([writer.destroy(), readers.close()]);
    },
  };
}
