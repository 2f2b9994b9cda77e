// The connections that read a SQLite file: some for the workspaces, which share them fairly, and one for the server's own
// look-ups. Nothing can be written through them.
import type { StoreCall } from '../store/database.ts';
import { createFairSlots } from '../turns/fair-slots.ts';
import { createLongWork } from '../turns/long-work.ts';
import { openConnection, type SqliteConnection } from './connection.ts';
import { asStoreError } from '../store/store-failure.ts';

/** How many statements of one workspace may wait. A page of a dashboard asks for some tens at a time. */
const maxWaiting = 1_000;

/**
 * Statements run in libuv's thread pool, which has four threads unless UV_THREADPOOL_SIZE says otherwise (`npm start` does).
 * Of three readers one workspace takes two, so that even then there is a thread for the writer and one for the look-ups.
 */
const readerCount = 3;

export interface SqliteReaders {
  /** Runs `read` on a connection that does nothing else meanwhile; look-ups of the server itself share one. */
  use<T>(call: StoreCall, read: (reader: SqliteConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function openReaders(path: string, pragmas: string): Promise<SqliteReaders> {
  const open = () => openConnection(path, `${pragmas}; PRAGMA query_only = ON`);
  const readers = await Promise.all(Array.from({ length: readerCount }, open));
  const lookUps = await open();
  const longWork = createLongWork({ most: readers.length, nowMs: () => performance.now() });
  const slots = createFairSlots({ slots: readers.length, maxWaiting, longWork });
  /** The last one that was used comes first: its statements are prepared. */
  const idle = [...readers];

  async function onIdleReader<T>(work: (reader: SqliteConnection) => Promise<T>): Promise<T> {
    // There are as many readers as slots.
    const reader = idle.pop()!;
    try {
      return await work(reader);
    } finally {
      idle.push(reader);
    }
  }

  return {
    async use(call, read) {
      try {
        if (call.workspace === undefined) return await read(lookUps);
        return await slots.run(call, () => onIdleReader(read));
      } catch (error) {
        throw asStoreError(error);
      }
    },
    async close() {
      await slots.onIdle();
      await Promise.all([...readers, lookUps].map((reader) => reader.close()));
    },
  };
}
