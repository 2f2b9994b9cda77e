// What owners set for their workspace, and what it means for keys. The clock is the test's.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { colleague, dayMs, keyAdmin, payloadOf, prefixOf, use, type KeyAdmin } from '../support/keys.ts';

const fields = 'maximumKeyLifeDays defaultKeyLifeDays requestLogRetentionDays version updatedAt';
const read = `{ workspaceSettings { ${fields} } }`;
const update = `mutation ($input: UpdateWorkspaceSettingsInput!) {
  updateWorkspaceSettings(input: $input) { settings { ${fields} } userErrors { code field message } }
}`;

describeEachEngine('Workspace settings', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  afterAll(() => house.close());

  const begin = async () => {
    workspace = await house.workspace();
    owner = keyAdmin(house, workspace);
  };
  const inMs = (ms: number) => new Date(house.clock.nowMs() + ms).toISOString();
  const set = async (input: object) => {
    // Entries of one moment have no order.
    house.clock.advance(1);
    return payloadOf(await owner.send(update, { input }));
  };
  const made = async (input: object) => {
    const key = { label: 'Key', scopes: ['read:customers'] };
    const { userErrors, apiKey } = await owner.payload('CreateApiKey', { input: { ...key, ...input } });
    return userErrors[0] ?? (await owner.show(apiKey.id)).expiresAt;
  };
  const tooLate = { code: 'INVALID', field: ['input', 'expiresAt'] };

  it('are empty until something is set; what is left out stays, null clears, the same again changes nothing', async () => {
    await begin();
    const nothing = { maximumKeyLifeDays: null, defaultKeyLifeDays: null, requestLogRetentionDays: null };
    expect(payloadOf(await owner.send(read))).toEqual({ ...nothing, version: 0, updatedAt: null });
    expect((await set({ maximumKeyLifeDays: null })).settings.version).toBe(0);
    expect(await set({ maximumKeyLifeDays: 90, requestLogRetentionDays: 30 })).toEqual({
      settings: {
        ...{ ...nothing, maximumKeyLifeDays: 90, requestLogRetentionDays: 30 },
        ...{ version: 1, updatedAt: inMs(0) },
      },
      userErrors: [],
    });
    expect((await set({ maximumKeyLifeDays: 90 })).settings.version).toBe(1);
    expect((await set({ defaultKeyLifeDays: 30, expectedVersion: 1 })).settings).toMatchObject({
      ...{ maximumKeyLifeDays: 90, defaultKeyLifeDays: 30, version: 2 },
    });
    expect((await set({ maximumKeyLifeDays: null })).settings).toMatchObject({
      ...{ maximumKeyLifeDays: null, defaultKeyLifeDays: 30, requestLogRetentionDays: 30 },
    });
    const stale = await set({ defaultKeyLifeDays: 1, expectedVersion: 2 });
    expect([stale.settings, stale.userErrors]).toMatchObject([null, [{ code: 'CONFLICT' }]]);
    const entries = await owner.auditOf(workspace.workspaceId);
    expect(entries.map(({ action, changes }) => [action, changes])).toEqual([
      ['workspace.updateSettings', [{ field: 'maximumKeyLifeDays', before: '90', after: null }]],
      ['workspace.updateSettings', [{ field: 'defaultKeyLifeDays', before: null, after: '30' }]],
      [
        'workspace.updateSettings',
        [
          { field: 'maximumKeyLifeDays', before: null, after: '90' },
          { field: 'requestLogRetentionDays', before: null, after: '30' },
        ],
      ],
    ]);
  });

  it('refuse values out of bounds, and a default that is longer than the maximum', async () => {
    await begin();
    const faults = async (input: object) =>
      (await set(input)).userErrors.map(({ code, field }: { code: string; field: string[] }) => [
        code,
        field.at(-1),
      ]);
    expect(
      await faults({ maximumKeyLifeDays: 0, defaultKeyLifeDays: 3_651, requestLogRetentionDays: 366 }),
    ).toEqual([
      ['INVALID', 'maximumKeyLifeDays'],
      ['INVALID', 'defaultKeyLifeDays'],
      ['INVALID', 'requestLogRetentionDays'],
    ]);
    await set({ defaultKeyLifeDays: 30 });
    expect(await faults({ maximumKeyLifeDays: 29 })).toEqual([['INVALID', 'defaultKeyLifeDays']]);
    expect(payloadOf(await owner.send(read)).maximumKeyLifeDays).toBeNull();
  });

  it('are for owners and admins, and of one workspace', async () => {
    await begin();
    await set({ maximumKeyLifeDays: 5 });
    const key = await workspace.key('read:customers', 'write:customers');
    const member = await colleague(house, owner, 'MEMBER');
    const admin = await colleague(house, owner, 'ADMIN');
    for (const caller of [key, member])
      for (const answer of [await caller.send(read), await caller.send(update, { input: {} })]) {
        expect(answer.status).toBe(403);
        expect(answer.errors?.[0]?.extensions).toMatchObject({ missing: ['workspace:manage'] });
      }
    expect(payloadOf(await admin.send(read)).maximumKeyLifeDays).toBe(5);
    const stranger = keyAdmin(house, await house.workspace());
    expect(payloadOf(await stranger.send(read)).maximumKeyLifeDays).toBeNull();
  });

  it('happen once for an Idempotency-Key', async () => {
    await begin();
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const { ownerEmail: email, ownerPassword: password } = workspace;
    const { token } = payloadOf(await house.send({}, login, { input: { email, password } }));
    const headers = { ...bearer(token), 'idempotency-key': 'settings-1' };
    const first = await house.send(headers, update, { input: { maximumKeyLifeDays: 9 } });
    await set({ maximumKeyLifeDays: 8 });
    expect((await house.send(headers, update, { input: { maximumKeyLifeDays: 9 } })).data).toEqual(
      first.data,
    );
    expect(payloadOf(await owner.send(read)).maximumKeyLifeDays).toBe(8);
  });

  it('bound the life of a new key to the millisecond, and give it the default when nothing is said', async () => {
    await begin();
    expect(await made({})).toBeNull();
    await set({ maximumKeyLifeDays: 90 });
    expect(await made({ expiresAt: inMs(90 * dayMs) })).toBe(inMs(90 * dayMs));
    expect(await made({ expiresAt: inMs(90 * dayMs + 1) })).toMatchObject(tooLate);
    expect(await made({ expiresAt: null })).toMatchObject(tooLate);
    expect(await made({})).toBe(inMs(90 * dayMs));
    await set({ defaultKeyLifeDays: 30 });
    expect(await made({})).toBe(inMs(30 * dayMs));
    await set({ maximumKeyLifeDays: null });
    expect(await made({})).toBe(inMs(30 * dayMs));
    expect(await made({ expiresAt: null })).toBeNull();
  });

  it('leave older keys their expiry; an edit of it, a rotation and a new secret must obey', async () => {
    await begin();
    const key = await owner.create({ expiresAt: inMs(400 * dayMs) });
    const forEver = await owner.create();
    await set({ maximumKeyLifeDays: 90 });
    const edit = async (input: object, id = key.apiKeyId) =>
      (await owner.payload('UpdateApiKey', { input: { id, ...input } })).userErrors;
    const before = (await owner.show(key.apiKeyId)).expiresAt;
    expect(await edit({ label: 'Renamed', expiresAt: before })).toEqual([]);
    expect(await edit({ expiresAt: null }, forEver.apiKeyId)).toEqual([]);
    expect((await owner.show(key.apiKeyId)).expiresAt).toBe(before);
    expect(await use(house, key)).toBe('works');
    expect(await edit({ expiresAt: null })).toMatchObject([tooLate]);
    expect(await edit({ expiresAt: inMs(91 * dayMs) })).toMatchObject([tooLate]);
    for (const id of [key.apiKeyId, forEver.apiKeyId]) {
      const rotated = await owner.payload('RotateApiKey', { id });
      expect([rotated.secret, rotated.userErrors]).toMatchObject([
        null,
        [{ code: 'NOT_ALLOWED', field: ['input', 'id'] }],
      ]);
      const regenerated = await owner.payload('RegenerateApiKey', { id });
      expect([regenerated.secret, regenerated.userErrors]).toMatchObject([
        null,
        [{ code: 'NOT_ALLOWED', field: ['id'] }],
      ]);
    }
    expect(await use(house, key)).toBe('works');
    expect(await edit({ expiresAt: inMs(90 * dayMs) })).toEqual([]);
    expect(await use(house, await owner.rotate(key.apiKeyId))).toBe('works');
    expect(await use(house, await owner.regenerate(key.apiKeyId))).toBe('works');
  });

  it('let the secret of an earlier rotation become the one in use', async () => {
    await begin();
    const key = await owner.create();
    const rotated = await owner.rotate(key.apiKeyId, 0);
    await set({ maximumKeyLifeDays: 90 });
    expect(await use(house, rotated)).toBe('works');
    expect(await use(house, key)).not.toBe('works');
    const { secrets } = await owner.show(key.apiKeyId);
    expect(secrets).toContainEqual(expect.objectContaining({ prefix: prefixOf(rotated), status: 'ACTIVE' }));
    const again = await owner.payload('RotateApiKey', { id: key.apiKeyId });
    expect(again.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });
});
