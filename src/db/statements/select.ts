// The read statements: one list, rows by id, both with the lists below their rows, or such lists alone. Rows come back as
// JSON arrays, parsed once:
// measured, 150 rows x 7 columns cost 1.45 ms as rows from the sqlite3 driver and 0.38 ms as one JSON text.
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { columnSql, isEverything } from './condition.ts';
import { identifier, type Dialect } from '../store/dialect.ts';
import { exactPath, type Path } from './list-paths.ts';
import type { ListPerParent, ListQuery } from './list-query.ts';
import { orderSql, row, sourceOf, type PlacedList, type Source } from './list-source.ts';
import { totalSql } from './list-total.ts';
import { seeksOf } from './index-merge.ts';
import type { Table } from '../store/table.ts';
import { tenantSql, type TenantScope } from './tenancy.ts';

export type { Direction, ListPerParent, ListQuery, ParentLink, Position, Window } from './list-query.ts';

const parentAlias = 'parent';

/** Look-ahead hands over the same list of properties each time (resources/batching/selection.ts): what hangs on it alone is written once. */
const written = new WeakMap<readonly string[], Map<string, Sql>>();

function once(properties: readonly string[], what: string, write: () => Sql): Sql {
  let known = written.get(properties);
  if (!known) written.set(properties, (known = new Map()));
  let text = known.get(what);
  if (!text) known.set(what, (text = raw(write().sql)));
  return text;
}

function columnList(table: Table, properties: readonly string[]): Sql {
  const columns = () => properties.map((property) => columnSql(table, row, property));
  return once(properties, table.name, () => join(columns(), ', '));
}

function jsonRow(table: Table, properties: readonly string[], alias: string, dialect: Dialect): Sql {
  const values = () =>
    properties.map((property) => dialect.asJson(table.column(property), columnSql(table, alias, property)));
  return once(properties, `${dialect.name} ${table.name} ${alias}`, () => dialect.jsonArray(values()));
}

/** The rows of one page. One source, or several whose rows are merged in their order (see index-merge.ts). */
function pageSql(at: PlacedList, sources: readonly Source[], dialect: Dialect): Sql {
  const { table, window, properties } = at.query;
  const columns = columnList(table, properties);
  const lists = sources.map(({ from, where }) => sql`SELECT ${columns} FROM ${from} WHERE ${where}`);
  // SQLite plans by the value of a bare parameter, and anew for each run: 0.06 of the CPU of a Dashboard.
  const limit = sql`${window.limit} + 0`;
  if (lists.length > 1) {
    // What is merged is known by the names of its columns alone.
    const order = orderSql(at, (property) => identifier(table.column(property).name));
    return dialect.merged(lists, order, limit);
  }
  const order = sources[0]!.isInOrder ? empty : sql` ORDER BY ${orderSql(at)}`;
  return sql`${lists[0]}${order} LIMIT ${limit}`;
}

/** Whether the store keeps the number of the list's rows, however many there are: of all rows of a workspace. */
export function isTotalKept(query: ListQuery, scope: TenantScope): boolean {
  return query.count && query.table.isCounted && isWhole(query, scope);
}

/** Whether the list is all rows of a workspace. */
function isWhole({ condition, search = [] }: ListQuery, { venueIds }: TenantScope): boolean {
  return venueIds === null && search.length === 0 && isEverything(condition);
}

/** The rows of a workspace, as the store keeps their number: counting a million takes a hundred thousand times as long. */
function keptTotalSql({ name }: Table, { workspaceId }: TenantScope): Sql {
  return sql`(SELECT CAST(coalesce(sum("rows"), 0) AS integer) FROM "row_counts" WHERE "workspace_id" = ${workspaceId} AND "table_name" = ${name})`;
}

/** A list below rows, and the way to its rows. */
export interface ListBelow extends ListPerParent {
  readonly path: Path;
}

/** `rows, total, cut` of each list below one parent. */
function listsSql(lists: readonly ListBelow[], parentId: Sql, scope: TenantScope, dialect: Dialect): Sql[] {
  return lists.flatMap(({ query, link, path }) => {
    const at = { query, link, scope, parentId };
    const source = sourceOf(at, path, dialect);
    const rows = dialect.jsonAggregate(jsonRow(query.table, query.properties, 'r', dialect));
    return [
      sql`(SELECT ${rows} FROM (${pageSql(at, [source], dialect)}) AS "r")`,
      totalSql(at, path, dialect),
      source.cut ?? sql`0`,
    ];
  });
}

