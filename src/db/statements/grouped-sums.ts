// Sums over the rows of one table, for each distinct combination of some of its properties. The statement carries the conditions of
// workspace and venues.
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Column } from '../store/columns.ts';
import { identifier, type Dialect } from '../store/dialect.ts';
import type { Table } from '../store/table.ts';
import { columnSql, conditionSql, type Condition } from './condition.ts';
import { tenantSql, type TenantScope } from './tenancy.ts';

export interface GroupedSums {
  readonly table: Table;
  readonly condition: Condition;
  /** Properties whose values make a group. */
  readonly by: readonly string[];
  readonly sums: readonly string[];
  /** Properties of which the greatest value is wanted. */
  readonly latest: readonly string[];
  /** One of `sums`: when there are more groups than the limit, those of the greatest sums are answered. Absent = any. */
  readonly most?: string;
  /** Groups; those beyond are left out. */
  readonly limit: number;
}

const alias = 't';

/**
 * Answers one row `{rows}`: an array of values in the order `by`, `sums`, `latest`. In no particular order. Where nothing is summed
 * up, the groups alone are read: from an index that has them, a fourth of the time of the sums (40,000 rows of twenty keys).
 */
export function groupedSumsStatement(
  { table, condition, by, sums, latest, most, limit }: GroupedSums,
  scope: TenantScope,
  dialect: Dialect,
): Sql {
  const column = (property: string): Column => table.column(property);
  const named = (property: string) => identifier(column(property).name);
  const source = (property: string) => columnSql(table, alias, property);
  const selected = [
    ...by.map((property) => sql`${source(property)} AS ${named(property)}`),
    ...sums.map((property) => sql`sum(${source(property)}) AS ${named(property)}`),
    ...latest.map((property) => sql`max(${source(property)}) AS ${named(property)}`),
  ];
  const isSummed = sums.length + latest.length > 0;
  const distinct = raw(isSummed ? '' : 'DISTINCT ');
  const groupBy = isSummed ? sql` GROUP BY ${join(by.map(source))}` : empty;
  const ordered =
    most === undefined ? empty : sql` ORDER BY ${join([sql`sum(${source(most)}) DESC`, ...by.map(source)])}`;
  const groups = sql`SELECT ${distinct}${join(selected)} FROM ${identifier(table.name)} AS ${identifier(alias)} WHERE ${tenantSql(table, alias, scope, dialect)} AND ${conditionSql(table, alias, condition, dialect)}${groupBy}${ordered} LIMIT ${limit} + 0`;
  const values = [...by, ...sums, ...latest].map((property) =>
    dialect.asJson(column(property), sql`"g".${named(property)}`),
  );
  return sql`SELECT ${dialect.jsonAggregate(dialect.jsonArray(values))} AS "rows" FROM (${groups}) AS "g"`;
}
