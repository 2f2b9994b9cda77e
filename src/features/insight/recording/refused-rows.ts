// What becomes of rows of which the store refuses one: that one is given up, and the others are written.
import sql from 'sql-template-tag';
import type { Database } from '../../../db/store/database.ts';

interface OfWorkspace {
  readonly workspaceId: string;
}

interface Divided<Row> {
  /** To be written each by itself; may be refused again. */
  readonly parts: readonly (readonly Row[])[];
  /** Given up. */
  readonly lost: readonly Row[];
  /** Whether a figure lacks what is lost. Nobody can ask for figures of a workspace that was deleted. */
  readonly isMissed: boolean;
}

async function findWorkspaces(
  database: Database,
  rows: readonly OfWorkspace[],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(rows.map(({ workspaceId }) => workspaceId))];
  const found = await database.query<{ id: string }>(
    sql`SELECT "id" FROM "workspaces" WHERE "id" IN (SELECT value FROM ${database.dialect.valuesTable(ids, 'wanted')})`,
  );
  return new Set(found.map(({ id }) => id));
}

/**
 * Rows that the store refused together -> what is left to write. Rows of workspaces that are gone are given up at once. Else the
 * rows are halved, until the one that is refused stands alone: it costs itself and nothing more.
 */
export async function divideRefused<Row extends OfWorkspace>(
  database: Database,
  rows: readonly Row[],
): Promise<Divided<Row>> {
  const workspaces = await findWorkspaces(database, rows);
  const lost = rows.filter(({ workspaceId }) => !workspaces.has(workspaceId));
  if (lost.length > 0) {
    const kept = rows.filter(({ workspaceId }) => workspaces.has(workspaceId));
    return { parts: kept.length > 0 ? [kept] : [], lost, isMissed: false };
  }
  if (rows.length <= 1) return { parts: [], lost: rows, isMissed: true };
  const half = Math.ceil(rows.length / 2);
  return { parts: [rows.slice(0, half), rows.slice(half)], lost: [], isMissed: false };
}
