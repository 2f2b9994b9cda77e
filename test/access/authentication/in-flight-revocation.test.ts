// A key that is revoked while its operation runs: what is not committed is rolled back and answered 401, what is committed
// is told, and a query gives no data.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeEachEngine, hasPostgres } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { revokeInAnotherProcess } from '../../db/support/another-process.ts';
import { openSecondServer, type SecondServer } from '../../db/support/second-server.ts';
import { allRows } from '../../db/support/store.ts';

const revoked = { code: 'UNAUTHENTICATED', reason: 'KEY_REVOKED' };
const create = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId userErrors { code } } }`;

async function storedNames({ app }: TestHouse): Promise<unknown[]> {
  return (await allRows(app.database, 'customers')).map((row) => row['name']).sort();
}

describeEachEngine('A key revoked by another process', (engine) => {
  let house: TestHouse;
  let server: SecondServer;
  let key: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    server = await openSecondServer(house);
  });
  afterAll(async () => {
    await server.close();
    await house.close();
  });
  beforeEach(async () => {
    const workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers');
    await workspace.customer({ name: 'Known' });
  });
  afterEach(() => {
    server.onStatement = () => {};
  });

  /** Revokes right before the first statement that matches is sent to the store. */
  function revokeBefore(pattern: RegExp): void {
    server.onStatement = (text) => {
      if (!pattern.test(text)) return;
      server.onStatement = () => {};
      revokeInAnotherProcess(house.engine, key.apiKeyId);
    };
  }

  it('rolls back what its mutation has not committed, and tells what it has', async () => {
    const before = await storedNames(house);
    // The first field's customer is read after its commit, and before the second field begins.
    revokeBefore(/^SELECT .*"customers"/);
    server.statements.length = 0;
    const { status, data, errors } = await server.send(
      key.secret,
      `mutation {
        first: createCustomer(input: { name: "First" }) { customer { name } userErrors { code } }
        second: createCustomer(input: { name: "Second" }) { customerId userErrors { code } }
      }`,
    );
    // Its work was done; the last look at the key, inside the transaction, undid it.
    expect(server.statements.filter((text) => text.startsWith('INSERT INTO "customers"'))).toHaveLength(2);
    expect(await storedNames(house)).toEqual([...before, 'First'].sort());
    expect(data).toEqual({ first: { customer: { name: 'First' }, userErrors: [] }, second: null });
    expect(errors).toHaveLength(1);
    expect(errors![0]).toMatchObject({ path: ['second'], extensions: revoked });
    expect(status).toBe(401);
  });

  it('leaves its query without data', async () => {
    revokeBefore(/FROM "customers"/);
    const { status, data, errors, headers } = await server.send(
      key.secret,
      '{ customers { nodes { name } } }',
    );
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions).toMatchObject(revoked);
    expect(headers['www-authenticate']).toMatch(/^Bearer /);
  });

  it('is answered as done when the mutation was committed before the revocation', async () => {
    const { data, status } = await server.send(key.secret, create, { input: { name: 'In time' } });
    revokeInAnotherProcess(house.engine, key.apiKeyId);
    expect(status).toBe(200);
    expect(data.createCustomer.userErrors).toEqual([]);
    expect(await storedNames(house)).toContain('In time');
  });
});

describe.skipIf(!hasPostgres)('On Postgres, where transactions run side by side', () => {
  let house: TestHouse;
  let second: TestHouse;
  let workspace: TestWorkspace;
  let outsider: pg.Client;

  beforeAll(async () => {
    house = await openTestHouse('postgres');
    second = await openTestHouse('postgres', { sharing: house });
    workspace = await house.workspace();
    outsider = new pg.Client(house.engine.url);
    await outsider.connect();
  });
  afterAll(async () => {
    await outsider.end();
    await second.close();
    await house.close();
  });

  const waiting = async () => {
    const { rows } = await outsider.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length;
  };
  const untilWaiting = (count: number) => expect.poll(waiting, { interval: 10 }).toBe(count);

  /** Signed in before a mutation is held: a held statement has 2.25 s, and a password takes long to check. */
  async function adminOfSecond() {
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { email: workspace.ownerEmail, password: workspace.ownerPassword };
    const { data } = await second.send({}, login, { input });
    const headers = { authorization: `Bearer ${data.login.token as string}` };
    const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { status } userErrors { code } } }';
    return {
      revoke: async (id: string): Promise<unknown> => (await second.send(headers, revoke, { id })).data,
    };
  }
  const done = { revokeApiKey: { apiKey: { status: 'REVOKED' }, userErrors: [] } };

  it('a revocation that commits in the middle of a mutation rolls the mutation back', async () => {
    const key = await workspace.key('write:customers');
    const venueId = await workspace.venue();
    const admin = await adminOfSecond();
    // A new link has to wait for this row; the customer itself is inserted by then.
    await outsider.query('BEGIN');
    await outsider.query('SELECT 1 FROM venues WHERE id = $1 FOR UPDATE', [venueId]);
    const mutation = key.send(create, { input: { name: 'Caught', venueIds: [venueId] } });
    await untilWaiting(1);
    expect(await admin.revoke(key.apiKeyId)).toEqual(done);
    await outsider.query('COMMIT');
    const { status, data, errors } = await mutation;
    expect(status).toBe(401);
    expect(data?.createCustomer ?? null).toBeNull();
    expect(errors![0]!.extensions).toMatchObject(revoked);
    expect(await storedNames(house)).not.toContain('Caught');
    expect(await allRows(house.app.database, 'customer_venues')).toEqual([]);
  });

  it('a revocation that comes after the last look at the key waits until the mutation is committed', async () => {
    const key = await workspace.key('write:customers');
    // Runs at COMMIT, when the key has been looked at, and waits for whoever holds lock 42.
    await outsider.query(`
      CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END$$;
      CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON customers
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit();`);
    const admin = await adminOfSecond();
    await outsider.query('SELECT pg_advisory_lock(42)');
    const mutation = key.send(create, { input: { name: 'First in line' } });
    await untilWaiting(1);
    let isRevoked = false;
    const revocation = admin.revoke(key.apiKeyId).finally(() => (isRevoked = true));
    await untilWaiting(2);
    expect(isRevoked).toBe(false);
    await outsider.query('SELECT pg_advisory_unlock(42)');
    const { status, data } = await mutation;
    expect(status).toBe(200);
    expect(data.createCustomer.userErrors).toEqual([]);
    expect(await revocation).toEqual(done);
    expect(await storedNames(house)).toContain('First in line');
    expect((await key.send(create, { input: { name: 'Too late' } })).status).toBe(401);
    expect(await storedNames(house)).not.toContain('Too late');
  });
});
