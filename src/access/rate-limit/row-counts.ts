// How many rows keys were answered today: exact, in the store, so that every server counts in one place. Only keys with a limit
// are counted here; what every key did is counted by features/insight/ beside the requests.
import sql from 'sql-template-tag';
import { LRUCache } from 'lru-cache';
import { StoredWorkspace } from '../authentication/tables.ts';
import { ReferenceColumn, SafeIntegerColumn, TextColumn } from '../../db/store/columns.ts';
import type { Database } from '../../db/store/database.ts';
import { StoredIn } from '../../db/store/table.ts';

/** Rows of a key on a day. Processes add to the same row. */
@StoredIn({
  name: 'key_rows_day',
  workspace: 'workspaceId',
  venues: { by: 'closed' },
  indexes: [{ name: 'key_rows_day_old', properties: ['day'] }],
})
export class KeyRowsDay {
  @ReferenceColumn(() => StoredWorkspace, { primary: true }) workspaceId!: string;
  @TextColumn({ primary: true }) callerId!: string;
  /** In UTC, `2026-01-31`. */
  @TextColumn({ primary: true }) day!: string;
  @SafeIntegerColumn() rows!: number;
}

export type CountedKey = Pick<KeyRowsDay, 'workspaceId' | 'callerId' | 'day'>;

export interface RowCounts {
  /** What is known of a day: from the store, with what this process has not written yet. Rejects when it cannot be read. */
  read(key: CountedKey): Promise<number>;
  /**
   * Adds rows and returns what the day has now. Rejects when the store does not take them: they are kept and added by the next.
   */
  add(key: CountedKey, rows: number): Promise<number>;
}

/** Rows that wait to be written for one key and day. */
interface Waiting {
  rows: number;
  /** The write that takes them; those that come while one runs share the next. */
  next: Promise<number> | null;
  running: Promise<unknown> | null;
}

/** Keys with a limit that are answered at the same time, or whose rows could not be written. */
const maxWaiting = 10_000;

async function write(database: Database, { workspaceId, callerId, day }: CountedKey, rows: number) {
  const [sum] = await database.write(
    (connection) =>
      connection.query<{ rows: number | string }>(
        sql`INSERT INTO "key_rows_day" ("workspace_id", "caller_id", "day", "rows") VALUES (${workspaceId}, ${callerId}, ${day}, ${rows}) ON CONFLICT ("workspace_id", "caller_id", "day") DO UPDATE SET "rows" = "key_rows_day"."rows" + excluded."rows" RETURNING "rows"`,
      ),
    { workspace: workspaceId },
  );
  return Number(sum!.rows);
}

export function createRowCounts(database: Database): RowCounts {
  const waiting = new LRUCache<string, Waiting>({ max: maxWaiting });
  const nameOf = ({ callerId, day }: CountedKey) => `${callerId} ${day}`;

  const writeNext = async (key: CountedKey, state: Waiting): Promise<number> => {
    await state.running?.catch(() => undefined);
    const { rows } = state;
    state.rows = 0;
    state.next = null;
    const running = write(database, key, rows);
    state.running = running;
    try {
      return await running;
    } catch (error) {
      // A commit that was answered by a broken connection counts twice: too many rows, never too few.
      state.rows += rows;
      throw error;
    }
  };
  const add = (key: CountedKey, rows: number): Promise<number> => {
    const state = waiting.get(nameOf(key)) ?? { rows: 0, next: null, running: null };
    waiting.set(nameOf(key), state);
    state.rows += rows;
    return (state.next ??= writeNext(key, state));
  };
  return {
    add,
    async read(key) {
      const owed = waiting.get(nameOf(key))?.rows ?? 0;
      if (owed > 0) return add(key, 0);
      const { workspaceId, callerId, day } = key;
      const [found] = await database.query<{ rows: number | string }>(
        sql`SELECT "rows" FROM "key_rows_day" WHERE "workspace_id" = ${workspaceId} AND "caller_id" = ${callerId} AND "day" = ${day}`,
        { workspace: workspaceId },
      );
      return found ? Number(found.rows) : 0;
    },
  };
}
