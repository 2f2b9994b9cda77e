// The main job: one nested query, answered as far as the key goes.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { contractOperation } from '../support/contract.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';

const dashboard = contractOperation('Dashboard');

describeEachEngine('Dashboard', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 10_000, seed: 7 });
  });
  afterAll(() => house.close());

  it('answers a key that has every scope it needs', async () => {
    const key = await workspace.key('read:customers', 'read:inquiries', 'read:followups');
    const { status, data, errors } = await key.send(dashboard);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(data.customers.totalCount).toBe(10_000);
    expect(data.customers.nodes).toHaveLength(50);
    const threads = data.customers.nodes.flatMap(
      (node: { inquiries: { nodes: unknown[] } }) => node.inquiries.nodes,
    );
    expect(threads.length).toBeGreaterThan(10);
  });

  it('answers null and exactly one error where the key lacks read:inquiries, whatever the number of rows', async () => {
    const key = await workspace.key('read:customers', 'read:followups');
    const { status, data, errors } = await key.send(dashboard);
    expect(status).toBe(200);
    expect(data.customers.nodes).toHaveLength(50);
    expect(data.customers.nodes.every((node: { inquiries: unknown }) => node.inquiries === null)).toBe(true);
    expect(data.customers.nodes[0].followUps.nodes).toBeInstanceOf(Array);
    expect(errors).toHaveLength(1);
    expect(errors![0]).toMatchObject({
      path: ['customers', 'nodes', '@', 'inquiries'],
      extensions: {
        code: 'FORBIDDEN',
        reason: 'INSUFFICIENT_SCOPE',
        coordinate: 'Customer.inquiries',
        requiredScopes: [['read:inquiries']],
        missing: ['read:inquiries'],
      },
    });
  });

  it('refuses a key without any useful scope with 403 and no data', async () => {
    const key = await workspace.key('write:venues');
    const { status, data, errors } = await key.send(dashboard);
    expect(status).toBe(403);
    expect(data).toBeUndefined();
    expect(errors![0]!.extensions['missing']).toEqual(['read:customers', 'read:followups', 'read:inquiries']);
  });

  it('runs the same number of statements for 1, 10 and 50 customers', async () => {
    const other = await house.workspace();
    const key = await other.key('read:customers', 'read:inquiries', 'write:inquiries', 'read:followups');
    const createInquiry = contractOperation('CreateInquiry');
    for (let index = 0; index < 50; index += 1) {
      const customerId = await other.customer({ name: `Customer ${index}` });
      // Every customer has an inquiry, so that each level of the operation is reached from the first row on.
      const input = { customerId, subject: 'Hours', body: 'When are you open?', channel: 'WEB' };
      const { data } = await key.send(createInquiry, { input });
      expect(data.createInquiry.userErrors).toEqual([]);
    }
    const counts = [];
    for (const first of [1, 10, 50]) {
      house.statements.length = 0;
      const { data } = await key.send(dashboard.replace('first: 50', `first: ${first}`));
      expect(data.customers.nodes).toHaveLength(first);
      for (const { inquiries } of data.customers.nodes) expect(inquiries.nodes).toHaveLength(1);
      counts.push(house.statements.length);
    }
    // The key, the customers with all that hangs below them, and the key once more before the answer leaves.
    expect(counts).toEqual([3, 3, 3]);
  });
});
