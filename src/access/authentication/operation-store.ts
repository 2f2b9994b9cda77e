// Reads of stored operations for the door: by name when one is asked for, and again while one runs for a pinned key. Features
// use the tenant layer instead.
import sql, { empty, type Sql } from 'sql-template-tag';
import type { Connection } from '../../db/store/database.ts';
import { identifier } from '../../db/store/dialect.ts';
import { rowOf, type Parts } from './key-store.ts';
import { StoredOperationRow } from './tables.ts';

const table = identifier('stored_operations');
const ofOperation: Parts = [{ alias: 'o', entity: StoredOperationRow }];

/** Where an operation is found: in a workspace, by its name. */
export interface OperationPlace {
  readonly workspaceId: string;
  readonly name: string;
}

/** A place as one text. No workspace's id has a space. */
export const placeKey = ({ workspaceId, name }: OperationPlace): string => `${workspaceId} ${name}`;

function placeOf(key: string): OperationPlace {
  const end = key.indexOf(' ');
  return { workspaceId: key.slice(0, end), name: key.slice(end + 1) };
}

async function findInWorkspace(
  connection: Connection,
  workspaceId: string,
  names: readonly string[],
): Promise<StoredOperationRow[]> {
  const row = rowOf(connection, ofOperation);
  const isOne = names.length === 1;
  const from = isOne ? empty : sql`${connection.dialect.valuesTable(names, 'wanted')} CROSS JOIN `;
  const name: Sql = isOne ? sql`${names[0]}` : sql`"wanted".value`;
  const answers = await connection.query<{ row: unknown }>(
    sql`SELECT ${row.select} AS "row" FROM ${from}${table} AS "o" WHERE "o"."workspace_id" = ${workspaceId} AND "o"."name" = ${name}`,
  );
  return answers.map((answer) => row.read(answer.row)['o'] as unknown as StoredOperationRow);
}

/** By the keys of their places. One statement for each workspace. */
export async function findOperations(
  connection: Connection,
  placeKeys: readonly string[],
): Promise<ReadonlyMap<string, StoredOperationRow>> {
  const names = new Map<string, string[]>();
  for (const { workspaceId, name } of placeKeys.map(placeOf))
    names.set(workspaceId, [...(names.get(workspaceId) ?? []), name]);
  const found = await Promise.all(
    [...names].map(([workspaceId, wanted]) => findInWorkspace(connection, workspaceId, wanted)),
  );
  return new Map(found.flat().map((operation) => [placeKey(operation), operation]));
}

/** All of a workspace, by their names. It keeps at most a hundred. */
export async function listOperations(
  connection: Connection,
  workspaceId: string,
): Promise<readonly StoredOperationRow[]> {
  const row = rowOf(connection, ofOperation);
  const answers = await connection.query<{ row: unknown }>(
    sql`SELECT ${row.select} AS "row" FROM ${table} AS "o" WHERE "o"."workspace_id" = ${workspaceId} ORDER BY "o"."name"`,
  );
  return answers.map((answer) => row.read(answer.row)['o'] as unknown as StoredOperationRow);
}

/** By id: the version of each that is still there. */
export async function findOperationVersions(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = sql`${connection.dialect.valuesTable(ids, 'wanted')} CROSS JOIN `;
  const rows = await connection.query<{ id: string; version: number }>(
    sql`SELECT "o"."id" AS "id", "o"."version" AS "version" FROM ${wanted}${table} AS "o" WHERE "o"."id" = "wanted".value`,
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** Locks an operation for the transaction: replacing or deleting it waits for the commit. */
export async function holdOperation(connection: Connection, id: string): Promise<void> {
  const hold = connection.dialect.lockRows('SHARE', 'o');
  if (hold === empty) return;
  await connection.query(sql`SELECT 1 FROM ${table} AS "o" WHERE "o"."id" = ${id}${hold}`);
}
