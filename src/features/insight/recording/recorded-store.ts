// What the store knows of recorded operations and of the ways in which they were run: which are there, and how many more a
// workspace may have.
import sql from 'sql-template-tag';
import type { Database } from '../../../db/store/database.ts';
import { identifier } from '../../../db/store/dialect.ts';
import { FairRoom, type Taker } from './fair-room.ts';

interface Kept {
  readonly table: string;
  /** Rows of one workspace. */
  readonly most: number;
}

/** Each operation has at most 16 KB of text; most have less than one. */
export const keptOperations: Kept = { table: 'recorded_operations', most: 2_000 };
/** A way has a list of coordinates, most of less than a kilobyte. */
export const keptUses: Kept = { table: 'recorded_uses', most: 5_000 };

/** One text of a statement for any number of values. */
const listOf = ({ dialect }: Database, values: readonly string[]) =>
  sql`SELECT value FROM ${dialect.valuesTable(values, 'wanted')}`;

/** Ids of those that are there. */
export async function findKnown(
  database: Database,
  { table }: Kept,
  rows: readonly { readonly id: string }[],
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const ids = rows.map(({ id }) => id);
  const found = await database.query<{ id: string }>(
    sql`SELECT "id" FROM ${identifier(table)} WHERE "id" IN (${listOf(database, ids)})`,
  );
  return new Set(found.map(({ id }) => id));
}

/** How many more may be kept of the workspaces of these rows, and of each of their callers. */
export async function findRoom(
  database: Database,
  { table, most }: Kept,
  rows: readonly Taker[],
): Promise<FairRoom> {
  const room = new FairRoom(most);
  const workspaces = [...new Set(rows.map(({ workspaceId }) => workspaceId))];
  if (workspaces.length === 0) return room;
  const counts = await database.query<{
    workspace_id: string;
    caller_id: string | null;
    kept: number | string;
  }>(
    sql`SELECT "workspace_id", "caller_id", count(*) AS "kept" FROM ${identifier(table)} WHERE "workspace_id" IN (${listOf(database, workspaces)}) GROUP BY "workspace_id", "caller_id"`,
  );
  for (const { workspace_id: workspaceId, caller_id: callerId, kept } of counts)
    room.note({ workspaceId, callerId }, Number(kept));
  return room;
}
