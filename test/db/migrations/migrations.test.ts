// The migrations and the entities say the same, and applying them is safe to repeat and to do twice at once.
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataSourceOptions, openDatabase } from '../../../src/db/data-source.ts';
import type { Database } from '../../../src/db/store/database.ts';
import { UserNames1767225600012 } from '../../../src/db/migrations/versions/0.1/12-user-names.ts';
import { migrations } from '../../../src/db/migrations/index.ts';
import { tableOf } from '../../../src/db/store/table.ts';
import { describeEachEngine, newEngine, type Engine } from '../../support/engines.ts';
import { allRows, databaseUrl, entities } from '../support/store.ts';

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
    const database = await openDatabase(databaseUrl(engine));
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

  const migrate = async (database: Database) => (await database.migrate()).applied.map(({ name }) => name);
  const recorded = async (database: Database) =>
    (await allRows(database, 'applied_migrations')).map((row) => row['name']);

  it('build exactly the tables, columns, indexes and references that the entities declare', async () => {
    const source = await openTypeorm();
    expect(await differences(source)).not.toEqual([]);
    await (await open()).migrate();
    expect(await differences(source)).toEqual([]);
  });

  it('are applied in order, once: the second time there is nothing to do', async () => {
    const database = await open();
    expect(await database.hasPendingMigrations()).toBe(true);
    expect(await migrate(database)).toEqual(all);
    expect(await database.hasPendingMigrations()).toBe(false);
    expect(await migrate(database)).toEqual([]);
    expect(await recorded(database)).toEqual(all);
  });

  it('are each applied by one of four servers that start together on an empty store', async () => {
    const databases = await Promise.all([open(), open(), open(), open()]);
    const applied = await Promise.all(databases.map(migrate));
    expect(applied.flat()).toEqual(all);
    for (const database of databases) expect(await recorded(database)).toEqual(all);
  });

  it('take the addresses of users out of the replies that were signed with them, and nothing else', async () => {
    const source = await openTypeorm();
    await source.runMigrations();
    const runner = source.createQueryRunner();
    await new UserNames1767225600012().down(runner);
    // Without the rows that these belong to.
    if (engineName === 'sqlite') await runner.query('PRAGMA foreign_keys = OFF');
    else await runner.dropForeignKeys('replies', (await runner.getTable('replies'))!.foreignKeys);
    const authors = ['ada@acme.example', 'Web form', 'Desk @ Lisbon', '@desk', 'Ada'];
    for (const [index, author] of authors.entries()) {
      await runner.query(
        `INSERT INTO "replies" ("id", "workspace_id", "inquiry_id", "body", "author", "created_at")
         VALUES ('rep_${index}', 'w', 'i', 'b', '${author}', '2026-01-01T00:00:00.000Z')`,
      );
    }
    await new UserNames1767225600012().up(runner);
    const rows = (await runner.query('SELECT "author" FROM "replies" ORDER BY "id"')) as { author: string }[];
    await runner.release();
    expect(rows.map(({ author }) => author)).toEqual(['Staff', ...authors.slice(1)]);
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
