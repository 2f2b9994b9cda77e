// One reading connection to a SQLite file that keeps its statements prepared. Not through TypeORM, which prepares each time
// and wraps each read in several promises. Measured on two busy cores in November 2026, Dashboard: 0.82 of the CPU.
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';
import type { Database as SqliteFile, Statement } from 'sqlite3';

/** Distinct statement texts; a prepared one takes a few KB. Past it the least used is prepared anew. */
const maxPrepared = 300;
/** A filter can make a text of 600,000 characters, and a prepared statement takes some 30 bytes for each of them. */
const maxLength = 4_000;

type Sqlite = typeof import('sqlite3');

/** The driver's functions end in a callback with an error or null first. */
function promised<T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    start((error, value) => {
      if (error) reject(error);
      else resolve(value);
    }),
  );
}

function openFile(path: string): Promise<SqliteFile> {
  const sqlite = createRequire(import.meta.url)('sqlite3') as Sqlite;
  return promised((done) => {
    const file: SqliteFile = new sqlite.Database(path, sqlite.OPEN_READWRITE, (error) => done(error, file));
  });
}

function finalize(statement: Statement): Promise<unknown> {
  return promised((done) => statement.finalize(() => done(null, undefined)));
}

export interface SqliteReader {
  query(text: string, values: readonly unknown[]): Promise<unknown[]>;
  close(): Promise<void>;
}

/** The file must be there. Nothing can be written through it. */
export async function openReader(path: string, busyTimeoutMs: number): Promise<SqliteReader> {
  const file = await openFile(path);
  await promised((done) =>
    file.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA query_only = ON;`, (error) =>
      done(error, null),
    ),
  );
  const prepared = new LRUCache<string, Promise<Statement>>({
    max: maxPrepared,
    // Queued by the driver behind whatever the statement still has to do.
    dispose: (made) => void made.then(finalize, () => undefined),
  });

  const prepare = (text: string): Promise<Statement> => {
    const known = prepared.get(text);
    if (known) return known;
    const made = promised<Statement>((done) => {
      const statement: Statement = file.prepare(text, (error: Error | null) => done(error, statement));
    });
    prepared.set(text, made);
    // A refusal may be of the moment only, such as a locked store.
    made.catch(() => prepared.delete(text));
    return made;
  };

  return {
    async query(text, values) {
      // Only a SELECT lets go of the store when its last row was read. EXPLAIN does when it is reset: kept, it would hold the
      // whole connection to what the store was then, and a revoked key would work on.
      const isKept = text.startsWith('SELECT ') && text.length <= maxLength;
      if (!isKept) return promised<unknown[]>((done) => file.all(text, values, done));
      const statement = await prepare(text);
      // Not `get`, which leaves the read transaction open: writers would wait for it, and the WAL would grow.
      return promised<unknown[]>((done) => statement.all(values, done));
    },
    async close() {
      // The file does not close under a statement.
      await Promise.all([...prepared.values()].map((made) => made.then(finalize, () => undefined)));
      await promised((done) => file.close((error) => done(error, null)));
    },
  };
}
