// SQLite as one queued writer and several readers on the same WAL file.
//
// A connection has one transaction: whatever another request writes on it meanwhile is inside, and vanishes with its
// rollback. So each write waits its turn here.
import { createRequire } from 'node:module';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { DataSourceOptions } from 'typeorm';
import { untilEnd, type Database, type DatabaseOptions, type WriteConnection } from './database.ts';
import { sqlite } from './dialect.ts';
import { entitySchema } from './entity-schema.ts';
import { isUpToDate } from './migrations/applied.ts';
import { migrations } from './migrations/index.ts';
import { bringUpToDate, runMissing } from './migrations/migrate.ts';
import { appliedTable, type ReadRows } from './migrations/released.ts';
import { findRefusal } from './migrations/requirements.ts';
import { timedMigrations, type AppliedMigration } from './migrations/timed.ts';
import { openConnection, type SqliteConnection } from './sqlite-connection.ts';
import { asStoreError, isStoreFailure } from './store-failure.ts';
import type { EntityClass } from './table.ts';
import { newDataSource } from './typeorm.ts';

/** Readers run in libuv's thread pool side by side; more than the pool has threads would only wait there. */
const readerCount = 3;
/** Below the 3 seconds in which a caller is promised an answer. */
const busyTimeoutMs = 2_500;
/** Another process may be migrating. */
const migrationPatienceMs = 60_000;
/** WAL leaves it at NORMAL, where a power cut may take acknowledged commits with it. */
const synchronous = 'PRAGMA synchronous = FULL';
/** IMMEDIATE: a deferred transaction that turns into a write later can fail with SQLITE_BUSY after its reads. */
const beginImmediate = 'BEGIN IMMEDIATE';

/** TypeORM switches on sqlite3.verbose() for the whole process; it records a stack trace at every call, a third of the time. */
function quietDriver(): object {
  const sqlite3 = createRequire(import.meta.url)('sqlite3') as object;
  const quiet: object = Object.create(sqlite3, { verbose: { value: () => quiet } });
  return quiet;
}

/** For migrations, which need no entities; and for TypeORM's own command line, which compares them with the tables. */
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
    migrationsTableName: appliedTable,
  };
}

/** Processes that start together on a new file: one changes its mode, which the others get SQLITE_BUSY for without a wait. */
async function switchToWal(writer: SqliteConnection): Promise<void> {
  const deadline = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      await writer.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isStoreFailure(error) || performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

async function openWriter(path: string): Promise<SqliteConnection> {
  const writer = await openConnection(
    path,
    `PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA foreign_keys = ON`,
  );
  try {
    await switchToWal(writer);
    await writer.exec(synchronous);
    return writer;
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/**
 * Customers' data is for the owner of the file alone; SQLite gives the files beside it (-wal, -shm) the same mode. What
 * is there already keeps the mode that somebody chose for it.
 */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

function writeConnection(
  writer: SqliteConnection,
  onStatement: DatabaseOptions['onStatement'],
): WriteConnection {
  return {
    dialect: sqlite,
    async query<Row>(statement: { sql: string; values: unknown[] }) {
      await onStatement?.(statement.sql, statement.values);
      return (await writer.all(statement.sql, statement.values)) as Row[];
    },
    async execute(statement) {
      await onStatement?.(statement.sql, statement.values);
      return writer.run(statement.sql, statement.values);
    },
  };
}

/**
 * Begins write transactions. `sinceMs` is when the write was asked for (performance.now): while another process holds
 * the lock, a write that stood in the queue behind a failed one has waited with it and does not wait as long again.
 */
function createBegin(writer: SqliteConnection): (sinceMs: number) => Promise<void> {
  let wasRefused = false;
  let timeoutMs = busyTimeoutMs;
  return async (sinceMs) => {
    const restMs = Math.max(0, Math.round(busyTimeoutMs - (performance.now() - sinceMs)));
    const wantedMs = wasRefused ? restMs : busyTimeoutMs;
    if (wantedMs !== timeoutMs) await writer.exec(`PRAGMA busy_timeout = ${wantedMs}`);
    timeoutMs = wantedMs;
    wasRefused = true;
    await writer.exec(beginImmediate);
    wasRefused = false;
  };
}

async function inTransaction<T>(
  exec: (text: string) => Promise<unknown>,
  begin: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  await begin();
  try {
    const result = await work();
    await exec('COMMIT');
    return result;
  } catch (error) {
    // A failed COMMIT may have ended the transaction already; then there is nothing left to roll back.
    await exec('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** On a connection of its own. Whoever comes second waits for the first, and finds nothing left to do. */
async function migrateOnce(path: string): Promise<AppliedMigration[]> {
  const own = { enableWAL: false, busyTimeout: migrationPatienceMs };
  const { applied, timed } = timedMigrations();
  const options = { ...sqliteOptions(path), ...own, migrations: timed };
  const source = await newDataSource(options).initialize();
  try {
    const exec = (text: string) => source.query(text);
    await exec(synchronous);
    // One connection serves a whole DataSource on SQLite, so the migrations run inside this transaction.
    await inTransaction(
      exec,
      () => exec(beginImmediate),
      () => runMissing(source, 'none'),
    );
    return applied;
  } finally {
    await source.destroy();
  }
}

/** Connections that take turns. Nothing can be written through them. */
async function openReaders(path: string) {
  const pragmas = `PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA query_only = ON`;
  const readers = await Promise.all(Array.from({ length: readerCount }, () => openConnection(path, pragmas)));
  let turn = 0;
  return {
    async query<Row>(text: string, values: unknown[]) {
      turn = (turn + 1) % readers.length;
      try {
        return (await readers[turn]!.all(text, values)) as Row[];
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
  const writing = writeConnection(writer, onStatement);
  const queue = new PQueue({ concurrency: 1 });
  const beginWrite = createBegin(writer);
  const read: ReadRows = (text, values) => readers.query(text, values);

  return {
    dialect: sqlite,
    async query<Row>(statement: { sql: string; values: unknown[] }) {
      await onStatement?.(statement.sql, statement.values);
      return readers.query<Row>(statement.sql, statement.values);
    },
    write(work) {
      const sinceMs = performance.now();
      return queue.add(async () => {
        await beforeWrite?.();
        const { connection, end } = untilEnd(writing);
        try {
          return await inTransaction(
            writer.exec,
            () => beginWrite(sinceMs),
            () => work(connection).finally(end),
          );
        } catch (error) {
          throw asStoreError(error);
        }
      });
    },
    migrate: () => queue.add(() => bringUpToDate(read, () => migrateOnce(path))),
    hasPendingMigrations: async () => !(await isUpToDate(read)),
    findRefusal: () => findRefusal(read),
    isNear: async () => true,
    async close() {
      await queue.onIdle();
      await Promise.all([writer.close(), readers.close()]);
    },
  };
}
