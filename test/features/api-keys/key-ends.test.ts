// How keys end, or rest: regenerate, revoke, delete, disable and enable, seen by every server on the store.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';
import {
  dayMs,
  keyAdmin,
  payloadOf,
  prefixOf,
  use,
  withOtherSecret,
  type HeldKey,
  type KeyAdmin,
} from '../../support/keys.ts';

const listKeys = '{ apiKeys(first: 100) { totalCount nodes { id status } } }';
const byNode = 'query ($id: ID!) { node(id: $id) { id } apiKey(id: $id) { id } }';

describeEachEngine('The end of a key', (engine) => {
  let house: TestHouse;
  let other: TestHouse;
  let admin: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    other = await openTestHouse(engine, { sharing: house });
    admin = keyAdmin(house, await house.workspace());
  });
  afterAll(async () => {
    await other.close();
    await house.close();
  });

  const id = (key: HeldKey) => ({ id: key.apiKeyId });
  const actionsOf = async (key: HeldKey) =>
    (await admin.auditOf(key.apiKeyId)).map(({ action }: { action: string }) => action).sort();
  /** What two servers say that share nothing but the store; the second one knew the key as a good one. */
  const onBoth = async (key: HeldKey) => [await use(house, key), await use(other, key)];

  it('refuses the old secret of a regenerated key at once, also on another server', async () => {
    const old = await admin.create();
    expect(await onBoth(old)).toEqual(['works', 'works']);
    const next = await admin.regenerate(old.apiKeyId);
    expect(next.apiKeyId).toBe(old.apiKeyId);
    expect(await onBoth(old)).toEqual(['401 INVALID_CREDENTIAL', '401 INVALID_CREDENTIAL']);
    expect(await onBoth(next)).toEqual(['works', 'works']);
    const { prefix, status, secrets } = await admin.show(old.apiKeyId);
    expect({ prefix, status }).toEqual({ prefix: prefixOf(next), status: 'ACTIVE' });
    expect(secrets.map((secret: { status: string }) => secret.status).sort()).toEqual(['ACTIVE', 'RETIRED']);
  });

  it('regenerating ends every earlier secret: in use, waiting for its first use, and in its overlap', async () => {
    const retiring = await admin.create();
    const active = await admin.rotate(retiring.apiKeyId, 604_800);
    await use(house, active);
    const pending = await admin.rotate(retiring.apiKeyId, 604_800);
    const next = await admin.regenerate(retiring.apiKeyId);
    for (const ended of [retiring, active, pending]) {
      expect(await use(house, ended)).toBe('401 INVALID_CREDENTIAL');
    }
    expect(await use(house, next)).toBe('works');
  });

  it('revokes for good: on every server, at once, once, and nothing brings the key back', async () => {
    const key = await admin.create();
    const pending = await admin.rotate(key.apiKeyId, 3_600);
    expect(await onBoth(key)).toEqual(['works', 'works']);
    const revokedAt = new Date(house.clock.nowMs()).toISOString();
    const { apiKey } = await admin.payload('RevokeApiKey', id(key));
    expect(apiKey).toEqual({ id: key.apiKeyId, status: 'REVOKED', revokedAt });
    expect(await onBoth(key)).toEqual(['401 KEY_REVOKED', '401 KEY_REVOKED']);
    expect(await onBoth(pending)).toEqual(['401 KEY_REVOKED', '401 KEY_REVOKED']);

    house.clock.advance(1_000);
    const before = await admin.show(key.apiKeyId);
    const again = await admin.payload('RevokeApiKey', id(key));
    expect(again).toMatchObject({ apiKey: { status: 'REVOKED', revokedAt }, userErrors: [] });
    for (const operation of ['EnableApiKey', 'DisableApiKey', 'RotateApiKey', 'RegenerateApiKey']) {
      const { userErrors } = await admin.payload(operation, id(key));
      expect(userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    }
    const input = { ...id(key), label: 'Woken' };
    expect((await admin.payload('UpdateApiKey', { input })).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED', field: ['input', 'id'] },
    ]);
    expect(await admin.show(key.apiKeyId)).toEqual(before);
    expect(await actionsOf(key)).toEqual(['apiKey.create', 'apiKey.revoke', 'apiKey.rotate']);
    const { nodes } = payloadOf(await admin.send(listKeys));
    expect(nodes).toContainEqual({ id: key.apiKeyId, status: 'REVOKED' });
  });

  it('deletes: gone from list and node, refused everywhere, remembered by the audit log', async () => {
    const key = await admin.create({ label: 'Short life', description: 'For one day' });
    expect(await onBoth(key)).toEqual(['works', 'works']);
    const before = payloadOf(await admin.send(listKeys));
    const { number } = await admin.show(key.apiKeyId);
    const deleted = await admin.payload('DeleteApiKey', id(key));
    expect(deleted).toEqual({ apiKeyId: key.apiKeyId, userErrors: [] });
    // To a caller a deleted key is one that never was.
    expect(await onBoth(key)).toEqual(['401 INVALID_CREDENTIAL', '401 INVALID_CREDENTIAL']);

    const after = payloadOf(await admin.send(listKeys));
    expect(after.totalCount).toBe(before.totalCount - 1);
    expect(after.nodes.map((node: { id: string }) => node.id)).not.toContain(key.apiKeyId);
    const { data } = await admin.send(byNode, id(key));
    expect(data).toEqual({ node: null, apiKey: null });
    for (const operation of ['DeleteApiKey', 'RevokeApiKey', 'DisableApiKey', 'EnableApiKey']) {
      expect((await admin.payload(operation, id(key))).userErrors).toMatchObject([
        { code: 'NOT_FOUND', field: ['id'] },
      ]);
    }
    const entries = await admin.auditOf(key.apiKeyId);
    const entry = entries.find(({ action }: { action: string }) => action === 'apiKey.delete');
    expect(entry.changes).toContainEqual({ field: 'label', before: 'Short life', after: null });
    expect(entry.changes).toContainEqual({ field: 'description', before: 'For one day', after: null });
    expect(await actionsOf(key)).toEqual(['apiKey.create', 'apiKey.delete']);
    // The number of a deleted key is not given again.
    const next = await admin.create();
    expect((await admin.show(next.apiKeyId)).number).toBe(number + 1);
  });

  it('deletes a revoked key too', async () => {
    const key = await admin.create();
    await admin.payload('RevokeApiKey', id(key));
    expect(await admin.payload('DeleteApiKey', id(key))).toMatchObject({ userErrors: [] });
    expect(await admin.show(key.apiKeyId)).toBeNull();
  });

  it('switches a key off and on again, each once, on every server', async () => {
    const key = await admin.create();
    expect(await onBoth(key)).toEqual(['works', 'works']);
    for (let time = 0; time < 2; time += 1) {
      const { apiKey, userErrors } = await admin.payload('DisableApiKey', id(key));
      expect(userErrors).toEqual([]);
      expect(apiKey).toEqual({ id: key.apiKeyId, status: 'DISABLED', disabledReason: 'ADMIN' });
      expect(await onBoth(key)).toEqual(['401 KEY_DISABLED', '401 KEY_DISABLED']);
    }
    house.clock.advance(dayMs);
    for (let time = 0; time < 2; time += 1) {
      const { apiKey, userErrors } = await admin.payload('EnableApiKey', id(key));
      expect(userErrors).toEqual([]);
      expect(apiKey).toEqual({ id: key.apiKeyId, status: 'ACTIVE' });
      expect(await onBoth(key)).toEqual(['works', 'works']);
    }
    expect((await admin.show(key.apiKeyId)).disabledReason).toBeNull();
    expect(await actionsOf(key)).toEqual(['apiKey.create', 'apiKey.disable', 'apiKey.enable']);
  });

  it('tells why a key is dead only to whoever holds its secret', async () => {
    const key = await admin.create();
    await admin.payload('RevokeApiKey', id(key));
    expect(await use(house, { secret: withOtherSecret(key) })).toBe('401 INVALID_CREDENTIAL');
    expect(await use(house, key)).toBe('401 KEY_REVOKED');
  });
});