/** Rows to answer with, and the lists that are to come along below each of them. */
interface Wanted {
  readonly table: Table;
  /** With lists below them: `id` among them. */
  readonly properties: readonly string[];
  readonly below: readonly ListBelow[];
}

/** All rows under the alias `parent`: `[values, …]`, or with lists below them `[[values, rows, total, cut, …], …]`. */
function answerSql({ table, properties, below }: Wanted, scope: TenantScope, dialect: Dialect): Sql {
  const values = jsonRow(table, properties, parentAlias, dialect);
  if (below.length === 0) return dialect.jsonAggregate(values);
  const lists = listsSql(below, columnSql(table, parentAlias, 'id'), scope, dialect);
  return dialect.jsonAggregateOfJson(dialect.jsonArrayOfJson([values, ...lists]));
}

/**
 * Answers one row `{rows, total, cut}`, the rows with the lists below them. `cut` is 1 when the way came to its bound: then
 * the rows are no more than the beginning of the page. `total` is null when it came to its bound before it knew, or when it
 * was not asked for. Throws BAD_USER_INPUT for a position that no row of the list can have.
 */
export function listStatement(
  query: ListQuery,
  scope: TenantScope,
  dialect: Dialect,
  { path = exactPath, below = [] }: { path?: Path; below?: readonly ListBelow[] } = {},
): Sql {
  const at = { query, scope };
  const total = isTotalKept(query, scope) ? keptTotalSql(query.table, scope) : totalSql(at, path, dialect);
  const conditions = path.kind === 'exact' ? seeksOf(query, scope) : [query.condition];
  const sources = conditions.map((condition) =>
    sourceOf({ ...at, query: { ...query, condition } }, path, dialect),
  );
  const rows = answerSql({ ...query, below }, scope, dialect);
  const page = sql`(SELECT ${rows} FROM (${pageSql(at, sources, dialect)}) AS ${identifier(parentAlias)})`;
  return sql`SELECT ${page} AS "rows", ${total} AS "total", ${sources[0]!.cut ?? sql`0`} AS "cut"`;
}

/** Answers one row `{parents}`: `[parent id, rows, total, cut, rows, …]` for each, whatever the number of parents and lists. */
export function listsPerParentStatement(
  lists: readonly ListBelow[],
  parentIds: readonly string[],
  scope: TenantScope,
  dialect: Dialect,
): Sql {
  const parentId = sql`${identifier(parentAlias)}.value`;
  const parts = listsSql(lists, parentId, scope, dialect);
  const parent = dialect.jsonArrayOfJson([dialect.jsonText(parentId), ...parts]);
  return sql`SELECT ${dialect.jsonAggregateOfJson(parent)} AS "parents" FROM ${dialect.valuesTable(parentIds, parentAlias)}`;
}

/** Answers one row `{rows}`, in no particular order, with the lists below them. */
export function byIdsStatement(
  wanted: Wanted,
  ids: readonly string[],
  scope: TenantScope,
  dialect: Dialect,
): Sql {
  const { table } = wanted;
  const rows = answerSql(wanted, scope, dialect);
  // CROSS JOIN fixes the order on SQLite: left to itself it may scan the whole table and look into the list.
  return sql`SELECT ${rows} AS "rows" FROM ${dialect.valuesTable(ids, 'wanted')} CROSS JOIN ${identifier(table.name)} AS ${identifier(parentAlias)} WHERE ${columnSql(table, parentAlias, 'id')} = "wanted".value AND ${tenantSql(table, parentAlias, scope, dialect)}`;
}

/** What a statement answered as JSON: a text on SQLite, parsed by pg on Postgres. */
export function parsed(answered: unknown): unknown {
  return typeof answered === 'string' ? JSON.parse(answered) : answered;
}

/** Turns rows, as the statements answer them, into entities. */
export function toEntities<T>(properties: readonly string[], rows: unknown): T[] {
  return (parsed(rows) as unknown[][]).map((values) => {
    const entity: Record<string, unknown> = {};
    for (let index = 0; index < properties.length; index += 1) entity[properties[index]!] = values[index];
    return entity as T;
  });
}
