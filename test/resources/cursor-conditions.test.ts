// A cursor belongs to what its list asks, not to how it was written down, and to the parent that its list hangs below.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionText } from '../../src/db/statements/condition-text.ts';
import { tableOf } from '../../src/db/store/table.ts';
import { Customer } from '../../src/features/customers/index.ts';
import { Venue } from '../../src/features/venues/index.ts';
import { filterCondition, type FilterValue } from '../../src/resources/inputs/comparators.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type Answer, type KeyCaller, type TestHouse } from '../support/house.ts';

const textOf = (filter: FilterValue | null | undefined) =>
  conditionText(tableOf(Customer), filterCondition(filter));

/** Filters that ask for the same. */
const alike: readonly (readonly (FilterValue | null | undefined)[])[] = [
  [
    undefined,
    null,
    {},
    { name: null },
    { name: {} },
    { name: undefined },
    { name: { in: null } },
    { and: [] },
    { and: null },
    { name: { nin: [] } },
    { name: { contains: '' } },
    { city: { startsWith: '\u200b' } },
    { and: [{ or: [{ name: { nin: [] } }, { city: { eq: 'A' } }] }] },
  ],
  [
    undefined,
    { and: [{}] },
    { and: [{ name: null }, {}] },
    { or: null },
    { or: [{}, { name: { eq: 'A' } }] },
  ],
  [
    { name: { eq: 'A' } },
    { name: { eq: 'A', neq: undefined, contains: null } },
    { and: [{ name: { eq: 'A' } }] },
  ],
  [
    { name: { eq: 'A' } },
    { or: [{ name: { eq: 'A' } }] },
    { name: { in: ['A'] } },
    { name: { in: ['A', 'A'] } },
  ],
  [{ name: { in: ['A', 'B'] } }, { name: { in: ['B', 'A'] } }, { name: { in: ['B', 'A', 'B'] } }],
  [{ name: { neq: 'A' } }, { name: { nin: ['A'] } }],
  [{ name: { contains: 'Ä', startsWith: 'x' } }, { name: { startsWith: 'X', contains: 'a' } }],
  [{ email: { eq: 'A@B.example' } }, { email: { eq: 'a@b.example' } }, { email: { in: ['a@B.EXAMPLE'] } }],
  [{ email: { eq: 'a@münchen.example' } }, { email: { eq: 'A@xn--mnchen-3ya.example' } }],
  [
    { name: { eq: 'A' }, city: { eq: 'B' } },
    { city: { eq: 'B' }, name: { eq: 'A' } },
    { and: [{ city: { eq: 'B' } }, { name: { eq: 'A' } }, { name: { eq: 'A' } }] },
    { name: { eq: 'A' }, and: [{ and: [{ city: { eq: 'B' } }, {}] }] },
  ],
  [
    { or: [] },
    { or: [], name: { eq: 'A' } },
    { name: { in: [] } },
    { name: { in: [] }, city: { eq: 'A' } },
    { and: [{ and: [{ or: [] }] }, { city: { eq: 'A' } }] },
    { or: [{ or: [] }, { name: { in: [] } }] },
  ],
  [
    { name: { eq: 'A' }, city: { eq: 'B' } },
    { or: [{ name: { eq: 'A' }, city: { eq: 'B' } }, { or: [] }] },
    { and: [{ or: [{ and: [{ city: { eq: 'B' } }] }] }], name: { eq: 'A' } },
  ],
];

const different: readonly FilterValue[] = [
  ...[
    {},
    { name: { eq: 'A' } },
    { name: { eq: 'a' } },
    { name: { neq: 'A' } },
    { name: { eq: null } },
    { name: { neq: null } },
  ],
  ...[
    { name: { contains: 'A' } },
    { name: { startsWith: 'A' } },
    { city: { eq: 'A' } },
    { email: { eq: 'A' } },
    { or: [] },
  ],
  ...[{ name: { in: ['A', 'B'] } }, { name: { nin: ['A', 'B'] } }, { name: { in: ['A,B'] } }],
  ...[
    { or: [{ name: { eq: 'A' } }, { city: { eq: 'B' } }] },
    { and: [{ name: { eq: 'A' } }, { city: { eq: 'B' } }] },
  ],
  { name: { eq: 'A' }, or: [{ city: { eq: 'B' } }, { city: { eq: 'C' } }] },
  { or: [{ name: { eq: 'A' }, city: { eq: 'B' } }, { city: { eq: 'C' } }] },
];

