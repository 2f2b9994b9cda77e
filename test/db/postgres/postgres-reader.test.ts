// Statements that come again are prepared on Postgres: not at once, not without bound, and with the same rows.
import { createHash } from 'node:crypto';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres } from '../../support/engines.ts';
import { openStore, type Store } from '../support/store.ts';

describe.skipIf(!hasPostgres)('Reads on Postgres', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore('postgres');
  });
  afterAll(() => store.close());

  const ask = async (column: number, value: number) => {
    const rows = await store.database.query<{ n: number }>(
      sql`SELECT ${value}::int + ${raw(String(column))} AS n`,
    );
    return rows.map(({ n }) => n);
  };
  /** Of the connection that happens to answer; one after the other it is always the same one. */
  const prepared = async () => {
    const rows = await store.database.query<{ statement: string }>(
      sql`SELECT "statement" FROM pg_prepared_statements WHERE "name" LIKE 'latchkey\_%'`,
    );
    return rows.map(({ statement }) => statement);
  };

  it('are prepared from the third time on, and answer each question by itself', async () => {
    for (const value of [1, 2]) expect(await ask(7, value)).toEqual([value + 7]);
    expect(await prepared()).toEqual([]);
    for (const value of [3, 4, 5]) expect(await ask(7, value)).toEqual([value + 7]);
    expect(await prepared()).toEqual(['SELECT $1::int + 7 AS n']);
  });

  it('answer as before when a table changes beneath them, or the connection has lost them', async () => {
    const change = (text: string) =>
      store.database.write((connection) => connection.execute(sql`${raw(text)}`));
    const all = () => store.database.query(sql`SELECT * FROM "beneath" WHERE "a" = ${1}::int`);
    await change('CREATE TABLE "beneath" AS SELECT 1 AS "a"');
    for (let time = 0; time < 4; time += 1) expect(await all()).toEqual([{ a: 1 }]);
    await change('ALTER TABLE "beneath" ADD COLUMN "b" text');
    for (let time = 0; time < 2; time += 1) expect(await all()).toEqual([{ a: 1, b: null }]);
    await store.database.query(sql`DEALLOCATE ALL`);
    for (let time = 0; time < 2; time += 1) expect(await all()).toEqual([{ a: 1, b: null }]);
    await change('DROP TABLE "beneath"');
  });

  it('have a name that belongs to their text, whichever process prepares them', async () => {
    for (const value of [1, 2, 3]) await ask(8, value);
    const rows = await store.database.query<{ name: string }>(
      sql`SELECT "name" FROM pg_prepared_statements WHERE "statement" = 'SELECT $1::int + 8 AS n'`,
    );
    const sum = createHash('sha256').update('SELECT $1::int + 8 AS n').digest('hex');
    expect(rows).toEqual([{ name: `latchkey_${sum.slice(0, 32)}` }]);
  });

  it('are not prepared when they are long: each connection would keep them for good', async () => {
    const terms = (count: number) => raw(Array.from({ length: count }, () => '0').join(' + '));
    const sum = (count: number) => store.database.query(sql`SELECT ${1}::int + ${terms(count)} AS n`);
    for (const count of [900, 1_100])
      for (let time = 0; time < 4; time += 1) expect(await sum(count)).toEqual([{ n: 1 }]);
    const lengths = (await prepared()).map(({ length }) => length).filter((length) => length > 1_000);
    expect(lengths).toEqual([3_619]);
  });

  it('are no more than two hundred, however many texts come', async () => {
    for (let column = 0; column < 230; column += 1)
      for (const value of [1, 2, 3, 4]) expect(await ask(column, value)).toEqual([value + column]);
    expect(await prepared()).toHaveLength(200);
  });

  it('are asked once more when their connection ends in the middle', async () => {
    let read: Promise<{ n: number }[]> | undefined;
    await store.database.write(async (connection) => {
      await connection.query(sql`SELECT pg_advisory_xact_lock(7)`);
      const reading = store.database.query<{ n: number }>(
        sql`SELECT 7 AS "n", pg_advisory_xact_lock_shared(7)`,
      );
      const endWhoeverWaits = () =>
        store.database.query(
          sql`SELECT pg_terminate_backend("pid") FROM pg_stat_activity WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'`,
        );
      await expect.poll(endWhoeverWaits, { interval: 10 }).toHaveLength(1);
      read = reading;
    });
    expect(await read).toMatchObject([{ n: 7 }]);
  });
});
