// What an insert must give. The type check decides (`npm run typecheck`): an unused @ts-expect-error is an error there.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NewRow, TenantTransaction } from '../../../src/db/tenant/tenant-db.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { customerRow, venueRow } from '../support/rows.ts';
import { allRows, openStore, type Store } from '../support/store.ts';

function without<T, K extends keyof T>(row: T, key: K): Omit<T, K> {
  const { [key]: _left, ...rest } = row;
  return rest;
}

describeEachEngine('New rows', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());
  const write = async <R>(work: (tx: TenantTransaction) => Promise<R>) =>
    store.db(await store.workspace()).transaction(work);

  it('name every column, also one that may be null: the store would accept a forgotten one', async () => {
    const row: NewRow<Venue> = venueRow({ city: 'Lisbon' });
    const stored = await write(async (tx) => {
      // @ts-expect-error -- `city` is missing.
      await tx.insert(Venue, [without(row, 'city')]);
      return tx.find(Venue, row.id);
    });
    expect(stored).toMatchObject({ id: row.id, city: null });
  });

  it('may not say undefined instead of null', async () => {
    const row = customerRow();
    const stored = await write(async (tx) => {
      // @ts-expect-error -- `notes` is undefined.
      await tx.insert(Customer, [{ ...row, notes: undefined }]);
      return tx.find(Customer, row.id);
    });
    expect(stored).toMatchObject({ id: row.id, notes: null });
  });

  it('need neither a workspace nor what the store fills in', async () => {
    const [venue, customer] = [venueRow(), customerRow()];
    const workspaceId = await store.workspace();
    await store.db(workspaceId).transaction(async (tx) => {
      await tx.insert(Venue, [venue]);
      await tx.insert(Customer, [customer]);
      await tx.insert(CustomerVenue, [{ customerId: customer.id, venueId: venue.id }]);
    });
    const links = await allRows(store.database, 'customer_venues');
    const [link] = links.filter((row) => row['customer_id'] === customer.id);
    expect(link?.['workspace_id']).toBe(workspaceId);
    expect(link?.['customer_created_at']).not.toBeNull();
  });
});
