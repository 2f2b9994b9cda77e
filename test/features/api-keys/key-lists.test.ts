// Lists of keys as an owner filters, sorts and pages them. The status hangs on the clock, which is the test's.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StoredApiKey } from '../../../src/access/authentication/tables.ts';
import { systemContext } from '../../../src/access/system-context.ts';
import { planOf, type Captured } from '../../db/support/plans.ts';
import { keyRow } from '../../db/support/rows.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace, type Variables } from '../../support/house.ts';
import {
  colleague,
  dayMs,
  keyAdmin,
  payloadOf,
  use,
  type HeldKey,
  type KeyAdmin,
} from '../../support/keys.ts';

const list = `query ($filter: ApiKeyFilter, $orderBy: ApiKeyOrderBy, $first: Int, $after: String) {
  apiKeys(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount nodes { id label status } pageInfo { hasNextPage endCursor }
  }
}`;

const statuses = ['ACTIVE', 'DISABLED', 'EXPIRED', 'REVOKED'] as const;

describeEachEngine('Lists of keys', (engine) => {
  let house: TestHouse;
  let captured: Captured[] = [];
  let workspace: TestWorkspace;
  let admin: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      database: { onStatement: (text, values) => void captured.push({ text, values }) },
    });
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
  });
  afterAll(() => house.close());

  const inMs = (ms: number) => new Date(house.clock.nowMs() + ms).toISOString();
  const listed = async (variables: Variables, by = admin) => payloadOf(await by.send(list, variables));
  const labels = async (variables: Variables, by = admin): Promise<string[]> =>
    (await listed(variables, by)).nodes.map(({ label }: { label: string }) => label);
  const codeOf = async (filter: object) => {
    const { status, errors } = await admin.send(list, { filter });
    return [status, errors?.[0]?.extensions['code'], errors?.[0]?.message];
  };
  /** An owner of a workspace in which there are no keys yet. */
  const another = async () => {
    const own = await house.workspace();
    return { own, by: keyAdmin(house, own) };
  };

  async function useAndFlush(key: HeldKey): Promise<void> {
    expect(await use(house, key)).toBe('works');
    await house.app.lastUsed.flush();
  }

  it('finds by status exactly the keys that are shown with it, at any moment', async () => {
    const { by } = await another();
    const used = await by.create({ label: 'used' });
    await by.create({ label: 'unused' });
    await by.create({ label: 'expires soon', expiresAt: inMs(dayMs) });
    await by.create({ label: 'expires late', expiresAt: inMs(95 * dayMs) });
    const disabled = await by.create({ label: 'disabled, then expired', expiresAt: inMs(dayMs) });
    const again = await by.create({ label: 'enabled again' });
    const revoked = await by.create({ label: 'revoked', expiresAt: inMs(dayMs) });
    await by.payload('DisableApiKey', { id: disabled.apiKeyId });
    await by.payload('DisableApiKey', { id: again.apiKeyId });
    await by.payload('RevokeApiKey', { id: revoked.apiKeyId });
    const seen = new Set<string>();
    for (const days of [0, 1, 20, 50, 19, 1, 1, 30]) {
      house.clock.advance(days * dayMs);
      if (days === 20) await useAndFlush(used);
      if (days === 50) await by.payload('EnableApiKey', { id: again.apiKeyId });
      const all = (await listed({}, by)).nodes as { label: string; status: (typeof statuses)[number] }[];
      expect(all).toHaveLength(7);
      for (const status of statuses) {
        const has = all.filter((key) => key.status === status).map(({ label }) => label);
        const not = all.filter((key) => key.status !== status).map(({ label }) => label);
        expect(await labels({ filter: { status: { eq: status } } }, by), status).toEqual(has);
        expect(await labels({ filter: { status: { neq: status } } }, by), status).toEqual(not);
        expect(await labels({ filter: { status: { nin: [status] } } }, by), status).toEqual(not);
        expect((await listed({ filter: { status: { in: [status] } }, first: 1 }, by)).totalCount).toBe(
          has.length,
        );
        if (has.length > 0) seen.add(status);
      }
    }
    expect([...seen].sort()).toEqual([...statuses]);
    expect(await labels({ filter: { status: { in: [] } } }, by)).toEqual([]);
    expect(await labels({ filter: { status: { eq: null } } }, by)).toEqual([]);
    expect(await labels({ filter: { status: { in: ['REVOKED', 'EXPIRED'] } } }, by)).toHaveLength(3);
  });

  it('tells an expired key from a working one to the millisecond', async () => {
    const { by } = await another();
    await by.create({ label: 'short', expiresAt: inMs(5_000) });
    house.clock.advance(4_999);
    expect(await labels({ filter: { status: { eq: 'ACTIVE' } } }, by)).toEqual(['short']);
    house.clock.advance(1);
    expect(await labels({ filter: { status: { eq: 'ACTIVE' } } }, by)).toEqual([]);
    expect(await labels({ filter: { status: { eq: 'EXPIRED' } } }, by)).toEqual(['short']);
  });

  it('pages on when keys expire between two pages: none is shown twice, and none that still works is left out', async () => {
    const { by } = await another();
    for (const number of [1, 2, 3, 4, 5, 6])
      await by.create({ label: `key ${number}`, expiresAt: inMs(number % 2 === 0 ? dayMs : 2 * dayMs) });
    const filter = { status: { eq: 'ACTIVE' } };
    const first = await listed({ filter, first: 2 }, by);
    expect(first.nodes.map(({ label }: { label: string }) => label)).toEqual(['key 6', 'key 5']);
    house.clock.advance(dayMs);
    const second = await listed({ filter, first: 2, after: first.pageInfo.endCursor }, by);
    expect(second.nodes.map(({ label }: { label: string }) => label)).toEqual(['key 3', 'key 1']);
    expect(second.pageInfo.hasNextPage).toBe(false);
    // A cursor of another question is still refused.
    const other = await by.send(list, {
      filter: { status: { eq: 'EXPIRED' } },
      after: first.pageInfo.endCursor,
    });
    expect(other.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  it('finds keys by their scopes, any of them or all, in either spelling', async () => {
    const { by } = await another();
    await by.create({ label: 'both', scopes: ['read:customers', 'read:inquiries'] });
    await by.create({ label: 'customers', scopes: ['read:customers'] });
    await by.create({ label: 'venues', scopes: ['read:venues'] });
    const find = (scopes: object) => labels({ filter: { scopes }, orderBy: { field: 'LABEL' } }, by);
    expect(await find({ hasAny: ['read:inquiries', 'venues:read'] })).toEqual(['both', 'venues']);
    expect(await find({ hasAll: ['customers:read', 'read:inquiries', 'read:inquiries'] })).toEqual(['both']);
    expect(await find({ hasNone: ['read:customers'] })).toEqual(['venues']);
    expect(await find({ hasAny: [] })).toEqual([]);
    expect(await find({ hasAll: [] })).toHaveLength(3);
    expect(await find({ hasAny: null })).toHaveLength(3);
    expect((await codeOf({ scopes: { hasAny: ['read:customer'] } }))[1]).toBe('BAD_USER_INPUT');
  });

  it('finds keys by venue, environment and creator', async () => {
    const { own, by } = await another();
    const [north, south] = [await own.venue('North'), await own.venue('South')];
    const other = await colleague(house, by, 'ADMIN');
    await by.create({ label: 'north', venueIds: [north], environment: 'TEST' });
    await by.create({ label: 'both', venueIds: [south, north] });
    const create = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKeyId } }';
    await other.send(create, { input: { label: 'everywhere', scopes: ['read:venues'] } });
    await own.key('read:venues');
    const find = (filter: object) => labels({ filter, orderBy: { field: 'LABEL' } }, by);
    expect(await find({ venueIds: { hasAny: [north] } })).toEqual(['both', 'north']);
    expect(await find({ venueIds: { hasAll: [north, south] } })).toEqual(['both']);
    expect(await find({ venueIds: { hasNone: [south] } })).toEqual(['everywhere', 'north', 'test']);
    expect(await find({ venueIds: { isNull: true } })).toEqual(['everywhere', 'test']);
    expect(await find({ or: [{ venueIds: { hasAny: [south] } }, { venueIds: { isNull: true } }] })).toEqual([
      'both',
      'everywhere',
      'test',
    ]);
    expect(await find({ environment: { eq: 'TEST' } })).toEqual(['north']);
    expect(await find({ createdById: { eq: other.userId } })).toEqual(['everywhere']);
    expect(await find({ createdById: { eq: null } })).toEqual(['test']);
  });

  it('tells whose key it is by a public id or the beginning of any secret, and never takes a whole key', async () => {
    const { by } = await another();
    const key = await by.create({ label: 'leaked' });
    await by.create({ label: 'other' });
    const { secret } = await by.regenerate(key.apiKeyId);
    const beginning = (text: string) => text.slice(0, text.lastIndexOf('_'));
    const publicId = beginning(secret).slice(-12);
    expect(await labels({ filter: { publicId: { eq: publicId } } }, by)).toEqual(['leaked']);
    // Of the secret that was ended, too.
    expect(await labels({ filter: { publicId: { eq: ` ${beginning(key.secret)} ` } } }, by)).toEqual([
      'leaked',
    ]);
    expect(await labels({ filter: { publicId: { in: [publicId, '000000000000'] } } }, by)).toEqual([
      'leaked',
    ]);
    expect(await labels({ filter: { publicId: { eq: '000000000000' } } }, by)).toEqual([]);
    // Another workspace's key is one that does not exist.
    expect(await labels({ filter: { publicId: { eq: publicId } } })).toEqual([]);
    const [status, code, message] = await codeOf({ or: [{ publicId: { eq: secret } }] });
    expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(message).not.toContain(secret);
  });

  it('sorts by last use, expiry and label, those without a value at one end, and pages through all of them', async () => {
    const { by } = await another();
    const made = new Map<string, HeldKey>();
    for (const [label, days] of [
      ['b', 3],
      ['A', null],
      ['ç', 1],
      ['d', null],
      ['E', 2],
    ] as const)
      made.set(label, await by.create({ label, expiresAt: days && inMs(days * dayMs) }));
    for (const label of ['ç', 'A', 'E']) {
      house.clock.advance(1_000);
      await useAndFlush(made.get(label)!);
    }
    async function pagesOf(field: string, direction: string): Promise<string> {
      const found: string[] = [];
      for (let after: string | null = null; ;) {
        const page: { nodes: { label: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } =
          await listed({ orderBy: { field, direction }, first: 2, after }, by);
        found.push(...page.nodes.map(({ label }) => label));
        if (!page.pageInfo.hasNextPage) return found.join(' ');
        after = page.pageInfo.endCursor;
      }
    }
    expect(await pagesOf('LABEL', 'ASC')).toBe('A b ç d E');
    expect(await pagesOf('LAST_USED_AT', 'DESC')).toMatch(/^E A ç (b d|d b)$/);
    expect(await pagesOf('LAST_USED_AT', 'ASC')).toMatch(/^(b d|d b) ç A E$/);
    expect(await pagesOf('EXPIRES_AT', 'ASC')).toMatch(/^ç E b (A d|d A)$/);
    expect(await pagesOf('EXPIRES_AT', 'DESC')).toMatch(/^(A d|d A) b E ç$/);
    await by.payload('UpdateApiKey', { input: { id: made.get('ç')!.apiKeyId, expiresAt: null } });
    await by.payload('UpdateApiKey', { input: { id: made.get('d')!.apiKeyId, expiresAt: inMs(dayMs) } });
    expect(await pagesOf('EXPIRES_AT', 'ASC')).toMatch(/^d E b (A ç|ç A)$/);
    expect(
      await labels(
        { filter: { expiresAt: { lt: inMs(2.5 * dayMs) } }, orderBy: { field: 'EXPIRES_AT' } },
        by,
      ),
    ).toEqual(['d', 'E']);
  });

  it('is narrowed by REST with the same words as its answers', async () => {
    const { own, by } = await another();
    const soon = await by.create({ label: 'soon', expiresAt: inMs(dayMs) });
    await by.create({ label: 'late', expiresAt: inMs(9 * dayMs), environment: 'TEST' });
    const gone = await by.create({ label: 'gone' });
    await by.payload('RevokeApiKey', { id: gone.apiKeyId });
    const login = await house.send({}, 'mutation ($input: LoginInput!) { login(input: $input) { token } }', {
      input: { email: own.ownerEmail, password: own.ownerPassword },
    });
    const names = async (query: string) => {
      const { body } = await house.app.http.inject({
        url: `/api/v1/api-keys?${query}`,
        headers: { authorization: `Bearer ${login.data.login.token}` },
      });
      const { data } = JSON.parse(body) as { data: { api_keys: { name: string }[] } };
      return data.api_keys.map(({ name }) => name);
    };
    expect(await names('status=ACTIVE')).toEqual(['late', 'soon']);
    expect(await names('status=REVOKED,EXPIRED')).toEqual(['gone']);
    expect(await names('environment=TEST')).toEqual(['late']);
    expect(await names('scope=read:customers&status=ACTIVE')).toEqual(['late', 'soon']);
    expect(await names(`expires_before=${inMs(2 * dayMs)}`)).toEqual(['soon']);
    expect(await names(`public_id=${soon.secret.slice(0, soon.secret.lastIndexOf('_'))}`)).toEqual(['soon']);
  });

  it('finds the few that work among 10,000, by an index of the status', async () => {
    const { own, by } = await another();
    const context = systemContext(house.app, own.workspaceId);
    const numbers = Array.from({ length: 10_000 }, (_value, index) => index + 1);
    const createdAt = inMs(0);
    const rows = numbers.map((number) => {
      const status = number % 2_000 === 0 ? 'ACTIVE' : 'REVOKED';
      return keyRow({ number, label: `old ${number}`, status, createdAt });
    });
    await context.db.transaction((tx) => tx.insert(StoredApiKey, rows));
    const orders = ['NUMBER', 'LABEL', 'LAST_USED_AT', 'EXPIRES_AT', 'CREATED_AT'];
    for (const field of orders) {
      captured = [];
      const filter = { status: { eq: 'ACTIVE' } };
      const found = await listed({ filter, orderBy: { field }, first: 3 }, by);
      expect(found.nodes, field).toHaveLength(3);
      expect(found.totalCount).toBe(5);
      const lists = captured.filter(({ text }) => /FROM "api_keys"/.test(text) && !/"s"\./.test(text));
      let last = '';
      for (const statement of lists) {
        const { fullScans, sorts, text } = await planOf(house.app.database, statement);
        // In another order than that of the index, the few are sorted.
        const ofAll = field === 'NUMBER' ? sorts : [];
        expect({ field, fullScans, ofAll }, text).toEqual({ field, fullScans: [], ofAll: [] });
        last = text;
      }
      // Tried last, when a page was not found among the first in the wanted order.
      expect(last).toContain('api_keys_status');
    }
  });
});
