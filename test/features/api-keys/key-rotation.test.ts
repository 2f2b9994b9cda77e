// A new secret beside the old one: both work, the first use of the new one starts the old one's clock.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { dayMs, keyAdmin, prefixOf, use, type HeldKey, type KeyAdmin } from '../../support/keys.ts';

describeEachEngine('Rotating a key', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
  });
  afterAll(() => house.close());

  /** Status of a secret in the list of its key. */
  const listed = async (key: HeldKey) => {
    const { secrets } = await admin.show(key.apiKeyId);
    return secrets.find(({ prefix }: { prefix: string }) => prefix === prefixOf(key));
  };
  const statusOf = async (key: HeldKey) => (await listed(key)).status;
  const uses = (...keys: HeldKey[]) => Promise.all(keys.map((key) => use(house, key)));
  const inMs = (ms: number) => new Date(house.clock.nowMs() + ms).toISOString();

  it('leaves the old secret alone until the new one is used, then gives it the overlap and no more', async () => {
    const old = await admin.create({ label: 'Rotated' });
    const before = await admin.show(old.apiKeyId);
    const next = await admin.rotate(old.apiKeyId, 3_600);
    expect(next.secret).not.toBe(old.secret);
    expect(await statusOf(next)).toBe('PENDING');
    house.clock.advance(30 * dayMs);
    expect(await use(house, old)).toBe('works');
    expect(await listed(old)).toMatchObject({ status: 'ACTIVE', expiresAt: null });

    expect(await use(house, next)).toBe('works');
    expect(await listed(next)).toMatchObject({ status: 'ACTIVE', activatedAt: inMs(0), expiresAt: null });
    expect(await listed(old)).toMatchObject({ status: 'RETIRING', expiresAt: inMs(3_600_000) });
    house.clock.advance(3_599_999);
    expect(await uses(old, next)).toEqual(['works', 'works']);
    house.clock.advance(1);
    expect(await uses(old, next)).toEqual(['401 INVALID_CREDENTIAL', 'works']);
    expect(await statusOf(old)).toBe('RETIRED');
    const { id, number, label, scopes, environment, createdAt, prefix } = await admin.show(old.apiKeyId);
    expect(before).toMatchObject({ id, number, label, scopes, environment, createdAt });
    expect(prefix).toBe(prefixOf(next));
  });

  it('ends the old secret at the first use of the new one when the overlap is 0', async () => {
    const old = await admin.create();
    const next = await admin.rotate(old.apiKeyId, 0);
    expect(await use(house, old)).toBe('works');
    expect(await use(house, next)).toBe('works');
    expect(await use(house, old)).toBe('401 INVALID_CREDENTIAL');
    expect(await statusOf(old)).toBe('RETIRED');
  });

  it('cancels a secret that was never used when the key is rotated again', async () => {
    const old = await admin.create();
    const first = await admin.rotate(old.apiKeyId, 60);
    const second = await admin.rotate(old.apiKeyId, 60);
    expect(await uses(first, old, second)).toEqual(['401 INVALID_CREDENTIAL', 'works', 'works']);
    expect([await statusOf(first), await statusOf(old), await statusOf(second)]).toEqual([
      ...['RETIRED', 'RETIRING', 'ACTIVE'],
    ]);
  });

  it('lets three secrets work when a key is rotated again within an overlap, each until its own time', async () => {
    const old = await admin.create();
    const first = await admin.rotate(old.apiKeyId, 100);
    await use(house, first);
    house.clock.advance(50_000);
    const second = await admin.rotate(old.apiKeyId, 100);
    expect(await use(house, second)).toBe('works');
    expect(await uses(old, first, second)).toEqual(['works', 'works', 'works']);
    house.clock.advance(50_000);
    expect(await uses(old, first, second)).toEqual(['401 INVALID_CREDENTIAL', 'works', 'works']);
    house.clock.advance(50_000);
    expect(await uses(old, first, second)).toEqual([
      ...['401 INVALID_CREDENTIAL', '401 INVALID_CREDENTIAL', 'works'],
    ]);
  });

  it('never lengthens an expiry: both secrets end with the key', async () => {
    const expiresAt = inMs(dayMs);
    const old = await admin.create({ expiresAt });
    const next = await admin.rotate(old.apiKeyId, 604_800);
    await use(house, next);
    expect((await admin.show(old.apiKeyId)).expiresAt).toBe(expiresAt);
    house.clock.advance(dayMs - 1);
    expect(await uses(old, next)).toEqual(['works', 'works']);
    house.clock.advance(1);
    expect(await uses(old, next)).toEqual(['401 KEY_EXPIRED', '401 KEY_EXPIRED']);
    expect((await admin.show(old.apiKeyId)).status).toBe('EXPIRED');
  });

  it.each(['RotateApiKey', 'RegenerateApiKey'])('%s gives a dead key no new secret', async (operation) => {
    const revoked = await admin.create();
    await admin.payload('RevokeApiKey', { id: revoked.apiKeyId });
    const disabled = await admin.create();
    await admin.payload('DisableApiKey', { id: disabled.apiKeyId });
    const inactive = await admin.create();
    house.clock.advance(89 * dayMs);
    const expired = await admin.create({ expiresAt: inMs(1_000) });
    house.clock.advance(dayMs);
    const field = operation === 'RotateApiKey' ? ['input', 'id'] : ['id'];
    for (const [key, status] of [
      ...([[revoked, 'REVOKED'] as const, [disabled, 'DISABLED'] as const] as const),
      ...([[inactive, 'DISABLED'] as const, [expired, 'EXPIRED'] as const] as const),
    ]) {
      const before = await admin.show(key.apiKeyId);
      const auditBefore = await admin.auditOf(key.apiKeyId);
      const { secret, apiKey, userErrors } = await admin.payload(operation, { id: key.apiKeyId });
      expect({ secret, apiKey }).toEqual({ secret: null, apiKey: null });
      expect(userErrors).toMatchObject([{ code: 'NOT_ALLOWED', field }]);
      expect(before.status).toBe(status);
      expect(await admin.show(key.apiKeyId)).toEqual(before);
      expect(await admin.auditOf(key.apiKeyId)).toEqual(auditBefore);
    }
    expect(await uses(revoked, disabled, inactive, expired)).toEqual([
      ...['401 KEY_REVOKED', '401 KEY_DISABLED', '401 KEY_DISABLED', '401 KEY_EXPIRED'],
    ]);
  });

  it('keeps the moment of last use for each secret, and the latest of them for the key', async () => {
    const old = await admin.create();
    const next = await admin.rotate(old.apiKeyId, 3_600);
    await use(house, next);
    const newUse = inMs(0);
    house.clock.advance(5_000);
    await use(house, old);
    const oldUse = inMs(0);
    await house.app.lastUsed.flush();
    expect((await listed(next)).lastUsedAt).toBe(newUse);
    expect((await listed(old)).lastUsedAt).toBe(oldUse);
    expect((await admin.show(old.apiKeyId)).lastUsedAt).toBe(oldUse);
  });

  it('activates a secret once when it is first used by many at the same time, on two servers', async () => {
    const other = await openTestHouse(engine, { sharing: house });
    try {
      const old = await admin.create();
      const next = await admin.rotate(old.apiKeyId, 3_600);
      const verdicts = await Promise.all(
        [house, other, house, other, house, other].map((server) => use(server, next)),
      );
      expect(new Set(verdicts)).toEqual(new Set(['works']));
      expect(await listed(old)).toMatchObject({ status: 'RETIRING', expiresAt: inMs(3_600_000) });
      const actions = (await admin.auditOf(old.apiKeyId)).map(({ action }) => action);
      expect(actions.filter((action) => action === 'apiKey.activateSecret')).toHaveLength(1);
      expect(await use(other, old)).toBe('works');
      house.clock.advance(3_600_000);
      expect([await use(house, old), await use(other, old)]).toEqual([
        ...['401 INVALID_CREDENTIAL', '401 INVALID_CREDENTIAL'],
      ]);
    } finally {
      await other.close();
    }
  });

  it.each([undefined, null])('takes a day of overlap when it is %s', async (overlapSeconds) => {
    const old = await admin.create();
    const next = await admin.rotate(old.apiKeyId, overlapSeconds);
    await use(house, next);
    expect((await listed(old)).expiresAt).toBe(inMs(dayMs));
  });

  it('takes an overlap from 0 to 604800 seconds and refuses any other', async () => {
    const key = await admin.create();
    await use(house, await admin.rotate(key.apiKeyId, 604_800));
    expect((await listed(key)).expiresAt).toBe(inMs(7 * dayMs));
    const before = await admin.show(key.apiKeyId);
    for (const overlapSeconds of [-1, 604_801]) {
      const { secret, userErrors } = await admin.payload('RotateApiKey', {
        ...{ id: key.apiKeyId, overlapSeconds },
      });
      expect(secret).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'overlapSeconds'] }]);
    }
    expect(await admin.show(key.apiKeyId)).toEqual(before);
  });

  it('does not count a refused call as the first use', async () => {
    const old = await admin.create({ ipAllowlist: ['192.0.2.1'] });
    const next = await admin.rotate(old.apiKeyId, 0);
    expect(await use(house, next)).toBe('401 IP_NOT_ALLOWED');
    expect(await statusOf(next)).toBe('PENDING');
    expect(await statusOf(old)).toBe('ACTIVE');
  });

  it('activates the new secret of a key that is restricted to venues', async () => {
    const old = await admin.create({ venueIds: [await workspace.venue()] });
    const next = await admin.rotate(old.apiKeyId, 0);
    expect(await use(house, next)).toBe('works');
    expect(await uses(old, next)).toEqual(['401 INVALID_CREDENTIAL', 'works']);
  });
});
