// Seeding while others hold what it needs: what was rolled back and done again is counted once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { allRows } from '../db/support/store.ts';
import { hasPostgres } from '../support/engines.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';

const deadlock = () => Object.assign(new Error('deadlock detected'), { code: '40P01' });

/** Only Postgres ends one of two transactions that wait for each other, and only there its work is run again. */
describe.skipIf(!hasPostgres)('Seeding [postgres]', () => {
  let house: TestHouse;
  let failures = 0;
  /** The last insert of a batch of customers, so that all the others of the batch are rolled back. */
  let failsNext = false;

  beforeAll(async () => {
    const onStatement = (text: string) => {
      if (!failsNext || !text.startsWith('INSERT INTO "follow_ups"')) return;
      failsNext = false;
      failures += 1;
      throw deadlock();
    };
    house = await openTestHouse('postgres', { database: { onStatement } });
  });
  afterAll(() => house.close());

  it('counts what is there, also when a transaction was run twice', async () => {
    const { workspaceId } = await house.workspace();
    failsNext = true;
    const progress: number[] = [];
    const counts = await seedWorkspace(systemContext(house.app, workspaceId), {
      ...{ customers: 600, seed: 3 },
      onProgress: (done) => {
        progress.push(done);
        failsNext = true;
      },
    });
    expect(failures).toBe(3);
    expect(progress).toEqual([250, 500, 600]);
    const tables = {
      ...{ venues: 'venues', treatments: 'treatments', customers: 'customers', inquiries: 'inquiries' },
      ...{ replies: 'replies', followUps: 'follow_ups', bookings: 'bookings' },
    };
    for (const [name, table] of Object.entries(tables)) {
      const rows = await allRows(house.app.database, table);
      expect({ [name]: rows.length }).toEqual({ [name]: counts[name as keyof typeof counts] });
    }
  });
});
