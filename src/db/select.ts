// The read statements: one list, rows by id, both with the lists below their rows, or such lists alone. Rows come back as
// JSON arrays, parsed once:
// measured, 150 rows x 7 columns cost 1.45 ms as rows from the sqlite3 driver and 0.38 ms as one JSON text.
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { ApiError } from '../core/errors.ts';
import { canHold } from './columns.ts';
import { columnSql, isEverything, type Condition } from './condition.ts';
import { identifier, type Dialect } from './dialect.ts';
import { foundSql, isFoundSql } from './search.ts';
import { seeksOf } from './seeks.ts';
import { tableOf, type EntityClass, type Table } from './table.ts';
import { callerConditionSql, tenantSql, type TenantScope } from './tenancy.ts';

export type Direction = 'ASC' | 'DESC';

/** Where a page starts: the sort value and id of the row before it. */
export interface Position {
  readonly value: unknown;
  readonly id: string;
}

export interface Window {
  /** A property that is never null; ties are broken by id in the same direction. */
  readonly orderBy: string;
  readonly direction: Direction;
  readonly after?: Position | undefined;
  readonly limit: number;
}

export interface ListQuery {
  readonly table: Table;
  readonly properties: readonly string[];
  readonly condition: Condition;
  /** Words (see search.ts) that the row must hold; none = no condition. Only of a table with `search`. */
  readonly search?: readonly string[];
  readonly window: Window;
  /** Count every row under the condition, not only those of the window. */
  readonly count: boolean;
}

/** How a child row knows its parent: by a column of its own, or by a row of a link table. */
export type ParentLink =
  | { readonly by: 'column'; readonly property: string }
  | {
      readonly by: 'link';
      readonly table: () => EntityClass;
      readonly parent: string;
      readonly child: string;
    };

const row = 't';
const parentAlias = 'parent';

/** Look-ahead hands over the same list of properties each time (graph/selection.ts): what hangs on it alone is written once. */
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

function keysetSql({ table, window }: ListQuery, dialect: Dialect): Sql {
  const { after, orderBy, direction } = window;
  if (!after) return empty;
  const { kind } = table.column(orderBy);
  if (!canHold(kind, after.value)) {
    throw new ApiError('BAD_USER_INPUT', 'The cursor holds no position of this list.');
  }
  const value = dialect.encode(kind, after.value);
  // A row value, not OR: only this form lets both engines seek in the index (623 ms against 1 ms at a million rows).
  const position = sql`(${columnSql(table, row, orderBy)}, ${columnSql(table, row, 'id')})`;
  return direction === 'ASC'
    ? sql` AND ${position} > (${value}, ${after.id})`
    : sql` AND ${position} < (${value}, ${after.id})`;
}

/** The rows of a list, all pages together. */
interface Source {
  readonly from: Sql;
  readonly where: Sql;
}

function sourceOf(query: ListQuery, scope: TenantScope, link: Sql, dialect: Dialect): Source {
  const { table } = query;
  const tenant = tenantSql(table, row, scope, dialect);
  const search = { words: query.search ?? [], workspaceId: scope.workspaceId };
  const found = foundSql(table, search, dialect);
  return {
    from: sql`${found}${identifier(table.name)} AS ${identifier(row)}`,
    where: sql`${tenant}${link}${isFoundSql(table, row, search)} AND ${callerConditionSql(table, row, query.condition, scope, dialect)}`,
  };
}

/** The rows of one page. One source, or several whose rows are merged in their order (see seeks.ts). */
function pageSql(query: ListQuery, sources: readonly Source[], dialect: Dialect): Sql {
  const { table, window, properties } = query;
  const direction = window.direction === 'ASC' ? sql`ASC` : sql`DESC`;
  const columns = columnList(table, properties);
  const lists = sources.map(
    ({ from, where }) => sql`SELECT ${columns} FROM ${from} WHERE ${where}${keysetSql(query, dialect)}`,
  );
  // SQLite plans by the value of a bare parameter, and anew for each run: 0.06 of the CPU of a Dashboard.
  const limit = sql`${window.limit} + 0`;
  // What is merged is known by the names of its columns alone.
  const orderBy = (name: (property: string) => Sql) =>
    sql`${name(window.orderBy)} ${direction}, ${name('id')} ${direction}`;
  return lists.length === 1
    ? sql`${lists[0]} ORDER BY ${orderBy((property) => columnSql(table, row, property))} LIMIT ${limit}`
    : dialect.merged(
        lists,
        orderBy((property) => identifier(table.column(property).name)),
        limit,
      );
}

