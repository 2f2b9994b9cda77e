// How a request enters and leaves: every row of the HTTP contract that needs neither a credential nor a feature.
import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, unauthenticated } from '../../src/core/errors.ts';
import { createToy, type Answer, type Toy, type ToyContext } from '../support/toy-server.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await createToy();
});
afterAll(() => toy.server.close());

type Headers = Record<string, string>;

async function post(payload: unknown, headers: Headers = {}, target: Toy = toy) {
  const reply = await target.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
  return { reply, answer: JSON.parse(reply.body) as Answer };
}

async function send(
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS' | 'POST',
  url: string,
  headers: Headers = {},
) {
  return toy.server.inject({ method, url, headers });
}

/** Status, code and id together: an error is only right when all three are. */
function refusalOf(reply: { statusCode: number; body: string; headers: Record<string, unknown> }) {
  const { errors, data } = JSON.parse(reply.body) as Answer;
  expect(data).toBeUndefined();
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.extensions.requestId).toBe(reply.headers['x-request-id']);
  return {
    status: reply.statusCode,
    code: errors?.[0]?.extensions.code,
    type: reply.headers['content-type'],
  };
}

const badRequest = (status: number) => ({
  status,
  code: 'BAD_REQUEST',
  type: 'application/json; charset=utf-8',
});

