// The migrations and the entities say the same, and applying them is safe to repeat and to do twice at once.
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataSourceOptions, openDatabase } from '../../src/db/data-source.ts';
import type { Database } from '../../src/db/database.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { tableOf } from '../../src/db/table.ts';
import { describeEachEngine, newEngine, type Engine } from '../support/engines.ts';
import { allRows, databaseUrl, entities } from './support/store.ts';

const tables = entities.map((entity) => tableOf(entity).name);
const all = migrations.map((Migration) => new Migration().name);

describeEachEngine('Migrations', (engineName) => {
  let engine: Engine;
  const opened: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    engine = await newEngine(engineName);
  });
  afterEach(async () => {
    for (const { close } of opened.splice(0)) await close();
    await engine.remove();
  });

  async function open(): Promise<Database> {
    const database = await openDatabase(databaseUrl(engine), entities);
    opened.push(database);
    return database;
  }

  /** TypeORM itself, as its command line would open this store. */
  async function openTypeorm(): Promise<DataSource> {
    const source = await new DataSource(dataSourceOptions(databaseUrl(engine), entities)).initialize();
    opened.push({ close: () => source.destroy() });
    return source;
  }

  async function differences(source: DataSource): Promise<string[]> {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  }

  const recorded = async (database: Database) =>
    (await allRows(database, 'migrations')).map((row) => row['name']);

  it('build exactly the tables, columns, indexes and references that the entities declare', async () => {
    const source = await openTypeorm();
    expect(await differences(source)).not.toEqual([]);
    await (await open()).migrate();
    expect(await differences(source)).toEqual([]);
  });

  it('are applied in order, once: the second time there is nothing to do', async () => {
    const database = await open();
    expect(await database.hasPendingMigrations()).toBe(true);
    expect(await database.migrate()).toEqual(all);
    expect(await database.hasPendingMigrations()).toBe(false);
    expect(await database.migrate()).toEqual([]);
    expect(await recorded(database)).toEqual(all);
  });

  it('are each applied by one of four servers that start together on an empty store', async () => {
    const databases = await Promise.all([open(), open(), open(), open()]);
    const applied = await Promise.all(databases.map((database) => database.migrate()));
    expect(applied.flat()).toEqual(all);
    for (const database of databases) expect(await recorded(database)).toEqual(all);
  });

  it('can be taken back to an empty store and applied again', async () => {
    const source = await openTypeorm();
    await source.runMigrations();
    for (const _ of all) await source.undoLastMigration();
    const runner = source.createQueryRunner();
    for (const table of tables) expect(await runner.hasTable(table)).toBe(false);
    await runner.release();
    const applied = await source.runMigrations();
    expect(applied.map(({ name }) => name)).toEqual(all);
    expect(await differences(source)).toEqual([]);
  });
});
