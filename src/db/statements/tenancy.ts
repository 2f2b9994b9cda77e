// The conditions that keep a caller inside its workspace and venues. Every statement on tenant rows carries them.
import sql, { raw, type Sql } from 'sql-template-tag';
import { columnSql, conditionSql, type Condition } from './condition.ts';
import { identifier, type Dialect } from '../store/dialect.ts';
import { tableOf, type Table } from '../store/table.ts';

/** The rows that a caller may touch: one workspace, and of it all venues (null) or only those listed. */
export interface TenantScope {
  readonly workspaceId: string;
  readonly venueIds: readonly string[] | null;
}

/** Narrows a scope to these venues; it never becomes wider. null = it stays as it is. */
export function narrowedTo(scope: TenantScope, venueIds: readonly string[] | null): TenantScope {
  if (venueIds === null) return scope;
  const allowed = scope.venueIds === null ? null : new Set(scope.venueIds);
  // An id of another workspace stays and matches nothing: its rows are cut off by the workspace.
  return { ...scope, venueIds: allowed ? venueIds.filter((id) => allowed.has(id)) : venueIds };
}

function venueListSql(venueIds: readonly string[], dialect: Dialect): Sql {
  return sql`(SELECT value FROM ${dialect.valuesTable(venueIds, 'allowed')})`;
}

function venueSql(
  table: Table,
  alias: string,
  venueIds: readonly string[],
  dialect: Dialect,
  depth: number,
): Sql {
  const rule = table.venues;
  switch (rule.by) {
    case 'column':
      // One value, not a list of one: only so does an index give the rows in its order.
      return venueIds.length === 1
        ? sql`${columnSql(table, alias, rule.property)} = ${venueIds[0]}`
        : sql`${columnSql(table, alias, rule.property)} IN ${venueListSql(venueIds, dialect)}`;
    case 'id':
      return sql`${columnSql(table, alias, 'id')} IN ${venueListSql(venueIds, dialect)}`;
    case 'link': {
      const link = tableOf(rule.table());
      const inner = `l${depth}`;
      // Not EXISTS, for which Postgres may put together all rows of the venues first: of a page it looks at few rows.
      return sql`(SELECT 1 FROM ${identifier(link.name)} AS ${identifier(inner)} WHERE ${columnSql(link, inner, rule.key)} = ${columnSql(table, alias, 'id')} AND ${columnSql(link, inner, rule.venue)} IN ${venueListSql(venueIds, dialect)} LIMIT 1) = 1`;
    }
    case 'parent': {
      const parent = tableOf(rule.table());
      const inner = `p${depth}`;
      return sql`EXISTS (SELECT 1 FROM ${identifier(parent.name)} AS ${identifier(inner)} WHERE ${columnSql(parent, inner, 'id')} = ${columnSql(table, alias, rule.key)} AND ${venueSql(parent, inner, venueIds, dialect, depth + 1)})`;
    }
    case 'none':
      return sql`1 = 1`;
    case 'closed':
      return sql`1 = 0`;
  }
}

/**
 * Selects the `id` of the rows that the caller's venues leave, of a table whose rows are linked to venues, each once; null for
 * a table whose rows or parents name their venue.
 */
export function venueKeysSql(
  table: Table,
  { workspaceId, venueIds }: TenantScope,
  dialect: Dialect,
): Sql | null {
  const rule = table.venues;
  if (rule.by !== 'link' || venueIds === null) return null;
  const link = tableOf(rule.table());
  const column = (property: string) => columnSql(link, 'k', property);
  const distinct = raw(venueIds.length > 1 ? 'DISTINCT ' : '');
  return sql`SELECT ${distinct}${column(rule.key)} AS "id" FROM ${identifier(link.name)} AS "k" WHERE ${column(rule.venue)} IN ${venueListSql(venueIds, dialect)} AND ${column(link.workspace)} = ${workspaceId}`;
}

/** `column = workspace`. `isSought`: an index that begins with the workspace is to lead to the rows. */
export function workspaceSql(
  table: Table,
  alias: string,
  { workspaceId }: TenantScope,
  dialect: Dialect,
  isSought: boolean,
): Sql {
  const column = columnSql(table, alias, table.workspace);
  return sql`${isSought ? column : dialect.unsought(column)} = ${workspaceId}`;
}

/** The workspace's rows, and of those only the ones that the venues leave. `isSought`: see workspaceSql. */
export function tenantSql(
  table: Table,
  alias: string,
  scope: TenantScope,
  dialect: Dialect,
  isSought = true,
): Sql {
  const workspace = workspaceSql(table, alias, scope, dialect, isSought);
  if (scope.venueIds === null) return workspace;
  return sql`${workspace} AND ${venueSql(table, alias, scope.venueIds, dialect, 0)}`;
}

/**
 * A condition asked by a caller. To one who is restricted to venues a link to a row that it may not see is no link: the
 * edge shows null there, and a filter must not tell the difference.
 */
export function callerConditionSql(
  table: Table,
  alias: string,
  condition: Condition,
  scope: TenantScope,
  dialect: Dialect,
): Sql {
  if (scope.venueIds === null) return conditionSql(table, alias, condition, dialect);
  return conditionSql(table, alias, condition, dialect, (from, name, property) => {
    const column = columnSql(from, name, property);
    const target = from.column(property).references?.();
    if (!target) return column;
    const linked = tableOf(target);
    return sql`(SELECT ${columnSql(linked, 'seen', 'id')} FROM ${identifier(linked.name)} AS "seen" WHERE ${columnSql(linked, 'seen', 'id')} = ${column} AND ${tenantSql(linked, 'seen', scope, dialect)})`;
  });
}
