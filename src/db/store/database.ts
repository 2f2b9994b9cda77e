// What the rest of the house may do with a store: read, write in one transaction, migrate, close. The engines implement it.
import type { Sql } from 'sql-template-tag';
import type { Dialect } from './dialect.ts';

/** On whose behalf a statement or a transaction runs. */
export interface StoreCall {
  /**
   * Whose share of the store it takes. Absent: the server's own, for credentials and health. Such reads have a connection of
   * their own, which no workspace can keep busy, so each must be a look-up by index.
   */
  readonly workspace?: string;
  /** Ends it, waiting or running, with the signal's reason; what a transaction wrote is rolled back. */
  readonly signal?: AbortSignal;
}

export interface WriteCall extends StoreCall {
  /** Transactions of a workspace with the same name take turns before they take a connection; in this process alone. */
  readonly oneAtATime?: string;
}

export interface Connection {
  readonly dialect: Dialect;
  /** Runs one statement. Throws SERVICE_UNAVAILABLE when the store is away; any other error is a defect. */
  query<Row extends object>(statement: Sql): Promise<Row[]>;
}

/** A connection inside an open write transaction. */
export interface WriteConnection extends Connection {
  /** Runs an INSERT, UPDATE or DELETE. Returns the number of rows that it touched. */
  execute(statement: Sql): Promise<number>;
}

/**
 * The connection of a transaction, usable until the transaction ends. After that a statement throws: it would run on
 * its own, or inside another transaction.
 */
export function untilEnd(connection: WriteConnection): { connection: WriteConnection; end: () => void } {
  let isOver = false;
  const assertOpen = () => {
    if (isOver) throw new Error('A statement after the end of its transaction.');
  };
  return {
    connection: {
      dialect: connection.dialect,
      async query<Row extends object>(statement: Sql) {
        assertOpen();
        return connection.query<Row>(statement);
      },
      async execute(statement) {
        assertOpen();
        return connection.execute(statement);
      },
    },
    end: () => void (isOver = true),
  };
}

export interface AppliedMigration {
  readonly name: string;
  readonly durationMs: number;
}

export interface MigrationReport {
  /** By this call, in order. */
  readonly applied: readonly AppliedMigration[];
  /** Names of applied migrations that a newer version brought and this one can honour. */
  readonly unknown: readonly string[];
}

export interface Database extends Connection {
  /** Runs one statement. Workspaces get equal parts. Throws RATE_LIMITED when too many of this workspace wait. */
  query<Row extends object>(statement: Sql, call?: StoreCall): Promise<Row[]>;
  /**
   * Runs `work` in one transaction: commits when it returns, rolls back when it throws. Workspaces take turns, and the
   * transactions of one begin in the order in which they came; on SQLite one runs at a time. `work` must not wait for
   * anything but this connection. On Postgres a deadlock, or a connection that lost what was prepared on it, runs `work`
   * again from its beginning, so it must leave nothing behind but rows. Throws RATE_LIMITED as `query` does.
   */
  write<T>(work: (connection: WriteConnection) => Promise<T>, call?: WriteCall): Promise<T>;
  /**
   * Applies what is missing, in order, once, also when two processes start together. Throws StoreVersionError, and changes
   * nothing, when this version must not use the store.
   */
  migrate(): Promise<MigrationReport>;
  hasPendingMigrations(): Promise<boolean>;
  /** Why this version must not use the store, in a sentence for the operator; null when it may. One small read. */
  findRefusal(): Promise<string | null>;
  /** Whether the store answers something trivial at once, whatever it is doing for workspaces. May reject. */
  isResponsive(): Promise<boolean>;
  close(): Promise<void>;
}

/** Asks a store whether it answers, on a connection of its own. How long is too long, the caller decides. */
export type Ping = Pick<Database, 'isResponsive' | 'close'>;

/** The part of a database that reads need. */
export type ReadableDatabase = Pick<Database, 'dialect' | 'query'>;

/** A connection that reads on behalf of one caller. */
export function connectionFor(database: ReadableDatabase, call: StoreCall): Connection {
  return { dialect: database.dialect, query: (statement) => database.query(statement, call) };
}

export interface DatabaseOptions {
  /**
   * Called with the text and the parameters of each statement of reads and writes, and waited for; for counting,
   * explaining and holding.
   */
  readonly onStatement?: (text: string, values: readonly unknown[]) => void | Promise<void>;
  /** Waited for before each transaction begins, when it holds nothing yet. */
  readonly beforeWrite?: () => Promise<void>;
}