describe('The text of a condition', () => {
  it.each(alike.map((filters) => [filters]))('is one for %j', (filters) => {
    expect(new Set(filters.map(textOf)).size).toBe(1);
  });

  it('is another for whatever asks for something else', () => {
    expect(new Set(different.map(textOf)).size).toBe(different.length);
  });

  it('is that of one condition for the zone in any spelling', () => {
    const ofVenues = (timezone: FilterValue) => conditionText(tableOf(Venue), filterCondition({ timezone }));
    const spellings = ['Europe/Berlin', 'europe/BERLIN', 'EUROPE/berlin'];
    expect(new Set(spellings.map((eq) => ofVenues({ eq }))).size).toBe(1);
    expect(ofVenues({ in: spellings })).toBe(ofVenues({ eq: spellings[0] }));
    expect(ofVenues({ eq: 'Europe/Vienna' })).not.toBe(ofVenues({ eq: spellings[0] }));
  });

  it('does not change with the order of keys, lists and parts, nor with parts that ask for nothing', () => {
    const leaf = fc.record(
      {
        name: fc.record({ in: fc.array(fc.constantFrom('A', 'B', 'C'), { minLength: 1 }) }),
        city: fc.record({ contains: fc.constantFrom('x', 'y') }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    const { filter } = fc.letrec<{ filter: FilterValue }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.record({ and: fc.array(tie('filter')) }),
        fc.record({ or: fc.array(tie('filter')) }),
      ),
    }));
    fc.assert(
      fc.property(filter, (given) => {
        expect(textOf(shuffled(given) as FilterValue)).toBe(textOf(given));
      }),
      {
        numRuns: 500,
      },
    );
  });
});

