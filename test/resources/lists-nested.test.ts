// Nested lists through the API, and look-ahead: each place of an operation gets its own page and all its columns.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type Variables } from '../support/house.ts';

type Walked = Nodes & {
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
};
type Nodes<T = Record<string, unknown>> = { nodes: T[] };

describeEachEngine('Nested lists', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  let venueId: string;
  /** Anna has inquiries i1, i2, i3 and a follow-up; Bert has i4; Cleo has nothing. */
  let [anna, bert, cleo] = ['', '', ''];

  const ask = async (query: string, variables: Variables = {}) => {
    const { data, errors, status } = await key.send(query, variables);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    return data;
  };

  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    const resources = ['customers', 'inquiries', 'followups', 'venues'];
    key = await workspace.key(...resources.flatMap((name) => [`read:${name}`, `write:${name}`]));
    venueId = await workspace.venue('North');
    anna = await workspace.customer({ name: 'Anna', email: 'anna@x.example', venueIds: [venueId] });
    house.clock.advance(1_000);
    bert = await workspace.customer({ name: 'Bert' });
    house.clock.advance(1_000);
    cleo = await workspace.customer({ name: 'Cleo' });
    for (const [subject, customerId, replies] of [
      ['i1', anna, 3],
      ['i2', anna, 0],
      ['i3', anna, 1],
      ['i4', bert, 2],
    ] as const) {
      house.clock.advance(1_000);
      const input = {
        customerId,
        subject,
        body: 'B',
        channel: 'WEB',
        ...(subject === 'i1' ? { venueId } : {}),
      };
      const made = await ask(
        'mutation ($i: CreateInquiryInput!) { createInquiry(input: $i) { inquiryId } }',
        { i: input },
      );
      const { inquiryId } = made.createInquiry;
      for (let number = 1; number <= replies; number += 1) {
        house.clock.advance(1_000);
        await ask('mutation ($i: ReplyToInquiryInput!) { replyToInquiry(input: $i) { replyId } }', {
          i: { inquiryId, body: `${subject} r${number}` },
        });
      }
    }
    await ask('mutation ($i: CreateFollowUpInput!) { createFollowUp(input: $i) { followUpId } }', {
      i: { customerId: anna, venueId, note: 'Call', dueAt: '2026-07-01T09:00:00Z' },
    });
  });
  afterAll(() => house.close());

  const byName = '(orderBy: { field: NAME })';
  const subjects = ({ nodes }: Nodes) => nodes.map((node) => node['subject']);

  it('gives each parent its own page, count and pageInfo, also a parent without rows', async () => {
    const { customers } = await ask(`{ customers${byName} { nodes { name inquiries(first: 2) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { subject } edges { node { subject } } } } } }`);
    const [first, second, third] = customers.nodes;
    const cursors = { startCursor: expect.any(String), endCursor: expect.any(String) };
    expect(first.inquiries).toEqual({
      totalCount: 3,
      pageInfo: { hasNextPage: true, hasPreviousPage: false, ...cursors },
      nodes: [{ subject: 'i3' }, { subject: 'i2' }],
      edges: [{ node: { subject: 'i3' } }, { node: { subject: 'i2' } }],
    });
    expect(second.inquiries).toMatchObject({ totalCount: 1, nodes: [{ subject: 'i4' }] });
    expect(third.inquiries).toEqual({
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      nodes: [],
      edges: [],
    });
  });

  it('continues a nested list after its own cursor', async () => {
    const page = `query ($id: ID!, $after: String) { customer(id: $id) {
      inquiries(first: 1, after: $after) { pageInfo { hasNextPage hasPreviousPage endCursor } nodes { subject } } } }`;
    const walked = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const { inquiries }: { inquiries: Walked } = (await ask(page, { id: anna, after })).customer;
      walked.push(...subjects(inquiries));
      expect(inquiries.pageInfo.hasPreviousPage).toBe(after !== null);
      ({ hasNextPage: more, endCursor: after } = inquiries.pageInfo);
    }
    expect(walked).toEqual(['i3', 'i2', 'i1']);
  });

  it('shows the last replies in the order of the list', async () => {
    const { inquiries } = await ask(`{ inquiries(orderBy: { field: CREATED_AT }) { nodes {
      last: replies(last: 1) { nodes { body } } two: replies(last: 2) { nodes { body } pageInfo { hasPreviousPage } } } } }`);
    const bodies = (list: Nodes) => list.nodes.map((node) => node['body']);
    expect(inquiries.nodes.map((node: { last: Nodes }) => bodies(node.last))).toEqual([
      ['i1 r3'],
      [],
      ['i3 r1'],
      ['i4 r2'],
    ]);
    expect(bodies(inquiries.nodes[0].two)).toEqual(['i1 r2', 'i1 r3']);
    expect(
      inquiries.nodes.map(
        (node: { two: { pageInfo: { hasPreviousPage: boolean } } }) => node.two.pageInfo.hasPreviousPage,
      ),
    ).toEqual([true, false, false, false]);
  });

  it('keeps two aliases of one nested list with different arguments apart', async () => {
    const { customers } = await ask(
      `query ($subject: String) { customers${byName} { nodes {
      newest: inquiries(first: 1) { totalCount nodes { subject } }
      oldest: inquiries(first: 1, orderBy: { field: CREATED_AT }) { totalCount nodes { subject } }
      named: inquiries(filter: { subject: { eq: $subject } }) { totalCount nodes { subject } }
      same: inquiries(first: 1) { nodes { id } } } } }`,
      { subject: 'i2' },
    );
    const [first, second] = customers.nodes;
    expect([subjects(first.newest), subjects(first.oldest), subjects(first.named)]).toEqual([
      ['i3'],
      ['i1'],
      ['i2'],
    ]);
    expect([first.newest.totalCount, first.oldest.totalCount, first.named.totalCount]).toEqual([3, 3, 1]);
    expect([subjects(second.newest), subjects(second.named), second.named.totalCount]).toEqual([
      ['i4'],
      [],
      0,
    ]);
    expect(first.same.nodes[0].id).toMatch(/^inq_/);
  });

  it('reads every column that merged selections of one fragment need, place by place', async () => {
    const data = await ask(
      `
      query ($id: ID!) {
        customers${byName} { nodes { ...Card email inquiries(first: 1) { totalCount nodes { channel customer { email } } } } }
        customer(id: $id) { ...Card venues { nodes { timezone } } }
        venues { nodes { customers { nodes { ...Card version } edges { node { phone ...Card } } } } }
      }
      fragment Card on Customer { name inquiries(first: 1) { nodes { subject ...Thread } } venues { nodes { name } } }
      fragment Thread on Inquiry { status customer { name } replies(last: 1) { nodes { body } } }`,
      { id: anna },
    );
    const thread = {
      subject: 'i3',
      status: 'ANSWERED',
      customer: { name: 'Anna' },
      replies: { nodes: [{ body: 'i3 r1' }] },
    };
    const merged = { ...thread, channel: 'WEB', customer: { name: 'Anna', email: 'anna@x.example' } };
    const card = { name: 'Anna', inquiries: { nodes: [thread] }, venues: { nodes: [{ name: 'North' }] } };
    expect(data.customers.nodes[0]).toEqual({
      ...card,
      email: 'anna@x.example',
      inquiries: { totalCount: 3, nodes: [merged] },
    });
    expect(data.customers.nodes[2]).toMatchObject({
      name: 'Cleo',
      email: null,
      inquiries: { totalCount: 0, nodes: [] },
    });
    expect(data.customer).toEqual({
      ...card,
      venues: { nodes: [{ name: 'North', timezone: 'Europe/Berlin' }] },
    });
    expect(data.venues.nodes[0].customers).toEqual({
      nodes: [{ ...card, version: 1 }],
      edges: [{ node: { ...card, phone: null } }],
    });
  });

  it('reads the columns of one field that is selected twice, in nodes and in edges, with conditions', async () => {
    const query = `query ($id: ID!, $more: Boolean!) { customer(id: $id) {
      inquiries(first: 1) { nodes { subject } } inquiries(first: 1) { nodes { body @include(if: $more) } edges { node { channel } } }
      ... on Customer { followUps { nodes { note } } } ... @skip(if: $more) { followUps { totalCount } } } }`;
    const more = (await ask(query, { id: anna, more: true })).customer;
    expect(more).toEqual({
      inquiries: { nodes: [{ subject: 'i3', body: 'B' }], edges: [{ node: { channel: 'WEB' } }] },
      followUps: { nodes: [{ note: 'Call' }] },
    });
    const less = (await ask(query, { id: anna, more: false })).customer;
    expect(less.inquiries.nodes).toEqual([{ subject: 'i3' }]);
    expect(less.followUps).toEqual({ nodes: [{ note: 'Call' }], totalCount: 1 });
  });

  it('answers when only __typename, only a count, only page information or only cursors are selected', async () => {
    const data = await ask(`{
      a: customers { __typename }
      b: customers { nodes { __typename inquiries { __typename nodes { __typename customer { __typename } } } } }
      c: customers { totalCount }
      d: customers(first: 1) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
      e: customers { edges { cursor } }
      f: customers${byName} { nodes { inquiries { totalCount } followUps { pageInfo { hasNextPage } } } } }`);
    expect(data.a).toEqual({ __typename: 'CustomerConnection' });
    expect(data.b.nodes).toHaveLength(3);
    expect(data.b.nodes[1].inquiries).toEqual({
      __typename: 'InquiryConnection',
      nodes: [{ __typename: 'Inquiry', customer: { __typename: 'Customer' } }],
    });
    expect(data.c).toEqual({ totalCount: 3 });
    expect(data.d.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(data.d.pageInfo.startCursor).toBe(data.d.pageInfo.endCursor);
    expect(data.e.edges).toHaveLength(3);
    expect(data.f.nodes.map((node: { inquiries: object }) => node.inquiries)).toEqual([
      { totalCount: 3 },
      { totalCount: 1 },
      { totalCount: 0 },
    ]);
    expect(data.f.nodes[2].followUps).toEqual({ pageInfo: { hasNextPage: false } });
  });

  it('refuses a cursor that was altered, or belongs to another list, sort or filter, with 400', async () => {
    const { customers } = await ask('{ customers(first: 1) { pageInfo { endCursor } } }');
    const cursor = customers.pageInfo.endCursor as string;
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, string, string];
    const altered = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
    const byOther = '{ customers(first: 1, after: $after, orderBy: { field: NAME }) { nodes { id } } }';
    for (const [after, query] of [
      ['nonsense', '{ customers(after: $after) { nodes { id } } }'],
      [cursor, byOther],
      [cursor, '{ customers(after: $after, filter: { name: { eq: "x" } }) { nodes { id } } }'],
      [cursor, '{ inquiries(after: $after) { nodes { id } } }'],
      [altered(parts[0], 'zzz', parts[2]), '{ customers(after: $after) { nodes { id } } }'],
      [altered(parts[0], parts[1], 'cus_\u0000'), '{ customers(after: $after) { nodes { id } } }'],
      [altered(parts[0], 5, parts[2]), '{ customers(after: $after) { nodes { id } } }'],
      [
        altered(parts[0], '2026-02-31T00:00:00.000Z', parts[2]),
        '{ customers(after: $after) { nodes { id } } }',
      ],
    ] as const) {
      const { status, errors } = await key.send(`query ($after: String) ${query}`, { after });
      expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });

  it('needs one statement for each level, whatever the number of parents', async () => {
    const query = `query ($first: Int) { customers(first: $first, orderBy: { field: NAME }) { nodes {
      inquiries { nodes { replies(last: 1) { nodes { inquiry { id } } } } } } } }`;
    const counts = [];
    for (const first of [1, 3]) {
      house.statements.length = 0;
      await ask(query, { first });
      counts.push(house.statements.length);
    }
    expect(counts[1]).toBe(counts[0]);
    expect([bert, cleo]).not.toContain('');
  });
});
