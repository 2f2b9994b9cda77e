// A key that ends while it is being used. A query gives 401 and no data; a mutation that is not committed is rolled back
// and gives 401; what is committed is told. Nothing here depends on speed: requests are held between two statements.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder, someoneWaitsForALock } from '../../support/hold.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { dayMs, keyAdmin, use, verdict, type HeldKey, type KeyAdmin } from '../../support/keys.ts';
import { allRows } from '../../db/support/store.ts';

const listCustomers = '{ customers { nodes { name } } }';
const createCustomer = `mutation ($name: String!) {
  createCustomer(input: { name: $name }) { customerId userErrors { code } }
}`;

/** How a key can end, by an admin on another server, and what its holder is told. */
const ends = [
  ['RevokeApiKey', 'KEY_REVOKED'],
  ['DisableApiKey', 'KEY_DISABLED'],
  // Its row is gone; it was a good key when the request came.
  ['DeleteApiKey', 'KEY_REVOKED'],
  ['RegenerateApiKey', 'INVALID_CREDENTIAL'],
] as const;

describeEachEngine('A key that ends while it is used', (engine) => {
  const holder = createHolder();
  const adminHolder = createHolder();
  let house: TestHouse;
  let elsewhere: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let key: HeldKey;

  beforeAll(async () => {
    // The workspace, its owner and the admin's work live on one server, the key's requests on the other.
    elsewhere = await openTestHouse(engine, { database: adminHolder.database });
    house = await openTestHouse(engine, { sharing: elsewhere, database: holder.database });
    workspace = await elsewhere.workspace();
    admin = keyAdmin(elsewhere, workspace);
    await workspace.customer({ name: 'Known' });
  });
  afterAll(async () => {
    await house.close();
    await elsewhere.close();
  });
  beforeEach(async () => {
    key = await admin.create({ scopes: ['read:customers', 'write:customers'] });
  });

  const send = (query: string, variables?: Record<string, unknown>) =>
    house.send(bearer(key.secret), query, variables);
  const end = async (operation: string) => {
    const { userErrors } = await admin.payload(operation, { id: key.apiKeyId });
    expect(userErrors).toEqual([]);
  };
  const isStored = async (name: string) =>
    (await allRows(house.app.database, 'customers')).some((row) => row['name'] === name);

  function expectNoData({ status, data, errors, headers }: Answer, reason: string): void {
    expect({ status, data }).toEqual({ status: 401, data: undefined });
    expect(errors!.map(({ extensions }) => extensions)).toMatchObject([{ code: 'UNAUTHENTICATED', reason }]);
    expect(headers['www-authenticate']).toMatch(/^Bearer /);
  }

  function expectRolledBack({ status, data, errors, headers }: Answer, reason: string): void {
    expect({ status, data }).toEqual({ status: 401, data: { createCustomer: null } });
    expect(errors!.map(({ extensions }) => extensions)).toMatchObject([{ code: 'UNAUTHENTICATED', reason }]);
    expect(headers['www-authenticate']).toMatch(/^Bearer /);
  }

  describe.each(ends)('%s: its holder reads %s', (operation, reason) => {
    it('gives 401 and no data to a query in flight', async () => {
      const held = holder.statement(/"customers"/);
      const answer = send(listCustomers);
      await held.reached;
      await end(operation);
      held.release();
      expectNoData(await answer, reason);
    });

    it('gives 401 and none of its denials either to a query that was half denied', async () => {
      const held = holder.statement(/"customers"/);
      const answer = send('{ customers { nodes { name } } venues { nodes { name } } }');
      await held.reached;
      await end(operation);
      held.release();
      expectNoData(await answer, reason);
    });

    it('rolls back a mutation that has not begun to write', async () => {
      const name = `Not begun ${operation}`;
      const held = holder.transaction();
      const answer = send(createCustomer, { name });
      await held.reached;
      await end(operation);
      held.release();
      expectRolledBack(await answer, reason);
      expect(await isStored(name)).toBe(false);
    });

    // On SQLite there is one writer at a time: nobody can end a key between the statements of a transaction.
    if (engine === 'postgres') {
      it('rolls back a mutation that has written everything but its commit', async () => {
        const name = `Not committed ${operation}`;
        const held = holder.statement(/ FOR SHARE /);
        const answer = send(createCustomer, { name });
        await held.reached;
        await end(operation);
        held.release();
        expectRolledBack(await answer, reason);
        expect(await isStored(name)).toBe(false);
      });

      it('rolls back a mutation that met the admin in the middle of it', async () => {
        const name = `Met ${operation}`;
        const audit = adminHolder.statement(/INSERT INTO "audit_entries"/);
        const ending = end(operation);
        await audit.reached;
        const answer = send(createCustomer, { name });
        // Its last look at the key now waits for the admin, with whatever it had seen before.
        await someoneWaitsForALock(elsewhere.app.database);
        audit.release();
        await ending;
        expectRolledBack(await answer, reason);
        expect(await isStored(name)).toBe(false);
      });
    }

    it('tells what was committed before, in the same request and in the same answer', async () => {
      const [done, undone] = [`Done ${operation}`, `Undone ${operation}`];
      const first = holder.transaction();
      const answer = send(
        `mutation ($done: String!, $undone: String!) {
          a: createCustomer(input: { name: $done }) { customerId }
          b: createCustomer(input: { name: $undone }) { customerId }
        }`,
        { done, undone },
      );
      await first.reached;
      const second = holder.transaction();
      first.release();
      await second.reached;
      await end(operation);
      second.release();
      const { data, errors } = await answer;
      expect(data).toEqual({ a: { customerId: expect.stringMatching(/^cus_/) }, b: null });
      expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'UNAUTHENTICATED', reason } }]);
      expect([await isStored(done), await isStored(undone)]).toEqual([true, false]);
    });

    it('reports a mutation as done when it was committed before the key ended', async () => {
      const name = `Committed ${operation}`;
      const held = holder.statement(/^SELECT .*"customers"/s);
      const answer = send(createCustomer.replace('customerId', 'customerId customer { name }'), { name });
      await held.reached;
      await end(operation);
      held.release();
      const { status, data } = await answer;
      expect(status).toBe(200);
      expect(data.createCustomer).toMatchObject({ customer: { name }, userErrors: [] });
      expect(await isStored(name)).toBe(true);
    });
  });

  it('gives 401 to a query during which its key expires', async () => {
    const expiresAt = new Date(house.clock.nowMs() + 60_000).toISOString();
    key = await admin.create({ scopes: ['read:customers'], expiresAt });
    const held = holder.statement(/"customers"/);
    const answer = send(listCustomers);
    await held.reached;
    house.clock.advance(60_000);
    held.release();
    expectNoData(await answer, 'KEY_EXPIRED');
  });

  it('gives 401 to a query with the old secret during which an overlap of 0 begins', async () => {
    const next = await admin.rotate(key.apiKeyId, 0);
    const held = holder.statement(/"customers"/);
    const answer = send(listCustomers);
    await held.reached;
    expect(await use(elsewhere, next)).toBe('works');
    held.release();
    expectNoData(await answer, 'INVALID_CREDENTIAL');
  });

  it('lets nobody in by a secret whose first use meets the end of its key', async () => {
    const next = await admin.rotate(key.apiKeyId, 0);
    const held = holder.transaction();
    const answer = house.send(bearer(next.secret), listCustomers);
    await held.reached;
    await end('RevokeApiKey');
    const entries = await admin.auditOf(key.apiKeyId);
    held.release();
    expectNoData(await answer, 'KEY_REVOKED');
    // And a revoked key has no more history.
    expect(await admin.auditOf(key.apiKeyId)).toEqual(entries);
  });

  it('does not disable a key for inactivity that an admin enabled in the same moment', async () => {
    house.clock.advance(90 * dayMs);
    const held = holder.transaction();
    const answer = send(listCustomers);
    await held.reached;
    await end('EnableApiKey');
    held.release();
    // This request was judged before; the next one finds the key awake.
    expect(verdict(await answer)).toBe('401 KEY_DISABLED');
    expect(await use(house, key)).toBe('works');
  });

  it('finds no difference in a query that nobody interrupts', async () => {
    const held = holder.statement(/"customers"/);
    const answer = send(listCustomers);
    await held.reached;
    held.release();
    expect(verdict(await answer)).toBe('works');
  });
});
