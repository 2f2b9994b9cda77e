// customers, treatments and bookings of one venue, bookings of one customer: root lists that an argument narrows, gated by the
// scope of the list alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { planOf, type Captured } from '../db/support/plans.ts';
import { describeEachEngine } from '../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';

const lists = ['customers', 'treatments', 'bookings'] as const;

describeEachEngine('Lists of a venue', (engine) => {
  const captured: Captured[] = [];
  let house: TestHouse;
  let workspace: TestWorkspace;
  let full: KeyCaller;
  let venues: string[];
  let customerId: string;
  beforeAll(async () => {
    house = await openTestHouse(engine, {
      database: { onStatement: (text, values) => void captured.push({ text, values }) },
    });
    workspace = await house.workspace();
    await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 300, seed: 1 });
    full = await workspace.key(...house.app.scopes.dataScopes);
    const { data } = await full.send(
      '{ venues { nodes { id } } bookings(first: 1) { nodes { customer { id } } } }',
    );
    venues = (data.venues.nodes as { id: string }[]).map(({ id }) => id);
    customerId = data.bookings.nodes[0].customer.id as string;
  });
  afterAll(() => house.close());

  const idsOf = async (caller: Caller, list: string, args: string): Promise<string[]> => {
    const { data, errors } = await caller.send(
      `{ list: ${list}(first: 100, ${args}) { totalCount nodes { id } } }`,
    );
    expect([list, args, errors]).toEqual([list, args, undefined]);
    expect(data.list.totalCount).toBeGreaterThanOrEqual(data.list.nodes.length);
    return (data.list.nodes as { id: string }[]).map(({ id }) => id);
  };

  it.each(lists)('%s(venueId) answers what the edge of the venue answers, in its order', async (list) => {
    for (const venueId of venues) {
      const { data } = await full.send(
        `query ($id: ID!) { venue(id: $id) { list: ${list}(first: 100) { totalCount nodes { id } } }
          list: ${list}(venueId: $id, first: 100) { totalCount nodes { id } } }`,
        { id: venueId },
      );
      expect(data.list).toEqual(data.venue.list);
      expect(data.list.nodes.length).toBeGreaterThan(0);
    }
    const whole = await full.send(
      `query ($id: ID) { list: ${list}(venueId: $id) { totalCount } all: ${list} { totalCount } }`,
      { id: null },
    );
    expect(whole.data.list).toEqual(whole.data.all);
  });

  it('bookings(customerId, venueId) are those of both', async () => {
    const both = await Promise.all(
      venues.map((id) => idsOf(full, 'bookings', `customerId: "${customerId}", venueId: "${id}"`)),
    );
    const ofCustomer = await idsOf(full, 'bookings', `customerId: "${customerId}"`);
    expect(both.flat().sort()).toEqual([...ofCustomer].sort());
    expect(ofCustomer.length).toBeGreaterThan(0);
  });

  describe('ask for the scope of the list alone', () => {
    it.each(lists)('%s', async (list) => {
      const key = await workspace.key(`read:${list}`);
      expect((await idsOf(key, list, `venueId: "${venues[0]}"`)).length).toBeGreaterThan(0);
      const other = await workspace.key(`write:${list}`);
      expect((await other.send(`{ ${list}(venueId: "${venues[0]}") { totalCount } }`)).status).toBe(403);
    });

    it('and are empty for a venue or a customer of another workspace, of no one, and of another venue', async () => {
      const foreign = await house.workspace();
      const [theirVenue, theirCustomer] = [await foreign.venue(), await foreign.customer()];
      const restricted = await workspace.venueKey([venues[0]!], ...house.app.scopes.dataScopes);
      const shared = await workspace.customer({ venueIds: [venues[0]!, venues[1]!] });
      expect(await idsOf(restricted, 'customers', `venueId: "${venues[0]}"`)).toContain(shared);
      for (const list of lists) {
        for (const id of [theirVenue, 'ven_0', ''])
          expect(await idsOf(full, list, `venueId: "${id}"`)).toEqual([]);
        captured.length = 0;
        expect(await idsOf(restricted, list, `venueId: "${venues[1]}"`)).toEqual([]);
        // What the key says already is not asked of the store.
        expect(captured.filter(({ text }) => text.includes(`"${list}"`))).toEqual([]);
      }
      for (const id of [theirCustomer, 'cus_0'])
        expect(await idsOf(full, 'bookings', `customerId: "${id}"`)).toEqual([]);
    });
  });

  it('have cursors of their own', async () => {
    const query = `query ($id: ID, $after: String) { customers(venueId: $id, first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }`;
    const cursorFor = async (id: string | null) =>
      (await full.send(query, { id })).data.customers.pageInfo.endCursor as string;
    const own = await cursorFor(venues[0]!);
    expect((await full.send(query, { id: venues[0], after: own })).status).toBe(200);
    for (const [id, after] of [
      [venues[1], own],
      [null, own],
      [venues[0], await cursorFor(null)],
    ])
      expect(await full.send(query, { id, after })).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
  });

  it.each([
    ['customers', () => `venueId: "${venues[0]}"`],
    ['treatments', () => `venueId: "${venues[0]}"`],
    ['bookings', () => `venueId: "${venues[0]}"`],
    ['bookings', () => `customerId: "${customerId}"`],
    ['bookings', () => `customerId: "${customerId}", venueId: "${venues[0]}"`],
  ])('%s are read with one statement, whatever the number of rows, and by an index', async (list, args) => {
    captured.length = 0;
    expect((await full.send(`{ ${list}(first: 10, ${args()}) { nodes { id } } }`)).errors).toBeUndefined();
    const own = captured.filter(({ text }) => text.includes(`"${list}"`));
    expect(own).toHaveLength(1);
    const { fullScans, sorts, ofWorkspace, text } = await planOf(house.app.database, own[0]!);
    // Those of one customer at one venue are looked for among all of this customer, who has few.
    const sorted = args().includes(', ') ? sorts : [];
    expect({ fullScans, sorts, ofWorkspace }, text).toEqual({
      fullScans: [],
      sorts: sorted,
      ofWorkspace: [],
    });
  });

  it('and what hangs below their rows is read with one statement more', async () => {
    captured.length = 0;
    const { data } = await full.send(
      `{ customers(venueId: "${venues[0]}", first: 20) { nodes { inquiries(first: 1) { nodes { id } } } } }`,
    );
    expect(data.customers.nodes).toHaveLength(20);
    expect(captured.filter(({ text }) => /"(inquiries|customers)"/.test(text))).toHaveLength(2);
  });
});
