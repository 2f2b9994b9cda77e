// A store for rows that may be lost: the request log. It is apart from the store of the workspaces, so that neither waits for
// the other, and whatever happens to it changes no answer. The engines implement it.
import type { Instant } from '../../core/clock.ts';
import type { Connection } from './database.ts';

export interface LogStore {
  /** Adds rows of the store's one table, in one statement; a row that is there already is left out. Rejects when it cannot. */
  add(rows: readonly object[]): Promise<void>;
  /** For reads of one workspace. */
  reading(workspace: string): Connection;
  /** Removes rows of before this moment, a few at a time; on some engines only whole days. Returns how many, where it is known. */
  forget(before: Instant): Promise<number | null>;
  /** Removes rows of one workspace of before this moment, a few at a time. */
  forgetOf(workspace: string, before: Instant): Promise<void>;
  close(): Promise<void>;
}

/** Rows of one statement. */
export const maxLogRows = 1_000;
