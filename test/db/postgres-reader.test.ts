// Statements that come again are prepared on Postgres: not at once, not without bound, and with the same rows.
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres } from '../support/engines.ts';
import { openStore, type Store } from './support/store.ts';

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

  it('are no more than two hundred, however many texts come', async () => {
    for (let column = 0; column < 230; column += 1)
      for (const value of [1, 2, 3, 4]) expect(await ask(column, value)).toEqual([value + column]);
    expect(await prepared()).toHaveLength(200);
  }, 60_000);
});
