// The customer mutations: what they write, what they refuse, and whose rows they cannot reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const shown = 'id name email phone city notes tags version createdAt updatedAt venues { nodes { id } }';
const create = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) { customerId customer { ${shown} } userErrors { code field message } } }`;
const update = `mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { customerId customer { ${shown} } userErrors { code field message } } }`;
const read = `query ($id: ID!) { customer(id: $id) { ${shown} } }`;
const count = '{ customers { totalCount } }';
const unknownCustomer = 'cus_00000000000000000000000000';
const unknownVenue = 'ven_00000000000000000000000000';

describeEachEngine('Customers', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  let foreignCustomer: string;
  let foreignVenue: string;
  let foreignKey: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers', 'read:venues');
    const other = await house.workspace();
    foreignCustomer = await other.customer();
    foreignVenue = await other.venue();
    foreignKey = await other.key('read:customers', 'read:venues');
  });
  afterAll(() => house.close());

  const total = async (caller = key) => (await caller.send(count)).data.customers.totalCount as number;
  const readBack = async (id: string) => (await key.send(read, { id })).data.customer;
  const refusal = async (caller: KeyCaller, document: string, input: object) => {
    const { status, data } = await caller.send(document, { input });
    const [payload] = Object.values(data as Record<string, Record<string, unknown>>);
    expect(status).toBe(200);
    expect(payload).toMatchObject({ customerId: null, customer: null });
    return payload!['userErrors'];
  };
  /** The whole answer, with the id that was tried taken out. */
  const answerTo = async (caller: KeyCaller, document: string, input: object, tried: string) =>
    (await caller.send(document, { input })).text.replaceAll(tried, '<id>');

  it('creates a customer with every field and reads back the same', async () => {
    const venueId = await workspace.venue();
    const input = {
      name: '  Ada Lovelace ',
      email: 'ada@example.org',
      phone: '+44 1',
      city: 'London',
      notes: 'First\nline',
      tags: ['vip', 'math'],
      venueIds: [venueId, venueId],
    };
    const { data, errors } = await key.send(create, { input });
    expect(errors).toBeUndefined();
    const { customerId, customer, userErrors } = data.createCustomer;
    const now = new Date(house.clock.nowMs()).toISOString();
    expect(userErrors).toEqual([]);
    expect(customer).toEqual({
      ...input,
      id: customerId,
      name: 'Ada Lovelace',
      venueIds: undefined,
      venues: { nodes: [{ id: venueId }] },
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
    expect(await readBack(customerId)).toEqual(customer);
  });

  it('needs only a name; an empty optional text counts as none', async () => {
    const { data } = await key.send(create, { input: { name: 'Solo', email: ' ', phone: '', notes: null } });
    const nothing = { email: null, phone: null, city: null, notes: null, tags: [], venues: { nodes: [] } };
    expect(data.createCustomer.customer).toMatchObject({ name: 'Solo', ...nothing });
  });

  it('lets a key that may only write get the id and nothing else', async () => {
    const writer = await workspace.key('write:customers');
    const ingest = create.replace(/customer \{.*?\} \} \}/s, '');
    const { status, data } = await writer.send(ingest, { input: { name: 'Web form' } });
    expect(status).toBe(200);
    expect(data.createCustomer.customerId).toMatch(/^cus_/);
    const withRow = await writer.send(create, { input: { name: 'Web form 2' } });
    expect(withRow.status).toBe(403);
    expect(withRow.errors![0]!.extensions['missing']).toEqual(['read:customers', 'read:venues']);
    expect(
      (await key.send('{ customers(filter: { name: { eq: "Web form 2" } }) { totalCount } }')).data,
    ).toEqual({
      customers: { totalCount: 0 },
    });
  });

  it('lets a key that may only write change a customer, too', async () => {
    const writer = await workspace.key('write:customers');
    const id = await workspace.customer();
    const only = update.replace(/customer \{.*?\} \} \}/s, '');
    const { status, data } = await writer.send(only, { input: { id, name: 'Synced' } });
    expect([status, data]).toEqual([200, { updateCustomer: { customerId: id, userErrors: [] } }]);
    expect(await readBack(id)).toMatchObject({ name: 'Synced', version: 2 });
  });

  it.each([
    ['createCustomer', create, { name: 'Nobody' }],
    ['updateCustomer', update, { id: unknownCustomer, name: 'Nobody' }],
  ])(
    'refuses %s to a key without write:customers with 403, and writes nothing',
    async (_, document, values) => {
      const reader = await workspace.key('read:customers', 'read:venues');
      const id = await workspace.customer({ name: 'Before' });
      const before = await total();
      const input = 'id' in values ? { ...values, id } : values;
      const { status, data, errors } = await reader.send(document, { input });
      expect(status).toBe(403);
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', missing: ['write:customers'] });
      expect(await total()).toBe(before);
      expect(await readBack(id)).toMatchObject({ name: 'Before', version: 1 });
    },
  );

  it("answers another workspace's customer exactly like an unknown id, and leaves it alone", async () => {
    const tried = (id: string) => answerTo(key, update, { id, name: 'Stolen', expectedVersion: 1 }, id);
    const answer = await tried(foreignCustomer);
    expect(answer).toBe(await tried(unknownCustomer));
    expect(answer).toBe(await tried('ven_00000000000000000000000000'));
    expect(answer).toBe(await tried('no id at all'));
    expect(await refusal(key, update, { id: foreignCustomer, name: 'Stolen' })).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'id'], message: 'No customer with this id.' },
    ]);
    const { data } = await foreignKey.send(read, { id: foreignCustomer });
    expect(data.customer).toMatchObject({ name: 'Customer', version: 1 });
  });

  it("answers another workspace's venue in the input exactly like an unknown id", async () => {
    const id = await workspace.customer({ name: 'Stays' });
    const before = await total();
    for (const [document, input] of [
      [create, { name: 'X' }],
      [update, { id, name: 'X' }],
    ] as const) {
      const tried = (venueId: string) => answerTo(key, document, { ...input, venueIds: [venueId] }, venueId);
      expect(await tried(foreignVenue)).toBe(await tried(unknownVenue));
      expect(await refusal(key, document, { ...input, venueIds: [foreignVenue] })).toEqual([
        { code: 'NOT_FOUND', field: ['input', 'venueIds', '0'], message: 'No venue with this id.' },
      ]);
    }
    expect(await total()).toBe(before);
    expect(await readBack(id)).toMatchObject({ name: 'Stays', version: 1 });
  });

  it('names every venue of the input that does not exist', async () => {
    const venueIds = [unknownVenue, await workspace.venue(), foreignVenue];
    const errors = (await refusal(key, create, { name: 'X', venueIds })) as { field: string[] }[];
    expect(errors.map((error) => error.field)).toEqual([
      ['input', 'venueIds', '0'],
      ['input', 'venueIds', '2'],
    ]);
  });

  it('keeps a venue-restricted key to its venues: the target', async () => {
    const [mine, theirs] = [await workspace.venue(), await workspace.venue()];
    const restricted = await workspace.venueKey([mine], 'read:customers', 'write:customers', 'read:venues');
    const hidden = await workspace.customer({ name: 'Hidden', venueIds: [theirs] });
    const homeless = await workspace.customer({ name: 'Homeless' });
    const seen = await workspace.customer({ name: 'Seen', venueIds: [mine, theirs] });
    const tried = (id: string) => answerTo(restricted, update, { id, name: 'Changed' }, id);
    expect(await tried(hidden)).toBe(await tried(unknownCustomer));
    expect(await tried(homeless)).toBe(await tried(unknownCustomer));
    expect(await readBack(hidden)).toMatchObject({ name: 'Hidden', version: 1 });
    expect(await readBack(homeless)).toMatchObject({ name: 'Homeless', version: 1 });
    const { data } = await restricted.send(update, { input: { id: seen, name: 'Changed' } });
    expect(data.updateCustomer.customer).toMatchObject({
      name: 'Changed',
      venues: { nodes: [{ id: mine }] },
    });
  });

  it('keeps a venue-restricted key to its venues: the input', async () => {
    const [mine, theirs] = [await workspace.venue(), await workspace.venue()];
    const restricted = await workspace.venueKey([mine], 'read:customers', 'write:customers', 'read:venues');
    const id = await workspace.customer({ venueIds: [mine, theirs] });
    const before = await total();
    for (const [document, input] of [
      [create, { name: 'X' }],
      [update, { id, name: 'X' }],
    ] as const) {
      const tried = (venueId: string) =>
        answerTo(restricted, document, { ...input, venueIds: [mine, venueId] }, venueId);
      expect(await tried(theirs)).toBe(await tried(unknownVenue));
    }
    expect(await total()).toBe(before);
    expect(await readBack(id)).toMatchObject({ name: 'Customer', version: 1 });
  });

  it('lets a venue-restricted key replace only the links that it sees, and never the last of them', async () => {
    const [one, two, hidden] = [await workspace.venue(), await workspace.venue(), await workspace.venue()];
    const restricted = await workspace.venueKey(
      [one, two],
      'read:customers',
      'write:customers',
      'read:venues',
    );
    const id = await workspace.customer({ venueIds: [one, hidden] });
    await restricted.send(update, { input: { id, venueIds: [two] } });
    const after = await readBack(id);
    expect(after.venues.nodes.map((venue: { id: string }) => venue.id).sort()).toEqual([two, hidden].sort());
    expect(await refusal(restricted, update, { id, venueIds: [] })).toMatchObject([
      { code: 'REQUIRED', field: ['input', 'venueIds'] },
    ]);
    expect(await readBack(id)).toEqual(after);
  });

  it('gives a key with one venue that venue; a key with two must name one', async () => {
    const [one, two] = [await workspace.venue(), await workspace.venue()];
    const scopes = ['read:customers', 'write:customers', 'read:venues'] as const;
    const single = await workspace.venueKey([one], ...scopes);
    const { data } = await single.send(create, { input: { name: 'Walk-in' } });
    expect(data.createCustomer.customer.venues.nodes).toEqual([{ id: one }]);
    const double = await workspace.venueKey([one, two], ...scopes);
    const before = await total();
    for (const input of [{ name: 'X' }, { name: 'X', venueIds: [] }, { name: 'X', venueIds: null }]) {
      expect(await refusal(double, create, input)).toMatchObject([
        { code: 'REQUIRED', field: ['input', 'venueIds'] },
      ]);
    }
    expect(await total()).toBe(before);
  });

  it('names every bad value at once, with code, field and message, and writes nothing', async () => {
    const before = await total();
    const input = {
      name: ' ',
      email: 'not an address',
      phone: '1'.repeat(51),
      city: 'c'.repeat(201),
      notes: 'x'.repeat(10_001),
      tags: ['fine', '', 'x'.repeat(51)],
      venueIds: Array.from({ length: 101 }, () => unknownVenue),
    };
    const expected = [
      { code: 'REQUIRED', field: ['input', 'name'], message: 'Must not be empty.' },
      { code: 'INVALID', field: ['input', 'email'], message: 'Is not an e-mail address.' },
      { code: 'TOO_LONG', field: ['input', 'phone'], message: 'Must be at most 50 characters long.' },
      { code: 'TOO_LONG', field: ['input', 'city'], message: 'Must be at most 200 characters long.' },
      { code: 'TOO_LONG', field: ['input', 'notes'], message: 'Must be at most 10000 characters long.' },
      { code: 'REQUIRED', field: ['input', 'tags', '1'], message: 'Must not be empty.' },
      { code: 'TOO_LONG', field: ['input', 'tags', '2'], message: 'Must be at most 50 characters long.' },
      { code: 'INVALID', field: ['input', 'venueIds'], message: 'At most 100 venues.' },
    ];
    expect(await refusal(key, create, input)).toEqual(expected);
    const id = await workspace.customer({ name: 'Unchanged' });
    expect(await refusal(key, update, { ...input, id })).toEqual(expected);
    expect(await total()).toBe(before + 1);
    expect(await readBack(id)).toMatchObject({ name: 'Unchanged', version: 1 });
  });

  it.each(['Zoe\u0308 \u{1f469}\u200d\u{1f4bb}', '\u5c71\u7530\u3000\u592a\u90ce', "D\u2019Arcy  O'Neil"])(
    'keeps a name as it is written: %s',
    async (name) => {
      const id = await workspace.customer({ name });
      expect(await readBack(id)).toMatchObject({ name });
    },
  );

  it('takes what nobody sees out of names, and control characters out of notes, in changes too', async () => {
    const dirty = {
      ...{ name: '\u202eAn\u200bna\0 \u2066Berg\u2069', city: 'Ber\u00adlin', phone: '\u202a+49 170\u202c' },
      ...{ email: '\u200eanna@example.com\u200f', notes: 'a\0\n\u0007b\u200f', tags: ['v\u200bip'] },
    };
    const clean = {
      ...{ name: 'Anna Berg', city: 'Berlin', phone: '+49 170' },
      ...{ email: 'anna@example.com', notes: 'a\nb\u200f', tags: ['vip'] },
    };
    const { data } = await key.send(create, { input: { ...dirty } });
    const id = data.createCustomer.customerId as string;
    expect(await readBack(id)).toMatchObject(clean);
    const other = await workspace.customer();
    await key.send(update, { input: { ...dirty, id: other } });
    expect(await readBack(other)).toMatchObject(clean);
    expect(await refusal(key, update, { id: other, name: '\u200b' })).toMatchObject([{ code: 'REQUIRED' }]);
  });

  it('takes no null where a value must stay', async () => {
    const id = await workspace.customer();
    const message = 'Must be given.';
    expect(await refusal(key, update, { id, name: null })).toEqual([
      { code: 'REQUIRED', field: ['input', 'name'], message },
    ]);
  });

  it('clears with null and leaves alone what is left out', async () => {
    const values = { email: 'a@b.example', phone: '1', city: 'Bonn', notes: 'n', tags: ['t'] };
    const { data } = await key.send(create, { input: { name: 'Full', ...values } });
    const id = data.createCustomer.customerId as string;
    await key.send(update, { input: { id, email: null, notes: '' } });
    expect(await readBack(id)).toMatchObject({ name: 'Full', ...values, email: null, notes: null });
    await key.send(update, { input: { id, tags: [] } });
    expect(await readBack(id)).toMatchObject({
      name: 'Full',
      phone: '1',
      city: 'Bonn',
      tags: [],
      version: 3,
    });
  });

  it('refuses a wrong expectedVersion with CONFLICT and takes the right one or none', async () => {
    const id = await workspace.customer({ name: 'V1' });
    expect(await refusal(key, update, { id, name: 'Lost', expectedVersion: 2 })).toEqual([
      {
        code: 'CONFLICT',
        field: ['input', 'expectedVersion'],
        message: 'This customer was changed meanwhile. Read it again and repeat with its new version.',
      },
    ]);
    expect(await readBack(id)).toMatchObject({ name: 'V1', version: 1 });
    for (const [expectedVersion, version] of [
      [1, 2],
      [undefined, 3],
      [null, 4],
    ]) {
      const { data } = await key.send(update, { input: { id, name: `V${version}`, expectedVersion } });
      expect(data.updateCustomer.customer).toMatchObject({ name: `V${version}`, version });
    }
  });

  it('moves updatedAt, and only that, with the clock', async () => {
    const id = await workspace.customer();
    const { createdAt } = await readBack(id);
    house.clock.advance(60_000);
    await key.send(update, { input: { id, city: 'Bonn' } });
    const updatedAt = new Date(house.clock.nowMs()).toISOString();
    expect(await readBack(id)).toMatchObject({ createdAt, updatedAt, version: 2 });
    expect(updatedAt).not.toBe(createdAt);
  });
});
