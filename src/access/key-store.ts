// Reads of keys and users for authentication: by public id, over all workspaces. Features use the tenant layer instead.
import sql, { empty, type Sql } from 'sql-template-tag';
import { fold } from '../db/columns.ts';
import { columnSql } from '../db/condition.ts';
import type { Connection } from '../db/database.ts';
import { identifier } from '../db/dialect.ts';
import { tableOf, type EntityClass } from '../db/table.ts';
import { StoredApiKey, StoredApiKeySecret, StoredUser } from './tables.ts';

interface KeyRecord {
  readonly key: StoredApiKey;
  readonly secret: StoredApiKeySecret;
}

/** Columns of several aliased tables as one JSON array, and how to take it apart again. */
function rowOf(connection: Connection, parts: readonly { alias: string; entity: EntityClass }[]) {
  const columns = parts.flatMap(({ alias, entity }) => {
    const table = tableOf(entity);
    return table.columns.map((column) => ({ alias, table, column }));
  });
  const expressions = columns.map(({ alias, table, column }) =>
    connection.dialect.asJson(column, columnSql(table, alias, column.property)),
  );
  const read = (answer: unknown): Record<string, Record<string, unknown>> => {
    const values = (typeof answer === 'string' ? JSON.parse(answer) : answer) as unknown[];
    const objects: Record<string, Record<string, unknown>> = {};
    columns.forEach(({ alias, column }, index) => ((objects[alias] ??= {})[column.property] = values[index]));
    return objects;
  };
  return { select: connection.dialect.jsonArray(expressions), read };
}

/** Holds the key's row until the transaction ends, so that a revocation waits for it or is seen by it. SQLite has one writer anyway. */
function shareLock(connection: Connection, lock: boolean): Sql {
  return lock && connection.dialect.name === 'postgres' ? sql` FOR SHARE OF "k"` : empty;
}

/** The secret with this public id and its key, or null. Does NOT compare the secret. */
export async function findKey(
  connection: Connection,
  secretId: string,
  options = { lock: false },
): Promise<KeyRecord | null> {
  const row = rowOf(connection, [
    { alias: 's', entity: StoredApiKeySecret },
    { alias: 'k', entity: StoredApiKey },
  ]);
  const [answer] = await connection.query<{ row: unknown }>(
    sql`SELECT ${row.select} AS "row" FROM ${identifier('api_key_secrets')} AS "s" JOIN ${identifier('api_keys')} AS "k" ON "k"."id" = "s"."api_key_id" WHERE "s"."id" = ${secretId}${shareLock(connection, options.lock)}`,
  );
  if (!answer) return null;
  const { s, k } = row.read(answer.row);
  return { secret: s as unknown as StoredApiKeySecret, key: k as unknown as StoredApiKey };
}

async function findUserWhere(connection: Connection, where: Sql): Promise<StoredUser | null> {
  const row = rowOf(connection, [{ alias: 'u', entity: StoredUser }]);
  const [answer] = await connection.query<{ row: unknown }>(
    sql`SELECT ${row.select} AS "row" FROM ${identifier('users')} AS "u" WHERE ${where}`,
  );
  return answer ? (row.read(answer.row)['u'] as unknown as StoredUser) : null;
}

export function findUser(connection: Connection, id: string): Promise<StoredUser | null> {
  return findUserWhere(connection, sql`"u"."id" = ${id}`);
}

/** E-mail addresses are unique over all workspaces, whatever their case. */
export function findUserByEmail(connection: Connection, email: string): Promise<StoredUser | null> {
  return findUserWhere(connection, sql`"u"."email_folded" = ${fold(email)}`);
}
