// What a key may do, changed while it is in use: each field, left out or null; effective from the next request on.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { keyAdmin, payloadOf, use, verdict, type HeldKey, type KeyAdmin } from '../../support/keys.ts';

const listCustomers = '{ customers { nodes { id } } }';

describeEachEngine('Changing a key', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let venueIds: [string, string];

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    venueIds = [await workspace.venue('North'), await workspace.venue('South')];
  });
  afterAll(() => house.close());

  const update = async (key: HeldKey, input: object) =>
    admin.payload('UpdateApiKey', { input: { id: key.apiKeyId, ...input } });

  describe('field by field', () => {
    let key: HeldKey;
    const settings = () => ({
      label: 'Website',
      description: 'Forms on the home page',
      scopes: ['read:customers', 'write:inquiries'],
      venueIds: [venueIds[0]],
      ipAllowlist: ['127.0.0.0/8'],
      expiresAt: new Date(house.clock.nowMs() + 1_000_000).toISOString(),
      ...{ rateLimitPerMinute: 50, maxRowsPerDay: 5_000 },
    });

    beforeEach(async () => {
      house.clock.advance(1_000);
      key = await admin.create(settings());
    });

    it.each([
      ['label', 'Shop', 'Shop'],
      ['description', 'Elsewhere', 'Elsewhere'],
      ['description', null, null],
      ['description', ' ', null],
      ['scopes', ['venues:read', 'read:venues', 'READ:CUSTOMERS'], ['read:customers', 'read:venues']],
      ['ipAllowlist', ['127.0.0.1', ' ::FFFF:192.0.2.0/120 '], ['127.0.0.1', '192.0.2.0/24']],
      ['ipAllowlist', [], []],
      ['ipAllowlist', null, []],
      ['expiresAt', '2030-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z'],
      ['expiresAt', null, null],
      ['rateLimitPerMinute', 7, 7],
      ['rateLimitPerMinute', null, null],
      ['maxRowsPerDay', 7, 7],
      ['maxRowsPerDay', null, null],
    ])('%s: %j is shown as %j, and nothing else changes', async (field, given, shown) => {
      const { updatedAt: _created, ...before } = await admin.show(key.apiKeyId);
      house.clock.advance(1_000);
      const { userErrors } = await update(key, { [field]: given });
      expect(userErrors).toEqual([]);
      const { updatedAt, ...after } = await admin.show(key.apiKeyId);
      expect(after).toEqual({ ...before, [field]: shown });
      expect(updatedAt).toBe(new Date(house.clock.nowMs()).toISOString());
      const [entry] = await admin.auditOf(key.apiKeyId);
      expect(entry).toMatchObject({ action: 'apiKey.update', changes: [{ field }] });
    });

    it.each([
      ['label', null, 'REQUIRED', ['label']],
      ['label', ' ', 'REQUIRED', ['label']],
      ['label', 'x'.repeat(101), 'TOO_LONG', ['label']],
      ['description', 'x'.repeat(1_001), 'TOO_LONG', ['description']],
      ['scopes', [], 'REQUIRED', ['scopes']],
      ['scopes', null, 'REQUIRED', ['scopes']],
      ['scopes', ['read:customers', 'read:everything'], 'INVALID', ['scopes', '1']],
      ['scopes', ['workspace:manage'], 'NOT_ALLOWED', ['scopes', '0']],
      ['scopes', ['read:customers', 'manage:workspace'], 'NOT_ALLOWED', ['scopes', '1']],
      ['scopes', ['Account:Manage'], 'NOT_ALLOWED', ['scopes', '0']],
      ['venueIds', [], 'INVALID', ['venueIds']],
      ['venueIds', ['ven_unknown'], 'NOT_FOUND', ['venueIds', '0']],
      ['ipAllowlist', ['127.0.0.1', 'localhost'], 'INVALID', ['ipAllowlist', '1']],
      ['rateLimitPerMinute', 0, 'INVALID', ['rateLimitPerMinute']],
      ['rateLimitPerMinute', 1_000_001, 'INVALID', ['rateLimitPerMinute']],
      ['maxRowsPerDay', 0, 'INVALID', ['maxRowsPerDay']],
      ['maxRowsPerDay', 1_000_000_001, 'INVALID', ['maxRowsPerDay']],
    ])('%s: %j is refused as %s, and nothing changes', async (field, given, code, path) => {
      const before = await admin.show(key.apiKeyId);
      const { apiKey, userErrors } = await update(key, { description: 'Half of a change', [field]: given });
      expect(apiKey).toBeNull();
      expect(userErrors).toMatchObject([{ code, field: ['input', ...path] }]);
      expect(await admin.show(key.apiKeyId)).toEqual(before);
      expect(await admin.auditOf(key.apiKeyId)).toHaveLength(1);
    });

    it('changes nothing, and writes nothing, when everything is left out or the same', async () => {
      const before = await admin.show(key.apiKeyId);
      house.clock.advance(1_000);
      const reordered = { scopes: ['write:inquiries', 'customers:read'] };
      for (const same of [{}, { ...settings(), expiresAt: before.expiresAt }, reordered]) {
        expect((await update(key, same)).userErrors).toEqual([]);
      }
      expect(await admin.show(key.apiKeyId)).toEqual(before);
      expect(await admin.auditOf(key.apiKeyId)).toHaveLength(1);
    });

    it('replaces the venues, and null opens all of them', async () => {
      await update(key, { venueIds: [venueIds[1], venueIds[0], venueIds[1]] });
      const both = (await admin.show(key.apiKeyId)).venues.map(({ id }: { id: string }) => id);
      expect(both.sort()).toEqual([...venueIds].sort());
      await update(key, { venueIds: null });
      expect((await admin.show(key.apiKeyId)).venues).toBeNull();
      expect(await admin.auditOf(key.apiKeyId)).toHaveLength(3);
    });
  });

  it('a scope that is taken away is gone at the next request, on every server; a given one works', async () => {
    const other = await openTestHouse(engine, { sharing: house });
    try {
      const key = await admin.create({ scopes: ['read:customers', 'read:venues'] });
      const ask = async (server: TestHouse, query: string) =>
        verdict(await server.send(bearer(key.secret), query));
      const onBoth = async (query: string) => [await ask(house, query), await ask(other, query)];
      expect(await onBoth(listCustomers)).toEqual(['works', 'works']);
      await update(key, { scopes: ['read:venues', 'read:inquiries'] });
      expect(await onBoth(listCustomers)).toEqual(['403 INSUFFICIENT_SCOPE', '403 INSUFFICIENT_SCOPE']);
      expect(await onBoth('{ inquiries { nodes { id } } }')).toEqual(['works', 'works']);
    } finally {
      await other.close();
    }
  });

  it('venues that are taken away hide their rows at the next request, and null shows all', async () => {
    const [north, south] = venueIds;
    const inNorth = await workspace.customer({ name: 'N', venueIds: [north] });
    const inSouth = await workspace.customer({ name: 'S', venueIds: [south] });
    const nowhere = await workspace.customer({ name: 'None' });
    const key = await admin.create({ scopes: ['read:customers'], venueIds: [north] });
    const seen = async () => {
      const { nodes } = payloadOf(await house.send(bearer(key.secret), listCustomers));
      const ids = nodes.map(({ id }: { id: string }) => id);
      return [inNorth, inSouth, nowhere].map((id) => ids.includes(id));
    };
    expect(await seen()).toEqual([true, false, false]);
    await update(key, { venueIds: [north, south] });
    expect(await seen()).toEqual([true, true, false]);
    await update(key, { venueIds: [south] });
    expect(await seen()).toEqual([false, true, false]);
    await update(key, { venueIds: null });
    expect(await seen()).toEqual([true, true, true]);
  });

  it('a venue of another workspace is not found, and the key stays as it was', async () => {
    const foreign = await (await house.workspace()).venue();
    const key = await admin.create({ venueIds: [venueIds[0]] });
    const before = await admin.show(key.apiKeyId);
    const error = { code: 'NOT_FOUND', field: ['input', 'venueIds', '1'] };
    const { userErrors } = await update(key, { venueIds: [venueIds[0], foreign] });
    expect(userErrors).toMatchObject([error]);
    expect(await admin.show(key.apiKeyId)).toEqual(before);
  });

  it('changes a disabled key without waking it', async () => {
    const key = await admin.create();
    await admin.payload('DisableApiKey', { id: key.apiKeyId });
    expect((await update(key, { label: 'Resting' })).userErrors).toEqual([]);
    expect(await admin.show(key.apiKeyId)).toMatchObject({ label: 'Resting', status: 'DISABLED' });
    expect(await use(house, key)).toBe('401 KEY_DISABLED');
  });

  describe('at creation', () => {
    const readScopes = ['read:customers', 'read:followups', 'read:inquiries', 'read:venues'];
    const writeScopes = readScopes.map((scope) => scope.replace('read:', 'write:'));

    it.each([
      ['READ', readScopes],
      ['WRITE', [...readScopes, ...writeScopes]],
      ['FULL_ACCESS', [...readScopes, ...writeScopes]],
    ])('the preset %s stands for scopes that the key then has by name', async (preset, expected) => {
      const key = await admin.create({ scopes: null, preset });
      const { scopes } = await admin.show(key.apiKeyId);
      expect(scopes).toEqual(expect.arrayContaining(expected));
      expect(scopes).toEqual([...new Set(scopes)].sort());
      const beyond = scopes.filter((scope: string) => !/^(read|write):[a-z]+$/.test(scope));
      expect(beyond).toEqual([]);
      if (preset === 'READ') expect(scopes.filter((scope: string) => !scope.startsWith('read:'))).toEqual([]);
    });

    it('a preset and scopes add up, each scope once', async () => {
      const key = await admin.create({ preset: 'READ', scopes: ['write:inquiries', 'customers:read'] });
      const { scopes } = await admin.show(key.apiKeyId);
      const preset = await admin.show((await admin.create({ scopes: null, preset: 'READ' })).apiKeyId);
      expect(scopes).toEqual([...preset.scopes, 'write:inquiries'].sort());
    });

    it.each([{}, { scopes: [] }, { scopes: null, preset: null }])('%j never means "all"', async (given) => {
      const input = { label: 'Nothing', ...given };
      const { secret, userErrors } = await admin.payload('CreateApiKey', { input });
      expect(secret).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'scopes'] }]);
    });

    it.each([
      ['LIVE', undefined, /^lk_live_[0-9a-f]{12}_[0-9A-Za-z]{38}$/],
      ['LIVE', 'LIVE', /^lk_live_[0-9a-f]{12}_[0-9A-Za-z]{38}$/],
      ['TEST', 'TEST', /^lk_test_[0-9a-f]{12}_[0-9A-Za-z]{38}$/],
    ])(
      'a %s key (asked for %s) says so in its text, after a rotation too',
      async (shown, environment, form) => {
        const key = await admin.create(environment ? { environment } : {});
        expect(key.secret).toMatch(form);
        expect((await admin.show(key.apiKeyId)).environment).toBe(shown);
        const rotated = await admin.rotate(key.apiKeyId);
        const regenerated = await admin.regenerate(key.apiKeyId);
        expect(rotated.secret).toMatch(form);
        expect(regenerated.secret).toMatch(form);
        expect(await use(house, regenerated)).toBe('works');
      },
    );

    it('twenty keys made at the same time, on two servers, get twenty numbers in a row', async () => {
      const other = await openTestHouse(engine, { sharing: house });
      try {
        const fresh = await house.workspace();
        const owner = keyAdmin(house, fresh);
        const elsewhere = keyAdmin(other, fresh);
        await Promise.all([owner.send('{ viewer { kind } }'), elsewhere.send('{ viewer { kind } }')]);
        const made = await Promise.all(
          Array.from({ length: 20 }, (_, index) => (index % 2 ? elsewhere : owner).create()),
        );
        const shown = await Promise.all(made.map(({ apiKeyId }) => owner.show(apiKeyId)));
        const numbers = shown.map(({ number }) => number as number).sort((a, b) => a - b);
        expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
        await owner.payload('DeleteApiKey', { id: shown.find(({ number }) => number === 20).id });
        expect((await owner.show((await owner.create()).apiKeyId)).number).toBe(21);
      } finally {
        await other.close();
      }
    });
  });
});
