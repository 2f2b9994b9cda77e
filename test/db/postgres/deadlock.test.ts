// Two transactions that hold a row each and wait for the other's: the store ends one of them, which is run again.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../../support/gate.ts';
import { openStore, type Store } from '../support/store.ts';

describe('Two Postgres transactions that wait for each other', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore('postgres');
  });
  afterAll(() => store.close());

  it('are both done, once each, after one of them ran a second time', async () => {
    const one = await store.workspace();
    const two = await store.workspace();
    let runs = 0;
    const countUp = (first: string, hold: () => Promise<void>, second: string) =>
      store.database.write(async (connection) => {
        runs += 1;
        const touch = (id: string) =>
          connection.execute(
            sql`UPDATE "workspaces" SET "last_key_number" = "last_key_number" + 1 WHERE "id" = ${id}`,
          );
        await touch(first);
        await hold();
        await touch(second);
      });
    const here = gate();
    const there = gate();
    const meet = (own: typeof here, other: typeof here) => () => {
      own.open();
      return other.passed;
    };
    await Promise.all([countUp(one, meet(here, there), two), countUp(two, meet(there, here), one)]);
    // Once more each time that they met: on a busy machine they can meet again.
    expect(runs).toBeGreaterThan(2);
    const rows = await store.database.query<{ last_key_number: number }>(
      sql`SELECT "last_key_number" FROM "workspaces" WHERE "id" IN (${one}, ${two})`,
    );
    expect(rows.map((row) => row.last_key_number)).toEqual([2, 2]);
  });
});
