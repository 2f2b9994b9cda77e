// The only way a feature reads or writes rows: every statement is already limited to the caller's workspace and venues.
import { empty } from 'sql-template-tag';
import type { Clock } from '../../core/clock.ts';
import { connectionFor, type Database, type WriteConnection } from '../store/database.ts';
import type { TenantScope } from '../statements/tenancy.ts';
import { sharing, type ReadRow } from './shared-reads.ts';
import { readerOf, type TenantReader } from './reader.ts';
import { writerOf, type TenantTransaction } from './writer.ts';

export type { ListResult, ListsBelow, TenantReader } from './reader.ts';
export type { NewRow, TenantTransaction, UpdateOutcome } from './writer.ts';

export interface TenantDb extends TenantReader {
  /**
   * Runs `work` in one transaction, more than once when the store asks for it (see Database#write). The caller's credential
   * is read again inside the transaction: one that has ended meanwhile rolls everything back (UNAUTHENTICATED).
   */
  transaction<T>(work: (tx: TenantTransaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export interface TransactionOptions {
  /**
   * Transactions of a workspace with the same name run one after the other: for those that hold rows in no fixed order and
   * would wait for each other until the store ends one of them.
   */
  readonly oneAtATime?: string;
}

export interface TenantDbOptions {
  readonly database: Database;
  readonly scope: TenantScope;
  readonly clock: Clock;
  /** Where `byIdsWith` reads single rows; without it each is a statement of its own. */
  readonly readRow?: ReadRow;
  /** Runs inside each transaction before anything else; throwing rolls back. */
  readonly afterBegin?: (connection: WriteConnection) => Promise<void>;
  /** Runs inside each transaction right before its commit; throwing rolls back. */
  readonly beforeCommit?: (connection: WriteConnection) => Promise<void>;
  /** Runs after each commit. */
  readonly afterCommit?: () => void;
}

async function takeName(connection: WriteConnection, name: string): Promise<void> {
  const lock = connection.dialect.lockName(name);
  if (lock !== empty) await connection.query(lock);
}

export function createTenantDb(options: TenantDbOptions): TenantDb {
  const { database, scope, clock, readRow, afterBegin, beforeCommit, afterCommit } = options;
  const { workspaceId: workspace } = scope;
  const reader = readerOf(connectionFor(database, { workspace }), scope);
  return {
    ...reader,
    ...(readRow ? sharing(reader, readRow) : {}),
    async transaction(work, { oneAtATime } = {}) {
      const inTransaction = async (connection: WriteConnection) => {
        // For the transactions of other processes: those of this one take turns before they take a connection.
        if (oneAtATime !== undefined) await takeName(connection, `${oneAtATime} of ${workspace}`);
        await afterBegin?.(connection);
        const value = await work(writerOf(connection, scope, clock));
        await beforeCommit?.(connection);
        return value;
      };
      const call = { workspace, ...(oneAtATime === undefined ? {} : { oneAtATime }) };
      const result = await database.write(inTransaction, call);
      afterCommit?.();
      return result;
    },
  };
}