/** Whether the list is all rows of a workspace. */
function isWhole({ condition, search = [] }: ListQuery, { venueIds }: TenantScope): boolean {
  return venueIds === null && search.length === 0 && isEverything(condition);
}

function totalSql(query: ListQuery, { from, where }: Source): Sql {
  if (!query.count) return sql`NULL`;
  return sql`(SELECT CAST(count(*) AS integer) FROM ${from} WHERE ${where})`;
}

/** The rows of a workspace, as the store keeps their number: counting a million takes a hundred thousand times as long. */
function keptTotalSql({ name }: Table, { workspaceId }: TenantScope): Sql {
  return sql`(SELECT CAST(coalesce(sum("rows"), 0) AS integer) FROM "row_counts" WHERE "workspace_id" = ${workspaceId} AND "table_name" = ${name})`;
}

function linkSql(table: Table, link: ParentLink, parentId: Sql, scope: TenantScope): Sql {
  if (link.by === 'column') return sql` AND ${columnSql(table, row, link.property)} = ${parentId}`;
  const via = tableOf(link.table());
  return sql` AND ${columnSql(table, row, 'id')} IN (SELECT ${columnSql(via, 'k', link.child)} FROM ${identifier(via.name)} AS "k" WHERE ${columnSql(via, 'k', link.parent)} = ${parentId} AND ${columnSql(via, 'k', via.workspace)} = ${scope.workspaceId})`;
}

/** A list of each of several parents. */
export interface ListPerParent {
  readonly query: ListQuery;
  readonly link: ParentLink;
}

/** `rows, total` of each list below one parent. */
function listsSql(
  lists: readonly ListPerParent[],
  parentId: Sql,
  scope: TenantScope,
  dialect: Dialect,
): Sql[] {
  return lists.flatMap(({ query, link }) => {
    const source = sourceOf(query, scope, linkSql(query.table, link, parentId, scope), dialect);
    const rows = dialect.jsonAggregate(jsonRow(query.table, query.properties, 'r', dialect));
    return [
      sql`(SELECT ${rows} FROM (${pageSql(query, [source], dialect)}) AS "r")`,
      totalSql(query, source),
    ];
  });
}

/** Rows to answer with, and the lists that are to come along below each of them. */
interface Wanted {
  readonly table: Table;
  /** With lists below them: `id` among them. */
  readonly properties: readonly string[];
  readonly below: readonly ListPerParent[];
}

/** All rows under the alias `parent`: `[values, …]`, or with lists below them `[[values, rows, total, …], …]`. */
function answerSql({ table, properties, below }: Wanted, scope: TenantScope, dialect: Dialect): Sql {
  const values = jsonRow(table, properties, parentAlias, dialect);
  if (below.length === 0) return dialect.jsonAggregate(values);
  const lists = listsSql(below, columnSql(table, parentAlias, 'id'), scope, dialect);
  return dialect.jsonAggregateOfJson(dialect.jsonArrayOfJson([values, ...lists]));
}

/**
 * Answers one row `{rows, total}`, the rows with the lists below them. Throws BAD_USER_INPUT for a position that no row of
 * the list can have.
 */
export function listStatement(
  query: ListQuery,
  scope: TenantScope,
  dialect: Dialect,
  below: readonly ListPerParent[] = [],
): Sql {
  const source = sourceOf(query, scope, empty, dialect);
  const isKept = query.count && query.table.isCounted && isWhole(query, scope);
  const total = isKept ? keptTotalSql(query.table, scope) : totalSql(query, source);
  const lists = seeksOf(query, scope).map((condition) =>
    sourceOf({ ...query, condition }, scope, empty, dialect),
  );
  const rows = answerSql({ ...query, below }, scope, dialect);
  return sql`SELECT (SELECT ${rows} FROM (${pageSql(query, lists, dialect)}) AS ${identifier(parentAlias)}) AS "rows", ${total} AS "total"`;
}

/** Answers one row `{parents}`: `[parent id, rows, total, rows, total, …]` for each, whatever the number of parents and lists. */
export function listsPerParentStatement(
  lists: readonly ListPerParent[],
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
