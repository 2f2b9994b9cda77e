// Reads of keys and users for authentication: by public id, over all workspaces. Features use the tenant layer instead.
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Instant } from '../../core/clock.ts';
import { addressKey } from '../../core/text/email-address.ts';
import { columnSql } from '../../db/statements/condition.ts';
import type { Connection } from '../../db/store/database.ts';
import { identifier, type Dialect } from '../../db/store/dialect.ts';
import { tableOf, type EntityClass } from '../../db/store/table.ts';
import { StoredApiKey, StoredApiKeySecret, StoredUser } from './tables.ts';

export interface KeyRecord {
  readonly key: StoredApiKey;
  readonly secret: StoredApiKeySecret;
}

export type Parts = readonly { readonly alias: string; readonly entity: EntityClass }[];

const ofKey: Parts = [
  { alias: 's', entity: StoredApiKeySecret },
  { alias: 'k', entity: StoredApiKey },
];
const ofUser: Parts = [{ alias: 'u', entity: StoredUser }];

const writtenRows = new WeakMap<Parts, Map<Dialect, ReturnType<typeof writeRow>>>();

/** Columns of aliased tables as one JSON value, and how to read it. Built once, because every request runs it. */
export function rowOf({ dialect }: Connection, parts: Parts) {
  let known = writtenRows.get(parts);
  if (!known) writtenRows.set(parts, (known = new Map()));
  let row = known.get(dialect);
  if (!row) known.set(dialect, (row = writeRow(dialect, parts)));
  return row;
}

/** Columns of several aliased tables as one JSON array, and how to take it apart again. */
function writeRow(dialect: Dialect, parts: Parts) {
  const columns = parts.flatMap(({ alias, entity }) => {
    const table = tableOf(entity);
    return table.columns.map((column) => ({ alias, table, column }));
  });
  const expressions = columns.map(({ alias, table, column }) =>
    dialect.asJson(column, columnSql(table, alias, column.property)),
  );
  const read = (answer: unknown): Record<string, Record<string, unknown>> => {
    const values = (typeof answer === 'string' ? JSON.parse(answer) : answer) as unknown[];
    const objects: Record<string, Record<string, unknown>> = {};
    columns.forEach(({ alias, column }, index) => ((objects[alias] ??= {})[column.property] = values[index]));
    return objects;
  };
  return { select: raw(dialect.jsonArray(expressions).sql), read };
}

/**
 * Locks a key for the transaction: a change of the key or its secrets waits for the commit, or is seen by the next
 * statement. It is a statement of its own, because one that waits for a lock goes on with the secrets as they were
 * before the wait.
 */
export async function holdKey(connection: Connection, apiKeyId: string): Promise<void> {
  const hold = connection.dialect.lockRows('SHARE', 'k');
  if (hold === empty) return;
  await connection.query(
    sql`SELECT 1 FROM ${identifier('api_keys')} AS "k" WHERE "k"."id" = ${apiKeyId}${hold}`,
  );
}

/**
 * Rows of the alias by id. One id is compared as it is: for a list of any length Postgres expects ten, finds a plan for the
 * one at hand cheaper, and plans anew each time. Measured at a million keys: 0.4 ms.
 */
function byIds({ dialect }: Connection, alias: string, ids: readonly string[]): { from: Sql; where: Sql } {
  const id = sql`${identifier(alias)}."id"`;
  if (ids.length === 1) return { from: empty, where: sql`${id} = ${ids[0]}` };
  const wanted = sql`${dialect.valuesTable(ids, 'wanted')} CROSS JOIN `;
  return { from: wanted, where: sql`${id} = "wanted".value` };
}

/**
 * The id of a secret, or of the next one when there is no such secret: an unknown id then costs what a known one costs, the
 * reading of a row with its key, and its answer takes as long.
 */
function standInSql(secretId: Sql): Sql {
  const secrets = identifier('api_key_secrets');
  const next = sql`SELECT "id" FROM ${secrets} WHERE "id" >= ${secretId} ORDER BY "id" LIMIT 1`;
  return sql`coalesce((${next}), (SELECT min("id") FROM ${secrets}))`;
}

