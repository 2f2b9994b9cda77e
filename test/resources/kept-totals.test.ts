// The number of all rows of a workspace is kept by the store, not counted: it has no limit, whatever a count may examine.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';

describeEachEngine('A kept total', (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  afterAll(() => house.close());

  it('is answered beyond the entries that a count may examine', async () => {
    const key = await (await house.workspace()).key('read:customers', 'write:customers');
    await key.send('mutation { createCustomer(input: { name: "Ada" }) { customerId } }');
    await house.app.database.write((connection) =>
      connection.execute(sql`UPDATE "row_counts" SET "rows" = 600000 WHERE "table_name" = 'customers'`),
    );
    const { data, errors } = await key.send('{ customers(first: 1) { totalCount nodes { name } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ customers: { totalCount: 600_000, nodes: [{ name: 'Ada' }] } });
  });
});
