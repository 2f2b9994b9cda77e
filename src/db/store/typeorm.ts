// TypeORM migrates the store and describes it to its own command line; serving goes without it. So it is loaded when it is
// needed: measured on Node 20, a start without it takes 120 ms of CPU less.
// Its classes come each from its own file as CommonJS: imported as an ES module, the package's index makes Node read and
// list 375 files' names first. Types are imported from 'typeorm' as ever.
import { createRequire } from 'node:module';
import type {
  DataSource,
  DataSourceOptions,
  EntitySchema,
  EntitySchemaOptions,
  Table,
  TableIndex,
  TableIndexOptions,
  TableOptions,
} from 'typeorm';

type TypeOrm = typeof import('typeorm');
const require = createRequire(import.meta.url);

export function newDataSource(options: DataSourceOptions): DataSource {
  const typeorm = require('typeorm/data-source/DataSource.js') as Pick<TypeOrm, 'DataSource'>;
  return new typeorm.DataSource(options);
}

export function newEntitySchema<T>(options: EntitySchemaOptions<T>): EntitySchema<T> {
  const typeorm = require('typeorm/entity-schema/EntitySchema.js') as Pick<TypeOrm, 'EntitySchema'>;
  return new typeorm.EntitySchema<T>(options);
}

export function newTable(options: TableOptions): Table {
  const typeorm = require('typeorm/schema-builder/table/Table.js') as Pick<TypeOrm, 'Table'>;
  return new typeorm.Table(options);
}

export function newTableIndex(options: TableIndexOptions): TableIndex {
  const typeorm = require('typeorm/schema-builder/table/TableIndex.js') as Pick<TypeOrm, 'TableIndex'>;
  return new typeorm.TableIndex(options);
}
