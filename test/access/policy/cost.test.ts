// What operations cost: a point for each object that they may answer, and what fields declare of their own.
import { getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { costOfCalling } from '../../../src/access/policy/index.ts';
import { contractOperation } from '../../support/contract.ts';
import { openTestHouse, type Caller, type TestHouse, type Variables } from '../../support/house.ts';

let house: TestHouse;
let caller: Caller;
beforeAll(async () => {
  house = await openTestHouse('sqlite');
  const workspace = await house.workspace();
  const names = ['customers', 'inquiries', 'followups', 'venues', 'treatments', 'bookings'];
  caller = await workspace.key(
    ...names.map((name) => `read:${name}`),
    'read:availability',
    'write:customers',
  );
});
afterAll(() => house.close());

async function costOf(query: string, variables: Variables = {}): Promise<number | undefined> {
  const answer = await caller.send(query, variables);
  return answer.cost?.requestedQueryCost;
}

it('leaves lists at what they were: a point for each object', async () => {
  expect(await costOf(contractOperation('Dashboard'))).toBe(2 + 50 * (1 + (1 + 3 * 2) + (1 + 2)));
});

const june = 'from: "2026-06-01T00:00:00Z", to: "2026-07-01T00:00:00Z"';

it.each([
  ['no series', `{ statistics(${june}, bucket: DAY) { customers { total } } }`, 2],
  ['a series', `{ statistics(${june}, bucket: DAY) { customers { series { count } } } }`, 3 + 30],
  [
    'two of them',
    `{ statistics(${june}, bucket: DAY) { customers { series { count } } bookings { series { count } } } }`,
    5 + 2 * 30,
  ],
  ['weeks', `{ statistics(${june}, bucket: WEEK) { customers { series { count } } } }`, 3 + 5],
])('charges statistics a point for each bucket: %s', async (_what, query, expected) => {
  expect(await costOf(query)).toBe(expected);
});

it('charges a series by the variables, and by their defaults', async () => {
  const query = `query ($from: DateTime! = "2026-06-01T00:00:00Z", $to: DateTime! = "2026-07-01T00:00:00Z", $bucket: StatisticsBucket! = DAY) {
    statistics(from: $from, to: $to, bucket: $bucket) { customers { series { count } } } }`;
  expect(await costOf(query)).toBe(3 + 30);
  expect(await costOf(query, { to: '2026-06-03T00:00:00Z' })).toBe(3 + 2);
  expect(await costOf(query, { bucket: 'MONTH' })).toBe(3 + 1);
});

it('charges availability for each day that is begun, at each venue', async () => {
  const query = `query ($to: DateTime!, $first: Int) { venues(first: $first) { nodes { availability(from: "2026-06-01T00:00:00Z", to: $to) { startsAt } } } }`;
  expect(await costOf(query, { first: 3, to: '2026-06-08T00:00:00Z' })).toBe(1 + 3 * (2 + 70));
  expect(await costOf(query, { first: 1, to: '2026-06-01T00:00:01Z' })).toBe(1 + 2 + 10);
});

it('charges for explaining by the characters of the documents', async () => {
  const document = '{ viewer { kind } }'.padEnd(250);
  expect(await costOf('query ($d: String!) { accessCheck(document: $d) { cost } }', { d: document })).toBe(
    1 + 25,
  );
  const suggest = 'query ($d: [String!]!) { suggestScopes(documents: $d) { scopes } }';
  expect(await costOf(suggest, { d: [document, document] })).toBe(1 + 50);
});

it('charges a hundred creates like a hundred times one', async () => {
  const one = 'mutation { createCustomer(input: { name: "x" }) { customerId } }';
  const many = 'mutation ($v: [CreateCustomerInput!]!) { createCustomers(input: $v) { customerIds } }';
  const input = Array.from({ length: 100 }, () => ({ name: 'x' }));
  expect(await costOf(one)).toBe(11);
  expect(await costOf(many, { v: input })).toBe(1 + 100 * 10);
  expect(await costOf(many, { v: { name: 'x' } })).toBe(11);
  const check = await caller.send('query ($d: String!) { accessCheck(document: $d) { cost } }', { d: many });
  // Not known yet: as many as a list is taken to have.
  expect(check.data.accessCheck.cost).toBe(1 + 50 * 10);
});

it('charges for each look at the schema, with and without a credential', async () => {
  const schema = '__schema { queryType { name } }';
  expect(await costOf(`{ ${schema} }`)).toBe(100);
  expect(await costOf(`{ a: ${schema} ... { b: ${schema} } __typename }`)).toBe(200);
  expect((await house.send({}, `{ ${schema} }`)).cost?.requestedQueryCost).toBe(100);
  expect(await costOf('{ __typename }')).toBe(1);
});

it('charges for passwords, also those of strangers', async () => {
  const login = 'mutation { login(input: { email: "nobody@x.example", password: "a wrong one" }) { token } }';
  const { cost } = await house.send({}, login);
  expect(cost?.requestedQueryCost).toBe(101);
});

/** Root fields of queries that read no resource and cost nothing of their own, because they take next to no work. */
const free = ['changesCompleteUntil', 'node', 'rateLimit', 'scopes', 'viewer'];

it('knows the price of each field that computes or writes, and says it in the description', () => {
  const { schema } = house.app.schema;
  const described = (field: { description?: string | null | undefined }) =>
    /Costs .*point/.test(field.description ?? '');
  const mutations = Object.values(schema.getMutationType()!.getFields());
  expect(mutations.filter((field) => !described(field)).map(({ name }) => name)).toEqual([]);
  const readsRows = (name: string, type: string) =>
    type.endsWith('Connection') ||
    ['apiKey', 'auditEntry', 'user'].includes(name) ||
    house.app.schema.policy.ofType(type).anyOf.some((all) => all.length > 0);
  const computing = Object.values(schema.getQueryType()!.getFields()).filter(
    (field) => !readsRows(field.name, getNamedType(field.type).name),
  );
  expect(
    computing
      .filter((field) => !described(field))
      .map(({ name }) => name)
      .sort(),
  ).toEqual(free);
});

it('lets no price fail on arguments of any shape', () => {
  const values = [undefined, null, 0, -1, NaN, '', 'x', [], [null], {}, { forOperations: 1 }, true];
  const types = Object.values(house.app.schema.schema.getTypeMap()).filter((type) => isObjectType(type));
  const priced = types.flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) => costOfCalling(field, type.name === 'Mutation') ?? []),
  );
  expect(priced.length).toBeGreaterThan(20);
  for (const { points } of priced) {
    for (const value of values) {
      const args = Object.fromEntries(
        ['input', 'from', 'to', 'bucket', 'document', 'documents'].map((name) => [name, value]),
      );
      const cost = points(args as Variables, () => 1);
      expect(Number.isInteger(cost) && cost >= 0, JSON.stringify(args)).toBe(true);
    }
  }
});
