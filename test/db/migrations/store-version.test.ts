// An older server on a store that a newer one has changed: it goes on where it can honour the change. Where it cannot, it
// does not start, stops writing when it runs already, and says which version is needed.
import sql, { raw } from 'sql-template-tag';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareVersions, version } from '../../../src/core/version.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { dataSourceOptions, openDatabase } from '../../../src/db/data-source.ts';
import { migrations } from '../../../src/db/migrations/index.ts';
import {
  findRefusal,
  liftRequirement,
  requireVersion,
  StoreVersionError,
} from '../../../src/db/migrations/tools/requirements.ts';
import { newDataSource } from '../../../src/db/store/typeorm.ts';
import { buildCommands, runCommand } from '../../support/processes/commands.ts';
import { describeEachEngine, hasPostgres, newEngine, type Engine } from '../../support/engines.ts';
import { openTestHouse, testSecrets, type TestHouse } from '../../support/house.ts';
import { startCluster } from '../../support/processes/cluster-process.ts';
import { startServer } from '../../support/processes/server-process.ts';
import { databaseUrl } from '../support/store.ts';

const own: readonly string[] = migrations.map((Migration) => new Migration().name);
/** Those of version 0.1.0. */
const released = own.filter((name) => Number(name.slice(-3)) <= 14);

const create = 'mutation { createCustomer(input: { name: "Ada" }) { customerId userErrors { code } } }';
const ask = '{ customers { totalCount } }';
const future = 'SearchWords1893456000001';
const sentence =
  `This store was changed by Latchkey 9.0.0 (migration ${future}), which Latchkey ${version} cannot honour: ` +
  'start Latchkey 9.0.0 or newer, or restore the backup from before.';

/** What a server of version 9.0.0 does to a store when it starts. */
async function migrateByFuture(engine: Engine, needed: string | null, undo?: string): Promise<void> {
  const source = await newDataSource(dataSourceOptions(databaseUrl(engine), [])).initialize();
  const runner = source.createQueryRunner();
  try {
    if (undo !== undefined) return await liftRequirement(runner, undo);
    if (needed !== null) await requireVersion(runner, future, needed);
    await runner.query(
      `INSERT INTO "applied_migrations" ("timestamp", "name") VALUES (1893456000001, '${future}')`,
    );
  } finally {
    await runner.release();
    await source.destroy();
  }
}

/** All that a server of version 0.1.0 asks at its start. */
const askAsReleased = ({ app }: TestHouse) => app.database.query(sql`SELECT "name" FROM "migrations"`);

