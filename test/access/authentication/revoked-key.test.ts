// A key is read from the store on every request: a revocation holds at once, on every server of the store.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { revokeInAnotherProcess } from '../../db/support/another-process.ts';

const ask = '{ customers { totalCount } }';
const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }';

describeEachEngine('A revoked key', (engine) => {
  let house: TestHouse;
  let second: TestHouse;
  let workspace: TestWorkspace;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    second = await openTestHouse(engine, { sharing: house });
    workspace = await house.workspace();
  });
  afterAll(async () => {
    await second.close();
    await house.close();
  });

  function expectRefused({ status, data, errors }: Answer): void {
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors!.map((error) => error.extensions)).toMatchObject([
      { code: 'UNAUTHENTICATED', reason: 'KEY_REVOKED' },
    ]);
  }

  it('is refused on the next request, by the server that revoked it and by another one', async () => {
    const key = await workspace.key('read:customers');
    const servers = [house, second];
    for (const server of servers) expect((await server.send(bearer(key.secret), ask)).status).toBe(200);
    const { data } = await (await workspace.owner()).send(revoke, { id: key.apiKeyId });
    expect(data.revokeApiKey.userErrors).toEqual([]);
    for (const server of servers) expectRefused(await server.send(bearer(key.secret), ask));
  });

  it('is refused on the next request when another process wrote the revocation', async () => {
    const key = await workspace.key('read:customers');
    for (const server of [house, second])
      expect((await server.send(bearer(key.secret), ask)).status).toBe(200);
    revokeInAnotherProcess(house.engine, key.apiKeyId);
    for (const server of [house, second]) expectRefused(await server.send(bearer(key.secret), ask));
  });

  it('runs no statement but the one that reads it', async () => {
    const key = await workspace.key('read:customers');
    revokeInAnotherProcess(house.engine, key.apiKeyId);
    house.statements.length = 0;
    expectRefused(await key.send(ask));
    expect(house.statements).toHaveLength(1);
  });
});
