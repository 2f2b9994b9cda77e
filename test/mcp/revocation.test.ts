// A key that is revoked between the list and a call, and while a call runs.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allRows } from '../db/support/store.ts';
import { describeEachEngine } from '../support/engines.ts';
import { createHolder } from '../support/hold.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { keyAdmin } from '../support/keys.ts';
import { operationsOf } from '../features/operations/support.ts';
import { agentWith, callOf, post } from './support/mcp.ts';

describeEachEngine('A key that is revoked', (engine) => {
  const holder = createHolder();
  let house: TestHouse;
  /** Another server on the same store, which is not held. */
  let other: TestHouse;
  let workspace: TestWorkspace;
  beforeAll(async () => {
    house = await openTestHouse(engine, { database: holder.database });
    other = await openTestHouse(engine, { sharing: house });
    workspace = await other.workspace();
    await workspace.customer({ name: 'Known' });
  });
  afterAll(async () => {
    await other.close();
    await house.close();
  });

  async function revoke({ apiKeyId }: KeyCaller): Promise<void> {
    const owner = await workspace.owner();
    const answer = await owner.send(
      'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKeyId userErrors { code } } }',
      { id: apiKeyId },
    );
    expect(answer.data.revokeApiKey).toEqual({ apiKeyId, userErrors: [] });
  }

  const refused = {
    status: 401,
    body: {
      ...{ jsonrpc: '2.0', id: 7 },
      error: {
        code: -32_000,
        message: 'This API key was revoked.',
        data: { code: 'UNAUTHENTICATED', reason: 'KEY_REVOKED', request_id: expect.any(String) },
      },
    },
  };

  it('between the list and the call is refused, whatever is asked for', async () => {
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const key = await workspace.key('read:customers', 'write:customers');
    const agent = await agentWith(url, key.secret);
    expect(await agent.names()).toContain('list_customers');
    await revoke(key);
    await expect(agent.call('list_customers')).rejects.toThrow();
    await expect(agent.names()).rejects.toThrow();
    await agent.close();
    const answer = await post(house.app, bearer(key.secret), callOf('create_customer', { name: 'Eve' }));
    expect(answer).toMatchObject(refused);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
    // Also what is no call: an unknown tool, a message that is none, a notification.
    const messages = [
      callOf('no_such_tool'),
      { jsonrpc: '2.0', id: 7, method: 'nothing' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      [],
    ];
    for (const message of messages)
      expect((await post(house.app, bearer(key.secret), message)).status).toBe(401);
  });

  it('while a reading call runs gives no data', async () => {
    const key = await workspace.key('read:customers');
    const held = holder.statement(/FROM "customers"/);
    const running = post(house.app, bearer(key.secret), callOf('list_customers'));
    await held.reached;
    await revoke(key);
    held.release();
    const answer = await running;
    expect(answer).toMatchObject(refused);
    expect(JSON.stringify(answer.body)).not.toContain('Known');
  });

  it.each([
    ['tools/list', { jsonrpc: '2.0', id: 7, method: 'tools/list' }],
    ['explain_access', callOf('explain_access')],
  ])('while %s reads the operations that are kept gives no name of one', async (_what, message) => {
    await operationsOf(keyAdmin(other, workspace)).keep('hidden', '{ customers(first: 5) { totalCount } }');
    const key = await workspace.key('read:customers');
    const held = holder.statement(/FROM "stored_operations"/);
    const running = post(house.app, bearer(key.secret), message);
    await held.reached;
    await revoke(key);
    held.release();
    const answer = await running;
    expect(answer).toMatchObject(refused);
    expect(JSON.stringify(answer.body)).not.toContain('hidden');
  });

  it('while a writing call runs leaves nothing written', async () => {
    const key = await workspace.key('read:customers', 'write:customers');
    const held = holder.transaction();
    const running = post(house.app, bearer(key.secret), callOf('create_customer', { name: 'Late' }));
    await held.reached;
    await revoke(key);
    held.release();
    expect(await running).toMatchObject(refused);
    const rows = await allRows(other.app.database, 'customers');
    expect(rows.map(({ name }) => name)).not.toContain('Late');
  });
});
