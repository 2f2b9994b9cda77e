// INTROSPECTION=keys: every key sees its own schema, in introspection and as SDL, and nothing of the rest.
import { buildClientSchema, buildSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';

const introspection = getIntrospectionQuery({ inputValueDeprecation: true });

describe('Introspection by key', () => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let reader: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse('sqlite', { env: { INTROSPECTION: 'keys' } });
    workspace = await house.workspace();
    reader = await workspace.key('read:customers');
  });
  afterAll(() => house.close());

  const sdl = async (headers: Record<string, string>) =>
    house.app.http.inject({ method: 'GET', url: '/schema.graphql', headers });

  it('shows a key its own types, fields, arguments and mutations, and no others', async () => {
    const { data } = await reader.send(introspection);
    const view = buildClientSchema(data as IntrospectionQuery);
    expect(Object.keys(view.getQueryType()!.getFields()).sort()).toEqual(
      [
        'accessCheck',
        'changesCompleteUntil',
        'customer',
        'customers',
        'node',
        'rateLimit',
        'scopes',
        'statistics',
        'suggestScopes',
        'viewer',
      ].sort(),
    );
    expect(Object.keys(view.getMutationType()!.getFields())).toEqual(['login']);
    for (const hidden of ['Inquiry', 'FollowUp', 'Venue', 'ApiKey', 'CreateCustomerInput', 'InquiryStatus']) {
      expect(view.getType(hidden), hidden).toBeUndefined();
    }
    const customer = view.getType('Customer') as { getFields(): object } | undefined;
    expect(Object.keys(customer!.getFields())).not.toContain('inquiries');
    expect(Object.keys(customer!.getFields())).toContain('email');
    const accessCheck = view.getQueryType()!.getFields()['accessCheck']!;
    expect(accessCheck.args.map(({ name }) => name).sort()).toEqual(['document', 'operationName']);
  });

  it('shows another key something else right after', async () => {
    const writer = await workspace.key('write:inquiries');
    const { data } = await writer.send(introspection);
    const view = buildClientSchema(data as IntrospectionQuery);
    expect(view.getType('Customer')).toBeUndefined();
    expect(Object.keys(view.getMutationType()!.getFields())).toContain('createInquiry');
    expect(view.getType('CreateInquiryInput')).toBeDefined();
    const again = await reader.send(introspection);
    expect(buildClientSchema(again.data as IntrospectionQuery).getType('Customer')).toBeDefined();
  });

  it('answers introspection beside data, under aliases, in fragments and behind @skip', async () => {
    const query = `query ($off: Boolean!, $name: String!) {
      a: __type(name: "Inquiry") { name }
      b: __type(name: $name) { name }
      ...F
      customers(first: 1) { totalCount }
      __schema @skip(if: $off) { queryType { name } }
    }
    fragment F on Query { c: __schema { types { name } } }`;
    const { data, errors } = await reader.send(query, { off: true, name: 'Customer' });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ a: null, b: { name: 'Customer' }, customers: { totalCount: 0 } });
    expect(Object.keys(data as object)).not.toContain('__schema');
    const names = (data.c.types as { name: string }[]).map(({ name }) => name);
    expect(names).toContain('Customer');
    expect(names).not.toContain('Inquiry');
  });

  it('refuses whoever has no credential', async () => {
    const anonymous = await house.send({}, introspection);
    expect(anonymous.status).toBe(401);
    expect((await sdl({})).statusCode).toBe(401);
  });

  it('suggests no names', async () => {
    const { errors, status } = await reader.send('{ custmers { totalCount } }');
    expect(status).toBe(400);
    expect(errors![0]!.message).not.toMatch(/did you mean/i);
  });

  it('serves the same view as SDL', async () => {
    const answer = await sdl(bearer(reader.secret));
    expect(answer.statusCode).toBe(200);
    const view = buildSchema(answer.body);
    expect(view.getType('Customer')).toBeDefined();
    expect(answer.body).not.toMatch(/Inquiry|FollowUp|type ApiKey /);
    expect(answer.body).toContain('Requires `read:customers`.');
  });

  it('shows the owner everything that an owner may use', async () => {
    const { data } = await (await workspace.owner()).send(introspection);
    const view = buildClientSchema(data as IntrospectionQuery);
    expect(view.getType('ApiKey')).toBeDefined();
    expect(Object.keys(view.getMutationType()!.getFields())).toContain('revealApiKey');
  });
});

describe('Introspection off and public', () => {
  it('shows nothing when it is off, to a key either', async () => {
    const house = await openTestHouse('sqlite', { env: { INTROSPECTION: 'off' } });
    const key = await (await house.workspace()).key('read:customers');
    expect((await key.send(introspection)).status).toBe(400);
    const headers = bearer(key.secret);
    expect((await house.app.http.inject({ url: '/schema.graphql', headers })).statusCode).toBe(404);
    await house.close();
  });

  it('shows everything to anybody when it is public', async () => {
    const house = await openTestHouse('sqlite');
    const { data } = await house.send({}, introspection);
    expect(buildClientSchema(data as IntrospectionQuery).getType('ApiKey')).toBeDefined();
    expect((await house.app.http.inject({ url: '/schema.graphql' })).body).toContain('@requiresScopes');
    await house.close();
  });
});
