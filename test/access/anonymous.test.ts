// Callers without a credential: the sign-in and, where it is public, introspection. Everything else is one 401 that
// tells nothing about the schema.
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { exampleDocument } from '../support/contract.ts';
import { describeEachEngine } from '../support/engines.ts';
import { refusalOf, unauthenticatedAs } from './support/store-content.ts';

const missing = unauthenticatedAs('MISSING_CREDENTIAL');
const login =
  'login(input: { email: "nobody@test.example", password: "wrong" }) { token userErrors { code } }';

const closed: [string, string][] = [
  ['a field that needs a scope', '{ customers { totalCount } }'],
  ['a field that every key may ask', '{ viewer { kind } }'],
  ['the catalogue of scopes', '{ scopes { name } }'],
  ['node', '{ node(id: "cus_1") { id } }'],
  ['a mutation', 'mutation { createCustomer(input: { name: "x" }) { customerId } }'],
  ['an unknown field', '{ nothing }'],
  ['an unknown field of an unknown operation type', 'subscription { nothing }'],
  ['what does not parse', '{ customers {'],
  ['an empty document', ''],
  ['a document without an operation', 'fragment F on Query { __typename }'],
  ['a schema', 'type Query { a: Int }'],
  [
    'the sign-in beside another field',
    `mutation { ${login} createVenue(input: { name: "x", timezone: "UTC" }) { venueId } }`,
  ],
  ['the sign-in beside an unknown field', `mutation { ${login} nothing }`],
  ['the sign-in by an alias of another field', 'mutation { login: revokeApiKey(id: "key_1") { apiKeyId } }'],
  [
    'a closed field in a fragment',
    `mutation { ${login} ...F } fragment F on Mutation { revokeApiKey(id: "key_1") { apiKeyId } }`,
  ],
  [
    'a closed field in an inline fragment',
    `mutation { ${login} ... { ... on Mutation { revokeApiKey(id: "k") { apiKeyId } } } }`,
  ],
  [
    'a closed field that is skipped',
    `mutation { ${login} revokeApiKey(id: "key_1") @skip(if: true) { apiKeyId } }`,
  ],
  ['a missing fragment', `mutation { ${login} ...Nothing }`],
  ['two operations and no name', `mutation A { ${login} } mutation B { ${login} }`],
];

async function ask(house: TestHouse, query: string, operationName?: string) {
  return house.send({}, query, undefined, operationName);
}

