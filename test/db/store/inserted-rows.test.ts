// Rows of an INSERT on SQLite: as one JSON text they are the values that they are as parameters.
import fc from 'fast-check';
import sql, { type Sql } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOfJson, rowsOfValues } from '../../../src/db/store/inserted-rows.ts';
import { openStore, type Store } from '../support/store.ts';

describe('Rows as JSON', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore('sqlite');
  });
  afterAll(() => store.close());

  const stored = (rows: Sql) =>
    store.database.query(
      sql`WITH "rows" ("a", "b") AS (${rows}) SELECT typeof("a") AS "ta", hex("a") AS "a", typeof("b") AS "tb", hex("b") AS "b" FROM "rows"`,
    );

  it('are stored byte for byte as parameters are, in their order', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('\ud800', '\udfff', '\0', '\\ud800', '\u2028', '"', "'", '\\', '\n', '😀'),
    );
    const value = fc.oneof(
      fc.constant(null),
      // A larger one is bound as a float, which a column of whole numbers turns back.
      fc.integer(),
      fc.string({ unit: piece }),
    );
    const rows = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rows, async (drawn) => {
        expect(await stored(rowsOfJson(drawn))).toEqual(await stored(rowsOfValues(drawn)));
      }),
      { numRuns: 400, seed: 11 },
    );
  });

  it('are one statement for any number of rows', () => {
    const rows = (count: number) => Array.from({ length: count }, (_, index) => ['a', index]);
    expect(rowsOfJson(rows(100)).sql).toBe(rowsOfJson(rows(2)).sql);
    expect(rowsOfJson(rows(100)).values).toHaveLength(1);
  });
});
