// Limits as callers meet them: how many requests and points a minute has, what the answers say of it, what is charged.
import { afterAll, beforeAll, beforeEach, expect, it, describe } from 'vitest';
import { describeEachEngine, type Engine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { colleague, keyAdmin } from '../../support/keys.ts';
import { hasRedis, redisCorner } from '../../support/outside/redis.ts';

const minuteMs = 60_000;
const requestLimit = 10;
const costLimit = 500;
const ask = '{ customers(first: 10) { nodes { name } } }';
const askCost = 11;
const corner = redisCorner();
const stores = [
  { store: 'memory', redis: {}, isThere: true },
  { store: 'Redis', redis: { REDIS_URL: corner.url }, isThere: hasRedis },
].filter(({ isThere }) => isThere);

const codeOf = ({ status, errors }: Answer) => `${status} ${String(errors?.[0]?.extensions['code'] ?? 'ok')}`;
const count = (answers: readonly Answer[], code: string) =>
  answers.filter((answer) => codeOf(answer) === code).length;

function limits(engine: Engine['name'], redis: Record<string, string>): void {
  let house: TestHouse;
  let workspace: TestWorkspace;
  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: {
        RATE_LIMIT_REQUESTS_PER_MINUTE: String(requestLimit),
        RATE_LIMIT_COST_PER_MINUTE: String(costLimit),
        ...redis,
      },
    });
  });
  beforeEach(async () => {
    house.clock.advance(2 * minuteMs);
    workspace = await house.workspace();
    await workspace.customer();
  });
  afterAll(async () => {
    await house.close();
    if (hasRedis) await corner.remove();
  });

  it('lets exactly the limit succeed when five keys fire twice as much at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => workspace.key('read:customers')));
    const answers = await Promise.all(
      keys.flatMap((key) => Array.from({ length: (2 * requestLimit) / 5 }, () => key.send(ask))),
    );
    expect(count(answers, '200 ok')).toBe(requestLimit);
    expect(count(answers, '429 RATE_LIMITED')).toBe(requestLimit);
  });

  it('says on each answer how much is left, in both forms', async () => {
    const key = await workspace.key('read:customers');
    const { headers } = await key.send(ask);
    expect(headers).toMatchObject({
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': String((house.clock.nowMs() + minuteMs) / 1000),
      'ratelimit-policy': '"requests";q=10;w=60, "cost";q=500;w=60',
      ratelimit: '"requests";r=9;t=60, "cost";r=489;t=60',
    });
  });

  it('tells in Retry-After the second at which the same request succeeds, and none before', async () => {
    const key = await workspace.key('read:customers');
    for (let sent = 0; sent < requestLimit; sent += 1) await key.send(ask);
    house.clock.advance(12_300);
    const refused = await key.send(ask);
    expect(codeOf(refused)).toBe('429 RATE_LIMITED');
    expect(refused.data).toBeUndefined();
    expect(refused.headers).toMatchObject({ 'retry-after': '48', 'x-ratelimit-remaining': '0' });
    expect(refused.errors![0]).toMatchObject({
      message: 'Over the limit of 10 requests a minute. Try again in 48 s.',
      extensions: { limit: 10, retryAfterSeconds: 48 },
    });
    house.clock.advance(47_000);
    const early = await key.send(ask);
    expect([codeOf(early), early.headers['retry-after']]).toEqual(['429 RATE_LIMITED', '1']);
    house.clock.advance(1_000);
    expect(codeOf(await key.send(ask))).toBe('200 ok');
  });

  it('lets whoever keeps asking while refused come back at the same second', async () => {
    const key = await workspace.key('read:customers');
    for (let sent = 0; sent < requestLimit; sent += 1) await key.send(ask);
    for (let second = 1; second < 60; second += 1) {
      house.clock.advance(1_000);
      expect(codeOf(await key.send(ask))).toBe('429 RATE_LIMITED');
    }
    house.clock.advance(1_000);
    expect(codeOf(await key.send(ask))).toBe('200 ok');
  });

  it('limits the points of a minute, and charges a call that is refused for them as a request', async () => {
    const key = await workspace.key('read:customers');
    const dear = '{ customers(first: 100) { nodes { name venues(first: 1) { nodes { name } } } } }';
    const first = await key.send(dear);
    expect(first.headers['ratelimit']).toBe('"requests";r=9;t=60, "cost";r=199;t=60');
    const second = await key.send(dear);
    expect([codeOf(second), second.headers['retry-after']]).toEqual(['429 RATE_LIMITED', '60']);
    expect(second.errors![0]!.message).toContain('costs 301 points; 199 of 500 a minute are left');
    expect(second.headers['ratelimit']).toBe('"requests";r=8;t=60, "cost";r=199;t=60');
    house.clock.advance(minuteMs);
    expect(codeOf(await key.send(dear))).not.toBe('429 RATE_LIMITED');
  });

  it('charges the points of what is forbidden as well', async () => {
    const key = await workspace.key('read:venues');
    const forbidden = [
      '{ customers(first: 9) { nodes { name } } }',
      'mutation { revokeApiKey(id: "x") { apiKeyId } }',
    ];
    const answers = [await key.send(forbidden[0]!), await key.send(forbidden[1]!)];
    expect(answers.map(codeOf)).toEqual(['403 FORBIDDEN', '403 FORBIDDEN']);
    expect(answers.map(({ headers }) => headers['ratelimit'])).toEqual([
      '"requests";r=9;t=60, "cost";r=490;t=60',
      '"requests";r=8;t=60, "cost";r=479;t=60',
    ]);
  });

  it('runs nothing of a mutation that is refused', async () => {
    const key = await workspace.key('read:customers', 'write:customers', 'read:venues');
    const create = `mutation ($name: String!) { createCustomer(input: { name: $name }) {
      customer { venues(first: 100) { nodes { customers(first: 1) { nodes { id } } } } } } }`;
    const codes = [];
    for (const name of ['First', 'Second']) codes.push(codeOf(await key.send(create, { name })));
    expect(codes).toEqual(['200 ok', '429 RATE_LIMITED']);
    const { data } = await key.send('{ customers(first: 9) { nodes { name } } }');
    const names = data.customers.nodes.map(({ name }: { name: string }) => name) as string[];
    expect(names.sort()).toEqual(['Customer', 'First']);
  });

  it('refuses what costs more than a minute has with the number and the limit: waiting would not help', async () => {
    const key = await workspace.key('read:customers', 'read:inquiries');
    const { headers, ...answer } = await key.send(
      '{ customers(first: 100) { nodes { inquiries(first: 5) { nodes { id } } } } }',
    );
    expect(codeOf(answer as Answer)).toBe('400 QUERY_TOO_EXPENSIVE');
    expect(answer.errors![0]!.extensions).toMatchObject({ requested: 701, limit: 500 });
    expect(headers).toMatchObject({
      'x-ratelimit-remaining': '9',
      ratelimit: '"requests";r=9;t=60, "cost";r=500;t=0',
    });
  });

  it('shows in extensions.cost what an operation cost and what is left, as accessCheck foretold', async () => {
    const key = await workspace.key('read:customers');
    const check = await key.send('query ($d: String!) { accessCheck(document: $d) { cost } }', { d: ask });
    expect(check.data.accessCheck.cost).toBe(askCost);
    expect((await key.send(ask)).cost).toEqual({
      requestedQueryCost: askCost,
      actualQueryCost: askCost,
      throttleStatus: {
        maximumAvailable: costLimit,
        // The check itself is an object, and a point for every ten characters of the document.
        currentlyAvailable: costLimit - askCost - 1 - Math.ceil(ask.length / 10),
        restoreRate: 8.333,
      },
    });
  });

  it('counts the default of a variable that was not sent', async () => {
    const key = await workspace.key('read:customers');
    const query = 'query ($n: Int = 100) { customers(first: $n) { nodes { name } } }';
    const costs = [await key.send(query), await key.send(query, { n: 3 })].map(({ cost }) => cost);
    expect(costs).toMatchObject([{ requestedQueryCost: 101 }, { requestedQueryCost: 4 }]);
  });

  it('counts what is compared with each row: ten points for each, in the text, a variable and its default', async () => {
    const key = await workspace.key('read:customers');
    const costOf = async (query: string, variables: Record<string, unknown> = {}) =>
      (await key.send(query, variables)).cost?.requestedQueryCost;
    const list = (args: string) => `{ customers(first: 1${args}) { nodes { name } } }`;
    const variable = (start: string) => `query ($f: CustomerFilter${start}) ${list(', filter: $f')}`;
    const two = { or: [{ name: { contains: 'a' } }, { city: { neq: null } }] };
    expect(await costOf(list(''))).toBe(2);
    expect(
      await costOf(list(', filter: { name: { eq: "a" }, createdAt: { gt: "2026-01-01T00:00:00Z" } }')),
    ).toBe(2);
    expect(await costOf(list(', search: "a"'))).toBe(12);
    expect(await costOf(list(', filter: { name: { contains: "a", nin: ["b"] } }'))).toBe(22);
    expect(await costOf(variable(''), { f: two })).toBe(22);
    expect(await costOf(variable(' = { name: { contains: "a" } }'))).toBe(12);
  });

  it.each([
    ['does not parse', '{ customers', '400 GRAPHQL_PARSE_FAILED'],
    ['is not valid', '{ nothing }', '400 GRAPHQL_VALIDATION_FAILED'],
    ['is empty', '', '400 BAD_REQUEST'],
    ['is forbidden', '{ venues { totalCount } }', '403 FORBIDDEN'],
    ['asks for too long a page', '{ customers(first: 101) { totalCount } }', '400 QUERY_TOO_EXPENSIVE'],
    [
      'is a mutation that is forbidden',
      'mutation { disableApiKey(id: "key_1") { apiKey { id } } }',
      '403 FORBIDDEN',
    ],
  ])('charges one request for what %s, and refuses it past the limit', async (_what, query, code) => {
    const key = await workspace.key('read:customers');
    const answers: Answer[] = [];
    for (let sent = 0; sent <= requestLimit; sent += 1) answers.push(await key.send(query));
    expect(answers.map(codeOf)).toEqual([...Array<string>(requestLimit).fill(code), '429 RATE_LIMITED']);
    expect(answers.map(({ headers }) => Number(headers['x-ratelimit-remaining']))).toEqual([
      ...[9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0],
    ]);
    expect(answers.at(-1)!.headers['retry-after']).toBe('60');
  });

  it('charges a bad Idempotency-Key and a look at the schema as well', async () => {
    const key = await workspace.key('read:customers');
    const headers = { ...bearer(key.secret), 'idempotency-key': 'ä'.repeat(300) };
    expect(codeOf(await house.send(headers, ask))).toBe('400 BAD_USER_INPUT');
    const schema = await house.app.http.inject({ url: '/schema.graphql', headers: bearer(key.secret) });
    expect([schema.statusCode, schema.headers['x-ratelimit-remaining']]).toEqual([200, '8']);
  });

  it('limits a key by its own limit as well, and charges the workspace for what it is refused', async () => {
    const admin = keyAdmin(house, workspace);
    const own = await admin.create({ rateLimitPerMinute: 2 });
    const other = await workspace.key('read:customers');
    house.clock.advance(2 * minuteMs);
    const answers = [];
    for (let sent = 0; sent < 4; sent += 1) answers.push(await house.send(bearer(own.secret), ask));
    expect(answers.map(codeOf)).toEqual(['200 ok', '200 ok', '429 RATE_LIMITED', '429 RATE_LIMITED']);
    expect(answers[1]!.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '0' });
    expect(answers[2]!.errors![0]!.message).toBe(
      "Over this key's own limit of 2 requests a minute. Try again in 60 s.",
    );
    const { headers } = await other.send(ask);
    expect(headers['ratelimit']).toBe('"requests";r=5;t=60, "cost";r=467;t=60');
  });

  it('tells a caller nothing of how long another key, or another operation, has to wait', async () => {
    const own = await keyAdmin(house, workspace).create({ rateLimitPerMinute: 1 });
    const other = await workspace.key('read:customers');
    house.clock.advance(2 * minuteMs);
    for (let sent = 0; sent < requestLimit - 2; sent += 1) await other.send('{ viewer { __typename } }');
    house.clock.advance(minuteMs / 2);
    for (let sent = 0; sent < 3; sent += 1)
      await house.send(
        bearer(own.secret),
        '{ customers(first: 100) { nodes { name bookings(first: 3) { nodes { id } } } } }',
      );
    const { errors, headers } = await other.send(ask);
    expect(errors![0]!.message).toBe('Over the limit of 10 requests a minute. Try again in 30 s.');
    expect(headers['retry-after']).toBe('30');
    expect(headers['ratelimit']).not.toContain('key');
  });

  it('answers rateLimit with the numbers of the headers, for every credential', async () => {
    const query = '{ rateLimit { limit remaining resetAt cost } }';
    const key = await workspace.key('read:venues');
    const expected = { limit: 10, remaining: 9, cost: 1 };
    const resetAt = new Date(house.clock.nowMs() + minuteMs).toISOString();
    expect((await key.send(query)).data).toEqual({ rateLimit: { ...expected, resetAt } });
    expect((await (await workspace.owner()).send(query)).data.rateLimit).toMatchObject({ remaining: 8 });
    expect(codeOf(await house.send({}, query))).toBe('401 UNAUTHENTICATED');
  });

  describe('with a key that has used up the workspace', () => {
    let key: KeyCaller;
    let owner: Caller;
    const disable = (id: string) => `mutation { disableApiKey(id: "${id}") { apiKey { status } } }`;
    beforeEach(async () => {
      key = await workspace.key('read:customers');
      owner = await workspace.owner();
      await Promise.all(Array.from({ length: 4 * requestLimit }, () => key.send(ask)));
    });

    it('lets the owner switch it off, from a budget of its own that the answer shows', async () => {
      const flood = Promise.all(Array.from({ length: 5 * requestLimit }, () => key.send(ask)));
      const { data, headers, cost } = await owner.send(disable(key.apiKeyId));
      expect(data.disableApiKey.apiKey.status).toBe('DISABLED');
      expect(headers).toMatchObject({
        'x-ratelimit-limit': '60',
        'x-ratelimit-remaining': '59',
        'ratelimit-policy': '"management";q=60;w=60, "management-cost";q=6000;w=60',
        ratelimit: '"management";r=59;t=60, "management-cost";r=5988;t=60',
      });
      expect(cost).toMatchObject({ throttleStatus: { maximumAvailable: 6_000, currentlyAvailable: 5_988 } });
      expect(count(await flood, '200 ok')).toBe(0);
      expect(codeOf(await key.send(ask))).toBe('401 UNAUTHENTICATED');
    });

    it('tells the owner in rateLimit what is left for managing', async () => {
      const { data } = await owner.send('{ apiKeys { totalCount } rateLimit { limit remaining } }');
      expect(data.rateLimit).toEqual({ limit: 60, remaining: 59 });
    });

    it('gives nobody more data: what reads rows, or reads them beside, waits with everybody', async () => {
      const mixed = '{ apiKeys { totalCount } customers { totalCount } }';
      const answers = [];
      for (const query of [ask, mixed, '{ viewer { kind } }', '{ nothing }', '{'])
        answers.push(codeOf(await owner.send(query)));
      expect(answers).toEqual(Array<string>(5).fill('429 RATE_LIMITED'));
      expect(codeOf(await key.send(disable(key.apiKeyId)))).toBe('429 RATE_LIMITED');
      const member = await colleague(house, owner, 'MEMBER');
      expect(codeOf(await member.send(disable(key.apiKeyId)))).toBe('429 RATE_LIMITED');
      expect(codeOf(await member.send('mutation { signOutEverywhere { userId } }'))).toBe('200 ok');
    });

    it('ends at its own limit, which is no colleague of anybody', async () => {
      const list = '{ apiKeys(first: 1) { totalCount } }';
      const admin = await colleague(house, owner, 'ADMIN');
      const answers = await Promise.all(Array.from({ length: 70 }, () => owner.send(list)));
      // One was spent on the colleague.
      expect([count(answers, '200 ok'), count(answers, '429 RATE_LIMITED')]).toEqual([59, 11]);
      const refused = await owner.send(list);
      expect(refused.errors![0]!.message).toBe(
        'Over the limit of 60 requests a minute that manage the workspace. Try again in 60 s.',
      );
      expect(codeOf(await admin.send(disable(key.apiKeyId)))).toBe('200 ok');
      house.clock.advance(minuteMs);
      expect(codeOf(await owner.send(list))).toBe('200 ok');
    });

    it('lets people sign in', async () => {
      expect(codeOf(await (await workspace.owner()).send('{ apiKeys { totalCount } }'))).toBe('200 ok');
    });
  });

  it('takes nothing from the workspace for what is managed', async () => {
    const owner = await workspace.owner();
    for (let sent = 0; sent < 2 * requestLimit; sent += 1) await owner.send('{ apiKeys { totalCount } }');
    const { headers } = await owner.send(ask);
    expect(headers['ratelimit']).toBe('"requests";r=9;t=60, "cost";r=489;t=60');
    const list = (alias: number) =>
      `a${alias}: apiKeys(first: 100) { nodes { secrets { id } venues { id } } }`;
    const dear = await owner.send(`{ ${Array.from({ length: 20 }, (_, alias) => list(alias)).join(' ')} }`);
    expect(codeOf(dear)).toBe('400 QUERY_TOO_EXPENSIVE');
    expect(dear.errors![0]!.extensions).toMatchObject({ requested: 6_020, limit: 6_000 });
  });

  it('keeps workspaces apart', async () => {
    const [mine, theirs] = [
      await workspace.key('read:customers'),
      await (await house.workspace()).key('read:customers'),
    ];
    for (let sent = 0; sent <= requestLimit; sent += 1) await mine.send(ask);
    expect(codeOf(await mine.send(ask))).toBe('429 RATE_LIMITED');
    expect(codeOf(await theirs.send(ask))).toBe('200 ok');
  });

  it('charges what anybody may ask to the address that asks', async () => {
    const from = (ip: string) => ({ 'x-forwarded-for': ip });
    const answers = [];
    for (let sent = 0; sent <= requestLimit; sent += 1)
      answers.push(await house.send(from('a'), '{ __typename }'));
    expect(answers.map(codeOf)).toEqual([...Array<string>(requestLimit).fill('200 ok'), '429 RATE_LIMITED']);
    expect(codeOf(await (await workspace.key('read:customers')).send(ask))).toBe('200 ok');
    // What is refused for want of a credential is cheap, and stays what it is.
    expect(codeOf(await house.send({}, ask))).toBe('401 UNAUTHENTICATED');
  });

  it('answers refused credentials 401 until their address had too many, then 429; a good key goes on', async () => {
    const key = await workspace.key('read:customers');
    const wrong = Array.from({ length: 70 }, (_, index) => `e30.e30.${index}`);
    const answers = await Promise.all(wrong.map((token) => house.send(bearer(token), ask)));
    expect(count(answers.slice(0, 50), '401 UNAUTHENTICATED')).toBe(50);
    expect(count(answers, '401 UNAUTHENTICATED')).toBe(60);
    expect(count(answers, '429 RATE_LIMITED')).toBe(10);
    const [refused] = answers.filter(({ status }) => status === 429);
    expect(refused!.headers['retry-after']).toBe('60');
    expect(codeOf(await key.send(ask))).toBe('200 ok');
    const ended = await keyAdmin(house, workspace).create();
    await keyAdmin(house, workspace).payload('RevokeApiKey', { id: ended.apiKeyId });
    expect(codeOf(await house.send(bearer(ended.secret), ask))).toBe('429 RATE_LIMITED');
    house.clock.advance(minuteMs);
    expect(codeOf(await house.send(bearer(ended.secret), ask))).toBe('401 UNAUTHENTICATED');
  });
}