/** The secrets with these public ids and their keys, by public id. Does NOT compare the secrets. */
export async function findKeys(
  connection: Connection,
  secretIds: readonly string[],
): Promise<ReadonlyMap<string, KeyRecord>> {
  const row = rowOf(connection, ofKey);
  const isOne = secretIds.length === 1;
  const from = isOne ? empty : sql`${connection.dialect.valuesTable(secretIds, 'wanted')} CROSS JOIN `;
  const where = sql`"s"."id" = ${standInSql(isOne ? sql`${secretIds[0]}` : sql`"wanted".value`)}`;
  const answers = await connection.query<{ row: unknown }>(
    sql`SELECT ${row.select} AS "row" FROM ${from}${identifier('api_key_secrets')} AS "s" JOIN ${identifier('api_keys')} AS "k" ON "k"."id" = "s"."api_key_id" WHERE ${where}`,
  );
  const records = answers.map((answer) => {
    const { s, k } = row.read(answer.row);
    return { secret: s as unknown as StoredApiKeySecret, key: k as unknown as StoredApiKey };
  });
  const wanted = new Set(secretIds);
  // Without those that stand in for another.
  return new Map(
    records.filter(({ secret }) => wanted.has(secret.id)).map((record) => [record.secret.id, record]),
  );
}

/** The secret with this public id and its key, or null. Does NOT compare the secret. */
export async function findKey(connection: Connection, secretId: string): Promise<KeyRecord | null> {
  return (await findKeys(connection, [secretId])).get(secretId) ?? null;
}

const userOf = ({ read }: ReturnType<typeof writeRow>, answer: unknown) =>
  read(answer)['u'] as unknown as StoredUser;

async function findUserWhere(connection: Connection, where: Sql, hold = empty): Promise<StoredUser | null> {
  const row = rowOf(connection, ofUser);
  const [answer] = await connection.query<{ row: unknown }>(
    sql`SELECT ${row.select} AS "row" FROM ${identifier('users')} AS "u" WHERE ${where}${hold}`,
  );
  return answer ? userOf(row, answer.row) : null;
}

/** By id. */
export async function findUsers(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredUser>> {
  const row = rowOf(connection, ofUser);
  const { from, where } = byIds(connection, 'u', ids);
  const answers = await connection.query<{ row: unknown }>(
    sql`SELECT ${row.select} AS "row" FROM ${from}${identifier('users')} AS "u" WHERE ${where}`,
  );
  const users = answers.map((answer) => userOf(row, answer.row));
  return new Map(users.map((user) => [user.id, user]));
}

export async function findUser(connection: Connection, id: string): Promise<StoredUser | null> {
  return (await findUsers(connection, [id])).get(id) ?? null;
}

/** The same inside a transaction, which locks the user: a change of the user waits for the commit. */
export function holdUser(connection: Connection, id: string): Promise<StoredUser | null> {
  return findUserWhere(connection, sql`"u"."id" = ${id}`, connection.dialect.lockRows('SHARE', 'u'));
}

/** RFC 5321: no user has a longer one. */
const maxEmailLength = 254;

/** E-mail addresses are unique over all workspaces, in whatever case or form of their domain. */
export async function findUserByEmail(connection: Connection, email: string): Promise<StoredUser | null> {
  // An external issuer may show an address of any length.
  if (email.length > maxEmailLength) return null;
  const key = columnSql(tableOf(StoredUser), 'u', 'emailKey');
  return findUserWhere(connection, sql`${key} = ${addressKey(email)}`);
}

/** The user that is linked to this subject of an external issuer, or null. */
export function findUserByIdentity(
  connection: Connection,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
): Promise<StoredUser | null> {
  const linked = sql`SELECT "user_id" FROM ${identifier('user_identities')} WHERE "issuer" = ${issuer} AND "subject" = ${subject}`;
  return findUserWhere(connection, sql`"u"."id" = (${linked})`);
}

/** Active keys that were not made, used or enabled since `cutoff`, over all workspaces. */
export function findInactiveKeys(
  connection: Connection,
  cutoff: Instant,
  limit: number,
): Promise<{ workspaceId: string; apiKeyId: string }[]> {
  return connection.query(
    sql`SELECT "workspace_id" AS "workspaceId", "id" AS "apiKeyId" FROM ${identifier('api_keys')} WHERE "status" = 'ACTIVE' AND "created_at" <= ${cutoff} AND ("last_used_at" IS NULL OR "last_used_at" <= ${cutoff}) AND ("enabled_at" IS NULL OR "enabled_at" <= ${cutoff}) LIMIT ${limit}`,
  );
}
