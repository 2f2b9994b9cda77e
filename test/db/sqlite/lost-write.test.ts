// The fault that the write queue exists for: shown on a plain TypeORM connection, and gone behind Database.write.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoredWorkspace } from '../../../src/access/authentication/tables.ts';
import type { WriteConnection } from '../../../src/db/store/database.ts';
import { openDatabase } from '../../../src/db/data-source.ts';
import { createTenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { customerRow, venueRow } from '../support/rows.ts';
import { gate } from '../../support/gate.ts';
import { allRows, countRows, databaseUrl, openStore, type Store } from '../support/store.ts';

const names = (rows: readonly Record<string, unknown>[]) => rows.map((row) => row['name']).sort();

describe('A plain TypeORM connection to SQLite, shared by two requests', () => {
  let directory: string;
  let shared: DataSource;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'latchkey-plain-'));
    shared = new DataSource({ type: 'sqlite', database: join(directory, 'plain.sqlite'), enableWAL: true });
    await shared.initialize();
    await shared.query('CREATE TABLE notes (name TEXT NOT NULL)');
  });
  afterAll(async () => {
    await shared.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  it("loses request B's acknowledged insert with request A's rollback", async () => {
    const inside = gate();
    const acknowledged = gate();
    const requestA = shared.transaction(async (manager) => {
      await manager.query("INSERT INTO notes VALUES ('A')");
      inside.open();
      await acknowledged.passed;
      throw new Error('A fails');
    });
    await inside.passed;
    await shared.query("INSERT INTO notes VALUES ('B')");
    expect(await shared.query('SELECT name FROM notes ORDER BY name')).toHaveLength(2);
    acknowledged.open();
    await expect(requestA).rejects.toThrow('A fails');
    expect(await shared.query('SELECT name FROM notes')).toEqual([]);
  });

  it('fails most of twenty concurrent transactions, although each alone is good', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        shared.transaction((manager) => manager.query('INSERT INTO notes VALUES (?)', [`n${index}`])),
      ),
    );
    const done = results.filter((result) => result.status === 'fulfilled');
    expect(done.length).toBeLessThan(10);
  });
});

