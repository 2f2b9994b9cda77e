// No room left: a write is refused as 503 and leaves nothing behind, reads go on, and with room again all is well.
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { countRows } from '../support/store.ts';

const create =
  'mutation ($notes: String!) { createCustomer(input: { name: "Large", notes: $notes }) { customerId userErrors { code } } }';
const ask = '{ customers { totalCount } }';

describe('SQLite without room to grow', () => {
  let house: TestHouse;
  let key: KeyCaller;
  beforeAll(async () => {
    house = await openTestHouse('sqlite');
    key = await (await house.workspace()).key('read:customers', 'write:customers');
  });
  afterAll(() => house.close());

  /** In pages. SQLite says SQLITE_FULL at this limit, as it does when the disk has no room. */
  async function allow(extraPages: number): Promise<void> {
    await house.app.database.write(async (writer) => {
      const [row] = await writer.query<{ page_count: number }>(sql`PRAGMA page_count`);
      await writer.query(sql`${raw(`PRAGMA max_page_count = ${row!.page_count + extraPages}`)}`);
    });
  }

  it('answers 503 with Retry-After, keeps nothing of the write, reads on, and recovers by itself', async () => {
    await allow(0);
    const notes = 'x'.repeat(5_000);
    const answers = [];
    for (let number = 0; number < 20; number += 1) answers.push(await key.send(create, { notes }));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(5);
    for (const { errors, headers, text } of refused) {
      expect(errors!.map(({ extensions }) => extensions['code'])).toEqual(['SERVICE_UNAVAILABLE']);
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(text).not.toMatch(/SQLITE|disk|full/i);
    }
    const done = answers.filter(({ status }) => status === 200).length;
    expect((await key.send(ask)).data.customers.totalCount).toBe(done);
    expect((await house.app.http.inject('/health/live')).statusCode).toBe(200);
    await allow(1_000);
    expect((await key.send(create, { notes })).data.createCustomer.userErrors).toEqual([]);
    expect(await countRows(house.app.database, 'customers')).toBe(done + 1);
    expect(await countRows(house.app.database, 'customers_search')).toBe(done + 1);
  });
});
