// Column definitions for migrations, with the engine's types; a migration names no engine.
import type { QueryRunner, TableColumnOptions, TableForeignKeyOptions, TableOptions } from 'typeorm';
import type { ColumnKind } from '../columns.ts';
import { postgres, sqlite } from '../dialect.ts';

type Nullability = 'null' | 'not null';
type ColumnMaker = (name: string, nullability?: Nullability) => TableColumnOptions;
type KeyMaker = (column: string, target: string) => TableForeignKeyOptions;

export interface MigrationColumns {
  /** The text primary key (or a part of one). */
  primary(name: string): TableColumnOptions;
  readonly text: ColumnMaker;
  readonly integer: ColumnMaker;
  readonly boolean: ColumnMaker;
  readonly json: ColumnMaker;
  readonly timestamp: ColumnMaker;
}

export function migrationColumns(runner: QueryRunner): MigrationColumns {
  const dialect = runner.connection.options.type === 'postgres' ? postgres : sqlite;
  const maker =
    (kind: ColumnKind): ColumnMaker =>
    (name, nullability = 'not null') =>
      ({ ...dialect.columnType(kind), name, isNullable: nullability === 'null' }) as TableColumnOptions;
  return {
    primary: (name) => ({ ...maker('text')(name), isPrimary: true }),
    text: maker('text'),
    integer: maker('integer'),
    boolean: maker('boolean'),
    json: maker('json'),
    timestamp: maker('timestamp'),
  };
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
