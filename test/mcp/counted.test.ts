// What the records say of messages of agents: what was refused is no request that went well, and what was answered is none that was
// denied.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationsOf } from '../features/operations/support.ts';
import { describeEachEngine } from '../support/engines.ts';
import { bearer, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { keyAdmin, type KeyAdmin } from '../support/keys.ts';
import { openAgentHouse, type AgentHouse } from './support/agents.ts';
import { callOf, post } from './support/mcp.ts';

const flushMs = 10_000;
const recorded = `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
  apiKey(id: $id) { usage(from: $from, to: $to, bucket: DAY) { requests denied failed } }
  requests(first: 10, filter: { callerId: { eq: $id } }) { nodes { outcome reason surface } }
}`;
const message = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 7, method, params });
/** Of a form that the library of the protocol reads. */
const callWithMeta = { ...callOf('no_such_tool'), params: { name: 'no_such_tool', _meta: { a: 1 } } };

describeEachEngine('A message of an agent', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let agents: AgentHouse;
  beforeAll(async () => {
    agents = await openAgentHouse(engine);
    ({ house, workspace } = agents);
    admin = keyAdmin(house, workspace);
  });
  afterAll(() => agents.close());

  const recordsOf = async (id: string) => {
    await house.scheduler.elapse(flushMs);
    const at = house.clock.nowMs();
    const range = { from: new Date(at).toISOString(), to: new Date(at + 1).toISOString() };
    const { data } = await admin.send(recorded, { id, ...range });
    const { apiKey, requests } = data as {
      apiKey: { usage: [{ requests: number; denied: number; failed: number }] };
      requests: { nodes: { outcome: string; reason: string | null; surface: string }[] };
    };
    return { usage: apiKey.usage[0], nodes: requests.nodes };
  };

  it.each([
    ['calls no tool that there is', callOf('no_such_tool'), 'OPERATION_NOT_FOUND'],
    ['calls none, in the form of the library', callWithMeta, 'OPERATION_NOT_FOUND'],
    ['asks for the rest of another list', message('tools/list', { cursor: 'x' }), 'BAD_USER_INPUT'],
    ['has a method that there is not', message('no/such'), 'BAD_REQUEST'],
    ['is a batch', [message('ping')], 'BAD_REQUEST'],
  ])('that %s is counted and logged as failed', async (_what, sent, outcome) => {
    const key = await workspace.key('read:customers');
    expect((await post(house.app, bearer(key.secret), sent)).body.error).toBeDefined();
    const { usage, nodes } = await recordsOf(key.apiKeyId);
    expect(usage).toEqual({ requests: 1, denied: 0, failed: 1 });
    expect(nodes).toEqual([{ outcome, reason: null, surface: 'MCP' }]);
  });

  it.each(['legacy', 'auto'] as const)(
    'that calls no tool that there is fails alone, of a client that shakes hands as %s',
    async (mode) => {
      const { apiKeyId, secret } = await workspace.key('read:customers');
      const { client, names } = await agents.agent(secret, mode);
      expect(await names()).toContain('list_customers');
      await expect(client.callTool({ name: 'no_such_tool', arguments: {} })).rejects.toThrow('no_such_tool');
      const { usage, nodes } = await recordsOf(apiKeyId);
      expect(usage).toMatchObject({ denied: 0, failed: 1 });
      const failed = nodes.filter(({ outcome }) => outcome !== 'ok');
      expect(failed).toEqual([{ outcome: 'OPERATION_NOT_FOUND', reason: null, surface: 'MCP' }]);
    },
  );

  it('is counted and logged as failed when a saved tool answers user errors', async () => {
    const add =
      'mutation Add($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId userErrors { code message } } }';
    await operationsOf(admin).keep('add', add);
    const key = await workspace.key('write:customers');
    const sent = callOf('saved_add', { input: { name: '' } });
    expect((await post(house.app, bearer(key.secret), sent)).body.result).toMatchObject({ isError: true });
    const { usage, nodes } = await recordsOf(key.apiKeyId);
    expect(usage).toEqual({ requests: 1, denied: 0, failed: 1 });
    expect(nodes).toEqual([{ outcome: 'BAD_USER_INPUT', reason: null, surface: 'MCP' }]);
  });

  it('is no failure when it is answered, also to a pinned key, which may not ask who it is', async () => {
    const operations = operationsOf(admin);
    const pinned = await operations.pinnedKey([
      await operations.keep('count', 'query Count { customers(first: 1) { totalCount } }'),
    ]);
    for (const key of [await workspace.key('read:customers'), pinned]) {
      for (const sent of [message('ping'), message('tools/list'), callOf('saved_count')])
        expect((await post(house.app, bearer(key.secret), sent)).body.result).toBeDefined();
      const { usage, nodes } = await recordsOf(key.apiKeyId);
      expect(usage).toEqual({ requests: 3, denied: 0, failed: 0 });
      expect(nodes.map(({ outcome, reason }) => [outcome, reason])).toEqual(Array(3).fill(['ok', null]));
    }
    const none = await post(house.app, bearer(pinned.secret), callOf('no_such_tool'));
    expect(none.body.error).toBeDefined();
    expect((await recordsOf(pinned.apiKeyId)).usage).toEqual({ requests: 4, denied: 0, failed: 1 });
  });
});
