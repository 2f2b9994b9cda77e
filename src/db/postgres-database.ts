// Postgres through TypeORM's pool: reads on any connection, each write in a transaction of its own.
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import type { Database, DatabaseOptions, WriteConnection } from './database.ts';
import { postgres } from './dialect.ts';
import { entitySchema } from './entity-schema.ts';
import { migrations } from './migrations/index.ts';
import { asStoreError } from './store-failure.ts';
import type { EntityClass } from './table.ts';

/** Any number that no other program on the same database uses for its own advisory lock. */
const migrationLock = 5_242_001;

/** For the server's pool and for TypeORM's own command line. */
export function postgresOptions(url: string, entities: readonly EntityClass[]): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: entities.map((entity) => entitySchema(entity, postgres)),
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    applicationName: 'latchkey',
    // Nothing may install extensions unasked: the schema needs none.
    installExtensions: false,
    extra: {
      max: 10,
      connectionTimeoutMillis: 2_000,
      statement_timeout: 10_000,
      // Slightly under the 3 seconds in which a caller is promised an answer, even when the server is a black hole.
      idle_in_transaction_session_timeout: 15_000,
    },
  };
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
      await onStatement?.(statement.text);
      return (await runner.query(statement.text, statement.values.map(withoutNul))) as Row[];
    },
    async execute(statement) {
      await onStatement?.(statement.text);
      const result = await runner.query(statement.text, statement.values.map(withoutNul), true);
      return result.affected ?? 0;
    },
  };
}

async function inTransaction<T>(source: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    // READ COMMITTED is enough: what must not race is decided by a locked row, a version or a unique index.
    await runner.startTransaction('READ COMMITTED');
    const result = await work(runner);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    // The connection may be gone; then the server has rolled back by itself.
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

async function migrateOnce(source: DataSource): Promise<string[]> {
  const runner = source.createQueryRunner();
  await runner.query('SELECT pg_advisory_lock($1)', [migrationLock]);
  try {
    const applied = await source.runMigrations({ transaction: 'all' });
    return applied.map((migration) => migration.name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    await runner.release();
  }
}

export async function openPostgresDatabase(
  url: string,
  entities: readonly EntityClass[],
  { onStatement, beforeWrite }: DatabaseOptions = {},
): Promise<Database> {
  const source = new DataSource(postgresOptions(url, entities));
  await source.initialize();
  return {
    dialect: postgres,
    async query<Row>(statement: { text: string; values: unknown[] }) {
      await onStatement?.(statement.text);
      try {
        return (await source.query(statement.text, statement.values.map(withoutNul))) as Row[];
      } catch (error) {
        throw asStoreError(error);
      }
    },
    async write(work) {
      await beforeWrite?.();
      try {
        return await inTransaction(source, (runner) => work(writeConnection(runner, onStatement)));
      } catch (error) {
        throw asStoreError(error);
      }
    },
    migrate: () => migrateOnce(source),
    hasPendingMigrations: () => source.showMigrations(),
    close: () => source.destroy(),
  };
}
