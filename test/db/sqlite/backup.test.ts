// Backup and restore as the handbook describes them, while a server writes: what was acknowledged before is in it, keys work.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres, newEngine, type Engine } from '../../support/engines.ts';
import { bearer, openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { countRows } from '../support/store.ts';

const run = promisify(execFile);

/** As `sqlite3 FILE "VACUUM INTO 'COPY'"`, in a process of its own; its command line may not be installed here. */
const vacuumInto = `const [path, copy] = process.argv.slice(1);
  const db = new (require('sqlite3').Database)(path);
  db.run('VACUUM INTO ?', [copy], (error) => { if (error) throw error; db.close(); });`;

function hasPgDump(): boolean {
  try {
    execFileSync('pg_dump', ['--version']);
    return true;
  } catch {
    return false;
  }
}

const engines = ['sqlite', ...(hasPostgres && hasPgDump() ? (['postgres'] as const) : [])] as const;

describe.each(engines)('A backup of %s while a server writes', (engineName) => {
  let house: TestHouse;
  let key: KeyCaller;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'latchkey-backup-'));
    house = await openTestHouse(engineName);
    key = await (await house.workspace()).key('read:customers', 'write:customers');
  });
  afterAll(async () => {
    await house.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function backUpAndRestore(): Promise<Engine> {
    if (engineName === 'sqlite') {
      const copy = join(directory, 'copy.sqlite');
      await run(process.execPath, ['-e', vacuumInto, house.engine.url.replace('sqlite:', ''), copy]);
      return { name: 'sqlite', url: `sqlite:${copy}`, remove: async () => undefined };
    }
    const [dump, restored] = [join(directory, 'dump'), await newEngine('postgres')];
    await run('pg_dump', ['--format=custom', '--file', dump, house.engine.url]);
    await run('pg_restore', ['--no-owner', '--exit-on-error', '--dbname', restored.url, dump]);
    return restored;
  }

  it('is one moment of the store, complete, and a server works on it with the same keys', async () => {
    const create =
      'mutation ($name: String!) { createCustomer(input: { name: $name }) { customerId userErrors { code } } }';
    for (let number = 0; number < 50; number += 1) await key.send(create, { name: `Before ${number}` });
    let isOver = false;
    const writing = (async () => {
      for (let number = 0; !isOver; number += 1) await key.send(create, { name: `During ${number}` });
    })();
    const engine = await backUpAndRestore();
    isOver = true;
    await writing;
    const restored = await openTestHouse(engineName, { sharing: { ...house, engine } });
    const ask = '{ customers(search: "before") { totalCount } all: customers { totalCount } }';
    const { status, data } = await restored.send(bearer(key.secret), ask);
    expect([status, data.customers.totalCount]).toEqual([200, 50]);
    // Restoring did not count the rows once more.
    expect(data.all.totalCount).toBe(await countRows(restored.app.database, 'customers'));
    // Each row has its words: the copy was not taken between the two.
    const { database } = restored.app;
    expect(await countRows(database, 'customers')).toBe(await countRows(database, 'customers_search'));
    if (engineName === 'sqlite') {
      const check = await database.query<Record<string, string>>(sql`PRAGMA integrity_check`);
      expect(Object.values(check[0]!)).toEqual(['ok']);
    }
    const again = await restored.send(bearer(key.secret), create, { name: 'Afterwards' });
    expect(again.data.createCustomer.userErrors).toEqual([]);
    await restored.close();
    await engine.remove();
  });
});
