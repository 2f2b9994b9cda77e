// Sums by group stay inside the caller's workspace and venues.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableOf } from '../../../src/db/store/table.ts';
import type { GroupedSums } from '../../../src/db/statements/grouped-sums.ts';
import { Treatment } from '../../../src/features/treatments/treatment.entity.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { createTenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { payloadOf } from '../../support/keys.ts';

const sums: GroupedSums = {
  table: tableOf(Treatment),
  condition: { property: 'durationMinutes', op: 'gte', value: 20 },
  by: ['venueId'],
  sums: ['priceCents'],
  latest: ['createdAt'],
  limit: 10,
};

describeEachEngine('Sums by group', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let north: string;
  let south: string;

  const addTreatment = async (venueId: string, durationMinutes: number, priceCents: number) => {
    const owner = await workspace.owner();
    const document =
      'mutation ($input: CreateTreatmentInput!) { createTreatment(input: $input) { treatmentId userErrors { message } } }';
    payloadOf(
      await owner.send(document, {
        input: { venueId, name: 'Rest', durationMinutes, priceCents, currency: 'EUR' },
      }),
    );
  };
  const read = (
    workspaceId: string,
    venueIds: readonly string[] | null = null,
    more: Partial<GroupedSums> = {},
  ) => {
    const { database, clock } = house.app;
    return createTenantDb({ database, clock, scope: { workspaceId, venueIds } }).groupedSums<{
      venueId: string;
      priceCents: number;
      createdAt: string;
    }>({ ...sums, ...more });
  };

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    north = await workspace.venue('North');
    south = await workspace.venue('South');
    await addTreatment(north, 30, 1_000);
    await addTreatment(north, 10, 5);
    house.clock.advance(1_000);
    await addTreatment(north, 20, 9_007_199_254_739_000);
    await addTreatment(south, 60, 7);
  });
  afterAll(() => house.close());

  it('adds up the rows of each group that meet the condition, exactly', async () => {
    const rows = await read(workspace.workspaceId);
    const byVenue = new Map(rows.map((row) => [row.venueId, row]));
    expect(byVenue.get(north)).toEqual({
      venueId: north,
      priceCents: 9_007_199_254_740_000,
      createdAt: '2026-06-01T12:00:01.000Z',
    });
    expect(byVenue.get(south)).toMatchObject({ priceCents: 7 });
    expect(rows).toHaveLength(2);
  });

  it('sees no row of another workspace or venue', async () => {
    const other = await house.workspace();
    expect(await read(other.workspaceId)).toEqual([]);
    expect(await read(workspace.workspaceId, [south])).toMatchObject([{ venueId: south }]);
    expect(await read(workspace.workspaceId, [])).toEqual([]);
  });

  it('leaves out groups beyond the limit', async () => {
    expect(await read(workspace.workspaceId, null, { limit: 1 })).toHaveLength(1);
  });
});
