// One setting chooses the engine. Everything above this file is the same on both.
import type { DataSourceOptions } from 'typeorm';
import type { Database, DatabaseOptions } from './store/database.ts';
import { openPostgresDatabase, postgresOptions } from './postgres/database.ts';
import { openPostgresLog } from './postgres/log-store.ts';
import { openSqliteDatabase, sqliteOptions } from './sqlite/database.ts';
import { openSqliteLog } from './sqlite/log-store.ts';
import type { LogStore } from './store/log-store.ts';
import type { EntityClass, Table } from './store/table.ts';

export type DatabaseUrl =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** Opens the store. Does NOT migrate; call `migrate()`. */
export function openDatabase(url: DatabaseUrl, options: DatabaseOptions = {}): Promise<Database> {
  return url.kind === 'sqlite'
    ? openSqliteDatabase(url.path, options)
    : openPostgresDatabase(url.url, options);
}

/** The log beside a store, with its one table. It is closed before the store is. */
export function openLogStore(url: DatabaseUrl, database: Database, table: Table): LogStore {
  return url.kind === 'sqlite' ? openSqliteLog(url.path, table) : openPostgresLog(database, table);
}

/** What TypeORM is told about the store: entities, migrations, connection. For its command line and for schema checks. */
export function dataSourceOptions(url: DatabaseUrl, entities: readonly EntityClass[]): DataSourceOptions {
  return url.kind === 'sqlite' ? sqliteOptions(url.path, entities) : postgresOptions(url.url, entities);
}