/** The same, the other way round, with limits that are none. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled).reverse();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, shuffled(inner)] as const);
  const isFilter = ['name', 'city', 'or'].some((key) => key in value);
  const nothing = isFilter ? { email: null, and: [{}] } : {};
  return { ...('and' in value ? {} : nothing), ...Object.fromEntries(entries.reverse()) };
}

describeEachEngine('Cursors', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  const people: string[] = [];
  let venueId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    const things = ['customers', 'inquiries', 'venues', 'followups'];
    key = await workspace.key(...things.flatMap((thing) => [`read:${thing}`, `write:${thing}`]));
    venueId = await workspace.venue();
    for (const name of ['Anna', 'Ben']) people.push(await workspace.customer({ name, venueIds: [venueId] }));
    for (const customerId of [...people, ...people]) {
      house.clock.advance(1_000);
      const input = { customerId, venueId, subject: 'S', body: 'B', channel: 'WEB' };
      await key.send('mutation ($i: CreateInquiryInput!) { createInquiry(input: $i) { inquiryId } }', {
        i: input,
      });
    }
  });
  afterAll(() => house.close());

  const page = 'pageInfo { endCursor startCursor hasNextPage } edges { cursor node { id } }';
  const refusal = ({ errors }: Answer) =>
    errors?.map(({ message, extensions }) => [extensions['code'], message]);

  it.each([
    ['absent', 'null', {}, { f: null, s: null }],
    ['null', '{}', { f: null }, { f: {} }],
    ['{ status: null }', '{}', { f: { status: null } }, { f: {} }],
    [
      'one order',
      'the other',
      { f: { status: { in: ['OPEN', 'WAITING'] } } },
      { f: { status: { in: ['WAITING', 'OPEN'] } } },
    ],
    [
      'an instant',
      'the same elsewhere',
      { f: { createdAt: { gte: '2026-01-01T00:00:00Z' } } },
      { f: { createdAt: { gte: '2026-01-01T02:00:00+02:00' } } },
    ],
    ['{ channel: { nin: [] } }', 'absent', { f: { channel: { nin: [] } } }, {}],
    ['{ subject: { contains: "" } }', 'absent', { f: { subject: { contains: '' } } }, {}],
    ['no order', 'the default', {}, { o: { field: 'CREATED_AT', direction: 'DESC' } }],
  ])('of a list with %s goes on with %s, and back', async (_one, _other, one, other) => {
    const list = `query ($f: InquiryFilter, $o: InquiryOrderBy, $a: String) { list: inquiries(first: 2, filter: $f, orderBy: $o, after: $a) { ${page} } }`;
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const { data } = await key.send(list, first);
      const next = await key.send(list, { ...second, a: data.list.pageInfo.endCursor });
      expect([next.status, refusal(next), next.data.list.edges.length]).toEqual([200, undefined, 2]);
    }
  });

  it('of another condition is refused', async () => {
    const list = `query ($f: CustomerFilter, $a: String) { list: customers(first: 1, filter: $f, after: $a) { ${page} } }`;
    const { data } = await key.send(list, { f: { name: { contains: 'n' } } });
    for (const f of [null, { name: { startsWith: 'n' } }, { city: { contains: 'n' } }]) {
      const refused = await key.send(list, { f, a: data.list.pageInfo.endCursor });
      expect([refused.status, refusal(refused)?.[0]?.[0]]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });

  it('of a customer goes on there, and is refused with another customer, a venue and the whole list', async () => {
    const below = `query ($id: ID!, $a: String, $b: String) { parent: customer(id: $id) { list: inquiries(first: 1, after: $a, before: $b) { ${page} } } }`;
    const only = below.replace(', $b: String', '').replace(', before: $b', '');
    const [anna, ben] = people;
    const first = (await key.send(only, { id: anna })).data.parent.list;
    const second = await key.send(only, { id: anna, a: first.pageInfo.endCursor });
    expect([refusal(second), second.data.parent.list.edges.length]).toEqual([undefined, 1]);
    expect(second.data.parent.list.edges[0].node.id).not.toBe(first.edges[0].node.id);
    const refused = [['BAD_USER_INPUT', '"after" belongs to the list of another parent.']];
    const a = first.pageInfo.endCursor;
    expect(refusal(await key.send(only, { id: ben, a }))).toEqual(refused);
    expect(refusal(await key.send(only.replace('customer(', 'venue('), { id: venueId, a }))).toEqual(refused);
    const root = `query ($a: String) { list: inquiries(first: 1, after: $a) { ${page} } }`;
    const whole = await key.send(root, { a });
    expect([whole.status, refusal(whole)]).toEqual([400, refused]);
    const ofRoot = (await key.send(root)).data.list.pageInfo.endCursor;
    expect(refusal(await key.send(only, { id: anna, a: ofRoot }))).toEqual(refused);
    const back = below.replace('first: 1, after: $a', 'last: 1').replace('$a: String, ', '');
    expect(refusal(await key.send(back, { id: ben, b: a }))).toEqual([
      ['BAD_USER_INPUT', '"before" belongs to the list of another parent.'],
    ]);
  });

  it('below several customers serves its own and is refused with each other, in links too', async () => {
    const below = `query ($a: String) { customers(orderBy: { field: NAME, direction: ASC }) { nodes { id inquiries(first: 1, after: $a) { ${page} } } } }`;
    const [anna] = (await key.send(below)).data.customers.nodes;
    const { data, errors } = await key.send(below, { a: anna.inquiries.pageInfo.endCursor });
    expect(data.customers.nodes.map(({ inquiries }: { inquiries: unknown }) => inquiries !== null)).toEqual([
      true,
      false,
    ]);
    expect(errors).toHaveLength(1);
    const links = `query ($a: String) { venues { nodes { customers(first: 1, after: $a) { ${page} } } } }`;
    const [venue] = (await key.send(links)).data.venues.nodes;
    const next = await key.send(links, { a: venue.customers.pageInfo.endCursor });
    expect([refusal(next), next.data.venues.nodes[0].customers.edges.length]).toEqual([undefined, 1]);
  });

  it.each([[['x']], [['p', 1, 'cus_1', 2]], [['p', 'x', 'cus_1', 'y', 'z']]])(
    'made up as %j is none of ours',
    async (parts) => {
      const a = Buffer.from(JSON.stringify(parts)).toString('base64url');
      const refused = await key.send('query ($a: String) { customers(after: $a) { totalCount } }', { a });
      expect(refusal(refused)).toEqual([['BAD_USER_INPUT', '"after" is not a cursor of this API.']]);
    },
  );
});