describeEachEngine('without a credential', (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  afterAll(() => house.close());

  it.each(closed)('%s is 401, and the store is not asked', async (_what, query) => {
    house.statements.length = 0;
    const answer = await ask(house, query);
    expect(refusalOf(answer)).toEqual(missing);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="latchkey"');
    expect(house.statements).toEqual([]);
  });

  it('the sign-in of a document that holds others too is let through by its name, and no other', async () => {
    const document = exampleDocument('keys.graphql');
    const variables = { email: 'nobody@test.example', password: 'not a password' };
    const signIn = await house.send({}, document, variables, 'Login');
    expect(signIn).toMatchObject({ status: 200, errors: undefined });
    expect(refusalOf(await house.send({}, document, { first: 1 }, 'ListApiKeys'))).toEqual(missing);
  });

  it('every refusal is the same answer, whatever was asked', async () => {
    const texts = new Set<string>();
    for (const [, query] of closed) {
      const answer = await house.send({ 'x-request-id': 'same' }, query);
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
  });

  it.each([
    ['plain', `mutation { ${login} }`],
    ['by an alias', `mutation { viewer: ${login} }`],
    ['in a fragment', `mutation { ...F } fragment F on Mutation { ${login} }`],
    ['twice', `mutation { a: ${login} ... on Mutation { b: ${login} } }`],
    ['by its name', `mutation A { ${login} } mutation B { ${login} }`],
  ])('the sign-in is let through %s', async (how, query) => {
    const { status, data } = await ask(house, query, how === 'by its name' ? 'B' : undefined);
    expect(status).toBe(200);
    expect(Object.values(data as object)[0]).toEqual({ token: null, userErrors: [{ code: 'INVALID' }] });
  });

  it('an operation name that is not in the document is 401', async () => {
    expect(refusalOf(await ask(house, `mutation A { ${login} }`, 'B'))).toEqual(missing);
  });

  it('fragments that double with every level are entered once', async () => {
    const levels = Array.from(
      { length: 150 },
      (_, n) => `fragment f${n} on Mutation { ...f${n + 1} ...f${n + 1} }`,
    );
    const bomb = (leaf: string) =>
      `mutation { ...f0 } ${levels.join(' ')} fragment f150 on Mutation { ${leaf} }`;
    expect(refusalOf(await ask(house, bomb('nothing')))).toEqual(missing);
    expect(await ask(house, bomb(login))).toMatchObject({ status: 200, errors: undefined });
    const cycle = await ask(
      house,
      'mutation { ...a } fragment a on Mutation { ...b } fragment b on Mutation { ...a }',
    );
    expect(cycle.status).toBeGreaterThanOrEqual(400);
    expect(cycle.status).toBeLessThan(500);
  });
});

describe('introspection', () => {
  const names = '{ __schema { queryType { name } } }';

  async function openWith(
    introspection: string,
  ): Promise<{ house: TestHouse; workspace: TestWorkspace; key: KeyCaller }> {
    const house = await openTestHouse('sqlite', { env: { INTROSPECTION: introspection } });
    const workspace = await house.workspace();
    return { house, workspace, key: await workspace.key('read:customers') };
  }

  it('is open to everyone when it is public, alone and beside the sign-in, and to nothing else', async () => {
    const { house } = await openWith('public');
    try {
      expect((await ask(house, names)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
      expect((await ask(house, getIntrospectionQuery())).data.__schema.types.length).toBeGreaterThan(50);
      expect((await ask(house, '{ __type(name: "Customer") { name } __typename }')).status).toBe(200);
      expect((await ask(house, `mutation { __typename ${login} }`)).status).toBe(200);
      expect(
        refusalOf(await ask(house, '{ __schema { queryType { name } } customers { totalCount } }')),
      ).toEqual(missing);
    } finally {
      await house.close();
    }
  });

  it('needs a credential when it is for keys, and no answer to a stranger tells what the schema has', async () => {
    const { house, key } = await openWith('keys');
    try {
      expect((await key.send(names)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
      for (const query of [
        names,
        '{ __typename }',
        '{ __type(name: "Customer") { name } }',
        `mutation { ${login} __typename }`,
        `mutation { ${login} } fragment F on Customer { nope }`,
        `mutation { ${login} } fragment F on Nothing { nope }`,
        `mutation A { login(input: { email: "a", password: "b" }) { user { ... on Customer { id } } } }`,
        `mutation ($x: CreateCustomerInput) { ${login} }`,
        `mutation ($x: Nothing) { ${login} }`,
      ]) {
        expect([query, refusalOf(await ask(house, query))]).toEqual([query, missing]);
      }
      const viaVariable = await house.send(
        {},
        'mutation ($input: LoginInput!) { login(input: $input) { token user { id email workspace { name } } userErrors { code field message } } }',
        {
          input: { email: 'nobody@test.example', password: 'wrong' },
        },
      );
      expect([viaVariable.status, viaVariable.data.login.token]).toEqual([200, null]);
    } finally {
      await house.close();
    }
  });

  it('is refused to everyone when it is off', async () => {
    const { house, workspace, key } = await openWith('off');
    try {
      expect(refusalOf(await ask(house, names))).toEqual(missing);
      for (const caller of [key, await workspace.owner()]) {
        expect(refusalOf(await caller.send(names))).toMatchObject({
          status: 400,
          code: 'GRAPHQL_VALIDATION_FAILED',
        });
        const { errors } = await caller.send('{ custmers { totalCount } }');
        expect(errors![0]!.message).not.toMatch(/did you mean/i);
      }
    } finally {
      await house.close();
    }
  });
});
