// Before the first test of a run: one store of each engine is migrated. Tests copy it, which takes a tenth of the time of
// migrating their own. The migrations themselves have their tests in test/db.
import type { TestProject } from 'vitest/node';
import { readConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/db/data-source.ts';
import { hasPostgres, newEngine, type Engine } from './engines.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The migrated SQLite file, and the name of the migrated Postgres database where there is a server. */
    templates: { readonly sqlite: string; readonly postgres?: string };
  }
}

async function migrated(name: Engine['name']): Promise<Engine> {
  const engine = await newEngine(name);
  const database = await openDatabase(readConfig({ DATABASE_URL: engine.url }).database);
  await database.migrate().finally(() => database.close());
  return engine;
}

let engines: readonly Engine[] = [];

export async function setup({ config, provide }: TestProject): Promise<void> {
  // What a project sets for its tests is not set in this process. One that sets nothing has no env at all.
  const isPostgresWanted = hasPostgres && config.env?.['DATABASES'] !== 'sqlite';
  engines = await Promise.all([migrated('sqlite'), ...(isPostgresWanted ? [migrated('postgres')] : [])]);
  const [sqlite, postgres] = engines;
  provide('templates', {
    sqlite: sqlite!.url.slice('sqlite:'.length),
    ...(postgres ? { postgres: new URL(postgres.url).pathname.slice(1) } : {}),
  });
}

export async function teardown(): Promise<void> {
  await Promise.all(engines.map((engine) => engine.remove()));
}