describeEachEngine('A store of a newer version', (engineName) => {
  let house: TestHouse;
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  beforeEach(async () => {
    lines.length = 0;
    house = await openTestHouse(engineName, { logger });
  });
  afterEach(() => house.close());

  const ready = async () => {
    const { statusCode, body } = await house.app.http.inject('/health/ready');
    return [statusCode, (JSON.parse(body) as { checks: { migrations: string } }).checks.migrations];
  };
  const rows = () => house.app.database.query(sql`SELECT "id" FROM "customers"`);

  it('is used by an older server that can honour it; the log says what that does not know', async () => {
    await migrateByFuture(house.engine, null);
    const older = await openTestHouse(engineName, { sharing: house, logger });
    const key = await (await older.workspace()).key('write:customers');
    expect((await key.send(create)).data.createCustomer.userErrors).toEqual([]);
    await older.close();
    expect(lines.filter((line) => line.includes(future))).toHaveLength(1);
    expect(await ready()).toEqual([200, 'ok']);
  });

  it('is used by the version that it requires, and by a newer one', async () => {
    await migrateByFuture(house.engine, version);
    const same = await openTestHouse(engineName, { sharing: house });
    await same.close();
    expect(await ready()).toEqual([200, 'ok']);
  });

  it('is refused with a sentence by an older one, which changes nothing in it', async () => {
    await migrateByFuture(house.engine, '9.0.0');
    await expect(openTestHouse(engineName, { sharing: house })).rejects.toThrow(
      new StoreVersionError(sentence),
    );
  });

  it('is refused by version 0.1.0, which knows no requirements, with the sentence in its error', async () => {
    await migrateByFuture(house.engine, '9.0.0');
    await expect(askAsReleased(house)).rejects.toThrow(
      /This store was changed by Latchkey 9\.0\.0 \(migration \w+\), which an older one cannot honour: start/,
    );
  });

  it('stops an older server that runs already: it is not ready and writes nothing, within a second', async () => {
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers', 'write:customers');
    expect((await key.send(create)).status).toBe(200);
    await migrateByFuture(house.engine, '9.0.0');
    expect(await ready()).toEqual([503, sentence]);
    house.clock.advance(1_000);
    const refused = await key.send(create);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(refused.errors![0]).toMatchObject({
      message: sentence,
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
    await house.app.lastUsed.flush().catch(() => undefined);
    expect(await rows()).toHaveLength(1);
    expect((await key.send(ask)).data).toEqual({ customers: { totalCount: 1 } });
  });

  it('of this version is refused by one that knows no pinned keys, and by none that knows them', async () => {
    const refusalOf = (used: string) => findRefusal((text) => house.app.database.query(raw(text)), used);
    expect(await refusalOf('0.2.0')).toBe(
      'This store was changed by Latchkey 0.3.0 (migration StoredOperations1767225600080), which Latchkey 0.2.0 ' +
        'cannot honour: start Latchkey 0.3.0 or newer, or restore the backup from before.',
    );
    expect(await refusalOf('0.3.0')).toBeNull();
  });

  it('is open to all again when the change has been taken back', async () => {
    const key = await (await house.workspace()).key('write:customers');
    await migrateByFuture(house.engine, '9.0.0');
    await migrateByFuture(house.engine, null, future);
    house.clock.advance(1_000);
    expect((await key.send(create)).status).toBe(200);
    // Version 0.1.0 is kept out by what this version itself has changed, and by nothing else.
    await expect(askAsReleased(house)).rejects.toThrow(
      /changed by Latchkey 0\.3\.0 \(migration StoredOperations/,
    );
    await migrateByFuture(house.engine, null, 'StoredOperations1767225600080');
    await expect(askAsReleased(house)).rejects.toThrow(/changed by Latchkey 0\.2\.0 \(migration TextFolds/);
    await migrateByFuture(house.engine, null, 'TextFolds1767225600030');
    expect(((await askAsReleased(house)) as object[]).length).toBeGreaterThan(released.length);
  });
});

describeEachEngine('A store of version 0.1.0', (engineName) => {
  beforeAll(buildCommands);

  it('is migrated by a newer one, which names what it did in its log, and closed to servers of 0.1.0', async () => {
    const engine = await newEngine(engineName);
    const source = await newDataSource({
      ...dataSourceOptions(databaseUrl(engine), []),
      migrationsTableName: 'migrations',
      migrations: migrations.filter((Migration) => released.includes(new Migration().name)),
    }).initialize();
    await source.runMigrations();
    await source.destroy();
    const server = await startServer(engine.url, { LOG_LEVEL: 'info' });
    const told = (await server.stop())
      .split('\n')
      .filter((line) => line.includes('migration applied'))
      .map((line) => JSON.parse(line) as { migration: string; durationMs: number });
    expect(told.map(({ migration }) => migration)).toEqual(own.filter((name) => !released.includes(name)));
    for (const { durationMs } of told) expect(durationMs).toBeGreaterThanOrEqual(0);
    const database = await openDatabase(databaseUrl(engine));
    await expect(database.query(sql`SELECT "name" FROM "migrations"`)).rejects.toThrow(
      /changed by Latchkey 0\.3\.0 \(migration StoredOperations/,
    );
    await database.close();
    await engine.remove();
  });
});

describeEachEngine('A store of a newer version is refused by', (engineName) => {
  beforeAll(buildCommands);
  let engine: Engine;
  beforeEach(async () => {
    engine = await newEngine(engineName);
    const database = await openDatabase(databaseUrl(engine));
    await database.migrate();
    await database.close();
    await migrateByFuture(engine, '9.0.0');
  });
  afterEach(() => engine.remove());

  it('the server, and a cluster of them', async () => {
    await expect(startServer(engine.url)).rejects.toThrow(sentence);
    await expect(startCluster(engine.url, 2)).rejects.toThrow(sentence);
  });

  it.each([
    ['migrate', []],
    ['workspace-create', ['--name', 'Acme', '--email', 'owner@acme.example', '--password-stdin']],
    ['key-create', ['--workspace', 'wks_1', '--label', 'L', '--preset', 'READ']],
    ['seed', ['--workspace', 'wks_1', '--customers', '10']],
  ])('%s', async (name, args) => {
    const env = {
      ...{
        DATABASE_URL: engine.url,
        JWT_SECRET: testSecrets.jwtSecrets[0],
        KEY_PEPPER: testSecrets.keyPepper,
      },
    };
    const ended = await runCommand(name, [...args, '--json'], { env, stdin: 'a long password 1' });
    expect([ended.code, ended.json()]).toEqual([
      1,
      { errors: [{ code: 'STORE_VERSION', field: [], message: sentence }] },
    ]);
    expect(ended.stderr).toBe(`${sentence}\n`);
  });
});

describe.skipIf(!hasPostgres)('A move', () => {
  beforeAll(buildCommands);

  it.each(['sqlite', 'postgres'] as const)('obeys what a newer %s store requires', async (newer) => {
    const [from, to] = [await newEngine('sqlite'), await newEngine('postgres')];
    for (const engine of [from, to]) {
      const database = await openDatabase(databaseUrl(engine));
      await database.migrate();
      await database.close();
    }
    await migrateByFuture(newer === 'sqlite' ? from : to, '9.0.0');
    const ended = await runCommand('data-move', ['--from', from.url, '--to', to.url, '--json']);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining(sentence)]);
    await from.remove();
    await to.remove();
  });
});

describe('Versions', () => {
  it('are ordered by number, not by text', () => {
    const ordered = ['0.1.0', '0.2.0', '0.2.1', '0.10.0', '1.0.0', '10.0.0'];
    expect(ordered.toReversed().sort(compareVersions)).toEqual(ordered);
    expect(compareVersions('1.2.3', '1.2.3')).toBe(0);
  });
});
