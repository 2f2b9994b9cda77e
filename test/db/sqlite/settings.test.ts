// How the connections are set up: what a power cut, a stray write and a dangling reference may not do.
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/db/data-source.ts';
import type { Connection } from '../../../src/db/store/database.ts';
import { CustomerVenue } from '../../../src/features/customers/index.ts';
import { describeEachEngine, newEngine } from '../../support/engines.ts';
import { databaseUrl, openStore, type Store } from '../support/store.ts';

async function pragma(connection: Connection, name: string): Promise<unknown> {
  const [row] = await connection.query<Record<string, unknown>>(sql`${raw(`PRAGMA ${name}`)}`);
  return Object.values(row ?? {})[0];
}

const full = 2;
/** Reads go round the readers; asking this often meets each of them. */
const everyReader = Array.from({ length: 6 });

describe('SQLite connections', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore('sqlite');
  });
  afterAll(() => store.close());

  it('write every commit through to the disk', async () => {
    expect(await store.database.write((writer) => pragma(writer, 'synchronous'))).toBe(full);
    expect(await store.database.write((writer) => pragma(writer, 'journal_mode'))).toBe('wal');
  });

  it('check references on the writer', async () => {
    expect(await store.database.write((writer) => pragma(writer, 'foreign_keys'))).toBe(1);
  });

  it('wait for another writer, but less than the three seconds in which a caller is promised an answer', async () => {
    const busyTimeoutMs = Number(await store.database.write((writer) => pragma(writer, 'busy_timeout')));
    expect(busyTimeoutMs).toBeGreaterThan(1_000);
    expect(busyTimeoutMs).toBeLessThan(3_000);
  });

  it('read beside the writer from the same WAL file', async () => {
    for (const _ of everyReader) expect(await pragma(store.database, 'journal_mode')).toBe('wal');
  });

  it('open a new file side by side, as workers that start together do', async () => {
    for (const _ of Array.from({ length: 150 })) {
      const engine = await newEngine('sqlite');
      const opening = Array.from({ length: 4 }, () => openDatabase(databaseUrl(engine)));
      const opened = await Promise.allSettled(opening);
      for (const one of opened) if (one.status === 'fulfilled') await one.value.close();
      await engine.remove();
      expect(opened.filter(({ status }) => status === 'rejected')).toEqual([]);
    }
  });

  it('cannot write through a reader', async () => {
    for (const _ of everyReader) {
      expect(await pragma(store.database, 'query_only')).toBe(1);
      await expect(store.database.query(sql`DELETE FROM "workspaces"`)).rejects.toThrow(/readonly/);
      await expect(store.database.query(sql`CREATE TABLE "stray" ("id" text)`)).rejects.toThrow(/readonly/);
    }
  });
});

describe('Postgres connections', () => {
  it('compile no statement: that would ignore the time limit', async () => {
    const store = await openStore('postgres');
    try {
      expect(await store.database.query(sql`SHOW jit`)).toEqual([{ jit: 'off' }]);
      expect(await store.database.write((writer) => writer.query(sql`SHOW jit`))).toEqual([{ jit: 'off' }]);
    } finally {
      await store.close();
    }
  });

  it('take the options that DATABASE_URL gives them', async () => {
    const engine = await newEngine('postgres');
    const url = new URL(engine.url);
    url.searchParams.set('options', '-c jit=on');
    const database = await openDatabase(databaseUrl({ ...engine, url: url.href }));
    try {
      expect(await database.query(sql`SHOW jit`)).toEqual([{ jit: 'on' }]);
    } finally {
      await database.close();
      await engine.remove();
    }
  });
});

describeEachEngine('References', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  it('refuse a row whose parent does not exist', async () => {
    const db = store.db(await store.workspace());
    const dangling = { customerId: 'cus_none', venueId: 'ven_none' };
    await expect(db.transaction((tx) => tx.insert(CustomerVenue, [dangling]))).rejects.toThrow(
      /foreign key/i,
    );
  });
});
