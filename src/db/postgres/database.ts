// Postgres through a pool: reads on any connection, each write in a transaction of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSourceOptions } from 'typeorm';
import { idleTransactionMs, statementLimitMs, statementPatienceMs } from '../../core/deadlines.ts';
import {
  untilEnd,
  type AppliedMigration,
  type Database,
  type DatabaseOptions,
  type StoreCall,
  type WriteConnection,
} from '../store/database.ts';
import { postgres } from '../store/dialect.ts';
import { entitySchema } from '../store/entity-schema.ts';
import { createFairSlots } from '../turns/fair-slots.ts';
import { createLongWork } from '../turns/long-work.ts';
import { isUpToDate } from '../migrations/applied.ts';
import { migrations } from '../migrations/index.ts';
import { bringUpToDate, runMissing } from '../migrations/migrate.ts';
import { appliedTable } from '../migrations/tools/released.ts';
import { findRefusal } from '../migrations/tools/requirements.ts';
import { timedMigrations } from '../migrations/timed.ts';
import { cancellable, createCancel, type Cancel } from './cancel.ts';
import { createPing } from './ping.ts';
import { applicationName, dropIdle, isSilence, newPool, type PoolClient } from './pool.ts';
import { createNames, isOfPreparing, ofWrites, type NameOf } from './prepared.ts';
import { createReader, type Connections, type Read } from './reader.ts';
import { asStoreError } from '../store/store-failure.ts';
import type { EntityClass } from '../store/table.ts';
import { newDataSource } from '../store/typeorm.ts';

/** Any number that no other program on the same database uses for its own advisory lock. */
const migrationLock = 5_242_001;

/** For migrations, which need no entities; and for TypeORM's own command line, which compares them with the tables. */
export function postgresOptions(url: string, entities: readonly EntityClass[] = []): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: entities.map((entity) => entitySchema(entity, postgres)),
    migrations: [...migrations],
    migrationsTableName: appliedTable,
    applicationName,
    // Nothing may install extensions unasked: the schema needs none.
    installExtensions: false,
  };
}

/** Connections that the workspaces share, and those for the server's own look-ups, which no workspace can keep busy. */
const sharedMax = 8;
const lookUpsMax = 2;
/** How many statements and transactions of one workspace may wait. A page of a dashboard asks for some tens at a time. */
const maxWaiting = 1_000;

/** Under the 3 seconds in which a caller is promised an answer. A migration may take longer. */
const serverLimits = {
  connectionTimeoutMillis: 2_000,
  // A connection that is closed takes the statements with it that were prepared on it.
  idleTimeoutMillis: 300_000,
  // The server ends what takes too long; only when it is silent, as behind a broken network, does the client give up.
  statement_timeout: statementLimitMs,
  query_timeout: statementPatienceMs,
  idle_in_transaction_session_timeout: idleTransactionMs,
};

/** Postgres refuses NUL in any text. No stored text holds one, so a query with one matches no row. */
function withoutNul(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNul);
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

interface Writing {
  readonly client: PoolClient;
  readonly nameOf: NameOf;
  readonly cancel: Cancel;
  readonly signal: AbortSignal | undefined;
  readonly onStatement: DatabaseOptions['onStatement'];
}

function writeConnection({ client, nameOf, cancel, signal, onStatement }: Writing): WriteConnection {
  const run = async ({ text, values }: { text: string; values: unknown[] }) => {
    await onStatement?.(text, values);
    const name = nameOf(text);
    const query = { ...{ text, values: values.map(withoutNul) }, ...(name === undefined ? {} : { name }) };
    return cancellable({ client, signal, cancel }, () => client.query<Record<string, unknown>>(query));
  };
  return {
    dialect: postgres,
    query: async <Row>(statement: { text: string; values: unknown[] }) =>
      (await run(statement)).rows as Row[],
    execute: async (statement) => (await run(statement)).rowCount ?? 0,
  };
}

/**
 * Two transactions waited for each other and this one was rolled back. The other one goes on, so running it again ends
 * well or finds out why not. Postgres takes a second to notice: what can be foreseen runs one at a time instead.
 */
function isDeadlock(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '40P01';
}
const maximumAttempts = 3;
/**
 * Before it is run again, for each time that it was. The other one has been woken for the row but does not have it yet: a
 * transaction that asks at once takes it first, and both wait for each other again.
 */
const afterDeadlockMs = 50;

/** Prepares nothing, so that a second attempt cannot fail for the reason of the first. */
const unprepared: NameOf = () => undefined;

