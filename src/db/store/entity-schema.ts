// A declared table as TypeORM's EntitySchema, with the column types of one engine.
import type { EntitySchema as Schema, EntitySchemaColumnOptions } from 'typeorm';
import type { Column } from './columns.ts';
import type { Dialect } from './dialect.ts';
import { tableOf, type EntityClass } from './table.ts';
import { newEntitySchema } from './typeorm.ts';

function columnOptions(column: Column, dialect: Dialect): EntitySchemaColumnOptions {
  return {
    ...(dialect.columnType(column.kind) as { type: EntitySchemaColumnOptions['type'] & {} }),
    name: column.name,
    nullable: column.nullable,
    primary: column.primary,
  };
}

/** The EntitySchema's name is the table's name. */
export function entitySchema(entity: EntityClass, dialect: Dialect): Schema<Record<string, unknown>> {
  const table = tableOf(entity);
  const references = table.columns.filter((column) => column.references);
  return newEntitySchema<Record<string, unknown>>({
    name: table.name,
    tableName: table.name,
    columns: Object.fromEntries(
      table.columns.map((column) => [column.property, columnOptions(column, dialect)]),
    ),
    indices: table.indexes.map((index) => ({
      name: index.name,
      columns: [...index.properties],
      unique: index.unique ?? false,
    })),
    foreignKeys: references.map((column) => ({
      name: `fk_${table.name}_${column.name}`,
      target: tableOf(column.references!()).name,
      columnNames: [column.property],
      referencedColumnNames: ['id'],
    })),
  });
}
