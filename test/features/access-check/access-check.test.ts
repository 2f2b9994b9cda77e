// What a caller can learn before it runs anything: accessCheck, suggestScopes, and keys made for operations.
import { parse, print } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractOperation, exampleDocument } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const check = `query ($document: String!, $operationName: String, $apiKeyId: ID) {
  accessCheck(document: $document, operationName: $operationName, apiKeyId: $apiKeyId) {
    allowed requiredScopes missingScopes unusedScopes cost fields { coordinate path requiredScopes allowed }
  }
}`;
const dashboard = contractOperation('Dashboard');
const dashboardScopes = ['read:customers', 'read:followups', 'read:inquiries'];

describeEachEngine('Access check', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = await workspace.owner();
    await workspace.customer();
  });
  afterAll(() => house.close());

  it('tells a key what an operation needs, what it lacks and what it has for nothing', async () => {
    const key = await workspace.key('read:customers', 'read:venues');
    const { data, errors } = await key.send(check, { document: dashboard });
    expect(errors).toBeUndefined();
    expect(data.accessCheck).toMatchObject({
      allowed: false,
      requiredScopes: dashboardScopes,
      missingScopes: ['read:followups', 'read:inquiries'],
      unusedScopes: ['read:venues'],
      // The list and its page; for each of 50 customers itself, 3 inquiries with their customer, and 2 follow-ups.
      cost: 2 + 50 * (1 + (1 + 3 * 2) + (1 + 2)),
    });
    expect(data.accessCheck.fields).toContainEqual({
      coordinate: 'Customer.inquiries',
      path: ['customers', 'nodes', '@', 'inquiries'],
      requiredScopes: [['read:inquiries']],
      allowed: false,
    });
  });

  it('names exactly the scopes with which the operation runs, and not one fewer', async () => {
    const { data } = await owner.send('query ($d: [String!]!) { suggestScopes(documents: $d) { scopes } }', {
      d: [dashboard],
    });
    expect(data.suggestScopes.scopes).toEqual(dashboardScopes);
    const enough = await (await workspace.key(...dashboardScopes)).send(dashboard);
    expect(enough.errors).toBeUndefined();
    for (const left of dashboardScopes) {
      const fewer = await workspace.key(...dashboardScopes.filter((scope) => scope !== left));
      expect((await fewer.send(dashboard)).errors).toBeDefined();
    }
  });

  it('asks for a role when another key is meant, and for nothing when none is', async () => {
    const key = await workspace.key('read:customers');
    const other = await workspace.key(...dashboardScopes);
    const refused = await key.send(check, { document: dashboard, apiKeyId: other.apiKeyId });
    expect(refused.status).toBe(403);
    expect(refused.errors![0]!.extensions).toMatchObject({
      reason: 'ADMIN_ONLY',
      coordinate: 'Query.accessCheck(apiKeyId)',
    });
    const { data } = await owner.send(check, { document: dashboard, apiKeyId: other.apiKeyId });
    expect(data.accessCheck).toMatchObject({ allowed: true, missingScopes: [], unusedScopes: [] });
    const foreign = await (await house.workspace()).key('read:customers');
    const unknown = await owner.send(check, { document: dashboard, apiKeyId: foreign.apiKeyId });
    expect(unknown.data.accessCheck).toBeNull();
  });

  it('asks for the operation by name when a document holds several', async () => {
    const key = await workspace.key('read:customers');
    const document = exampleDocument('data.graphql');
    const unnamed = await key.send(check, { document });
    expect(unnamed.errors![0]!.extensions['code']).toBe('BAD_USER_INPUT');
    expect(unnamed.errors![0]!.message).toContain('several operations');
    const misnamed = await key.send(check, { document, operationName: 'Nothing' });
    expect(misnamed.errors![0]!.message).toContain('no operation of the name');
    const { data } = await key.send(check, { document, operationName: 'IngestCustomer' });
    expect(data.accessCheck.requiredScopes).toEqual(['write:customers']);
  });

  it('refuses a document that does not fit the schema, and suggests no name of it', async () => {
    const key = await workspace.key('read:customers');
    const { errors } = await key.send(check, { document: '{ customer(id: "x") { nam } }' });
    expect(errors![0]!.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(errors![0]!.message).not.toMatch(/did you mean/i);
  });

  it('asks for the types that fragments on Node name, or for the one that a literal id names', async () => {
    const key = await workspace.key('read:customers');
    const byVariable = await key.send(check, { document: contractOperation('Node') });
    expect(byVariable.data.accessCheck.requiredScopes).toEqual([...dashboardScopes, 'read:venues'].sort());
    const literal = '{ node(id: "ven_06fk3q00000000000000000000") { id } }';
    const { data } = await key.send(check, { document: literal });
    expect(data.accessCheck.requiredScopes).toEqual(['read:venues']);
  });

  it.each([
    [
      'an input field',
      'query ($f: InquiryFilter = { or: { customerId: { eq: "cus_1" } } }) { inquiries(filter: $f) { totalCount } }',
      ['read:customers', 'read:inquiries'],
    ],
    [
      'an id',
      'query ($id: ID! = "cus_06fk3q00000000000000000000") { node(id: $id) { id } }',
      ['read:customers'],
    ],
    [
      'one id, and a fragment another',
      'query ($id: ID! = "cus_06fk3q00000000000000000000") { node(id: $id) { ... on Venue { city } } }',
      ['read:customers', 'read:venues'],
    ],
  ])('counts what the default of a variable names: %s', async (_what, document, needed) => {
    const key = await workspace.key('read:inquiries');
    const { data } = await key.send(check, { document });
    expect(data.accessCheck).toMatchObject({ allowed: false, requiredScopes: needed });
    expect((await key.send(document)).status).toBe(403);
    expect((await (await workspace.key(...needed)).send(document)).errors).toBeUndefined();
  });

  it('makes a key from Dashboard alone, which runs Dashboard and nothing more', async () => {
    const create = contractOperation('CreateApiKey');
    const made = await owner.send(create, { input: { label: 'board', forOperations: [dashboard] } });
    expect(made.data.createApiKey.userErrors).toEqual([]);
    expect(made.data.createApiKey.apiKey.scopes).toEqual(dashboardScopes);
    const headers = { authorization: `Bearer ${made.data.createApiKey.secret as string}` };
    expect((await house.send(headers, dashboard)).errors).toBeUndefined();
    const operations = parse(exampleDocument('data.graphql')).definitions.map(print);
    const report = await Promise.all(operations.map((document) => owner.send(check, { document })));
    const beyond = operations.filter((_, index) => {
      const needed = report[index]!.data.accessCheck.requiredScopes as string[];
      return needed.some((scope) => !dashboardScopes.includes(scope));
    });
    expect(beyond.length).toBeGreaterThan(10);
    for (const document of beyond) {
      const variables = { id: 'ven_1', input: {}, until: '2026-01-01T00:00:00Z' };
      const answer = await house.send(headers, document, variables);
      expect(answer.errors, document).toBeDefined();
    }
  });

  it('refuses to make a key for what takes a role, and for a document with faults', async () => {
    const create = contractOperation('CreateApiKey');
    const forOperations = [contractOperation('ListApiKeys')];
    const role = await owner.send(create, { input: { label: 'x', forOperations } });
    expect(role.data.createApiKey.userErrors).toMatchObject([
      { code: 'NOT_ALLOWED', field: ['input', 'forOperations', '0'] },
    ]);
    const faulty = await owner.send(create, { input: { label: 'x', forOperations: ['{ nope }'] } });
    expect(faulty.data.createApiKey.userErrors).toMatchObject([
      { code: 'INVALID', field: ['input', 'forOperations', '0'] },
    ]);
  });

  it('lists in the catalogue what each scope opens, and the scopes that no key can have', async () => {
    const key = await workspace.key('read:customers');
    const { data } = await key.send('{ scopes { name status grants } }');
    const byName = new Map(
      (data.scopes as { name: string; grants: string[] }[]).map((scope) => [scope.name, scope]),
    );
    const ofType = ['Customer', 'CustomerConnection', 'CustomerEdge', 'CustomerStatistics'];
    const customer = [...ofType, 'Query.customer', 'Query.customers'];
    expect(byName.get('read:customers')?.grants).toEqual(customer);
    expect(byName.get('workspace:manage')?.grants).toEqual(
      expect.arrayContaining(['ApiKey', 'Query.auditLog', 'Mutation.rotateApiKey', 'Mutation.removeUser']),
    );
    expect(byName.get('workspace:own')?.grants).toContain('Mutation.revealApiKey');
    expect(byName.get('account:manage')?.grants).toContain('Mutation.changePassword');
  });

  it('explains at most 20 documents a request, over lists and aliases', async () => {
    const key = await workspace.key('read:customers');
    const suggest = 'query ($d: [String!]!) { suggestScopes(documents: $d) { scopes } }';
    const documents = (count: number) => Array.from({ length: count }, () => '{ viewer { kind } }');
    expect((await key.send(suggest, { d: documents(20) })).errors).toBeUndefined();
    const aliased = Array.from({ length: 21 }, (_, index) => `a${index}: accessCheck(document: $d) { cost }`);
    for (const answer of [
      await key.send(suggest, { d: documents(21) }),
      await key.send(`query ($d: String!) { ${aliased.join(' ')} }`, { d: '{ viewer { kind } }' }),
    ]) {
      expect(answer.errors![0]!.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', limit: 20 });
    }
  });

  it.each([
    ['hundreds of fields of one name', `{ ${'viewer { kind } '.repeat(480)} }`, { limit: 10_000 }],
    ['a depth of 11', `${'{ a '.repeat(11)}${'}'.repeat(11)}`, { requested: 11, limit: 10 }],
    [
      '31 aliases',
      `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
      { requested: 31, limit: 30 },
    ],
  ])('explains no document that it would refuse to run: %s', async (_name, document, measure) => {
    const key = await workspace.key('read:customers');
    const refusal = { code: 'QUERY_TOO_EXPENSIVE', ...measure };
    const { errors: ran } = await key.send(document);
    expect(ran![0]!.extensions).toMatchObject(refusal);
    const check = 'query ($d: String!) { accessCheck(document: $d) { cost } }';
    const { errors: checked } = await key.send(check, { d: document });
    expect(checked![0]!.extensions).toMatchObject(refusal);
    const suggest = 'query ($d: [String!]!) { suggestScopes(documents: $d) { scopes } }';
    const { errors: suggested } = await key.send(suggest, { d: [document] });
    expect(suggested![0]!.extensions).toMatchObject(refusal);
  });
});
