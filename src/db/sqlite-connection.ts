// One open connection to a SQLite file that keeps its statements prepared. Not through TypeORM, which prepares each time and
// wraps each statement in several promises. Measured on two busy cores in November 2026: 0.82 of the CPU for a Dashboard,
// 0.79 for a CreateInquiry.
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';
import type { Database as SqliteFile, RunResult, Statement } from 'sqlite3';

/** Distinct statement texts; a prepared one takes a few KB. Past it the least used is prepared anew. */
const maxPrepared = 300;
/**
 * The longest text that is kept, by its first word; another word is not kept at all. A filter can make a SELECT of 600,000
 * characters, and a prepared statement takes some 30 bytes for each of them. An INSERT keeps the values of its last run as
 * well: with a text for each number of rows, and 20,000 characters in each row, those of bulk mutations would be 100 MB.
 */
const maxLength: Readonly<Record<string, number>> = {
  SELECT: 4_000,
  INSERT: 1_000,
  UPDATE: 1_000,
  DELETE: 1_000,
};

/**
 * Only these let go of the store when their last row was read. EXPLAIN does when it is reset: kept, it would hold the whole
 * connection to what the store was then, and a revoked key would work on.
 */
function isKept(text: string): boolean {
  return text.length <= (maxLength[text.slice(0, text.indexOf(' '))] ?? 0);
}

type Done<T> = (error: Error | null, value: T) => void;

/** The driver's functions end in a callback with an error or null first. */
function promised<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    start((error, value) => {
      if (error) reject(error);
      else resolve(value);
    }),
  );
}

function finalize(statement: Statement): Promise<unknown> {
  return promised((done) => statement.finalize(() => done(null, undefined)));
}

/** The driver tells the number of changed rows as a property of the statement that it calls back with, or an error alone. */
function changes(done: Done<number>) {
  return function (this: RunResult, error: Error | null) {
    done(error, error ? 0 : this.changes);
  };
}

export interface SqliteConnection {
  /** Runs one statement and returns its rows. */
  all(text: string, values: readonly unknown[]): Promise<unknown[]>;
  /** Runs one INSERT, UPDATE or DELETE without RETURNING. Returns the number of rows that it touched. */
  run(text: string, values: readonly unknown[]): Promise<number>;
  /** Runs statements that answer nothing. They are not kept: a BEGIN and a COMMIT that were took as long. */
  exec(text: string): Promise<void>;
  close(): Promise<void>;
}

function keepPrepared(file: SqliteFile) {
  const prepared = new LRUCache<string, Promise<Statement>>({
    max: maxPrepared,
    // Queued by the driver behind whatever the statement still has to do.
    dispose: (made) => void made.then(finalize, () => undefined),
  });
  return {
    /** Null for a text that is not kept. */
    get(text: string): Promise<Statement> | null {
      const known = prepared.get(text);
      if (known) return known;
      if (!isKept(text)) return null;
      const made = promised<Statement>((done) => {
        const statement: Statement = file.prepare(text, (error: Error | null) => done(error, statement));
      });
      prepared.set(text, made);
      // A refusal may be of the moment only, such as a locked store.
      made.catch(() => prepared.delete(text));
      return made;
    },
    async release() {
      await Promise.all([...prepared.values()].map((made) => made.then(finalize, () => undefined)));
    },
  };
}

function openFile(path: string): Promise<SqliteFile> {
  const sqlite = createRequire(import.meta.url)('sqlite3') as typeof import('sqlite3');
  return promised((done) => {
    const file: SqliteFile = new sqlite.Database(path, sqlite.OPEN_READWRITE, (error) => done(error, file));
  });
}

/** The file must be there. `pragmas` are run first. */
export async function openConnection(path: string, pragmas: string): Promise<SqliteConnection> {
  const file = await openFile(path);
  const connection = connectionOn(file);
  try {
    await connection.exec(pragmas);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function connectionOn(file: SqliteFile): SqliteConnection {
  const prepared = keepPrepared(file);
  return {
    async all(text, values) {
      const statement = await prepared.get(text);
      // Not `get`, which leaves the read transaction open: writers would wait for it, and the WAL would grow.
      return promised<unknown[]>((done) =>
        statement ? statement.all(values, done) : file.all(text, values, done),
      );
    },
    async run(text, values) {
      const statement = await prepared.get(text);
      return promised<number>((done) =>
        statement ? statement.run(values, changes(done)) : file.run(text, values, changes(done)),
      );
    },
    async exec(text) {
      await promised((done) => file.exec(text, (error) => done(error, null)));
    },
    async close() {
      // The file does not close under a statement.
      await prepared.release();
      await promised((done) => file.close((error) => done(error, null)));
    },
  };
}
