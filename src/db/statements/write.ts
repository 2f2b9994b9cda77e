// The write statements: insert, update, delete. Derived columns (folds, keys) are filled here, so no feature can forget them.
import sql, { empty, join, type Sql } from 'sql-template-tag';
import { canonicalValue, type Column } from '../store/columns.ts';
import { columnSql } from './condition.ts';
import { identifier, type Dialect } from '../store/dialect.ts';
import type { Table } from '../store/table.ts';
import { tenantSql, type TenantScope } from './tenancy.ts';

export type Row = Readonly<Record<string, unknown>>;

function valueOf(column: Column, values: Row): unknown {
  const { derived, property } = column;
  return derived
    ? derived.by(values[derived.from] as string | null)
    : canonicalValue(column, values[property]);
}

/** All rows in one statement. `ignoreDuplicates` leaves a row out that is there already. */
export function insertStatement(
  table: Table,
  rows: readonly Row[],
  dialect: Dialect,
  ignoreDuplicates: boolean,
): Sql {
  const values = rows.map((row) =>
    table.columns.map((column) => dialect.encode(column.kind, valueOf(column, row))),
  );
  const names = join(
    table.columns.map((column) => identifier(column.name)),
    ', ',
  );
  const conflict = ignoreDuplicates ? sql` ON CONFLICT DO NOTHING` : empty;
  return sql`INSERT INTO ${identifier(table.name)} (${names}) ${dialect.insertedRows(values)}${conflict}`;
}

/** The alias under which `where` knows the changed table. */
export const changedAlias = 't';

/** Whether a row holds another value than the patch gives it (undefined = leave alone). Null when the patch gives none. */
export function differsSql(table: Table, patch: Row, dialect: Dialect): Sql | null {
  const given = table.columns.filter(
    (column) => column.derived === undefined && patch[column.property] !== undefined,
  );
  if (given.length === 0) return null;
  const differences = given.map((column) => {
    const value = sql`${dialect.encode(column.kind, valueOf(column, patch))}`;
    return sql`${columnSql(table, changedAlias, column.property)} IS DISTINCT FROM ${value}`;
  });
  return sql`(${join(differences, ' OR ')})`;
}

/** Sets the given properties (undefined = leave alone) and what is derived from them; `version` goes up where there is one. */
export function updateStatement(table: Table, patch: Row, where: Sql, dialect: Dialect): Sql {
  const touched = table.columns.filter(
    (column) => patch[column.derived?.from ?? column.property] !== undefined,
  );
  const assignments = touched.map(
    (column) => sql`${identifier(column.name)} = ${dialect.encode(column.kind, valueOf(column, patch))}`,
  );
  if (table.columns.some((column) => column.property === 'version')) {
    assignments.push(sql`"version" = "version" + 1`);
  }
  return sql`UPDATE ${identifier(table.name)} AS ${identifier(changedAlias)} SET ${join(assignments, ', ')} WHERE ${where}`;
}

export function deleteStatement(table: Table, where: Sql): Sql {
  return sql`DELETE FROM ${identifier(table.name)} AS ${identifier(changedAlias)} WHERE ${where}`;
}

/**
 * Holds rows as an update of them would, in the order of their ids, so that two callers never wait for each other. Unlike
 * FOR UPDATE it lets others go on inserting rows that refer to them. Null where there is one writer.
 */
export function holdStatement(
  table: Table,
  ids: readonly string[],
  scope: TenantScope,
  dialect: Dialect,
): Sql | null {
  const lock = dialect.lockRows('NO KEY UPDATE', changedAlias);
  if (lock === empty) return null;
  const id = columnSql(table, changedAlias, 'id');
  if (ids.length === 1) {
    return sql`SELECT 1 FROM ${identifier(table.name)} AS ${identifier(changedAlias)} WHERE ${id} = ${ids[0]} AND ${tenantSql(table, changedAlias, scope, dialect)}${lock}`;
  }
  const wanted = sql`(SELECT value FROM ${dialect.valuesTable(ids, 'wanted')})`;
  return sql`SELECT 1 FROM ${identifier(table.name)} AS ${identifier(changedAlias)} WHERE ${id} IN ${wanted} AND ${tenantSql(table, changedAlias, scope, dialect)} ORDER BY ${id}${lock}`;
}

/** Holds one row until the transaction ends. Null where there is one writer: nobody else changes it anyway. */
export function lockStatement(table: Table, id: string, scope: TenantScope, dialect: Dialect): Sql | null {
  const lock = dialect.lockRows('UPDATE', changedAlias);
  if (lock === empty) return null;
  const isRow = sql`${columnSql(table, changedAlias, 'id')} = ${id}`;
  return sql`SELECT 1 FROM ${identifier(table.name)} AS ${identifier(changedAlias)} WHERE ${isRow} AND ${tenantSql(table, changedAlias, scope, dialect)}${lock}`;
}
