// What the store knows of recorded operations: which of them are there, and how many more a workspace may have.
import sql from 'sql-template-tag';
import type { Database } from '../../../db/store/database.ts';
import type { NewOperation } from './operation-book.ts';

/** Operations that are kept of one workspace. Each has at most 16 KB of text; most have less than one. */
const maxOperations = 2_000;

/** One text of a statement for any number of values. */
const listOf = ({ dialect }: Database, values: readonly string[]) =>
  sql`SELECT value FROM ${dialect.valuesTable(values, 'wanted')}`;

/** Ids of those that are there. */
export async function findKnownOperations(
  database: Database,
  operations: readonly NewOperation[],
): Promise<ReadonlySet<string>> {
  if (operations.length === 0) return new Set();
  const ids = listOf(
    database,
    operations.map(({ id }) => id),
  );
  const rows = await database.query<{ id: string }>(
    sql`SELECT "id" FROM "recorded_operations" WHERE "id" IN (${ids})`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** By workspace: how many more operations may be kept of it. */
export async function findRoom(
  database: Database,
  operations: readonly NewOperation[],
): Promise<Map<string, number>> {
  const workspaces = [...new Set(operations.map(({ workspaceId }) => workspaceId))];
  if (workspaces.length === 0) return new Map();
  const rows = await database.query<{ workspace_id: string; kept: number | string }>(
    sql`SELECT "workspace_id", count(*) AS "kept" FROM "recorded_operations" WHERE "workspace_id" IN (${listOf(database, workspaces)}) GROUP BY "workspace_id"`,
  );
  const kept = new Map(rows.map((row) => [row.workspace_id, Number(row.kept)]));
  return new Map(workspaces.map((id) => [id, Math.max(0, maxOperations - (kept.get(id) ?? 0))]));
}
