// Whoever holds a key that will soon expire is told so in each answer: a header everywhere, an extension in GraphQL.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder } from '../../support/hold.ts';
import { bearer, openTestHouse, type Headers, type TestHouse } from '../../support/house.ts';
import { dayMs, keyAdmin, withOtherSecret, type HeldKey, type KeyAdmin } from '../../support/keys.ts';

const header = 'latchkey-key-expires';

describeEachEngine('The notice of an expiry', (engine) => {
  let house: TestHouse;
  let admin: KeyAdmin;
  const holder = createHolder();

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: { CORS_ORIGINS: 'https://app.example' },
      database: holder.database,
    });
    admin = keyAdmin(house, await house.workspace());
  });
  afterAll(() => house.close());

  const inMs = (ms: number) => new Date(house.clock.nowMs() + ms).toISOString();

  async function ask(url: string, { secret }: { secret: string }, body?: object, headers: Headers = {}) {
    const answer = await house.app.http.inject({
      ...{ url, method: body ? 'POST' : 'GET' },
      headers: { 'content-type': 'application/json', ...bearer(secret), ...headers },
      ...(body ? { payload: JSON.stringify(body) } : {}),
    });
    const { extensions } = (answer.body ? JSON.parse(answer.body) : {}) as {
      extensions?: { notice?: unknown };
    };
    return { status: answer.statusCode, header: answer.headers[header], notice: extensions?.notice, answer };
  }
  const graphql = (key: HeldKey, query = '{ viewer { kind } }') => ask('/graphql', key, { query });

  it('begins fourteen days before, to the millisecond, and not for a key that never expires', async () => {
    const key = await admin.create({ expiresAt: inMs(14 * dayMs + 1) });
    const silent = { status: 200, header: undefined, notice: undefined };
    expect(await graphql(key)).toMatchObject(silent);
    expect(await graphql(await admin.create())).toMatchObject(silent);
    house.clock.advance(1);
    const expiresAt = inMs(14 * dayMs);
    expect(await graphql(key)).toMatchObject({
      ...{ status: 200, header: expiresAt },
      notice: { code: 'KEY_EXPIRES_SOON', expiresAt, message: expect.stringContaining(expiresAt) as unknown },
    });
    house.clock.advance(14 * dayMs - 1);
    expect(await graphql(key)).toMatchObject({ status: 200, header: expiresAt });
    house.clock.advance(1);
    expect(await graphql(key)).toMatchObject({ status: 401, header: undefined, notice: undefined });
  });

  it('is on answers that deny, refuse or stumble, and stays beside the cost', async () => {
    const expiresAt = inMs(dayMs);
    const key = await admin.create({ scopes: ['read:customers'], expiresAt });
    const told = { header: expiresAt, notice: { code: 'KEY_EXPIRES_SOON', expiresAt } };
    expect(await graphql(key, '{ venues { totalCount } }')).toMatchObject({ status: 403, ...told });
    expect(await graphql(key, '{ nonsense }')).toMatchObject({ status: 400, ...told });
    expect(await graphql(key, '{')).toMatchObject({ status: 400, ...told });
    const partial = await graphql(key, '{ customers { totalCount } venues { totalCount } }');
    expect(partial).toMatchObject({ status: 200, ...told });
    expect(JSON.parse(partial.answer.body)).toHaveProperty('extensions.cost');
    const limited = await admin.create({ expiresAt, rateLimitPerMinute: 1 });
    expect((await graphql(limited)).status).toBe(200);
    expect(await graphql(limited)).toMatchObject({ status: 429, ...told });
  });

  it('is a header of REST and MCP, whose bodies stay as they are', async () => {
    const expiresAt = inMs(dayMs);
    const key = await admin.create({ expiresAt });
    const rest = await ask('/api/v1/customers', key);
    expect(rest).toMatchObject({ status: 200, header: expiresAt });
    expect(rest.answer.body).not.toContain('KEY_EXPIRES_SOON');
    expect(await ask('/api/v1/venues', key)).toMatchObject({ status: 403, header: expiresAt });
    const accept = { accept: 'application/json, text/event-stream' };
    for (const method of ['tools/list', 'ping']) {
      const mcp = await ask('/mcp', key, { jsonrpc: '2.0', id: 1, method, params: {} }, accept);
      expect(mcp, mcp.answer.body).toMatchObject({ status: 200, header: expiresAt });
    }
    const call = { name: 'list_customers', arguments: {} };
    const mcp = await ask('/mcp', key, { jsonrpc: '2.0', id: 2, method: 'tools/call', params: call }, accept);
    expect(mcp).toMatchObject({ status: 200, header: expiresAt });
    expect(mcp.answer.body).not.toContain('KEY_EXPIRES_SOON');
  });

  it('is never told of a key that is unknown, wrong, switched off or revoked, nor when it ends meanwhile', async () => {
    const expiresAt = inMs(dayMs);
    const silent = { status: 401, header: undefined, notice: undefined };
    const key = await admin.create({ expiresAt });
    expect(await graphql({ ...key, secret: withOtherSecret(key) })).toMatchObject(silent);
    await admin.payload('DisableApiKey', { id: key.apiKeyId });
    expect(await graphql(key)).toMatchObject(silent);
    await admin.payload('RevokeApiKey', { id: key.apiKeyId });
    expect(await graphql(key)).toMatchObject(silent);
    expect(await ask('/api/v1/customers', key)).toMatchObject(silent);
    const used = await admin.create({ expiresAt });
    const held = holder.statement(/"customers"/);
    const answer = graphql(used, '{ customers { nodes { name } } }');
    await held.reached;
    await admin.payload('RevokeApiKey', { id: used.apiKeyId });
    held.release();
    expect(await answer).toMatchObject(silent);
  });

  it('may be read by a page of another origin', async () => {
    const { answer } = await ask(
      '/graphql',
      await admin.create({ expiresAt: inMs(dayMs) }),
      {
        query: '{ viewer { kind } }',
      },
      { origin: 'https://app.example' },
    );
    expect(String(answer.headers['access-control-expose-headers']).toLowerCase()).toContain(header);
  });
});
