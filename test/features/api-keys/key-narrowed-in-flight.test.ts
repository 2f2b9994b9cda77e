// A key that loses a scope or a venue while it is being used: what is in flight ends, as when it is revoked.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allRows } from '../../db/support/store.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder } from '../../support/hold.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { keyAdmin, type KeyAdmin } from '../../support/keys.ts';

describeEachEngine('A key that is narrowed while it is used', (engine) => {
  const holder = createHolder();
  let house: TestHouse;
  let elsewhere: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;

  beforeAll(async () => {
    elsewhere = await openTestHouse(engine);
    house = await openTestHouse(engine, { sharing: elsewhere, database: holder.database });
    workspace = await elsewhere.workspace();
    admin = keyAdmin(elsewhere, workspace);
    await workspace.customer();
  });
  afterAll(async () => {
    await house.close();
    await elsewhere.close();
  });

  const update = `mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { userErrors { code } } }`;
  const narrow = async (input: object) => {
    const owner = await workspace.owner();
    expect((await owner.send(update, { input })).data.updateApiKey.userErrors).toEqual([]);
  };
  const create = 'mutation ($n: String!) { createCustomer(input: { name: $n }) { customerId } }';

  it('writes nothing once the narrowing was answered', async () => {
    const key = await admin.create({ scopes: ['write:customers', 'read:customers'] });
    const held = holder.transaction();
    const answer = house.send(bearer(key.secret), create, { n: 'Too late' });
    await held.reached;
    await narrow({ id: key.apiKeyId, scopes: ['read:customers'] });
    held.release();
    const { status, errors } = await answer;
    expect(status).toBe(403);
    expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', missing: ['write:customers'] });
    const names = (await allRows(house.app.database, 'customers')).map((row) => row['name']);
    expect(names).not.toContain('Too late');
  });

  it('reads nothing either, when it lost a venue', async () => {
    const [here, there] = [await workspace.venue(), await workspace.venue()];
    const key = await admin.create({ scopes: ['read:customers'], venueIds: [here, there] });
    const held = holder.statement(/"customers"/);
    const answer = house.send(bearer(key.secret), '{ customers { nodes { name } } }');
    await held.reached;
    await narrow({ id: key.apiKeyId, venueIds: [here] });
    held.release();
    expect(await answer).toMatchObject({ status: 403, data: undefined });
  });

  it('writes and reads nothing once its address is no longer allowed', async () => {
    const key = await admin.create({ scopes: ['write:customers', 'read:customers'] });
    const input = { id: key.apiKeyId, ipAllowlist: ['10.9.9.9'] };
    const held = holder.transaction();
    const answer = house.send(bearer(key.secret), create, { n: 'From elsewhere' });
    await held.reached;
    await narrow(input);
    held.release();
    const extensions = { code: 'UNAUTHENTICATED', reason: 'IP_NOT_ALLOWED' };
    expect(await answer).toMatchObject({ status: 401, errors: [{ extensions }] });
    const names = (await allRows(house.app.database, 'customers')).map((row) => row['name']);
    expect(names).not.toContain('From elsewhere');
    const second = await admin.create({ scopes: ['read:customers'] });
    const heldRead = holder.statement(/"customers"/);
    const read = house.send(bearer(second.secret), '{ customers { nodes { name } } }');
    await heldRead.reached;
    await narrow({ ...input, id: second.apiKeyId });
    heldRead.release();
    expect(await read).toMatchObject({ status: 401, data: undefined, errors: [{ extensions }] });
  });

  it('goes on when it gained rights', async () => {
    const key = await admin.create({ scopes: ['read:customers'], venueIds: [await workspace.venue()] });
    const held = holder.statement(/"customers"/);
    const answer = house.send(bearer(key.secret), '{ customers { nodes { name } } }');
    await held.reached;
    await narrow({ id: key.apiKeyId, venueIds: null, scopes: ['read:customers', 'read:venues'] });
    held.release();
    expect((await answer).status).toBe(200);
  });
});