describe('an operation', () => {
  it('is answered by POST and, for queries, by GET', async () => {
    const { reply, answer } = await post({ query: '{hello}' });
    expect([reply.statusCode, answer]).toEqual([200, { data: { hello: 'Hello you' } }]);
    const viaGet = await send('GET', '/graphql?query=%7Bhello%7D', { 'apollo-require-preflight': '1' });
    expect([viaGet.statusCode, viaGet.json()]).toEqual([200, { data: { hello: 'Hello you' } }]);
  });

  it('is answered as application/graphql-response+json to those who ask for it', async () => {
    const { reply } = await post({ query: '{hello}' }, { accept: 'application/graphql-response+json' });
    expect(reply.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
  });

  it('may be sent as application/graphql+json, and with a charset of UTF-8', async () => {
    for (const type of [
      'application/graphql+json',
      'application/json;charset="UTF-8"',
      'Application/JSON; charset=utf8',
    ]) {
      const { reply } = await post({ query: '{hello}' }, { 'content-type': type });
      expect([type, reply.statusCode]).toEqual([type, 200]);
    }
  });

  it('brings its facts to the context', async () => {
    const { answer } = await post(
      { query: '{credential idempotencyKey ip}' },
      { authorization: 'Bearer abc', 'idempotency-key': 'k1', 'x-forwarded-for': '9.9.9.9' },
    );
    expect(answer.data).toEqual({ credential: 'Bearer abc', idempotencyKey: 'k1', ip: '127.0.0.1' });
  });
});

describe('every answer', () => {
  const requests: [string, () => ReturnType<typeof send>][] = [
    ['data', async () => (await post({ query: '{hello}' }, { 'x-request-id': 'abc.~_-1' })).reply],
    ['an error', async () => (await post({ query: '{' }, { 'x-request-id': 'abc.~_-1' })).reply],
    ['malformed JSON', async () => (await post('{', { 'x-request-id': 'abc.~_-1' })).reply],
    ['an unknown path', () => send('GET', '/nothing', { 'x-request-id': 'abc.~_-1' })],
    ['a path that is no URL', () => send('GET', '/%zz', { 'x-request-id': 'abc.~_-1' })],
    ['health', () => send('GET', '/health/live', { 'x-request-id': 'abc.~_-1' })],
    ['the sandbox', () => send('GET', '/graphql', { accept: 'text/html', 'x-request-id': 'abc.~_-1' })],
  ];
  it.each(requests)('carries id, nosniff, no-store and a policy: %s', async (_name, request) => {
    const { headers } = await request();
    expect(headers['x-request-id']).toBe('abc.~_-1');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; /);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('gets a new request id when the given one is not valid', async () => {
    for (const given of ['', 'a b', 'ä', 'x'.repeat(129), 'a,b', '<script>']) {
      const reply = await send('GET', '/health/live', { 'x-request-id': given });
      expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('a request that is not an operation', () => {
  it('is refused with 400 when its body is no JSON object', async () => {
    for (const body of [
      '{"query":',
      '',
      '[{"query":"{hello}"}]',
      '"text"',
      'null',
      '{}',
      '{"__proto__":{"query":"{hello}"}}',
    ]) {
      expect([body, refusalOf((await post(body)).reply)]).toEqual([body, badRequest(400)]);
    }
    expect(refusalOf((await post(Buffer.from([0x7b, 0xff, 0x7d]))).reply)).toEqual(badRequest(400));
  });

  it('is refused with 415 when its body is not JSON in UTF-8', async () => {
    const types = [
      'text/plain',
      'text/html',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-7',
      'application/jsonx',
      '',
    ];
    for (const type of types) {
      expect([type, refusalOf((await post({ query: '{hello}' }, { 'content-type': type })).reply)]).toEqual([
        type,
        badRequest(415),
      ]);
    }
    expect(refusalOf((await post({ query: '{hello}' }, { 'content-encoding': 'gzip' })).reply)).toEqual(
      badRequest(415),
    );
  });

  it('is refused with 413 when its body is over the limit, with the limit in the message', async () => {
    const { reply, answer } = await post({ query: '{hello}', variables: { pad: 'x'.repeat(300_000) } });
    expect(refusalOf(reply)).toEqual(badRequest(413));
    expect(answer.errors?.[0]?.message).toContain('262144');
  });

  it('is refused with 404 at an unknown path, whatever its method and body', async () => {
    expect(refusalOf(await send('GET', '/nothing'))).toEqual(badRequest(404));
    expect(refusalOf(await send('POST', '/graphql/x', { 'content-type': 'text/html' }))).toEqual(
      badRequest(404),
    );
    // One slash at the end is the same path; with two it is none, and none of its methods can be named.
    for (const url of ['/graphql//', '/graphiql//', '/health/live//'])
      expect([url, refusalOf(await send('GET', url))]).toEqual([url, badRequest(404)]);
  });

  it('is refused with 405 and Allow when the path takes other methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const) {
      const reply = await send(method, '/graphql', { 'content-type': 'text/html' });
      expect([method, refusalOf(reply), reply.headers.allow]).toEqual([method, badRequest(405), 'GET, POST']);
    }
    const head = await send('HEAD', '/graphql');
    expect([head.statusCode, head.headers.allow]).toEqual([405, 'GET, POST']);
    expect((await send('POST', '/graphiql')).headers.allow).toBe('GET, HEAD');
    expect((await send('POST', '/graphiql/')).headers.allow).toBe('GET, HEAD');
  });

  it('is judged by where it goes, however the path is spelt', async () => {
    for (const path of ['/graphql/', '/%67raphql', '/graphql/?x=1']) {
      const text = await send('POST', path, { 'content-type': 'text/plain' });
      expect([path, refusalOf(text)]).toEqual([path, badRequest(415)]);
      const image = await send('POST', path, { 'content-type': 'application/json', accept: 'image/png' });
      expect([path, refusalOf(image)]).toEqual([path, badRequest(406)]);
    }
    const reply = await toy.server.inject({
      ...{ method: 'POST', url: '/graphql/', headers: { 'content-type': 'application/json' } },
      payload: '{"query":"{hello}"}',
    });
    expect(reply.json()).toEqual({ data: { hello: 'Hello you' } });
  });

  it('is refused with 406 before anything runs when the caller takes no JSON', async () => {
    const { reply } = await post({ query: 'mutation{write}' }, { accept: 'image/png' });
    expect(refusalOf(reply)).toEqual(badRequest(406));
    expect(toy.writes.count).toBe(0);
  });

  it('is refused with 400 when Host or path are no part of a URL', async () => {
    expect(refusalOf((await post({ query: '{hello}' }, { host: 'a b' })).reply)).toEqual(badRequest(400));
    expect(refusalOf(await send('GET', '/%zz'))).toEqual(badRequest(400));
  });
});

describe('cross-site protection', () => {
  it('refuses a GET that a foreign page can make without a preflight', async () => {
    expect(refusalOf(await send('GET', '/graphql?query=%7Bhello%7D'))).toEqual(badRequest(400));
  });

  it('refuses a mutation by GET with 405, however it is asked for', async () => {
    const both = encodeURIComponent('query Q{hello} mutation M{write}');
    for (const query of ['mutation%7Bwrite%7D', `${both}&operationName=M`, 'mutation%20M%7Ba:write%7D']) {
      const reply = await send('GET', `/graphql?query=${query}`, { 'apollo-require-preflight': '1' });
      expect([refusalOf(reply), reply.headers.allow, toy.writes.count]).toEqual([badRequest(405), 'POST', 0]);
    }
  });

  it('refuses every POST that a foreign page can make without a preflight, with a credential or not', async () => {
    const body = JSON.stringify({ query: 'mutation{write}' });
    // The three types of a form; a page cannot send others without asking first (Fetch standard, "CORS-safelisted").
    for (const type of [
      'text/plain',
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]) {
      for (const extra of [
        {},
        { authorization: 'Basic YTpi', cookie: 'a=b' },
        { 'sec-fetch-site': 'cross-site' },
      ]) {
        const headers = { 'content-type': type, origin: 'https://evil.example', ...extra };
        const { reply } = await post(body, headers);
        expect([type, refusalOf(reply)]).toEqual([type, badRequest(415)]);
        expect(reply.headers['access-control-allow-origin']).toBeUndefined();
      }
    }
    expect(toy.writes.count).toBe(0);
  });

  it('answers no preflight at all unless origins are listed', async () => {
    for (const origin of ['https://evil.example', 'http://127.0.0.1:4000', 'null']) {
      const preflight = { origin, 'access-control-request-method': 'POST' };
      const reply = await send('OPTIONS', '/graphql', {
        ...{ ...preflight, 'access-control-request-headers': 'authorization,content-type' },
      });
      expect(refusalOf(reply)).toEqual(badRequest(405));
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('answers preflights only for the listed origins', async () => {
    const open = await createToy({ corsOrigins: ['https://app.example'] });
    const ask = (origin: string) =>
      open.server.inject({
        method: 'OPTIONS',
        url: '/graphql',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await ask('https://app.example');
    expect(allowed.statusCode).toBe(204);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(allowed.headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PATCH, DELETE');
    expect(allowed.headers['access-control-allow-headers']).toContain('Idempotency-Key');
    expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
    for (const origin of [
      'https://evil.example',
      'https://app.example.evil.example',
      'http://app.example',
      'null',
    ]) {
      expect((await ask(origin)).headers['access-control-allow-origin']).toBeUndefined();
    }
    const { reply } = await post('{', { origin: 'https://app.example' }, open);
    expect(reply.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(reply.headers['access-control-expose-headers']).toContain('X-RateLimit-Remaining');
    await open.server.close();
  });
});

describe('an error in the operation', () => {
  it.each([
    ['syntax', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['too many tokens', { query: `{${'hello '.repeat(2001)}}` }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{nothing}' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of the wrong type',
      { query: 'query($n:Int!){page(first:$n)}', variables: { n: 'x' } },
      400,
      'BAD_USER_INPUT',
    ],
    ['a missing variable', { query: 'query($n:Int!){page(first:$n)}' }, 400, 'BAD_USER_INPUT'],
    [
      'an unknown operation name',
      { query: 'query A{hello}', operationName: 'B' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['variables that are no object', { query: '{hello}', variables: [1] }, 400, 'BAD_REQUEST'],
    [
      'a persisted query',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
      400,
      'BAD_REQUEST',
    ],
  ])('%s', async (_name, body, status, code) => {
    const { reply } = await post(body);
    expect(refusalOf(reply)).toMatchObject({ status, code });
  });

  it('is BAD_USER_INPUT at the field when null meets an argument with a default', async () => {
    const { reply, answer } = await post({ query: 'query($n:Int){page(first:$n)}', variables: { n: null } });
    expect([reply.statusCode, answer.data]).toEqual([200, { page: null }]);
    expect(answer.errors?.[0]).toMatchObject({ path: ['page'], extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('lists only the first few faults of an operation and cuts echoed values', async () => {
    const many = await post({ query: `{${Array.from({ length: 50 }, (_, i) => `no${i}`).join(' ')}}` });
    expect(many.answer.errors?.length).toBeLessThanOrEqual(6);
    const long = await post({
      query: 'query($n:Int!){page(first:$n)}',
      variables: { n: 'x'.repeat(10_000) },
    });
    expect(long.answer.errors?.[0]?.message.length).toBeLessThanOrEqual(301);
  });

  it('gives no hints about the schema unless introspection is public', async () => {
    expect((await post({ query: '{helo}' })).answer.errors?.[0]?.message).toContain('Did you mean');
    const closed = await createToy({ introspection: 'off' });
    expect((await post({ query: '{helo}' }, {}, closed)).answer.errors?.[0]?.message).not.toContain('hello');
    expect(refusalOf((await post({ query: '{__schema{types{name}}}' }, {}, closed)).reply)).toMatchObject({
      status: 400,
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
    await closed.server.close();
  });
});

describe('an error of the server', () => {
  it('keeps text and facts of an ApiError, without the facts meant for the server', async () => {
    const { reply, answer } = await post({ query: '{hello fail(kind:"api")}' });
    expect(answer.data).toEqual({ hello: 'Hello you', fail: null });
    expect(answer.errors).toEqual([
      {
        message: 'Not for you.',
        path: ['fail'],
        locations: [{ line: 1, column: 8 }],
        extensions: {
          code: 'FORBIDDEN',
          reason: 'ADMIN_ONLY',
          coordinate: 'Query.fail',
          requestId: reply.headers['x-request-id'],
        },
      },
    ]);
  });

  it.each(['defect', 'graphql'])('masks and logs what is not meant for the caller: %s', async (kind) => {
    const { reply, answer } = await post({
      query: 'query($k:String!){hello fail(kind:$k)}',
      variables: { k: kind },
    });
    const requestId = reply.headers['x-request-id'];
    expect(answer.data).toEqual({ hello: 'Hello you', fail: null });
    expect(answer.errors?.[0]).toMatchObject({
      message: 'Internal server error.',
      path: ['fail'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    });
    expect(reply.body).not.toContain('secret');
    const logged = toy.lines.filter((line) => line['msg'] === 'defect' && line['requestId'] === requestId);
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).toContain('secret');
    expect(JSON.stringify(logged)).not.toContain('ABCDEFGHIJ');
  });

  it('passes the door also when a plugin slips it in without formatting it', async () => {
    const raw = (message: string) => new Error(message) as unknown as GraphQLFormattedError;
    const careless: ApolloServerPlugin<ToyContext> = {
      requestDidStart: async () => ({
        responseForOperation: async () => ({
          http: { status: 200, headers: new HeaderMap() },
          body: { kind: 'single', singleResult: { data: null, errors: [raw('secret')] } },
        }),
        async willSendResponse({ response }) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (response.body.kind === 'single') {
            response.body.singleResult.errors = [...(response.body.singleResult.errors ?? []), raw('secret')];
          }
        },
      }),
    };
    const patched = await createToy({ plugins: [careless] });
    const { reply, answer } = await post({ query: '{hello}' }, {}, patched);
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: reply.headers['x-request-id'] };
    const maskedError = { message: 'Internal server error.', extensions };
    expect(answer).toEqual({ data: null, errors: [maskedError, maskedError] });
    await patched.server.close();
  });

  it('in a field that may not be null leaves no data', async () => {
    const { answer } = await post({ query: '{failHard}' });
    expect([answer.data, answer.errors?.[0]?.extensions.code]).toEqual([null, 'INTERNAL_SERVER_ERROR']);
  });

  it('thrown by createContext is the answer: status, challenge and id', async () => {
    const closed = await createToy({
      createContext: () => Promise.reject(unauthenticated('INVALID_CREDENTIAL')),
    });
    const { reply, answer } = await post({ query: '{hello}' }, {}, closed);
    expect(refusalOf(reply)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(reply.headers['www-authenticate']).toContain('Bearer');
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'UNAUTHENTICATED',
      reason: 'INVALID_CREDENTIAL',
      requestId: reply.headers['x-request-id'],
    });
    await closed.server.close();
  });

  it('thrown by createContext without a meaning is a masked 500; a store that is away is 503', async () => {
    const broken = await createToy({ createContext: () => Promise.reject(new Error('secret')) });
    const { reply } = await post({ query: '{hello}' }, {}, broken);
    expect(refusalOf(reply)).toMatchObject({ status: 500, code: 'INTERNAL_SERVER_ERROR' });
    expect(reply.body).not.toContain('secret');
    expect(JSON.stringify(broken.lines)).toContain('secret');
    await broken.server.close();
    const away = new ApiError('SERVICE_UNAVAILABLE', 'Away.', { headers: { 'Retry-After': '1' } });
    const storeless = await createToy({ createContext: () => Promise.reject(away) });
    const unavailable = await post({ query: '{hello}' }, {}, storeless);
    expect(refusalOf(unavailable.reply)).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(unavailable.reply.headers['retry-after']).toBe('1');
    await storeless.server.close();
  });
});
