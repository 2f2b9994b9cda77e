// SQL of the number of a list's rows: counted in an index where one has all that it takes, or on one of the ways to the rows
// (see list-source.ts).
import sql, { empty, join, type Sql } from 'sql-template-tag';
import { columnSql, conditionSql, isEverything } from './condition.ts';
import type { Dialect } from './dialect.ts';
import { countingIndex, isOfSeveral } from './list-indexes.ts';
import { isAllLinked, linkConditions, linkOf } from './list-links.ts';
import type { Path } from './list-paths.ts';
import {
  everyCondition,
  limitSql,
  linkRowsSql,
  ownRows,
  row,
  seenByLinkSql,
  sourceOf,
  type PlacedList,
} from './list-source.ts';
import { tableOf } from './table.ts';
import { venueKeysSql } from './tenancy.ts';

/** Counts the rows of a list without a look at them, up to one more than the limit; null: no index has all that it takes. */
function countedSql(at: PlacedList, dialect: Dialect): Sql | null {
  const { query, link, scope } = at;
  const limit = query.limits?.counted;
  if (limit === undefined) return null;
  const count = (keys: Sql) =>
    sql`(SELECT CAST(count(*) AS integer) FROM (${keys}${limitSql(limit + 1)}) AS "counted")`;
  const index = countingIndex(at);
  if (index) {
    // In the order of the index: to Postgres a table seems the shorter way to so many rows, whichever they are.
    const keys = join(
      index.map((property) => columnSql(query.table, row, property)),
      ', ',
    );
    const order = isOfSeveral(at) ? empty : sql` ORDER BY ${keys}`;
    return count(ownRows(at, sql`${everyCondition(at, dialect)}${order}`).keys);
  }
  const linked = linkOf(at);
  const isCompared = !isEverything(query.condition) || (query.search ?? []).length > 0;
  if (linked && (!isCompared || isAllLinked(at))) {
    const { from, where } = linkRowsSql(at, linked, dialect);
    const isSeen = seenByLinkSql(at, linked, dialect);
    const via = tableOf(linked.table());
    const compared = linkConditions(at).map((one) => sql` AND ${conditionSql(via, 'k', one, dialect)}`);
    return isSeen && count(sql`SELECT 1 FROM ${from} WHERE ${join([where, isSeen, ...compared], '')}`);
  }
  const keys =
    scope.venueIds === null || link || isCompared ? null : venueKeysSql(query.table, scope, dialect);
  return keys && count(keys);
}

/** The number of a list's rows; null when this way comes to its bound before it knows. */
export function totalSql(at: PlacedList, path: Path, dialect: Dialect): Sql {
  if (!at.query.count) return sql`NULL`;
  const counted = countedSql(at, dialect);
  if (counted) return counted;
  const { after: _after, ...window } = at.query.window;
  const { from, where, cut } = sourceOf({ ...at, query: { ...at.query, window } }, path, dialect);
  const count = sql`(SELECT CAST(count(*) AS integer) FROM ${from} WHERE ${where})`;
  return cut ? sql`CASE WHEN ${cut} = 0 THEN ${count} END` : count;
}
