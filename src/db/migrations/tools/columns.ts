// Column definitions for migrations, with the engine's types; a migration names no engine.
import type { Sql } from 'sql-template-tag';
import type { QueryRunner, TableColumnOptions, TableForeignKeyOptions, TableOptions } from 'typeorm';
import type { ColumnKind } from '../../store/columns.ts';
import { dialectOf } from './engine.ts';

type Nullability = 'null' | 'not null';
type ColumnMaker = (name: string, nullability?: Nullability) => TableColumnOptions;
type KeyMaker = (column: string, target: string) => TableForeignKeyOptions;

export interface MigrationColumns {
  /** The text primary key (or a part of one). */
  primary(name: string): TableColumnOptions;
  /** A part of the primary key that is no text. */
  primaryOf(kind: ColumnKind, name: string): TableColumnOptions;
  readonly text: ColumnMaker;
  readonly integer: ColumnMaker;
  readonly safeInteger: ColumnMaker;
  readonly boolean: ColumnMaker;
  readonly json: ColumnMaker;
  readonly timestamp: ColumnMaker;
}

/** Runs a statement with parameters. */
export async function runStatement(runner: QueryRunner, statement: Sql): Promise<void> {
  await runner.query(dialectOf(runner).text(statement), statement.values);
}

export function migrationColumns(runner: QueryRunner): MigrationColumns {
  const dialect = dialectOf(runner);
  const maker =
    (kind: ColumnKind): ColumnMaker =>
    (name, nullability = 'not null') =>
      ({ ...dialect.columnType(kind), name, isNullable: nullability === 'null' }) as TableColumnOptions;
  return {
    primary: (name) => ({ ...maker('text')(name), isPrimary: true }),
    primaryOf: (kind, name) => ({ ...maker(kind)(name), isPrimary: true }),
    text: maker('text'),
    integer: maker('integer'),
    safeInteger: maker('safeInteger'),
    boolean: maker('boolean'),
    json: maker('json'),
    timestamp: maker('timestamp'),
  };
}

/**
 * Adds a nullable column. Not TypeORM's addColumn: on SQLite that makes the table anew, and dropping the old one while
 * others refer to it removes or breaks their rows.
 */
export async function addColumn(
  runner: QueryRunner,
  table: string,
  { name, type, precision, collation }: TableColumnOptions,
): Promise<void> {
  const size = precision == null ? '' : `(${precision})`;
  const order = collation === undefined ? '' : ` COLLATE "${collation}"`;
  await runner.query(`ALTER TABLE "${table}" ADD COLUMN "${name}" ${type}${size}${order}`);
}

export async function dropColumn(runner: QueryRunner, table: string, name: string): Promise<void> {
  await runner.query(`ALTER TABLE "${table}" DROP COLUMN "${name}"`);
}

/** Foreign keys of one table, named as entity-schema.ts names them. */
export function foreignKeys(table: string): KeyMaker {
  return (column, target) => ({
    name: `fk_${table}_${column}`,
    columnNames: [column],
    referencedTableName: target,
    referencedColumnNames: ['id'],
  });
}

export function index(
  name: string,
  columnNames: string[],
  options: { unique?: boolean } = {},
): NonNullable<TableOptions['indices']>[number] {
  return { name, columnNames, isUnique: options.unique ?? false };
}
