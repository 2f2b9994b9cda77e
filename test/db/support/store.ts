// The layer below the features: a migrated store without a server, empty workspaces in it, and one way to look at its rows
// that knows no tenant.
import sql, { join, raw } from 'sql-template-tag';
import { allTables } from '../../../src/services.ts';
import { StoredWorkspace } from '../../../src/access/authentication/tables.ts';
import { readConfig } from '../../../src/config/config.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Connection, Database } from '../../../src/db/store/database.ts';
import { openDatabase, type DatabaseUrl } from '../../../src/db/data-source.ts';
import type { EntityClass } from '../../../src/db/store/table.ts';
import { createTenantDb, type TenantDb, type TenantDbOptions } from '../../../src/db/tenant/tenant-db.ts';
import { newMigratedEngine, type Engine } from '../../support/engines.ts';
import { testClock, type TestClock } from '../../support/house.ts';

export const entities: readonly EntityClass[] = allTables;

export function databaseUrl({ url }: Engine): DatabaseUrl {
  return readConfig({ DATABASE_URL: url, DEMO: '0' }).database;
}

export interface Store {
  readonly engine: Engine;
  readonly database: Database;
  readonly clock: TestClock;
  /** A new workspace without anything in it; its id. */
  workspace(): Promise<string>;
  db(
    workspaceId: string,
    venueIds?: readonly string[] | null,
    options?: Pick<TenantDbOptions, 'beforeCommit'>,
  ): TenantDb;
  close(): Promise<void>;
}

export async function openStore(name: Engine['name']): Promise<Store> {
  const engine = await newMigratedEngine(name);
  const database = await openDatabase(databaseUrl(engine));
  const clock = testClock();
  const db: Store['db'] = (workspaceId, venueIds = null, options = {}) =>
    createTenantDb({ database, clock, scope: { workspaceId, venueIds }, ...options });
  return {
    engine,
    database,
    clock,
    db,
    async workspace() {
      const id = newId('wks', clock);
      const row = { id, name: 'Workspace', lastKeyNumber: 0, createdAt: '2026-06-01T12:00:00.000Z' };
      await db(id).transaction((tx) => tx.insert(StoredWorkspace, [row]));
      return id;
    },
    async close() {
      await database.close();
      await engine.remove();
    },
  };
}

/** Every row of a table, whoever it belongs to, as the driver gives it. */
export function allRows(connection: Connection, table: string): Promise<Record<string, unknown>[]> {
  return connection.query(sql`SELECT * FROM ${raw(`"${table}"`)}`);
}

/** The same of some workspaces. */
export function rowsOf(
  connection: Connection,
  table: string,
  workspaceIds: readonly string[],
): Promise<Record<string, unknown>[]> {
  const wanted = join(workspaceIds.map((id) => sql`${id}`));
  return connection.query(sql`SELECT * FROM ${raw(`"${table}"`)} WHERE "workspace_id" IN (${wanted})`);
}

export async function countRows(connection: Connection, table: string): Promise<number> {
  return (await allRows(connection, table)).length;
}
