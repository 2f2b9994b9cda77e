// Postgres through TypeORM's pool: reads on any connection, each write in a transaction of its own.
import type { Pool, PoolClient } from 'pg';
import type { DataSource as OpenSource, DataSourceOptions, QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Database, DatabaseOptions, WriteConnection } from './database.ts';
import { postgres } from './dialect.ts';
import { entitySchema } from './entity-schema.ts';
import { migrations } from './migrations/index.ts';
import { createNearness } from './postgres-near.ts';
import { createReader, type Read } from './postgres-reader.ts';
import { asStoreError } from './store-failure.ts';
import type { EntityClass } from './table.ts';
import { DataSource } from './typeorm.ts';

/** Any number that no other program on the same database uses for its own advisory lock. */
const migrationLock = 5_242_001;
const undefinedTable = '42P01';

/**
 * For the server's pool, which needs no entities: all statements are written here. And for TypeORM's own command line,
 * which compares entities with the tables.
 */
export function postgresOptions(url: string, entities: readonly EntityClass[] = []): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: entities.map((entity) => entitySchema(entity, postgres)),
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    applicationName: 'latchkey',
    // Nothing may install extensions unasked: the schema needs none.
    installExtensions: false,
  };
}

/** Under the 3 seconds in which a caller is promised an answer. A migration may take longer. */
const serverLimits = {
  max: 10,
  connectionTimeoutMillis: 2_000,
  // With a connection go the statements that were prepared on it.
  idleTimeoutMillis: 300_000,
  // The server ends what takes too long; only when it is silent, as behind a broken network, does the client give up.
  statement_timeout: 2_250,
  query_timeout: 2_500,
  idle_in_transaction_session_timeout: 15_000,
};

/**
 * A connection that fell silent must not go back to the pool: everyone who got it would wait in vain, even when the
 * store is long back. Ending it is also a rollback: the server forgets an open transaction with its connection.
 */
async function endIfSilent(runner: QueryRunner, error: unknown): Promise<boolean> {
  if (!(error instanceof Error) || error.message !== 'Query read timeout') return false;
  const client = (await runner.connect()) as PoolClient & { end(): Promise<void> };
  // Nobody answers, so nobody waits for the end.
  client.end().catch(() => undefined);
  return true;
}

/** Postgres refuses NUL in any text. No stored text holds one, so a question that does can only ask for nothing. */
function withoutNul(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNul);
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

function writeConnection(runner: QueryRunner, onStatement: DatabaseOptions['onStatement']): WriteConnection {
  return {
    dialect: postgres,
    async query<Row>(statement: { text: string; values: unknown[] }) {
      await onStatement?.(statement.text, statement.values);
      return (await runner.query(statement.text, statement.values.map(withoutNul))) as Row[];
    },
    async execute(statement) {
      await onStatement?.(statement.text, statement.values);
      const result = await runner.query(statement.text, statement.values.map(withoutNul), true);
      return result.affected ?? 0;
    },
  };
}

/**
 * Two transactions waited for each other and this one was rolled back. The other one goes on, so running it again ends
 * well or finds out why not: two owners who demote each other hold themselves and wait for the other.
 */
function isDeadlock(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '40P01';
}
const maximumAttempts = 3;

/** The connection may be gone; then the server has rolled back by itself. */
async function rollBack(runner: QueryRunner): Promise<void> {
  await runner.query('ROLLBACK').catch((error: unknown) => endIfSilent(runner, error));
}

async function inTransaction<T>(source: OpenSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  let isBegun = false;
  try {
    // READ COMMITTED is enough: what must not race is decided by a locked row, a version or a unique index. In one
    // statement, of which TypeORM would make two: each is a way to the server and back.
    await runner.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    isBegun = true;
    const result = await work(runner);
    await runner.query('COMMIT');
    return result;
  } catch (error) {
    const isEnded = await endIfSilent(runner, error);
    if (isBegun && !isEnded) await rollBack(runner);
    throw error;
  } finally {
    await runner.release();
  }
}

/**
 * One small read, so that a usual start makes no second pool and waits for no lock. TypeORM's own answer would make its
 * table first, which two processes must not do at once.
 */
async function isUpToDate(read: Read): Promise<boolean> {
  try {
    const applied = (await read('SELECT "name" FROM "migrations"', [])) as { name: string }[];
    const names = new Set(applied.map(({ name }) => name));
    return migrations.every((Migration) => names.has(new Migration().name));
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === undefinedTable) return false;
    throw error;
  }
}

/** On connections of its own, without the server's limits: waiting for another process that migrates may take its time. */
async function migrateOnce(options: DataSourceOptions): Promise<string[]> {
  const source = await new DataSource(options).initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const applied = await source.runMigrations({ transaction: 'all' });
    return applied.map((migration) => migration.name);
  } finally {
    // The lock ends with its connection.
    await runner.release();
    await source.destroy();
  }
}

export async function openPostgresDatabase(
  url: string,
  { onStatement, beforeWrite }: DatabaseOptions = {},
): Promise<Database> {
  const options = postgresOptions(url);
  const source = new DataSource({ ...options, extra: serverLimits });
  await source.initialize();
  const pool = (source.driver as PostgresDriver).master as Pool;
  const read = createReader(pool);
  const nearness = createNearness(pool);
  return {
    dialect: postgres,
    async query<Row>(statement: { text: string; values: unknown[] }) {
      await onStatement?.(statement.text, statement.values);
      try {
        return (await read(statement.text, statement.values.map(withoutNul))) as Row[];
      } catch (error) {
        throw asStoreError(error);
      }
    },
    async write(work) {
      for (let attempt = 1; ; attempt += 1) {
        await beforeWrite?.();
        try {
          return await inTransaction(source, (runner) => work(writeConnection(runner, onStatement)));
        } catch (error) {
          if (isDeadlock(error) && attempt < maximumAttempts) continue;
          throw asStoreError(error);
        }
      }
    },
    migrate: async () => ((await isUpToDate(read)) ? [] : migrateOnce(options)),
    hasPendingMigrations: async () => !(await isUpToDate(read)),
    isNear: nearness.isNear,
    async close() {
      await Promise.all([source.destroy(), nearness.close()]);
    },
  };
}
