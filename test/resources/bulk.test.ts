// Bulk mutations: up to 100 at once, all or none, each fault with the number of its input.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../support/house.ts';

const createCustomers = `mutation ($input: [CreateCustomerInput!]!) {
  createCustomers(input: $input) { customerIds customers { id name } userErrors { code field message } }
}`;
const createInquiries = `mutation ($input: [CreateInquiryInput!]!) {
  createInquiries(input: $input) { inquiryIds inquiries { id subject } userErrors { code field message } }
}`;
const createCustomersIds = `mutation ($input: [CreateCustomerInput!]!) {
  createCustomers(input: $input) { customerIds userErrors { code } }
}`;
const createInquiriesIds = `mutation ($input: [CreateInquiryInput!]!) {
  createInquiries(input: $input) { inquiryIds userErrors { code } }
}`;

describeEachEngine('Bulk mutations', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers', 'read:inquiries', 'write:inquiries');
  });
  afterAll(() => house.close());

  const total = async () =>
    (await key.send('{ customers { totalCount } inquiries { totalCount } }')).data as {
      customers: { totalCount: number };
      inquiries: { totalCount: number };
    };

  it('creates a hundred customers in the order given', async () => {
    const input = Array.from({ length: 100 }, (_, index) => ({ name: `Number ${index}` }));
    const { data, errors } = await key.send(createCustomers, { input });
    expect(errors).toBeUndefined();
    expect(data.createCustomers.userErrors).toEqual([]);
    expect(data.createCustomers.customers.map(({ name }: { name: string }) => name)).toEqual(
      input.map(({ name }) => name),
    );
    expect((await total()).customers.totalCount).toBe(100);
  });

  it('begins no transaction for inputs that are too many or none', async () => {
    let begun = 0;
    const counting = await openTestHouse(engine, {
      sharing: house,
      database: { beforeWrite: async () => void (begun += 1) },
    });
    const headers = { authorization: `Bearer ${key.secret}` };
    const send = async (count: number) =>
      (await counting.send(headers, createCustomersIds, { input: Array(count).fill({ name: 'Ada' }) })).data
        .createCustomers;
    for (const count of [0, 101]) expect((await send(count)).userErrors).toHaveLength(1);
    expect(begun).toBe(0);
    expect((await send(1)).userErrors).toEqual([]);
    expect(begun).toBe(1);
    await counting.close();
  });

  it('stores any text as it would alone', { timeout: 60_000 }, async () => {
    const create =
      'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { notes tags } } }';
    const createTwo =
      'mutation ($input: [CreateCustomerInput!]!) { createCustomers(input: $input) { customers { notes tags } } }';
    const halves = fc.constantFrom('\ud800', '\udc00', '\\ud800', '\\u0000', '\u2028', '"', "'", '\n');
    const text = fc.string({
      unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), halves),
    });
    const written = fc.record({
      notes: fc.option(text),
      tags: fc.array(
        text.map((tag) => `t${tag}`.slice(0, 30)),
        { maxLength: 2 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(written, written, async (one, other) => {
        const alone = [];
        for (const fields of [one, other])
          alone.push(
            (await key.send(create, { input: { name: 'Text', ...fields } })).data.createCustomer.customer,
          );
        const input = [one, other].map((fields) => ({ name: 'Text', ...fields }));
        const together = (await key.send(createTwo, { input })).data.createCustomers.customers;
        expect(together ?? [null, null]).toEqual(alone.includes(null) ? [null, null] : alone);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('writes a hundred with as many statements as one, by a key of one venue as well', async () => {
    const venueIds = [await workspace.venue()];
    const customerId = await workspace.customer();
    const restricted = await workspace.venueKey(venueIds, 'write:customers', 'write:inquiries');
    const statements = async (caller: KeyCaller, query: string, input: readonly object[]) => {
      house.statements.length = 0;
      const { data } = await caller.send(query, { input });
      expect(Object.values(data as object)[0]).toMatchObject({ userErrors: [] });
      return house.statements.length;
    };
    const customer = { name: 'Many', venueIds };
    const inquiry = { customerId, venueId: venueIds[0], subject: 'S', body: 'B', channel: 'WEB' };
    const withoutVenue = { ...inquiry, venueId: undefined };
    // The first one links the customer to the venue.
    await statements(key, createInquiries, [inquiry]);
    const all = async (count: number) => {
      const of = <T>(item: T) => Array.from({ length: count }, () => item);
      return [
        await statements(key, createCustomers, of(customer)),
        await statements(key, createInquiries, of(inquiry)),
        await statements(restricted, createCustomersIds, of({ name: 'Many' })),
        await statements(restricted, createInquiriesIds, of(withoutVenue)),
      ];
    };
    expect(await all(100)).toEqual(await all(1));
    const { data } = await key.send('{ customers(filter: { name: { eq: "Many" } }) { totalCount } }');
    expect(data.customers.totalCount).toBe(202);
  });

  it('creates none when one has a fault, and says which ones have', async () => {
    const before = await total();
    const input = [{ name: 'Good' }, { name: ' ' }, { name: 'Good', venueIds: ['ven_unknown'] }];
    const { data } = await key.send(createCustomers, { input });
    expect(data.createCustomers).toMatchObject({ customerIds: null, customers: null });
    expect(data.createCustomers.userErrors).toMatchObject([
      { code: 'REQUIRED', field: ['input', '1', 'name'] },
      { code: 'NOT_FOUND', field: ['input', '2', 'venueIds', '0'] },
    ]);
    expect(await total()).toEqual(before);
  });

  it('refuses none and more than a hundred', async () => {
    const none = await key.send(createCustomers, { input: [] });
    expect(none.data.createCustomers.userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input'] }]);
    const input = Array.from({ length: 101 }, () => ({ name: 'x' }));
    const many = await key.send(createCustomers, { input });
    expect(many.data.createCustomers.userErrors).toMatchObject([{ code: 'INVALID', field: ['input'] }]);
  });

  it('creates inquiries for customers of the caller only', async () => {
    const customerId = await workspace.customer();
    const foreign = await (await house.workspace()).customer();
    const inquiry = (id: string) => ({ customerId: id, subject: 'S', body: 'B', channel: 'WEB' });
    const before = await total();
    const refused = await key.send(createInquiries, { input: [inquiry(customerId), inquiry(foreign)] });
    expect(refused.data.createInquiries.userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['input', '1', 'customerId'] },
    ]);
    expect(await total()).toEqual(before);
    const made = await key.send(createInquiries, { input: [inquiry(customerId), inquiry(customerId)] });
    expect(made.data.createInquiries.inquiries).toHaveLength(2);
  });

  it('asks for the write scope alone when only ids are asked for, and shows rows only with the read scope', async () => {
    const writer = await workspace.key('write:customers');
    const idsOnly = 'mutation ($i: [CreateCustomerInput!]!) { createCustomers(input: $i) { customerIds } }';
    expect(
      (await writer.send(idsOnly, { i: [{ name: 'x' }] })).data.createCustomers.customerIds,
    ).toHaveLength(1);
    const before = await total();
    const refused = await writer.send(createCustomers, { input: [{ name: 'x' }] });
    expect(refused.status).toBe(403);
    expect(await total()).toEqual(before);
  });

  it('costs as many points as its inputs bring objects below them, sent or by default', async () => {
    const customerId = await workspace.customer();
    const select = 'inquiries { customer { inquiries(first: 20) { nodes { id } } } }';
    const input = Array.from({ length: 7 }, (_, index) => ({
      ...{ customerId, subject: `Number ${index}`, body: 'Hello', channel: 'WEB' },
    }));
    const sent = `mutation ($input: [CreateInquiryInput!]!) { createInquiries(input: $input) { ${select} } }`;
    const items = input.map(
      ({ subject }) => `{ customerId: "${customerId}", subject: "${subject}", body: "Hello", channel: WEB }`,
    );
    const written = `mutation { createInquiries(input: [${items.join()}]) { ${select} } }`;
    const byDefault = `mutation ($input: [CreateInquiryInput!]! = [${items.join()}]) { createInquiries(input: $input) { ${select} } }`;
    const answers = [await key.send(sent, { input }), await key.send(written), await key.send(byDefault)];
    // The payload and its list, and for each input what writing it costs and a customer with a page of twenty.
    const expected = 2 + 7 * (10 + 1 + 1 + 20);
    expect(answers.map(({ cost }) => cost?.requestedQueryCost)).toEqual([expected, expected, expected]);
  });
});
