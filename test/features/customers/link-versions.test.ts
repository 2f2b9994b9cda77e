// A link that a booking, an inquiry or a follow-up makes between a customer and a venue is a change of what UpdateCustomerInput
// can set: it raises the customer's version, once, and an older `expectedVersion` does not undo it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daily, openDesk, type Desk } from '../../support/booking-desk.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { callerWith, payloadOf } from '../../support/keys.ts';

const read =
  'query ($id: ID!) { customer(id: $id) { version updatedAt venues(first: 100) { nodes { id } } } }';
const update =
  'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { version } userErrors { code field } } }';
const inquiry = { subject: 'S', body: 'B', channel: 'WEB' };

interface Linking {
  readonly mutation: string;
  readonly type: string;
  readonly input: (customerId: string, venueId: string, number: number) => Promise<object>;
}

describeEachEngine('A link to a venue', (engine) => {
  let house: TestHouse;
  let second: TestHouse;
  let workspace: TestWorkspace;
  let desk: Desk;
  let key: Caller;
  let secondKey: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    second = await openTestHouse(engine, { sharing: house });
    workspace = await house.workspace();
    desk = await openDesk(workspace);
    const made = await workspace.key(...house.app.scopes.dataScopes);
    [key, secondKey] = [made, callerWith(second, made.secret)];
  }, 60_000);
  afterAll(async () => {
    await second.close();
    await house.close();
  });

  const startsAt = (number: number) => new Date(Date.UTC(2026, 6, 6, 8) + number * 86_400_000).toISOString();
  const linking: Linking[] = [
    {
      ...{ mutation: 'createBooking', type: 'CreateBookingInput!' },
      input: async (customerId, venueId, number) => {
        const treatmentId = await desk.treatment(venueId);
        return { customerId, venueId, treatmentId, startsAt: startsAt(number) };
      },
    },
    {
      ...{ mutation: 'createInquiry', type: 'CreateInquiryInput!' },
      input: async (customerId, venueId) => ({ ...inquiry, customerId, venueId }),
    },
    {
      ...{ mutation: 'createInquiries', type: '[CreateInquiryInput!]!' },
      input: async (customerId, venueId) => Array(3).fill({ ...inquiry, customerId, venueId }) as object,
    },
    {
      ...{ mutation: 'createFollowUp', type: 'CreateFollowUpInput!' },
      input: async (customerId, venueId, number) => ({
        ...{ customerId, venueId, note: 'Call', dueAt: startsAt(number) },
      }),
    },
  ];
  const send = (caller: Caller, { mutation, type }: Linking, input: object) =>
    caller.send(`mutation ($input: ${type}) { ${mutation}(input: $input) { userErrors { code } } }`, {
      input,
    });
  const link = async (one: Linking, customerId: string, venueId: string, number = 0, caller = key) => {
    const answer = await send(caller, one, await one.input(customerId, venueId, number));
    expect(payloadOf(answer).userErrors).toEqual([]);
  };
  const stateOf = async (id: string) => {
    const { version, updatedAt, venues } = payloadOf(await key.send(read, { id }));
    return { version, updatedAt, venueIds: (venues.nodes as { id: string }[]).map((node) => node.id).sort() };
  };

  it.each(linking.map((one) => [one.mutation, one] as const))(
    'that %s makes raises the version once, and saving what was read before is a CONFLICT',
    async (_name, one) => {
      const [first, other] = [await desk.venue(), await desk.venue(daily('00:00', '24:00'))];
      const id = await workspace.customer({ venueIds: [first] });
      const before = await stateOf(id);
      house.clock.advance(1_000);
      await link(one, id, other);
      const between = await stateOf(id);
      const updatedAt = new Date(house.clock.nowMs()).toISOString();
      expect(between).toEqual({ version: 2, updatedAt, venueIds: [first, other].sort() });
      const stale = { id, expectedVersion: before.version, venueIds: [first] };
      expect(payloadOf(await key.send(update, { input: stale })).userErrors).toEqual([
        { code: 'CONFLICT', field: ['input', 'expectedVersion'] },
      ]);
      house.clock.advance(1_000);
      // Linked already: nothing changes.
      await link(one, id, other, 1);
      expect(await stateOf(id)).toEqual(between);
      const current = { id, expectedVersion: 2, venueIds: [first] };
      expect(payloadOf(await key.send(update, { input: current })).userErrors).toEqual([]);
      expect(await stateOf(id)).toMatchObject({ version: 3, venueIds: [first] });
    },
  );

  it('of a key that is restricted to the venue raises it too, and cuts no link that the key does not see', async () => {
    const [hidden, own] = [await desk.venue(), await desk.venue()];
    const id = await workspace.customer({ venueIds: [hidden, own] });
    const restricted = await workspace.venueKey([own], 'write:customers', 'read:customers');
    const saved = await restricted.send(update, { input: { id, venueIds: [own] } });
    expect(payloadOf(saved)).toEqual({ customer: { version: 1 }, userErrors: [] });
    const cleared = await restricted.send(update, { input: { id, venueIds: null } });
    expect(payloadOf(cleared).userErrors).toEqual([{ code: 'REQUIRED', field: ['input', 'venueIds'] }]);
    expect(await stateOf(id)).toMatchObject({ version: 1, venueIds: [hidden, own].sort() });
  });

  it('the same set of venues, in another order and twice, is no change; another set is one', async () => {
    const [a, b] = [await desk.venue(), await desk.venue()];
    const id = await workspace.customer({ venueIds: [a, b] });
    for (const venueIds of [
      [b, a],
      [a, b, a],
    ])
      expect(payloadOf(await key.send(update, { input: { id, venueIds } })).customer.version).toBe(1);
    for (const [venueIds, version] of [
      [[a], 2],
      [[b], 3],
      [null, 4],
      [[], 4],
      [[a], 5],
    ])
      expect(payloadOf(await key.send(update, { input: { id, venueIds } })).customer.version).toBe(version);
  });

  it('that sixteen make at once on two servers is one link and one version', async () => {
    const venueId = await desk.venue(daily('00:00', '24:00'));
    const id = await workspace.customer();
    const inputs = await Promise.all(
      Array.from({ length: 16 }, async (_, number) => {
        const one = linking[number % linking.length]!;
        return { one, input: await one.input(id, venueId, number) };
      }),
    );
    const answers = await Promise.all(
      inputs.map(({ one, input }, number) => send(number % 2 === 0 ? key : secondKey, one, input)),
    );
    for (const answer of answers) expect(payloadOf(answer).userErrors).toEqual([]);
    expect(await stateOf(id)).toMatchObject({ version: 2, venueIds: [venueId] });
  }, 60_000);

  it('never vanishes under an update that expected the version before it, whichever comes first', async () => {
    for (let round = 0; round < 6; round += 1) {
      const [first, other] = [await desk.venue(), await desk.venue(daily('00:00', '24:00'))];
      const id = await workspace.customer({ venueIds: [first] });
      const one = linking[round % linking.length]!;
      const input = await one.input(id, other, round);
      const stale = { id, expectedVersion: 1, venueIds: [first], city: 'Bonn' };
      const [linked, saved] = await Promise.all([
        send(secondKey, one, input),
        key.send(update, { input: stale }),
      ]);
      expect(payloadOf(linked).userErrors).toEqual([]);
      const isSaved = payloadOf(saved).userErrors.length === 0;
      // Saved first and linked then, or refused: the link is there.
      expect(await stateOf(id)).toMatchObject({
        version: isSaved ? 3 : 2,
        venueIds: [first, other].sort(),
      });
    }
  }, 60_000);
});
