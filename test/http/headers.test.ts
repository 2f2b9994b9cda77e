// Headers that keep a parser busy: each header that anything reads, filled with what parsers stumble over.
import { describe, expect, it } from 'vitest';
import { createToy } from '../support/toy-server.ts';

const attackLength = 15_000;
const fillings: readonly (readonly [string, string])[] = [
  ...[' ', '\t', ',', ';', '"', '=', '%', '(', '\\', ':', '[', '/', 'a', '.'].map(
    (text) => [text, text] as const,
  ),
  ...([
    ...[['charset and spaces', 'application/json; charset=' + ' '.repeat(attackLength) + 'x"y']],
    ...[['parameters', 'application/json' + ';a=b'.repeat(attackLength / 4)]],
    ...[['quoted pairs', 'application/json;a="' + '\\"'.repeat(attackLength / 2)]],
    ...[['ranges', 'a/b;q=0.1,'.repeat(attackLength / 10)]],
    ...[['beginnings of tokens', 'Bearer ' + 'eyJ'.repeat(attackLength / 3)]],
    ...[['nodes', 'for="[::1]:_a",'.repeat(attackLength / 15)]],
    ...[['an open quote', 'for="' + ' '.repeat(attackLength)]],
  ] as [string, string][]),
];
const names = [
  ...['content-type', 'content-encoding', 'accept', 'accept-encoding', 'accept-language', 'authorization'],
  ...[
    'x-api-key',
    'x-request-id',
    'idempotency-key',
    'traceparent',
    'tracestate',
    'forwarded',
    'x-forwarded-for',
  ],
  ...[
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-real-ip',
    'origin',
    'referer',
    'user-agent',
    'cookie',
    'range',
  ],
  ...[
    'if-none-match',
    'access-control-request-headers',
    'apollo-require-preflight',
    'x-apollo-operation-name',
    'te',
  ],
];

const valueOf = (text: string) => (text.length > 1 ? text : `${text.repeat(attackLength)}x`);
const basic = { 'content-type': 'application/json' };
const payload = JSON.stringify({ query: '{hello}' });

describe('a header of 15 KB', () => {
  // The limit of a test is the guard: with the pattern that once read charset, one of these requests takes minutes.
  it.each(names)('costs next to nothing, whatever fills it: %s', { timeout: 60_000 }, async (name) => {
    const toy = await createToy({ trustProxyHops: 2, corsOrigins: ['https://app.example'] });
    for (const [filling, text] of fillings) {
      for (const method of ['POST', 'GET', 'OPTIONS'] as const) {
        const headers = { ...basic, [name]: valueOf(text) };
        const body = method === 'POST' ? { payload } : {};
        const { statusCode } = await toy.server.inject({ method, url: '/graphql', headers, ...body });
        expect([filling, statusCode < 500], `${method} ${name}`).toEqual([filling, true]);
      }
    }
    await toy.server.close();
  });

  it.each([
    ...[
      'accept',
      'accept-encoding',
      'authorization',
      'x-api-key',
      'content-encoding',
      'content-type',
      'host',
    ],
    ...['origin', 'forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
  ])('is refused where it is parsed, and the answer names it: %s', async (name) => {
    const toy = await createToy();
    for (const url of ['/graphql', '/', '/graphiql', '/schema.graphql', '/health/live', '/nothing']) {
      const reply = await toy.server.inject({ method: 'GET', url, headers: { [name]: 'a'.repeat(8_193) } });
      expect([url, reply.statusCode]).toEqual([url, 431]);
      const [error] = reply.json<{ errors: { message: string; extensions: object }[] }>().errors;
      expect(error?.message).toMatch(
        new RegExp(`^The header ${name} has 8193 characters; at most \\d+ are read\\.$`),
      );
      expect(error?.extensions).toEqual({ code: 'BAD_REQUEST', requestId: reply.headers['x-request-id'] });
    }
    await toy.server.close();
  });

  it('leaves room for the headers of browsers and the tokens of identity providers', async () => {
    const toy = await createToy();
    const headers = {
      ...basic,
      accept:
        'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
      authorization: `Bearer ${'a'.repeat(4_000)}`,
      'x-forwarded-for': Array(30).fill('2001:0db8:85a3:0000:0000:8a2e:0370:7334').join(', '),
      cookie: 'c'.repeat(9_000),
    };
    const reply = await toy.server.inject({ method: 'POST', url: '/graphql', headers, payload });
    expect([reply.statusCode, reply.json()]).toEqual([200, { data: { hello: 'Hello you' } }]);
    await toy.server.close();
  });
});

describe('Content-Type', () => {
  it.each([
    ['application/json', 200],
    ['application/json;', 200],
    ['application/json ; charset = utf-8', 200],
    ['application/json; charset=', 200],
    ['application/json; charset="utf\\-8"; boundary=x', 200],
    ['application/json; boundary="a;charset=latin1"', 200],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=utf-8x', 415],
    ['application/json; charset=x"y', 415],
    ['application/json; charset=latin1; charset=utf-8', 415],
    ['application/jsonx', 415],
    ['application/json, text/plain', 415],
    ['', 415],
  ])('%s is %d', async (type, status) => {
    const toy = await createToy();
    const headers = { 'content-type': type };
    const reply = await toy.server.inject({ method: 'POST', url: '/graphql', headers, payload });
    expect(reply.statusCode).toBe(status);
    await toy.server.close();
  });
});
