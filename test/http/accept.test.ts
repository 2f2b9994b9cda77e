// Media types with parameters: judged before the operation as they are afterwards, or a mutation would be done and refused.
import { expect, it, onTestFinished } from 'vitest';
import { acceptsGzip } from '../../src/http/accept.ts';
import { createToy } from '../support/toy-server.ts';

const post = { method: 'POST', url: '/graphql', payload: { query: '{hello}' } } as const;

it.each([
  ...['application/json; version=1', 'application/json; charset=iso-8859-1', '*/*;v=1'],
  ...['text/html, application/json;profile="a,b"', 'application/graphql-response+json;charset=latin1;q=0.5'],
  ...['application/json;q=0.1.2, */*;v=1;q=0.3', '', ' ', 'application/json;v=1,,'],
])('whoever takes JSON with parameters is answered: %s', async (accept) => {
  const { server } = await createToy();
  onTestFinished(() => server.close());
  const reply = await server.inject({ ...post, headers: { accept } });
  expect(reply.statusCode).toBe(200);
  expect(reply.json()).toHaveProperty('data.hello');
});

it.each([
  ...([
    ['gzip', true],
    ['br, GZIP;q=0.2', true],
    ['deflate,gzip ; q=1', true],
  ] as const),
  ...([
    ['gzip;q=0', false],
    ['br, gzip; q=0.0', false],
    ['x-gzip-no', false],
    ['identity', false],
  ] as const),
  ...([
    ['', false],
    [undefined, false],
  ] as const),
])('what is sent for Accept-Encoding %j is gzipped: %j', (header, isZipped) => {
  expect(acceptsGzip(header)).toBe(isZipped);
});