/**
 * Rolls a failed transaction back. Returns false when the connection must not go back to the pool: a silent one would
 * keep its next users waiting, even when the store is long back. Ending it is also a rollback, because the server
 * forgets an open transaction with its connection.
 */
async function rollBack(client: PoolClient, { onSilence }: Connections, error: unknown): Promise<boolean> {
  // Its prepared statements are not valid any more; ending the connection is a rollback as well.
  if (isOfPreparing(error)) return false;
  if (isSilence(error)) {
    onSilence();
    return false;
  }
  try {
    await client.query('ROLLBACK');
    return true;
  } catch (failure) {
    if (isSilence(failure)) onSilence();
    return false;
  }
}

async function inTransaction<T>(
  connections: Connections,
  signal: AbortSignal | undefined,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connections.pool.connect();
  let isSound = false;
  try {
    // READ COMMITTED is enough: what must not race is decided by a locked row, a version or a unique index.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    const result = await work(client);
    await client.query('COMMIT');
    isSound = true;
    return result;
  } catch (error) {
    // A request to cancel may still be on its way to this connection.
    isSound = (await rollBack(client, connections, error)) && !signal?.aborted;
    throw error;
  } finally {
    client.release(!isSound);
  }
}

/** On connections of its own, without the server's limits: waiting for another process that migrates may take its time. */
async function migrateOnce(options: DataSourceOptions): Promise<AppliedMigration[]> {
  const { applied, timed } = timedMigrations();
  const source = await newDataSource({ ...options, migrations: timed }).initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await runMissing(source, 'all');
    return applied;
  } finally {
    // The lock ends with its connection.
    await runner.release().finally(() => source.destroy());
  }
}

function openPools(url: string): { shared: Connections; lookUps: Connections } {
  const shared = newPool(url, { ...serverLimits, max: sharedMax });
  const lookUps = newPool(url, { ...serverLimits, max: lookUpsMax });
  const cancel = createCancel(lookUps);
  // What silenced one connection may have affected those of the other pool as well.
  const onSilence = () => [shared, lookUps].forEach(dropIdle);
  return { shared: { pool: shared, cancel, onSilence }, lookUps: { pool: lookUps, cancel, onSilence } };
}

/** Runs transactions, and once more those that the store asks to run again. */
function createWriter(connections: Connections, { onStatement, beforeWrite }: DatabaseOptions) {
  const nameOf = createNames(ofWrites);
  const { cancel } = connections;
  return async function write<T>(work: (connection: WriteConnection) => Promise<T>, signal?: AbortSignal) {
    for (let attempt = 1; ; attempt += 1) {
      await beforeWrite?.();
      try {
        return await inTransaction(connections, signal, (client) => {
          const names = attempt === 1 ? nameOf : unprepared;
          const writing = writeConnection({ client, nameOf: names, cancel, signal, onStatement });
          const { connection, end } = untilEnd(writing);
          return work(connection).finally(end);
        });
      } catch (error) {
        const isAgain = (isDeadlock(error) || isOfPreparing(error)) && attempt < maximumAttempts;
        if (!isAgain) throw asStoreError(error);
        if (isDeadlock(error)) await sleep(afterDeadlockMs * attempt);
      }
    }
  };
}

export async function openPostgresDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const { onStatement } = options;
  const { shared, lookUps } = openPools(url);
  const longWork = createLongWork({ most: sharedMax, nowMs: () => performance.now() });
  const slots = createFairSlots({ slots: sharedMax, maxWaiting, longWork });
  const read = createReader(shared);
  const lookUp = createReader(lookUps);
  const write = createWriter(shared, options);
  const ping = createPing(url);

  return {
    dialect: postgres,
    async query<Row>({ text, values }: { text: string; values: unknown[] }, call: StoreCall = {}) {
      const readBy = async (reader: Read) => {
        await onStatement?.(text, values);
        return reader(text, values.map(withoutNul), call.signal) as Promise<Row[]>;
      };
      try {
        if (call.workspace === undefined) return await readBy(lookUp);
        return await slots.run(call, () => readBy(read));
      } catch (error) {
        throw asStoreError(error);
      }
    },
    write: (work, call = {}) => slots.run(call, () => write(work, call.signal)),
    migrate: () => bringUpToDate(lookUp, () => migrateOnce(postgresOptions(url))),
    hasPendingMigrations: async () => !(await isUpToDate(lookUp)),
    findRefusal: () => findRefusal(lookUp),
    isResponsive: ping.isResponsive,
    async close() {
      await slots.onIdle();
      await Promise.all([shared.pool.end(), lookUps.pool.end(), ping.close()]);
    },
  };
}
