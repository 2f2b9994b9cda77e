// Keeps the words of searched tables in step, in the transaction of the change. (Deleting does it by itself: the words
// refer to their row.)
import sql, { type Sql } from 'sql-template-tag';
import { columnSql } from './condition.ts';
import type { WriteConnection } from '../store/database.ts';
import { identifier } from '../store/dialect.ts';
import { wordsStatement } from './search.ts';
import { byIdsStatement, toEntities } from './select.ts';
import type { Table } from '../store/table.ts';
import { changedAlias, type Row } from './write.ts';

const rowsAtOnce = 500;

/** The words of rows that were just inserted, all of them. */
export async function putWords(
  connection: WriteConnection,
  workspaceId: string,
  table: Table,
  rows: readonly Row[],
): Promise<void> {
  if (table.search.length > 0 && rows.length > 0) {
    await connection.execute(wordsStatement(table, workspaceId, rows, connection.dialect));
  }
}

/** A change that sets one searched text needs the others too: they are read after it. */
export async function refreshWords(
  connection: WriteConnection,
  workspaceId: string,
  table: Table,
  ids: readonly string[],
): Promise<void> {
  const properties = ['id', ...table.search];
  // A change may take a row out of its writer's venues; its words change all the same.
  const scope = { workspaceId, venueIds: null };
  for (let start = 0; start < ids.length; start += rowsAtOnce) {
    const chunk = ids.slice(start, start + rowsAtOnce);
    const [answer] = await connection.query<{ rows: unknown }>(
      byIdsStatement({ table, properties, below: [] }, chunk, scope, connection.dialect),
    );
    await putWords(connection, workspaceId, table, toEntities<Row>(properties, answer!.rows));
  }
}

/** The rows whose words a change will touch; nobody else changes them until the transaction ends. */
export async function rowsWithWords(
  connection: WriteConnection,
  table: Table,
  patch: Row,
  where: Sql,
): Promise<string[]> {
  if (!table.search.some((property) => patch[property] !== undefined)) return [];
  const id = columnSql(table, changedAlias, 'id');
  const lock = connection.dialect.lockRows('UPDATE', changedAlias);
  const rows = await connection.query<{ id: string }>(
    sql`SELECT ${id} AS "id" FROM ${identifier(table.name)} AS ${identifier(changedAlias)} WHERE ${where}${lock}`,
  );
  return rows.map((row) => row.id);
}