describeEachEngine('Writes through the Database', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  const insert = (connection: WriteConnection, id: string) =>
    connection.execute(
      sql`INSERT INTO "workspaces" ("id", "name", "last_key_number", "created_at") VALUES (${id}, ${id}, 0, ${'2026-06-01T12:00:00.000Z'})`,
    );

  it('run no statement after their end, which would be inside the next one', async () => {
    let late: WriteConnection | undefined;
    await store.database.write(async (connection) => void (late = connection));
    await expect(insert(late!, 'late')).rejects.toThrow(/after the end/);
    await expect(late!.query(sql`SELECT 1`)).rejects.toThrow(/after the end/);
    const failing = store.database.write(async (connection) => {
      late = connection;
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    await expect(insert(late!, 'late')).rejects.toThrow(/after the end/);
    expect(names(await allRows(store.database, 'workspaces'))).not.toContain('late');
  });

  it("keeps request B's acknowledged insert when request A rolls back", async () => {
    const inside = gate();
    const free = gate();
    const requestA = store.database.write(async (connection) => {
      await insert(connection, 'A');
      inside.open();
      await free.passed;
      throw new Error('A fails');
    });
    await inside.passed;
    const requestB = store.database.write((connection) => insert(connection, 'B'));
    free.open();
    await expect(requestA).rejects.toThrow('A fails');
    await requestB;
    expect(names(await allRows(store.database, 'workspaces'))).toEqual(['B']);
  });

  it('shows an uncommitted write to no reader', async () => {
    const before = await countRows(store.database, 'workspaces');
    await store.database.write(async (connection) => {
      await insert(connection, 'unseen');
      expect(await countRows(connection, 'workspaces')).toBe(before + 1);
      expect(await countRows(store.database, 'workspaces')).toBe(before);
    });
    expect(await countRows(store.database, 'workspaces')).toBe(before + 1);
  });

  it('loses none of 200 concurrent writes and leaves none half done, whichever of them fail', async () => {
    const workspaceId = await store.workspace();
    const venue = venueRow();
    const db = store.db(workspaceId);
    await db.transaction((tx) => tx.insert(Venue, [venue]));
    const ids = Array.from({ length: 200 }, (_, index) => `cus_concurrent_${index}`);
    const results = await Promise.allSettled(
      ids.map((id, index) =>
        db.transaction(async (tx) => {
          await tx.insert(Customer, [customerRow({ id })]);
          if (index % 4 === 1) throw new Error('fails between its two inserts');
          // The foreign key is the store's own refusal, in the middle of a transaction.
          const venueId = index % 4 === 2 ? 'ven_unknown' : venue.id;
          await tx.insert(CustomerVenue, [{ customerId: id, venueId }]);
          if (index % 4 === 3) throw new Error('fails after both');
        }),
      ),
    );
    const acknowledged = ids.filter((_, index) => results[index]!.status === 'fulfilled');
    expect(acknowledged).toEqual(ids.filter((_, index) => index % 4 === 0));
    const stored = (await db.findAll(Customer, { all: [] })).map((customer) => customer.id).sort();
    expect(stored).toEqual([...acknowledged].sort());
    const links = (await allRows(store.database, 'customer_venues')).map((row) => row['customer_id']).sort();
    expect(links).toEqual(stored);
  });

  it('gives a running number to each of 100 concurrent writes, none twice and none left out', async () => {
    const workspaceId = await store.workspace();
    const db = store.db(workspaceId);
    const numbers = await Promise.all(
      Array.from({ length: 100 }, () =>
        db.transaction((tx) => tx.increment(StoredWorkspace, workspaceId, 'lastKeyNumber')),
      ),
    );
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it('lets exactly one of 20 concurrent changes of the same version through', async () => {
    const workspaceId = await store.workspace();
    const db = store.db(workspaceId);
    const row = customerRow();
    await db.transaction((tx) => tx.insert(Customer, [row]));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        db.transaction((tx) => tx.update(Customer, row.id, { name: `Name ${index}` }, 1)),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'UPDATED')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'CONFLICT')).toHaveLength(19);
    const stored = await db.find(Customer, row.id);
    expect(stored).toMatchObject({ version: 2, name: `Name ${outcomes.indexOf('UPDATED')}` });
  });

  it('goes on after a failed write: the next one starts from a clean transaction', async () => {
    await expect(
      store.database.write((connection) => connection.execute(sql`INSERT INTO "no_such_table" VALUES (1)`)),
    ).rejects.toThrow();
    await store.database.write((connection) => insert(connection, 'after a failure'));
    expect(names(await allRows(store.database, 'workspaces'))).toContain('after a failure');
  });
});

describe('Two servers on one SQLite file', () => {
  it('lose and refuse no write that reads first, whoever of them comes first', async () => {
    const store = await openStore('sqlite');
    const second = await openDatabase(databaseUrl(store.engine));
    const workspaceId = await store.workspace();
    const scope = { workspaceId, venueIds: null };
    const servers = [store.db(workspaceId), createTenantDb({ database: second, clock: store.clock, scope })];
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        servers[index % 2]!.transaction(async (tx) => {
          // A deferred transaction would stand on an old snapshot from here on, and fail when it writes.
          const { lastKeyNumber } = (await tx.find(StoredWorkspace, workspaceId))!;
          await tx.update(StoredWorkspace, workspaceId, { lastKeyNumber: lastKeyNumber + 1 });
        }),
      ),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect((await store.db(workspaceId).find(StoredWorkspace, workspaceId))!.lastKeyNumber).toBe(30);
    await second.close();
    await store.close();
  });
});
