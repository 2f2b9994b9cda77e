// The request log: what was asked, by whom, with what outcome, newest first; sampled where there is much, bounded, and never in
// the way of an answer.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { payloadOf, signedInCaller } from '../../support/keys.ts';

const flushMs = 10_000;
const requestsQuery = `query ($first: Int!, $after: String, $filter: RequestFilter) {
  requests(first: $first, after: $after, filter: $filter) {
    pageInfo { hasNextPage endCursor }
    nodes { id at surface operationName operation { id name document requiredScopes } caller { kind id label } status outcome reason missing cost rows bytes durationMs ip userAgent requestId weight }
  }
}`;

interface Logged {
  readonly operationName: string | null;
  readonly operation: {
    readonly name: string | null;
    readonly document: string;
    readonly requiredScopes: string[];
  } | null;
  readonly outcome: string;
  readonly weight: number;
  readonly surface: string;
  readonly requestId: string;
}

describeEachEngine('The request log', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let customerId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    customerId = await workspace.customer({ name: 'Ada' });
  });
  afterAll(() => house.close());

  /** One after the other: the clock of a test stands still. */
  const inTurn = async (...steps: (() => Promise<unknown>)[]) => {
    for (const step of steps) {
      house.clock.advance(1);
      await step();
    }
  };
  const page = async (variables: object) => {
    await house.scheduler.elapse(flushMs);
    return payloadOf(await owner.send(requestsQuery, { first: 100, ...variables })) as {
      pageInfo: { hasNextPage: boolean; endCursor: string };
      nodes: Logged[];
    };
  };
  const ofKey = async ({ apiKeyId }: KeyCaller, filter: object = {}) =>
    (await page({ filter: { callerId: { eq: apiKeyId }, ...filter } })).nodes;

  it('says what was asked, by whom and with what outcome, and holds no literal', async () => {
    const key = await workspace.key('read:customers');
    await key.send(`query One { mine: customer(id: "${customerId}") { name } }`);
    const [row] = await ofKey(key);
    expect(row).toMatchObject({
      at: expect.stringMatching(/^2026-06-01T12:00:00/),
      surface: 'GRAPHQL',
      operationName: 'One',
      operation: {
        name: 'One',
        document: 'query One {\n  a1: customer(id: "cus_0") {\n    name\n  }\n}',
        requiredScopes: ['read:customers'],
      },
      caller: { kind: 'API_KEY', id: key.apiKeyId, label: 'test' },
      ...{ status: 200, outcome: 'ok', reason: null, missing: [], rows: 1, weight: 1, ip: '127.0.0.1' },
    });
  });

  it('has refusals of every kind: no scope, a wrong document, a revoked key', async () => {
    const key = await workspace.key('read:customers');
    const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKeyId } }';
    await inTurn(
      () =>
        key.send('query Part { customers(first: 1) { nodes { id } } inquiries(first: 1) { nodes { id } } }'),
      () => key.send('query None { inquiries(first: 1) { nodes { id } } }'),
      () => key.send('query Wrong { nonsense }'),
      () => owner.send(revoke, { id: key.apiKeyId }),
      () => key.send('{ viewer { kind } }'),
    );
    const told = (await ofKey(key)).reverse();
    expect(told).toMatchObject([
      { operationName: 'Part', status: 200, outcome: 'partial', missing: ['read:inquiries'] },
      {
        operationName: 'None',
        status: 403,
        outcome: 'denied',
        reason: 'INSUFFICIENT_SCOPE',
        missing: ['read:inquiries'],
      },
      { operationName: null, operation: null, status: 400, outcome: 'GRAPHQL_VALIDATION_FAILED' },
      {
        operationName: null,
        operation: null,
        status: 401,
        outcome: 'UNAUTHENTICATED',
        reason: 'KEY_REVOKED',
      },
    ]);
    const denied = await ofKey(key, { outcome: { eq: 'denied' }, status: { gte: 400 } });
    expect(denied.map(({ operationName }) => operationName)).toEqual(['None']);
  });

  it('names the door: REST and MCP as callers see them', async () => {
    const key = await workspace.key('read:customers');
    const { http } = house.app;
    const headers = { ...bearer(key.secret), 'user-agent': 'tests/1', 'x-request-id': 'rest-1' };
    const accept = 'application/json, text/event-stream';
    const payload = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const mcpHeaders = { ...headers, accept, 'x-request-id': 'mcp-1' };
    await inTurn(
      () => http.inject({ url: `/api/v1/customers/${customerId}`, headers }),
      () => http.inject({ url: '/api/v1/inquiries', headers: { ...headers, 'x-request-id': 'rest-2' } }),
      () => http.inject({ method: 'POST', url: '/mcp', headers: mcpHeaders, payload }),
    );
    const told = (await ofKey(key)).reverse();
    expect(told).toMatchObject([
      { surface: 'REST', requestId: 'rest-1', status: 200, outcome: 'ok', userAgent: 'tests/1', rows: 1 },
      { surface: 'REST', requestId: 'rest-2', status: 403, outcome: 'denied' },
      { surface: 'MCP', requestId: 'mcp-1', status: 200, outcome: 'ok' },
    ]);
    const [first] = await ofKey(key, { surface: { eq: 'MCP' } });
    expect(first!.requestId).toBe('mcp-1');
  });

  it('tells of REST and tools what their answers say, where GraphQL has null or user errors', async () => {
    const key = await workspace.key('read:customers', 'write:customers');
    const { http } = house.app;
    const at = `/api/v1/customers/${customerId}`;
    const headers = bearer(key.secret);
    const stale = { ...headers, 'if-match': '"99"' };
    const unknown = 'cus_06gzr9m4sssrzer5sxbt3mnrd0';
    const call = { name: 'get_customer', arguments: { id: unknown } };
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call };
    const accept = 'application/json, text/event-stream';
    await inTurn(
      () => http.inject({ url: `/api/v1/customers/${unknown}`, headers }),
      () => http.inject({ method: 'PATCH', url: at, headers, payload: { name: '' } }),
      () => http.inject({ method: 'PATCH', url: at, headers: stale, payload: { name: 'Eve' } }),
      () => http.inject({ method: 'POST', url: '/mcp', headers: { ...headers, accept }, payload: message }),
    );
    const told = (await ofKey(key)).reverse();
    expect(told).toMatchObject([
      { surface: 'REST', status: 404, outcome: 'NOT_FOUND' },
      { surface: 'REST', status: 400, outcome: 'BAD_USER_INPUT' },
      { surface: 'REST', status: 412, outcome: 'CONFLICT' },
      { surface: 'MCP', status: 200, outcome: 'NOT_FOUND' },
    ]);
    const days = 'usage(from: "2026-06-01T00:00:00Z", to: "2026-06-02T00:00:00Z", bucket: DAY)';
    const { data } = await owner.send(
      `query ($id: ID!) { apiKey(id: $id) { ${days} { requests failed } } }`,
      {
        id: key.apiKeyId,
      },
    );
    expect(data.apiKey.usage).toEqual([{ requests: 4, failed: 4 }]);
  });

  it.each([
    ['in', { in: [200, 403] }, 1],
    ['in, without a hit', { in: [403, 404] }, 0],
    ['eq', { eq: 200 }, 1],
    ['neq', { neq: 200 }, 0],
  ])('is narrowed by status: %s', async (_what, status, found) => {
    const key = await workspace.key('read:customers');
    await key.send('{ viewer { kind } }');
    expect(await ofKey(key, { status })).toHaveLength(found);
  });

  it('is paged newest first, and narrowed by time', async () => {
    const key = await workspace.key('read:customers');
    for (const name of ['A', 'B', 'C']) {
      house.clock.advance(1_000);
      await key.send(`query ${name} { viewer { kind } }`);
    }
    const filter = { callerId: { eq: key.apiKeyId } };
    const first = await page({ first: 2, filter });
    expect(first.nodes.map(({ operationName }) => operationName)).toEqual(['C', 'B']);
    const second = await page({ first: 2, filter, after: first.pageInfo.endCursor });
    expect(second.nodes.map(({ operationName }) => operationName)).toEqual(['A']);
    const at = new Date(house.clock.nowMs()).toISOString();
    expect((await ofKey(key, { at: { gte: at } })).map(({ operationName }) => operationName)).toEqual(['C']);
  });

  it('has the first 60 of a key and operation in a minute, then one in ten; the weights add up', async () => {
    const key = await workspace.key('read:customers');
    for (let count = 0; count < 200; count += 1) await key.send('{ viewer { kind } }');
    const rows = await ofKey(key);
    expect(rows).toHaveLength(60 + 14);
    expect(rows.reduce((sum, { weight }) => sum + weight, 0)).toBe(200);
    await key.send('query Other { viewer { kind } }');
    expect(await ofKey(key)).toHaveLength(75);
  });

  it('is for owners and admins: a member, a key and another workspace see nothing of it', async () => {
    const other = await house.workspace();
    const stranger = await other.owner();
    const key = await workspace.key('read:customers');
    await key.send('query Secretly { viewer { kind } }');
    await house.scheduler.elapse(flushMs);
    const all = payloadOf(await stranger.send(requestsQuery, { first: 100 })) as { nodes: Logged[] };
    expect(all.nodes.map(({ operationName }) => operationName)).not.toContain('Secretly');
    const venueKey = await workspace.venueKey([await workspace.venue()], 'read:customers');
    for (const caller of [key, venueKey]) {
      const refused = await caller.send(requestsQuery, { first: 1 });
      expect([refused.status, refused.errors?.[0]?.extensions['reason']]).toEqual([403, 'ADMIN_ONLY']);
    }
  });
});
