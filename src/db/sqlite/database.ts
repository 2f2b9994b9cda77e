// SQLite as one writer and several readers on the same WAL file.
//
// A connection has one transaction: a statement of another request that runs on it meanwhile is inside, and vanishes with its
// rollback. So each write waits its turn here, and workspaces take turns.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSourceOptions } from 'typeorm';
import {
  untilEnd,
  type AppliedMigration,
  type Database,
  type DatabaseOptions,
  type StoreCall,
  type WriteConnection,
} from '../store/database.ts';
import { sqlite } from '../store/dialect.ts';
import { entitySchema } from '../store/entity-schema.ts';
import { createFairSlots } from '../turns/fair-slots.ts';
import { isUpToDate } from '../migrations/applied.ts';
import { migrations } from '../migrations/index.ts';
import { bringUpToDate, runMissing } from '../migrations/migrate.ts';
import { appliedTable, type ReadRows } from '../migrations/tools/released.ts';
import { findRefusal } from '../migrations/tools/requirements.ts';
import { timedMigrations } from '../migrations/timed.ts';
import { beginImmediate, busyTimeoutMs, createTurns, type Begin } from './begin.ts';
import { openConnection, type SqliteConnection } from './connection.ts';
import { makeFile } from './file.ts';
import { openPing } from './ping.ts';
import { openReaders } from './readers.ts';
import { asStoreError, isStoreFailure } from '../store/store-failure.ts';
import type { EntityClass } from '../store/table.ts';
import { newDataSource } from '../store/typeorm.ts';

/** Transactions of one workspace that wait for the writer: some seconds' work. */
const maxWaitingWrites = 1_000;
/** Another process may be migrating. */
const migrationPatienceMs = 60_000;
/** WAL leaves it at NORMAL, where a power cut may take acknowledged commits with it. */
const synchronous = 'PRAGMA synchronous = FULL';
/**
 * An index that SQLite would make for one run of a statement reads all of what is to be read only as far as it is wanted, and
 * loses its order (see sourceOf in list-source.ts).
 */
const noAutomaticIndex = 'PRAGMA automatic_index = OFF';
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

/** When processes start together on a new file, one changes its mode, for which the others get SQLITE_BUSY at once. */
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
    `PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA foreign_keys = ON; ${noAutomaticIndex}`,
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

function writeConnection(
  writer: SqliteConnection,
  signal: AbortSignal | undefined,
  onStatement: DatabaseOptions['onStatement'],
): WriteConnection {
  return {
    dialect: sqlite,
    async query<Row>(statement: { sql: string; values: unknown[] }) {
      await onStatement?.(statement.sql, statement.values);
      return (await writer.all(statement.sql, statement.values, signal)) as Row[];
    },
    async execute(statement) {
      await onStatement?.(statement.sql, statement.values);
      return writer.run(statement.sql, statement.values, signal);
    },
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

/** On a connection of its own. A second process waits for the first, and finds nothing left to do. */
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

/** Runs write transactions on the writer. Does NOT queue them: call it for one at a time. */
function transactionsOn(writer: SqliteConnection, { onStatement, beforeWrite }: DatabaseOptions) {
  const turns = createTurns(writer);
  return async function write<T>(
    work: (connection: WriteConnection) => Promise<T>,
    begin: Begin,
  ): Promise<T> {
    await beforeWrite?.();
    const { connection, end } = untilEnd(writeConnection(writer, begin.signal, onStatement));
    try {
      return await inTransaction(
        writer.exec,
        () => turns.begin(begin),
        () => work(connection).finally(end),
      ).finally(turns.ended);
    } catch (error) {
      throw asStoreError(error);
    }
  };
}

/** Longer than the writer waits for the lock. A store whose writer is busy for so long does not answer. */
const writerAnswersMs = busyTimeoutMs + 500;

export async function openSqliteDatabase(path: string, options: DatabaseOptions = {}): Promise<Database> {
  const { onStatement } = options;
  makeFile(path);
  const writer = await openWriter(path);
  const pragmas = `PRAGMA busy_timeout = ${busyTimeoutMs}; ${noAutomaticIndex}`;
  const readers = await openReaders(path, pragmas);
  const ping = await openPing({ path, pragmas, writer, writerAnswersMs });
  const writes = createFairSlots({ slots: 1, maxWaiting: maxWaitingWrites });
  const write = transactionsOn(writer, options);
  const read: ReadRows = (text, values) => readers.use({}, (reader) => reader.all(text, values));

  return {
    dialect: sqlite,
    query: <Row>({ sql, values }: { sql: string; values: unknown[] }, call: StoreCall = {}) =>
      readers.use(call, async (reader) => {
        await onStatement?.(sql, values);
        return (await reader.all(sql, values, call.signal)) as Row[];
      }),
    write(work, call = {}) {
      const sinceMs = performance.now();
      return writes.run(call, () => write(work, { sinceMs, signal: call.signal }));
    },
    migrate: () => writes.run({}, () => bringUpToDate(read, () => migrateOnce(path))),
    hasPendingMigrations: async () => !(await isUpToDate(read)),
    findRefusal: () => findRefusal(read),
    isResponsive: ping.isResponsive,
    async close() {
      await writes.onIdle();
      await Promise.all([writer.close(), readers.close(), ping.close()]);
    },
  };
}
