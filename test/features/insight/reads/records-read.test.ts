// Which records a key was answered: all that stood in its answers, by whatever door and way, and who may ask.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../../support/house.ts';
import { colleague, payloadOf, signedInCaller } from '../../../support/keys.ts';
import { readBy, readsOf, mayHaveRead } from './support/asked.ts';

const flushMs = 10_000;

describeEachEngine('Records that a key was answered', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let venue: string;
  let ada: string;
  let bo: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    venue = await workspace.venue();
    ada = await workspace.customer({ name: 'Ada', venueIds: [venue] });
    bo = await workspace.customer({ name: 'Bo' });
  });
  afterAll(() => house.close());

  const reads = (key: KeyCaller) => readsOf(owner, key.apiKeyId);
  const may = (key: KeyCaller, recordId: string) => mayHaveRead(owner, key.apiKeyId, recordId);

  it('are counted by type and day, each once, however often and by whatever selection it was read', async () => {
    const key = await workspace.key('read:customers', 'read:venues');
    await key.send('{ customers(first: 10) { nodes { id } } }');
    await key.send('{ customers(first: 10) { nodes { name venues(first: 5) { nodes { name } } } } }');
    house.clock.advance(86_400_000);
    await key.send('query ($id: ID!) { customer(id: $id) { city } }', { id: ada });
    expect(await reads(key)).toEqual([
      {
        type: 'Customer',
        count: 2,
        isExact: true,
        days: [
          { day: '2026-06-01T00:00:00.000Z', count: 2 },
          { day: '2026-06-02T00:00:00.000Z', count: 1 },
        ],
      },
      {
        ...{ type: 'Venue', count: 1, isExact: true },
        days: [{ day: '2026-06-01T00:00:00.000Z', count: 1 }],
      },
    ]);
    expect(await may(key, ada)).toMatchObject({
      answer: 'YES',
      days: ['2026-06-01T00:00:00.000Z', '2026-06-02T00:00:00.000Z'],
    });
  });

  it('hold a row of which only other fields than the id are selected, and one that only a cursor names', async () => {
    const named = await workspace.key('read:customers');
    const answer = await named.send('query ($id: ID!) { node(id: $id) { ... on Customer { name } } }', {
      id: bo,
    });
    expect(answer.data).toEqual({ node: { name: 'Bo' } });
    expect(await readBy(owner, named.apiKeyId)).toEqual({ Customer: 1 });
    const paging = await workspace.key('read:customers');
    await paging.send('{ customers(first: 1) { pageInfo { endCursor } } }');
    expect(await readBy(owner, paging.apiKeyId)).toEqual({ Customer: 1 });
  });

  it('are not those that only a count, a filter or a denied field touched', async () => {
    const key = await workspace.key('read:venues');
    await key.send('query ($id: ID!) { customer(id: $id) { name } venues(first: 1) { totalCount } }', {
      id: ada,
    });
    expect((await may(key, ada)).answer).toBe('NO');
  });

  it('hold what a mutation answers: the id alone, what hangs below it, and an answer that is only repeated', async () => {
    const writer = await workspace.key('write:customers');
    const create = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId } }`;
    const { customerId } = payloadOf(await writer.send(create, { input: { name: 'Cy' } }));
    expect((await may(writer, customerId)).answer).toBe('YES');
    const headers = { ...bearer(writer.secret), 'idempotency-key': 'once' };
    const first = payloadOf(await house.send(headers, create, { input: { name: 'Di' } }));
    house.clock.advance(86_400_000 / 2);
    const again = payloadOf(await house.send(headers, create, { input: { name: 'Di' } }));
    expect(again).toEqual(first);
    expect((await may(writer, first.customerId)).days).toHaveLength(2);
    const rich = await workspace.key('write:customers', 'read:customers', 'read:venues');
    await rich.send(
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { venues(first: 5) { nodes { name } } } } }',
      { input: { id: ada, city: 'Bonn' } },
    );
    expect(await readBy(owner, rich.apiKeyId)).toEqual({ Customer: 1, Venue: 1 });
  });

  it('hold every record of a bulk mutation', async () => {
    const key = await workspace.key('write:customers');
    const { customerIds } = payloadOf(
      await key.send(
        'mutation ($input: [CreateCustomerInput!]!) { createCustomers(input: $input) { customerIds } }',
        { input: [{ name: 'E' }, { name: 'F' }] },
      ),
    );
    expect(customerIds).toHaveLength(2);
    for (const id of customerIds) expect((await may(key, id)).answer).toBe('YES');
  });

  it('hold a customer whose name stands in a reply, and the venues that a key sees in its own description', async () => {
    const all = await workspace.key('write:inquiries', 'read:customers');
    const { inquiryId } = payloadOf(
      await all.send(
        'mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { inquiryId } }',
        { input: { customerId: ada, venueId: venue, subject: 'S', body: 'B', channel: 'WEB' } },
      ),
    );
    await all.send(
      'mutation ($input: RecordCustomerReplyInput!) { recordCustomerReply(input: $input) { replyId } }',
      { input: { inquiryId, body: 'It is me.' } },
    );
    const reader = await workspace.key('read:inquiries');
    const replies = (fields: string) =>
      reader.send(`query ($id: ID!) { inquiry(id: $id) { replies(first: 5) { nodes { ${fields} } } } }`, {
        id: inquiryId,
      });
    expect((await replies('body')).errors).toBeUndefined();
    expect((await may(reader, ada)).answer).toBe('NO');
    expect((await replies('author')).data.inquiry.replies.nodes).toEqual([{ author: 'Ada' }]);
    expect((await may(reader, ada)).answer).toBe('YES');
    const restricted = await workspace.venueKey([venue], 'write:followups');
    await restricted.send('{ viewer { apiKey { venues { name } } } }');
    expect((await may(restricted, venue)).answer).toBe('YES');
  });

  it('are the same by REST', async () => {
    const key = await workspace.key('read:customers');
    const listed = await house.app.http.inject({
      url: '/api/v1/customers?limit=1',
      headers: bearer(key.secret),
    });
    const [{ id }] = (JSON.parse(listed.body) as { data: [{ id: string }] }).data;
    expect((await may(key, id)).answer).toBe('YES');
    expect(await readBy(owner, key.apiKeyId)).toEqual({ Customer: 1 });
  });

  it('are those of the page, below a parent too: not the row that only says that more follow', async () => {
    const below = await workspace.venue('Below');
    const ids = await Promise.all(
      ['A', 'B', 'C'].map((name) => workspace.customer({ name, venueIds: [below] })),
    );
    const key = await workspace.key('read:customers', 'read:venues');
    const query = `query ($id: ID!) {
      customers(venueId: $id, first: 1) { nodes { id } pageInfo { hasNextPage } }
    }`;
    const { pageInfo, nodes } = payloadOf(await key.send(query, { id: below }));
    expect(pageInfo.hasNextPage).toBe(true);
    expect(await readBy(owner, key.apiKeyId)).toEqual({ Customer: 1 });
    const answers = await Promise.all(ids.map(async (id) => (await may(key, id)).answer));
    expect(answers.filter((answer) => answer === 'YES')).toHaveLength(1);
    expect(answers[ids.indexOf(nodes[0].id)]).toBe('YES');
  });

  it('are none of a total, which takes no row of a day either', async () => {
    const key = await workspace.key('read:customers', 'read:venues');
    const limited = `mutation { updateApiKey(input: { id: "${key.apiKeyId}", maxRowsPerDay: 1 }) { apiKeyId } }`;
    expect((await owner.send(limited)).errors).toBeUndefined();
    const query =
      '{ customers { totalCount } venues(first: 1) { ... on VenueConnection { __typename totalCount } } }';
    for (let count = 0; count < 3; count += 1) {
      const { status, data } = await key.send(query);
      expect([status, data.customers.totalCount > 1]).toEqual([200, true]);
    }
    expect(await readBy(owner, key.apiKeyId)).toEqual({});
    const nested = await key.send('{ venues(first: 1) { nodes { customers { totalCount } } } }');
    expect(nested.data.venues.nodes[0].customers.totalCount).toBeGreaterThan(0);
    expect(await readBy(owner, key.apiKeyId)).toEqual({ Venue: 1 });
  });

  describe('asked for', () => {
    const ask = `query ($key: ID!, $id: ID!) {
      apiKey(id: $key) { recordsRead(from: "2026-06-01T00:00:00Z", to: "2026-06-30T00:00:00Z") { type } }
      mayHaveRead(apiKeyId: $key, recordId: $id, from: "2026-06-01T00:00:00Z", to: "2026-06-30T00:00:00Z") { answer days }
    }`;

    it('are for owners and admins: a member, a key and a key of some venues see nothing of them', async () => {
      const key = await workspace.key('read:customers');
      await key.send('{ customers(first: 10) { nodes { id } } }');
      const variables = { key: key.apiKeyId, id: ada };
      const member = await colleague(house, owner, 'MEMBER');
      const everything = await workspace.key(...house.app.scopes.dataScopes);
      const restricted = await workspace.venueKey([venue], ...house.app.scopes.dataScopes);
      for (const caller of [member, everything, restricted]) {
        const { status, data, errors } = await caller.send(ask, variables);
        expect([status, data, errors?.map(({ extensions }) => extensions['reason'])]).toEqual([
          403,
          undefined,
          ['ADMIN_ONLY', 'ADMIN_ONLY'],
        ]);
      }
      const admin = await colleague(house, owner, 'ADMIN');
      expect((await admin.send(ask, variables)).data.mayHaveRead.answer).toBe('YES');
    });

    it('are those of the own workspace: of another one nothing is known', async () => {
      const key = await workspace.key('read:customers');
      await key.send('{ customers(first: 10) { nodes { id } } }');
      const stranger = await (await house.workspace()).owner();
      const { data } = await stranger.send(ask, { key: key.apiKeyId, id: ada });
      expect(data).toEqual({ apiKey: null, mayHaveRead: { answer: 'UNKNOWN', days: [] } });
    });

    it.each([
      ['an id of no record', { id: 'nonsense' }],
      ['an id without its last letter', { id: 'cus_06gzr9m4sssrzer5sxbt3mnrd' }],
      ['an id with a letter too many', { id: 'cus_06gzr9m4sssrzer5sxbt3mnrd00' }],
      ['an id with a letter that ids do not have', { id: 'cus_06gzr9m4sssrzer5sxbt3mnrdo' }],
      ['half an id of a key', { key: 'key_nope' }],
      ['an id of no key', { key: 'cus_06gzr9m4sssrzer5sxbt3mnrd0' }],
    ])('tell nothing of %s', async (_what, given) => {
      const { data } = await owner.send(ask, { key: 'key_06gzr9m4sssrzer5sxbt3mnrd0', id: ada, ...given });
      expect(data.mayHaveRead).toBeNull();
    });

    it.each([
      ['an empty range', { to: '2026-06-01T00:00:00Z' }, '"from" must be before "to".'],
      [
        'a range that is too long',
        { to: '2028-06-01T00:00:00Z' },
        'The range has 731 days; the limit is 400.',
      ],
    ])('refuse %s', async (_what, given, message) => {
      const { status, errors } = await owner.send(
        'query ($key: ID!, $id: ID!, $to: DateTime!) { mayHaveRead(apiKeyId: $key, recordId: $id, from: "2026-06-01T00:00:00Z", to: $to) { answer } }',
        { key: 'key_06gzr9m4sssrzer5sxbt3mnrd0', id: ada, ...given },
      );
      expect([status, errors?.[0]?.message]).toEqual([400, message]);
    });
  });

  it('are written every ten seconds, and nothing is written again that is there', async () => {
    const key = await workspace.key('read:customers');
    const ask = '{ customers(first: 10) { nodes { id } } }';
    await key.send(ask);
    const writes = async () => {
      house.statements.length = 0;
      await house.scheduler.elapse(flushMs);
      return house.statements.filter((text) => /INSERT INTO "key_reads_day"/.test(text)).length;
    };
    expect(await writes()).toBe(2);
    await key.send(ask);
    expect(await writes()).toBe(0);
  });
});
