// What is no good message, or comes from where none may come: each is refused in its form, and only to those who may call.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, bearer, type Headers, type TestHouse } from '../support/house.ts';
import { callOf, post } from './support/mcp.ts';

describeEachEngine('To MCP', (engine) => {
  let house: TestHouse;
  let key: Headers;
  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { CORS_ORIGINS: 'https://app.example' } });
    const workspace = await house.workspace();
    await workspace.customer({ name: 'Known' });
    key = bearer((await workspace.key('read:customers', 'write:customers')).secret);
  });
  afterAll(() => house.close());

  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const send = (message: unknown, headers: Headers = {}, method?: 'POST' | 'GET' | 'DELETE' | 'PUT') =>
    post(house.app, { ...key, ...headers }, message, method);

  describe('The head of a request', () => {
    it.each(['GET', 'DELETE', 'PUT'] as const)('%s is a 405 that names POST', async (method) => {
      const { status, headers, body } = await send(undefined, {}, method);
      expect([status, headers['allow'], body.error.code]).toEqual([405, 'POST', -32_000]);
    });

    it.each([
      ['no type', { 'content-type': '' }, 415],
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['a text', { 'content-type': 'text/plain' }, 415],
      ['an answer that is no JSON', { accept: 'text/event-stream' }, 406],
    ])('with %s is refused', async (_what, headers, expected) => {
      const { status, body } = await send(list, headers as Headers);
      expect([status, body.jsonrpc]).toEqual([expected, '2.0']);
    });

    it.each(['https://evil.example', 'http://127.0.0.1:4000', 'null'])(
      'with the origin %s is a 403',
      async (origin) => {
        const { status, body } = await send(list, { origin });
        expect([status, body.error.data.code]).toEqual([403, 'BAD_REQUEST']);
      },
    );

    it('with an origin that may call is answered', async () => {
      const { status, headers } = await send(list, { origin: 'https://app.example' });
      expect([status, headers['access-control-allow-origin']]).toEqual([200, 'https://app.example']);
    });

    it.each([
      ['none', {}, 'Bearer realm="latchkey"'],
      ['a wrong one', bearer('lk_live_0'), 'Bearer realm="latchkey", error="invalid_token"'],
    ])('with a credential that is %s is a 401 before anything is told', async (_what, headers, challenge) => {
      const messages = [
        list,
        callOf('list_customers'),
        callOf('no_such_tool'),
        callOf('explain_access'),
        [],
        1,
      ];
      for (const message of messages) {
        const answer = await post(house.app, headers, message);
        expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, challenge]);
        expect(JSON.stringify(answer.body)).not.toMatch(/customers|batch|Unknown tool/);
      }
    });

    it('takes X-API-Key, and keeps no session', async () => {
      const secret = key['authorization']!.slice('Bearer '.length);
      const { status, headers } = await post(house.app, { 'x-api-key': secret }, list);
      expect([status, headers['mcp-session-id'], headers['set-cookie']]).toEqual([200, undefined, undefined]);
      const other = await send(list, { 'mcp-session-id': 'made up' });
      expect(other.status).toBe(200);
    });

    it('with a version that is unknown is refused', async () => {
      expect((await send(list, { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
    });
  });

  describe('A body', () => {
    it.each([
      ['no JSON', '{"jsonrpc":', -32_700],
      ['nothing', '', -32_600],
      ['a name twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}', -32_600],
      ['a batch', [list, list], -32_600],
      ['an empty batch', [], -32_600],
      ['a number', 7, -32_600],
      ['null', 'null', -32_600],
      ['a subscription', { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen' }, -32_600],
    ])('that is %s is a 400', async (_what, message, code) => {
      const { status, body } = await send(message);
      expect([status, body.error.code]).toEqual([400, code]);
      expect(body.result).toBeUndefined();
    });

    it('over 256 KB is a 413', async () => {
      const { status, body } = await send(callOf('create_customer', { name: 'x'.repeat(262_144) }));
      expect([status, body.jsonrpc, body.error.data.code]).toEqual([413, '2.0', 'BAD_REQUEST']);
    });

    it('of 200,000 brackets or names ends in a refusal', async () => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const params = `{"name":"list_customers","arguments":{"name":${deep}}}`;
      const { status } = await send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
      expect(status).toBeLessThan(500);
      const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`n${index}`, 1]));
      const answer = await send(callOf('list_customers', many));
      expect([answer.status, answer.body.result.isError]).toEqual([200, true]);
      expect(JSON.stringify(answer.body).length).toBeLessThan(200_000);
    });
  });

  describe('A message of many members', () => {
    const many = Object.fromEntries(Array.from({ length: 22_000 }, (_, index) => [`k${index}`, 1]));
    const call = callOf('list_customers');
    const messages = [
      ['_meta', { ...call, params: { ...call.params, _meta: many } }],
      ['a name of no parameter', { ...call, params: { ...call.params, more: { deep: [many] } } }],
      ['a list', { ...call, params: { ...call.params, _meta: { list: Array(22_000).fill(1) } } }],
      ['arguments beside _meta', { ...call, params: { name: 'x', _meta: {}, arguments: many } }],
      ['another method', { ...list, params: many }],
    ] as const;

    it.each(messages)('in %s is refused, and first by the credential', async (_what, message) => {
      expect((await post(house.app, {}, message)).status).toBe(401);
      const { status, body } = await send(message);
      expect([status, body.error.code, body.error.message]).toEqual([
        ...[400, -32_600, 'The message has more than 500 members.'],
      ]);
    });

    it('inside of the arguments is for the tool to judge', async () => {
      const input = {
        customers: Array.from({ length: 100 }, (_, n) => ({ name: `N ${n}`, notes: 'x', tags: ['a', 'b'] })),
      };
      const bulk = callOf('create_customers', input);
      const { status, body } = await send({ ...bulk, params: { ...bulk.params, _meta: {} } });
      expect([status, body.result.isError]).toEqual([200, undefined]);
    });

    it('that is no plain call is looked at once the credential was checked, and charged once', async () => {
      const meta = { ...call, params: { ...call.params, _meta: {} } };
      const [first, second] = [await send(meta), await send(meta)];
      const left = ({ headers }: typeof first) => Number(headers['x-ratelimit-remaining']);
      expect([first.status, left(first) - left(second)]).toEqual([200, 1]);
      // What the library would say of it is told to nobody without a credential, whatever the library takes.
      expect((await post(house.app, {}, { ...meta, params: 7 })).status).toBe(401);
    });
  });

  describe('A call', () => {
    it.each([
      'no_such_tool',
      '__proto__',
      'constructor',
      'toString',
      'ListCustomers',
      '',
      'x'.repeat(10_000),
    ])('of a tool named %.20s is an error of the protocol', async (name) => {
      const { status, body } = await send(callOf(name));
      expect([status, body.id, body.error.code]).toEqual([200, 7, -32_602]);
      expect(JSON.stringify(body).length).toBeLessThan(400);
    });

    it.each([[7], [null], [['list_customers']], [{}]])('of a tool named %j is refused', async (name) => {
      const { body } = await send(callOf(name));
      expect(body.error.code).toBe(-32_602);
    });

    it.each([
      ['a list', []],
      ['a text', 'x'],
      ['a number', 7],
    ])('with %s as arguments is refused', async (_what, given) => {
      const { body } = await send(callOf('list_customers', given));
      expect(body.error.code).toBe(-32_602);
    });

    it('with names of prototypes as arguments is told that they are unknown', async () => {
      for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
        const { body } = await send(callOf('list_customers', { [name]: 1 }));
        const told = JSON.parse(body.result.content[0].text);
        expect([body.result.isError, told.fields[0]]).toEqual([
          true,
          expect.objectContaining({ field: name, code: 'UNKNOWN' }),
        ]);
      }
      const raw =
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_customers","arguments":{"__proto__":{"limit":1}}}}';
      const { status, body } = await send(raw);
      expect(status === 400 || body.result.isError).toBe(true);
    });

    it('of a method that is not there is told so', async () => {
      const { body } = await send({ jsonrpc: '2.0', id: 'a', method: 'resources/list' });
      expect([body.id, body.error.code]).toEqual(['a', -32_601]);
    });

    it('that is a notification does nothing', async () => {
      const { status, body } = await send({
        jsonrpc: '2.0',
        ...{ method: 'tools/call', params: callOf('create_customer', { name: 'Silent' }).params },
      });
      expect([status, body]).toEqual([202, null]);
      const { body: listed } = await send(callOf('list_customers', { name: 'Silent' }));
      expect(JSON.stringify(listed)).not.toContain('cus_');
    });
  });

  describe('A workspace over its limit', () => {
    it('is told so: by 429 for the list, and by the tool for a call', async () => {
      const limited = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '2' } });
      const workspace = await limited.workspace();
      const headers = bearer((await workspace.key('read:customers')).secret);
      for (let used = 0; used < 2; used += 1)
        expect((await post(limited.app, headers, callOf('list_customers'))).status).toBe(200);
      const listed = await post(limited.app, headers, list);
      expect([listed.status, listed.body.error.data.code]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(listed.headers['retry-after'])).toBeGreaterThan(0);
      const called = await post(limited.app, headers, callOf('list_customers'));
      expect([called.status, called.body.result.isError]).toEqual([200, true]);
      expect(JSON.parse(called.body.result.content[0].text).code).toBe('RATE_LIMITED');
      await limited.close();
    });
  });
});