describe.each(stores)('Limits kept in $store', ({ redis }) => {
  describeEachEngine('over HTTP', (engine) => limits(engine, redis as Record<string, string>));
});

describeEachEngine('Two servers', (engine) => {
  it.skipIf(!hasRedis)('share one limit through Redis, also when both are fired at', async () => {
    const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '10', REDIS_URL: corner.url };
    const one = await openTestHouse(engine, { env });
    const other = await openTestHouse(engine, { env, sharing: one });
    const { secret } = await (await one.workspace()).key('read:customers');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => [one, other][index % 2]!.send(bearer(secret), ask)),
    );
    expect([count(answers, '200 ok'), count(answers, '429 RATE_LIMITED')]).toEqual([10, 10]);
    await other.close();
    await one.close();
    await corner.remove();
  });

  it('count each by itself without Redis', async () => {
    const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '10' };
    const one = await openTestHouse(engine, { env });
    const other = await openTestHouse(engine, { env, sharing: one });
    const { secret } = await (await one.workspace()).key('read:customers');
    for (let sent = 0; sent <= 10; sent += 1) await one.send(bearer(secret), ask);
    expect(codeOf(await one.send(bearer(secret), ask))).toBe('429 RATE_LIMITED');
    expect(codeOf(await other.send(bearer(secret), ask))).toBe('200 ok');
    await other.close();
    await one.close();
  });
});
