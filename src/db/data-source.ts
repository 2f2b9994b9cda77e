// One setting chooses the engine. Everything above this file is the same on both.
import type { DataSourceOptions } from 'typeorm';
import type { Database, DatabaseOptions } from './store/database.ts';
import { openPostgresDatabase, postgresOptions } from './postgres/database.ts';
import { openSqliteDatabase, sqliteOptions } from './sqlite/database.ts';
import type { EntityClass } from './store/table.ts';

export type DatabaseUrl =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** Opens the store. Does NOT migrate; call `migrate()`. */
export function openDatabase(url: DatabaseUrl, options: DatabaseOptions = {}): Promise<Database> {
  return url.kind === 'sqlite'
    ? openSqliteDatabase(url.path, options)
    : openPostgresDatabase(url.url, options);
}

/** What TypeORM is told about the store: entities, migrations, connection. For its command line and for schema checks. */
export function dataSourceOptions(url: DatabaseUrl, entities: readonly EntityClass[]): DataSourceOptions {
  return url.kind === 'sqlite' ? sqliteOptions(url.path, entities) : postgresOptions(url.url, entities);
}
