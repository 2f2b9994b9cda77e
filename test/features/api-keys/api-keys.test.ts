// Keys by their owner: made, listed, looked up, ended; what a new key gets and what no key can get.
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';

const create = contractOperation('CreateApiKey');
const list = contractOperation('ListApiKeys');
const one = contractOperation('GetApiKey');
const revoke = contractOperation('RevokeApiKey');
const whole = `query ($id: ID!) { apiKey(id: $id) {
  id number label description prefix environment scopes status disabledReason ipAllowlist rateLimitPerMinute maxRowsPerDay
  venues { id name } createdBy { id email } createdAt updatedAt lastUsedAt expiresAt inactiveAt revokedAt
  secrets { id prefix status createdAt activatedAt lastUsedAt expiresAt } } }`;
const dayMs = 86_400_000;
const unknown = 'key_00000000000000000000000000';

describeEachEngine('API keys', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  beforeEach(async () => {
    workspace = await house.workspace();
    owner = await workspace.owner();
  });
  afterAll(() => house.close());

  const instant = (offsetMs = 0) => new Date(house.clock.nowMs() + offsetMs).toISOString();
  const ask = async (caller: Caller, query: string, variables = {}) => {
    const { data, errors, status } = await caller.send(query, variables);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    return data;
  };
  const make = async (input: object = {}) =>
    (await ask(owner, create, { input: { label: 'Site', scopes: ['read:customers'], ...input } }))
      .createApiKey;
  const keys = async (caller = owner) => (await ask(caller, list, { first: 100 })).apiKeys;
  const refusal = async (input: object) => {
    const before = (await keys()).totalCount;
    const { secret, apiKey, warning, userErrors } = await make(input);
    expect([secret, apiKey, warning]).toEqual([null, null, null]);
    expect((await keys()).totalCount).toBe(before);
    return userErrors;
  };

  it('makes a key with every setting, shows its secret, and reads back the same', async () => {
    const [north, south] = [await workspace.venue('North'), await workspace.venue('South')];
    const input = {
      label: ' Web form ',
      description: 'On the home page',
      environment: 'TEST',
      scopes: ['write:inquiries', 'read:customers'],
      venueIds: [south, north, south],
      expiresAt: '2026-12-31T23:59:59+01:00',
      ...{ rateLimitPerMinute: 30, maxRowsPerDay: 5_000 },
      ipAllowlist: ['192.0.2.1'],
    };
    const made = await make(input);
    expect(made.userErrors).toEqual([]);
    expect(made.warning).toMatch(/cannot be shown again|only in this answer/);
    expect(made.secret).toMatch(/^lk_test_[0-9a-f]{12}_[0-9A-Za-z]{38}$/);
    const prefix = made.secret.split('_').slice(0, 3).join('_');
    const { apiKey } = await ask(owner, whole, { id: made.apiKey.id });
    const now = instant();
    expect(apiKey).toEqual({
      ...{ id: made.apiKey.id, number: 1, label: 'Web form', description: 'On the home page', prefix },
      ...{ environment: 'TEST', scopes: ['read:customers', 'write:inquiries'], status: 'ACTIVE' },
      ...{
        disabledReason: null,
        ...{ rateLimitPerMinute: 30, maxRowsPerDay: 5_000 },
        ipAllowlist: [expect.stringContaining('192.0.2.1')],
      },
      venues: expect.arrayContaining([
        { id: north, name: 'North' },
        { id: south, name: 'South' },
      ]),
      createdBy: { id: expect.stringMatching(/^usr_/), email: workspace.ownerEmail },
      ...{
        createdAt: now,
        updatedAt: now,
        lastUsedAt: null,
        revokedAt: null,
        expiresAt: '2026-12-31T22:59:59.000Z',
      },
      inactiveAt: instant(90 * dayMs),
      secrets: [
        {
          ...{ id: prefix.slice(-12), prefix, status: 'ACTIVE', createdAt: now, activatedAt: now },
          ...{ lastUsedAt: null, expiresAt: null },
        },
      ],
    });
    expect(apiKey.venues).toHaveLength(2);
    for (const [name, value] of Object.entries(made.apiKey)) {
      if (name !== 'venues')
        expect([name, value]).toEqual([name, name === 'createdBy' ? apiKey.createdBy : apiKey[name]]);
    }
  });

  it('needs only a label and scopes: live, all venues, any address, no expiry', async () => {
    const { apiKey, secret } = await make();
    expect(secret).toMatch(/^lk_live_/);
    expect(apiKey).toMatchObject({
      environment: 'LIVE',
      description: null,
      venues: null,
      ipAllowlist: [],
      expiresAt: null,
    });
  });

  it('makes keys that work, with exactly the scopes that they were given', async () => {
    const { secret } = await make({ scopes: ['customers:read', ' READ:Venues ', 'read:customers'] });
    const { data } = await house.send(bearer(secret), '{ viewer { kind scopes } customers { totalCount } }');
    expect(data.viewer).toEqual({ kind: 'API_KEY', scopes: ['read:customers', 'read:venues'] });
    expect(data.customers).toEqual({ totalCount: 0 });
    expect((await house.send(bearer(secret), '{ inquiries { totalCount } }')).status).toBe(403);
  });

  it('shows a secret only in the answer that made it, and keeps no part of it but its public id', async () => {
    const { secret, apiKey } = await make();
    const tail = secret.split('_')[3] as string;
    const shown = [await owner.send(list, { first: 10 }), await owner.send(whole, { id: apiKey.id })];
    for (const { text } of shown) expect(text).toContain(secret.split('_')[2]);
    const stored = [];
    for (const table of ['api_keys', 'api_key_secrets', 'audit_entries']) {
      stored.push(...(await house.app.database.query(sql`SELECT * FROM ${raw(table)}`)));
    }
    const texts = [...shown.map(({ text }) => text), (await owner.send(revoke, { id: apiKey.id })).text];
    for (const text of [...texts, JSON.stringify(stored)]) expect(text).not.toContain(tail);
    expect(JSON.stringify(stored)).toContain(apiKey.prefix);
  });

  it.each([
    ['READ', (name: string) => name.startsWith('read:')],
    ['WRITE', () => true],
    ['FULL_ACCESS', () => true],
  ])('gives the scopes of the preset %s, and adds those that are named', async (preset, isGiven) => {
    const { scopes } = await ask(owner, '{ scopes { name status } }');
    const available = (scopes as { name: string; status: string }[])
      .filter(({ name, status }) => status === 'AVAILABLE' && !name.startsWith('workspace:'))
      .map(({ name }) => name);
    const given = available.filter((name) => /^(read|write):/.test(name) && isGiven(name)).sort();
    expect((await make({ preset, scopes: null })).apiKey.scopes).toEqual(given);
    const both = (await make({ preset, scopes: ['write:venues'] })).apiKey.scopes;
    expect(both).toEqual([...new Set([...given, 'write:venues'])].sort());
    expect(both.join()).not.toContain('workspace:');
  });

  it.each([[{ scopes: null }], [{ scopes: [] }], [{ scopes: undefined, preset: null }]])(
    'never takes nothing for everything: %j',
    async (input) => {
      expect(await refusal(input)).toEqual([
        {
          code: 'REQUIRED',
          field: ['input', 'scopes'],
          message: expect.stringContaining('at least one scope'),
        },
      ]);
    },
  );

  it('refuses scopes of a role and scopes that do not exist, each with its place in the list', async () => {
    const scopes = [
      'read:customers',
      'workspace:manage',
      'read:everything',
      'MANAGE:workspace',
      '',
      'read:customers:x',
    ];
    const at = (index: number) => ['input', 'scopes', String(index)];
    expect(await refusal({ scopes })).toMatchObject([
      { code: 'NOT_ALLOWED', field: at(1) },
      { code: 'INVALID', field: at(2) },
      { code: 'NOT_ALLOWED', field: at(3) },
      { code: 'INVALID', field: at(4) },
      { code: 'INVALID', field: at(5) },
    ]);
    expect(await refusal({ preset: 'FULL_ACCESS', scopes: ['workspace:manage'] })).toHaveLength(1);
  });

  it.each([
    [{ label: ' ' }, 'REQUIRED', ['label']],
    [{ label: 'x'.repeat(101) }, 'TOO_LONG', ['label']],
    [{ description: 'x'.repeat(1_001) }, 'TOO_LONG', ['description']],
    [{ venueIds: [] }, 'INVALID', ['venueIds']],
    [{ venueIds: ['ven_00000000000000000000000000'] }, 'NOT_FOUND', ['venueIds', '0']],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'INVALID', ['expiresAt']],
    [{ rateLimitPerMinute: 0 }, 'INVALID', ['rateLimitPerMinute']],
    [{ maxRowsPerDay: 0 }, 'INVALID', ['maxRowsPerDay']],
  ])('refuses %j', async (input, code, field) => {
    expect(await refusal(input)).toEqual([{ code, field: ['input', ...field], message: expect.any(String) }]);
  });

  it('refuses an expiry at this very moment and takes one a millisecond later', async () => {
    expect(await refusal({ expiresAt: instant() })).toMatchObject([{ field: ['input', 'expiresAt'] }]);
    expect((await make({ expiresAt: instant(1) })).apiKey.expiresAt).toBe(instant(1));
  });

  it("restricts a key to venues of its own workspace: another workspace's is like an unknown one", async () => {
    const [own, foreign] = [await workspace.venue(), await (await house.workspace()).venue()];
    const venueIds = (id: string) => ({ label: 'L', scopes: ['read:venues'], venueIds: [own, id] });
    const answer = async (id: string) => (await owner.send(create, { input: venueIds(id) })).text;
    expect(await answer(foreign)).toBe(await answer('ven_00000000000000000000000000'));
    const { secret } = await make({ scopes: ['read:venues'], venueIds: [own] });
    await workspace.venue('Unseen');
    const { data } = await house.send(bearer(secret), '{ venues { totalCount nodes { id } } }');
    expect(data.venues).toEqual({ totalCount: 1, nodes: [{ id: own }] });
  });

  it('lists keys newest first, page by page, with numbers that are never given twice', async () => {
    for (const label of ['one', 'two', 'three']) await make({ label });
    const walked: [number, string][] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const { apiKeys } = (await ask(owner, list, { first: 2, after })) as { apiKeys: KeyPage };
      expect(apiKeys.totalCount).toBe(3);
      walked.push(...apiKeys.nodes.map((key): [number, string] => [key.number, key.label]));
      ({ hasNextPage: more, endCursor: after } = apiKeys.pageInfo);
    }
    expect(walked).toEqual([
      [3, 'three'],
      [2, 'two'],
      [1, 'one'],
    ]);
    const filtered = '{ apiKeys(filter: { label: { contains: "T" } }) { totalCount nodes { label } } }';
    expect((await ask(owner, filtered)).apiKeys).toEqual({
      totalCount: 2,
      nodes: [{ label: 'three' }, { label: 'two' }],
    });
    expect((await keys(await (await house.workspace()).owner())).totalCount).toBe(0);
  });

  it('finds one key by its id, and none of another workspace', async () => {
    const { apiKey } = await make({ label: 'Mine' });
    expect((await ask(owner, one, { id: apiKey.id })).apiKey).toMatchObject({
      id: apiKey.id,
      label: 'Mine',
      status: 'ACTIVE',
    });
    const stranger = await (await house.workspace()).owner();
    for (const id of [apiKey.id, unknown, 'nonsense']) {
      expect((await ask(stranger, one, { id })).apiKey).toBeNull();
    }
  });

  it('ends a key for good with revokeApiKey; a second time answers the same and changes nothing', async () => {
    const { apiKey, secret } = await make();
    const { id } = apiKey;
    expect((await house.send(bearer(secret), '{ viewer { kind } }')).status).toBe(200);
    house.clock.advance(1_000);
    const first = (await ask(owner, revoke, { id })).revokeApiKey;
    expect(first).toEqual({ apiKey: { id, status: 'REVOKED', revokedAt: instant() }, userErrors: [] });
    const refused = await house.send(bearer(secret), '{ viewer { kind } }');
    expect([refused.status, refused.errors![0]!.extensions['reason']]).toEqual([401, 'KEY_REVOKED']);
    const before = (await ask(owner, whole, { id })).apiKey;
    expect(before.inactiveAt).toBeNull();
    house.clock.advance(1_000);
    expect((await ask(owner, revoke, { id })).revokeApiKey).toEqual(first);
    expect((await ask(owner, whole, { id })).apiKey).toEqual(before);
    expect((await keys()).nodes).toMatchObject([{ id, status: 'REVOKED' }]);
  });

  it("answers the revocation of another workspace's key exactly like that of an unknown one", async () => {
    const { apiKey, secret } = await make();
    const stranger = await (await house.workspace()).owner();
    const answer = async (id: string) => (await stranger.send(revoke, { id })).text;
    expect(await answer(apiKey.id)).toBe(await answer(unknown));
    expect(await answer(apiKey.id)).toBe(await answer('nonsense'));
    expect((await ask(stranger, revoke, { id: apiKey.id })).revokeApiKey).toEqual({
      apiKey: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['id'], message: expect.any(String) }],
    });
    expect((await house.send(bearer(secret), '{ viewer { kind } }')).status).toBe(200);
  });

  it('says when an unused key would fall asleep, and that it did', async () => {
    const { apiKey } = await make();
    const { id } = apiKey;
    const inactiveAt = instant(90 * dayMs);
    house.clock.advance(90 * dayMs - 1);
    owner = await workspace.owner();
    expect((await ask(owner, whole, { id })).apiKey).toMatchObject({ status: 'ACTIVE', inactiveAt });
    house.clock.advance(1);
    expect((await ask(owner, whole, { id })).apiKey).toMatchObject({ status: 'DISABLED', inactiveAt: null });
  });

  it('knows no creator of a key that was made by command, and lets no key manage keys', async () => {
    const key = await workspace.key(...house.app.scopes.dataScopes);
    expect((await ask(owner, whole, { id: key.apiKeyId })).apiKey.createdBy).toBeNull();
    const before = await keys();
    for (const [document, variables] of [
      [create, { input: { label: 'X', preset: 'FULL_ACCESS' } }],
      [list, { first: 1 }],
      [one, { id: key.apiKeyId }],
      [revoke, { id: key.apiKeyId }],
    ] as const) {
      const { status, data, errors } = await key.send(document, variables);
      expect([status, data]).toEqual([403, undefined]);
      expect(errors![0]!.extensions).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'ADMIN_ONLY',
        missing: ['workspace:manage'],
      });
    }
    const after = await keys();
    expect(after.nodes.map(({ id, status }: KeyRow) => [id, status])).toEqual(
      before.nodes.map(({ id, status }: KeyRow) => [id, status]),
    );
  });
});

interface KeyRow {
  readonly id: string;
  readonly number: number;
  readonly label: string;
  readonly status: string;
}
interface KeyPage {
  readonly totalCount: number;
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
  readonly nodes: readonly KeyRow[];
}
