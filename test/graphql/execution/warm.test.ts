// A warm server answers as a cold one does: what was compiled meanwhile changes no answer, whoever asks and however badly.
import { isAbstractType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Answer,
  type Caller,
  type TestHouse,
  type TestWorkspace,
  type Variables,
} from '../../support/house.ts';

const uses = 5;

/** Everything that a caller sees, but what differs with each request. */
function seen({ status, headers, text }: Answer) {
  const requestId = String(headers['x-request-id']);
  const { date: _date, 'x-request-id': _id, 'x-ratelimit-remaining': _remaining, ...others } = headers;
  const { 'x-ratelimit-reset': _reset, ratelimit: _limit, ...kept } = others;
  return { status, headers: kept, text: text.replaceAll(requestId, 'REQUEST') };
}

interface Corpus {
  readonly query: string;
  /** With these it answers data. */
  readonly good: Variables;
  readonly bad: readonly Variables[];
}

const corpus: readonly Corpus[] = [
  {
    query: 'query ($first: Int!) { customers(first: $first) { nodes { name } } }',
    good: { first: 2 },
    bad: [{}, { first: null }, { first: '2' }, { first: 1.5 }, { first: [2] }, { first: 0 }, { first: 101 }],
  },
  {
    query: 'query ($first: Int! = 2) { customers(first: $first) { nodes { name } } }',
    good: {},
    bad: [{ first: null }, { first: {} }, { first: 2 ** 31 }],
  },
  {
    query: 'query ($id: ID!) { customer(id: $id) { name } node(id: $id) { id ... on Customer { name } } }',
    good: { id: 'cus_06gzs39q4nvs7337vdjnvbkxng' },
    bad: [{}, { id: null }, { id: true }, { id: 1.5 }, { id: 7 }, { id: '' }, { id: 'cus_' }],
  },
  {
    query: 'query ($after: String) { customers(first: 1, after: $after) { pageInfo { endCursor } } }',
    good: {},
    bad: [{ after: 'x' }, { after: '' }, { after: 7 }, { after: ['x'] }],
  },
  {
    query: 'query ($s: [InquiryStatus!]) { inquiries(filter: { status: { in: $s } }) { totalCount } }',
    good: { s: ['OPEN'] },
    bad: [{ s: ['NONE'] }, { s: [null] }, { s: 'NONE' }, { s: 7 }, { s: null }, {}],
  },
  {
    query: 'query ($since: DateTime) { inquiries(filter: { createdAt: { gte: $since } }) { totalCount } }',
    good: { since: '2026-01-01T00:00:00Z' },
    bad: [{ since: 'yesterday' }, { since: 7 }, { since: {} }, { since: '0000-01-01T00:00:00Z' }],
  },
  {
    query: 'query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }',
    good: { f: { and: [{ name: { contains: 'a' } }] } },
    bad: [{ f: { and: [null] } }, { f: { nome: {} } }, { f: [] }, { f: { name: { contains: 7 } } }],
  },
  {
    query:
      'query ($a: Boolean!) { customers(first: 1) @include(if: $a) { totalCount } venues { totalCount } }',
    good: { a: true },
    bad: [{}, { a: null }, { a: 'true' }, { a: 1 }],
  },
  {
    query: 'query A($a: Boolean! = true) { customers(first: 1) @include(if: $a) { totalCount } }',
    good: {},
    bad: [{ a: null }, { a: 0 }],
  },
];

describeEachEngine('A warm server', (engine) => {
  let cold: TestHouse;
  let warm: TestHouse;
  let workspace: TestWorkspace;
  let key: string;

  const caller = (house: TestHouse, credential: string): Caller => ({
    send: (query, variables, name) => house.send({ 'x-api-key': credential }, query, variables, name),
  });

  beforeAll(async () => {
    cold = await openTestHouse(engine, { compiledExecution: 'never' });
    warm = await openTestHouse(engine, { sharing: cold, compiledExecution: 'auto' });
    workspace = await cold.workspace();
    await workspace.customer({ name: 'Ada' });
    await workspace.customer({ name: 'Grace' });
    key = (await workspace.key('read:customers', 'read:inquiries', 'read:venues')).secret;
  });
  afterAll(async () => {
    await warm.close();
    await cold.close();
  });

  it.each(corpus)('answers bad variables as ever: $query', async ({ query, good, bad }) => {
    const before = [];
    for (const variables of bad) before.push(seen(await caller(cold, key).send(query, variables)));
    for (let use = 0; use < uses; use += 1) {
      const { status, errors } = await caller(warm, key).send(query, good);
      expect([status, errors]).toEqual([200, undefined]);
    }
    for (const [index, variables] of bad.entries()) {
      for (let use = 0; use < uses; use += 1) {
        expect(seen(await caller(warm, key).send(query, variables))).toEqual(before[index]);
      }
    }
    expect(seen(await caller(warm, key).send(query, good))).toEqual(
      seen(await caller(cold, key).send(query, good)),
    );
  });

  it('answers a wrong operation name as ever', async () => {
    const query = 'query A { customers { totalCount } } query B { venues { totalCount } }';
    for (let use = 0; use < uses; use += 1) {
      for (const name of ['A', 'B', 'C', '', undefined]) {
        const [is, was] = [
          await caller(warm, key).send(query, {}, name),
          await caller(cold, key).send(query, {}, name),
        ];
        expect(seen(is)).toEqual(seen(was));
      }
    }
  });

  it('decides one compiled query for each set of scopes and each request', async () => {
    const query = `query ($inquiries: Boolean!, $followUps: Boolean!) { customers { totalCount nodes { id
      inquiries @include(if: $inquiries) { nodes { id customer { name } } }
      ... @skip(if: $followUps) { followUps { nodes { id } } } } } inquiries { nodes { id customer { id } } } }`;
    const sets = [
      ['read:customers'],
      ['read:inquiries'],
      ['read:customers', 'read:followups'],
      ['read:customers', 'read:inquiries', 'read:followups'],
      ['read:venues'],
    ];
    const secrets = await Promise.all(sets.map(async (scopes) => (await workspace.key(...scopes)).secret));
    const cases = [true, false].flatMap((inquiries) =>
      [true, false].map((followUps) => ({ inquiries, followUps })),
    );
    const answers = new Set<string>();
    for (let use = 0; use < uses; use += 1) {
      for (const variables of cases) {
        for (const secret of secrets) {
          const was = seen(await caller(cold, secret).send(query, variables));
          expect(seen(await caller(warm, secret).send(query, variables))).toEqual(was);
          answers.add(was.text);
        }
      }
    }
    expect(answers.size).toBeGreaterThan(8);
  });

  it('answers the Dashboard with half of its fields denied as ever', async () => {
    const secret = (await workspace.key('read:customers')).secret;
    const was = seen(await caller(cold, secret).send(contractOperation('Dashboard')));
    for (let use = 0; use < uses; use += 1) {
      expect(seen(await caller(warm, secret).send(contractOperation('Dashboard')))).toEqual(was);
    }
  });

  it('tells the types behind an interface at once, because a compiled query does not wait for them', () => {
    const { schema } = warm.app.schema;
    const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
    expect(abstract.map(({ name }) => name)).toContain('Node');
    for (const type of abstract) {
      const value = { id: 'cus_06gzs39q4nvs7337vdjnvbkxng' };
      expect(type.resolveType!(value, {}, {} as never, type)).toBe('Customer');
    }
  });
});
