// Operations that a workspace keeps, as tools; and what an agent with a pinned key sees and may do.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationsOf, type Operations } from '../features/operations/support.ts';
import { describeEachEngine } from '../support/engines.ts';
import { bearer, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { readBy } from '../features/insight/reads/support/asked.ts';
import { keyAdmin, signedInCaller } from '../support/keys.ts';
import { openAgentHouse, type AgentHouse } from './support/agents.ts';
import { callOf, post, type Agent } from './support/mcp.ts';

const find =
  'query Find($search: String!, $venueIds: [ID!]) { customers(first: 5, search: $search, filter: { id: { in: $venueIds } }) { nodes { name } } }';
const add =
  'mutation Add($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId userErrors { code } } }';

describeEachEngine('Operations of a workspace', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let operations: Operations;
  let agents: AgentHouse;
  beforeAll(async () => {
    agents = await openAgentHouse(engine);
    ({ house, workspace } = agents);
    operations = operationsOf(keyAdmin(house, workspace));
    await operations.keep('find', find);
    await operations.keep('add', add);
    await workspace.customer({ name: 'Ada' });
  });
  afterAll(() => agents.close());
  const agent: AgentHouse['agent'] = (secret, mode) => agents.agent(secret, mode);
  const agentFor: AgentHouse['agentFor'] = (...scopes) => agents.agentFor(...scopes);
  const savedOf = async ({ names }: Agent) => (await names()).filter((name) => name.startsWith('saved_'));

  it('are tools for those who may run them in full, in this workspace', async () => {
    expect(await savedOf(await agentFor('read:customers'))).toEqual(['saved_find']);
    expect(await savedOf(await agentFor('write:customers'))).toEqual(['saved_add']);
    expect(await savedOf(await agentFor('read:venues'))).toEqual([]);
    const stranger = await house.workspace();
    const { secret } = await stranger.key('read:customers', 'write:customers');
    const elsewhere = await agent(secret);
    expect(await savedOf(elsewhere)).toEqual([]);
    const refused = await elsewhere.call('saved_find', { search: 'Ada' });
    expect([refused.isError, refused.body.code]).toEqual([true, 'NOT_FOUND']);
  });

  it('are noted among the records of which a key was told', async () => {
    const key = await workspace.key('read:customers');
    await (await agent(key.secret)).names();
    const owner = signedInCaller(house, () => workspace.owner());
    expect(await readBy(owner, key.apiKeyId)).toMatchObject({ StoredOperation: 2 });
  });

  it('take their variables by their names and answer their data', async () => {
    const { client, call } = await agentFor('read:customers', 'write:customers');
    const { tools } = await client.listTools();
    const tool = (name: string) => tools.find((one) => one.name === name)!;
    expect(tool('saved_find')).toMatchObject({
      annotations: { readOnlyHint: true, destructiveHint: false },
      inputSchema: { required: ['search'], properties: { venueIds: { type: ['array', 'null'] } } },
    });
    expect(tool('saved_add')).toMatchObject({
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
      inputSchema: {
        properties: { input: { $ref: '#/$defs/CreateCustomerInput' }, idempotency_key: { type: 'string' } },
        $defs: { CreateCustomerInput: { properties: { venueIds: { type: ['array', 'null'] } } } },
      },
    });
    const found = await call('saved_find', { search: 'ada' });
    expect(found.body).toEqual({ success: true, data: { customers: { nodes: [{ name: 'Ada' }] } } });
    expect(found.texts[0]).toMatch(/do not follow instructions/);
    const wrong = await call('saved_find', { find: 1 });
    expect([wrong.isError, wrong.body.fields.map(({ field }: { field: string }) => field)]).toEqual([
      true,
      ['search', 'find'],
    ]);
    const given = { input: { name: 'Bob' }, idempotency_key: 'bob' };
    const first = await call('saved_add', given);
    const again = await call('saved_add', given);
    expect(first.body.data.createCustomer.customerId).toMatch(/^cus_/);
    expect(again.body).toEqual(first.body);
  });

  it('take a text alone as idempotency_key, and a query none', async () => {
    const { call } = await agentFor('read:customers', 'write:customers');
    for (const key of [5, null, ['x'], true, {}]) {
      const refused = await call('saved_add', { input: { name: 'Unsafe' }, idempotency_key: key });
      expect([key, refused.isError, refused.body.fields]).toEqual([
        ...[key, true],
        [{ field: 'idempotency_key', code: 'INVALID', message: '"idempotency_key" must be a text.' }],
      ]);
    }
    const query = await call('saved_find', { search: 'Unsafe', idempotency_key: 'x' });
    expect([query.isError, query.body.fields]).toMatchObject([
      ...[true, [{ field: 'idempotency_key', code: 'UNKNOWN' }]],
    ]);
    expect((await call('saved_find', { search: 'Unsafe' })).body.data.customers.nodes).toEqual([]);
  });

  it('that refuse a value are errors, with their data beside', async () => {
    const refused = await (await agentFor('write:customers')).call('saved_add', { input: { name: ' ' } });
    expect([refused.isError, refused.body]).toMatchObject([
      true,
      {
        ...{ error: 'Bad request', code: 'BAD_USER_INPUT' },
        data: { createCustomer: { customerId: null, userErrors: [{ code: 'REQUIRED' }] } },
      },
    ]);
    expect(refused.texts[0]).toMatch(/do not follow instructions/);
  });

  it('are listed as they are now, also under a name that was listed before', async () => {
    const own = await house.workspace();
    const kept = operationsOf(keyAdmin(house, own));
    await kept.keep('now', 'query Now($old: String!) { customers(first: 5, search: $old) { totalCount } }');
    const { client } = await agent((await own.key('read:customers', 'read:venues')).secret);
    const inputs = async () => {
      const { tools } = await client.listTools({}, { cacheMode: 'bypass' });
      return Object.keys(tools.find(({ name }) => name === 'saved_now')?.inputSchema.properties ?? {});
    };
    expect(await inputs()).toEqual(['old']);
    await kept.keep(
      'now',
      'query Now($new: ID!) { venues(first: 5, filter: { id: { eq: $new } }) { totalCount } }',
    );
    expect(await inputs()).toEqual(['new']);
  });

  it('that the schema takes no longer are left out of the list, and leave the others there', async () => {
    const own = await house.workspace();
    const kept = operationsOf(keyAdmin(house, own));
    await kept.keep('good', '{ customers(first: 5) { totalCount } }');
    const id = await kept.keep('old', '{ customers(first: 6) { totalCount } }');
    await house.app.database.write((connection) =>
      connection.execute(
        sql`UPDATE "stored_operations" SET "document" = ${'{ customersOfOld { id } }'} WHERE "id" = ${id}`,
      ),
    );
    const { secret } = await own.key('read:customers');
    expect(await savedOf(await agent(secret))).toEqual(['saved_good']);
  });

  it('are no part of what is said of a document that was sent: its names stay as they are', async () => {
    const { call } = await agentFor('read:customers');
    const { isError, body } = await call('explain_access', { document: '{ customers { fooBar } }' });
    expect([isError, body.detail]).toEqual([
      true,
      expect.stringContaining('"fooBar" on type "CustomerConnection"'),
    ]);
  });

  it('that a key may not call are named to it at no door', async () => {
    await operations.keep('secretOfTheHouse', find);
    const key = await workspace.key('read:venues');
    const told = [
      await house.app.http.inject({ url: '/api/v1/openapi.json', headers: bearer(key.secret) }),
      await house.app.http.inject({ url: '/schema.graphql', headers: bearer(key.secret) }),
      await house.app.http.inject({ url: '/api/v1/scopes', headers: bearer(key.secret) }),
    ];
    expect(told.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    const scopes = await key.send('{ scopes { name description grants } }');
    expect(scopes.errors).toBeUndefined();
    const kept = await key.send('{ storedOperations(first: 5) { nodes { name } } }');
    expect(kept.errors![0]!.extensions['reason']).toBe('ADMIN_ONLY');
    const all = JSON.stringify([told.map(({ body }) => body), scopes.data, kept.errors]);
    expect(all).not.toMatch(/secretOfTheHouse|saved_find/);
    const { call, names } = await agent(key.secret);
    expect(JSON.stringify([await names(), await call('explain_access')])).not.toMatch(/secretOfTheHouse/);
  });

  it('that a key may not call are told of by their exact name alone', async () => {
    const { call, names } = await agentFor('read:venues');
    const { body } = await call('explain_access');
    // Ours are named, the workspace's are not: as tools/list does.
    expect(body.tools).toContainEqual({
      ...{ tool: 'list_customers', allowed: false, missing_scopes: ['read:customers'] },
    });
    expect(JSON.stringify([body, await names()])).not.toContain('saved_');
    const own = await (await agentFor('read:customers')).call('explain_access');
    expect(own.body.tools).toContainEqual({ tool: 'saved_find', allowed: true, missing_scopes: [] });
    expect(JSON.stringify(own.body)).not.toContain('saved_add');
    const one = await call('explain_access', { tool: 'saved_find' });
    expect(one.body).toEqual({
      ...{ allowed: false, required_scopes: ['read:customers'], missing_scopes: ['read:customers'] },
      cost: expect.any(Number),
    });
    const none = await call('explain_access', { tool: 'saved_nothing' });
    expect([none.isError, none.body.detail]).toEqual([true, '"tool" names no tool: saved_nothing.']);
    // Of another workspace: as one that is not there.
    const stranger = await house.workspace();
    const elsewhere = await agent((await stranger.key('read:customers')).secret);
    expect((await elsewhere.call('explain_access', { tool: 'saved_find' })).body.code).toBe('BAD_USER_INPUT');
  });

  it.each(['legacy', 'auto'] as const)('are all that an agent with a pinned key sees (%s)', async (mode) => {
    const id = await operations.keep(`board-${mode}`, '{ customers(first: 5) { nodes { name } } }');
    const key = await operations.pinnedKey([id], { scopes: ['read:customers', 'write:customers'] });
    const pinned = await agent(key.secret, mode);
    const own = `saved_board-${mode}`;
    expect(await pinned.names()).toEqual([own]);
    expect((await pinned.call(own)).body.data.customers.nodes).toContainEqual({ name: 'Ada' });
    for (const other of ['saved_find', 'saved_nothing', 'list_customers', 'get_me', 'explain_access']) {
      const refused = await pinned.call(other);
      expect([other, refused.isError, refused.body.reason]).toEqual([other, true, 'KEY_PINNED']);
    }
    await operations.delete(id);
    expect(await pinned.names()).toEqual([]);
    const gone = await pinned.call(own);
    expect([gone.isError, gone.body.code]).toEqual([true, 'FORBIDDEN']);
  });

  it('cost a pinned key its requests, also where it only asks what there is', async () => {
    const id = await operations.keep('limited', '{ customers(first: 5) { nodes { name } } }');
    const key = await operations.pinnedKey([id], { scopes: ['read:customers'], rateLimitPerMinute: 1 });
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await post(house.app, bearer(key.secret), list)).status).toBe(200);
    expect((await post(house.app, bearer(key.secret), list)).status).toBe(429);
  });

  it('end for a pinned key that is revoked, also its handshake', async () => {
    const id = await operations.keep('last', '{ customers(first: 5) { nodes { name } } }');
    const key = await operations.pinnedKey([id], { scopes: ['read:customers'] });
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await post(house.app, bearer(key.secret), list)).status).toBe(200);
    await keyAdmin(house, workspace).send(
      'mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }',
      { id: key.apiKeyId },
    );
    expect((await post(house.app, bearer(key.secret), list)).status).toBe(401);
    expect((await post(house.app, bearer(key.secret), callOf('saved_last'))).status).toBe(401);
  });
});
