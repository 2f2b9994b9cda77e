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
  /** Runs one statement and returns its rows. Throws the signal's reason when that ends the statement. */
  all(text: string, values: readonly unknown[], signal?: AbortSignal): Promise<unknown[]>;
  /** Runs one INSERT, UPDATE or DELETE without RETURNING. Returns the number of rows that it touched. */
  run(text: string, values: readonly unknown[], signal?: AbortSignal): Promise<number>;
  /** Runs statements that answer nothing. They are not kept: a BEGIN and a COMMIT that were took as long. */
  exec(text: string): Promise<void>;
  /** How long the current statement has been running; 0 when none runs. */
  busyMs(): number;
  close(): Promise<void>;
}

function keepPrepared(file: SqliteFile) {
  const prepared = new LRUCache<string, Statement>({ max: maxPrepared });
  const prepare = (text: string) =>
    promised<Statement>((done) => {
      const statement: Statement = file.prepare(text, (error: Error | null) => done(error, statement));
    });

  async function keep(text: string): Promise<Statement> {
    const known = prepared.get(text);
    if (known) return known;
    const least = prepared.size === maxPrepared ? prepared.pop() : undefined;
    if (least) await finalize(least);
    const statement = await prepare(text);
    prepared.set(text, statement);
    return statement;
  }

  return {
    /**
     * A statement is let go of before the next one begins: SQLite lets go of one on the thread that asks for it, and there
     * waits for whatever runs on the same connection. That thread is the one that answers every request.
     */
    async use<T>(text: string, work: (statement: Statement) => Promise<T>): Promise<T> {
      if (isKept(text)) return work(await keep(text));
      const statement = await prepare(text);
      try {
        return await work(statement);
      } finally {
        await finalize(statement);
      }
    },
    async release() {
      for (const statement of prepared.values()) await finalize(statement);
    },
  };
}

/** Asked again so often, because a statement that still waits for a thread cannot be interrupted. */
const interruptEveryMs = 10;

/**
 * Ends the work when the signal is aborted. `sqlite3_interrupt` ends every statement that runs on the connection and none
 * that begins later: it must be called while this one runs, and never after its end, when the next one may be running.
 */
async function interruptible<T>(
  file: SqliteFile,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!signal) return work();
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    file.interrupt();
    timer = setTimeout(interrupt, interruptEveryMs);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await work();
  } catch (error) {
    const isInterrupted = (error as { code?: unknown } | null)?.code === 'SQLITE_INTERRUPT';
    throw isInterrupted && signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearTimeout(timer);
  }
}

/** Runs statements one after the other. A second one would wait in the driver, and be interrupted with the first. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  let sinceMs: number | undefined;
  return {
    inTurn<T>(work: () => Promise<T>): Promise<T> {
      const mine = last.then(() => {
        sinceMs = performance.now();
        return work();
      });
      const done = () => (sinceMs = undefined);
      last = mine.then(done, done);
      return mine;
    },
    busyMs: () => (sinceMs === undefined ? 0 : performance.now() - sinceMs),
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
  const { inTurn, busyMs } = createTurns();
  const use = <T>(
    text: string,
    signal: AbortSignal | undefined,
    start: (statement: Statement, done: Done<T>) => void,
  ) =>
    inTurn(() =>
      interruptible(file, signal, () =>
        prepared.use(text, (statement) => promised<T>((done) => start(statement, done))),
      ),
    );
  return {
    busyMs,
    // Not `get`, which leaves the read transaction open: writers would wait for it, and the WAL would grow.
    all: (text, values, signal) =>
      use<unknown[]>(text, signal, (statement, done) => statement.all(values, done)),
    run: (text, values, signal) =>
      use<number>(text, signal, (statement, done) => statement.run(values, changes(done))),
    exec: (text) =>
      inTurn(() => promised<void>((done) => file.exec(text, (error) => done(error, undefined)))),
    close: () =>
      inTurn(async () => {
        // The file must not be closed while a statement runs.
        await prepared.release();
        await promised<void>((done) => file.close((error) => done(error, undefined)));
      }),
  };
}
