// Apollo Client against the real server: what its users get of full, partial, denied and limited answers.
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { customersQuery, deniedPaths, indexed, serve, type Served } from './support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());
beforeEach(() => void served.takeRequests());

const query = gql(customersQuery);

function clientFor(authorization: string, isPersisted = false) {
  const { url: uri } = served;
  const http = new HttpLink({ uri, headers: { authorization, ...indexed } });
  const persisted = new PersistedQueryLink({
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    useGETForHashedQueries: true,
  });
  return new ApolloClient({ link: isPersisted ? persisted.concat(http) : http, cache: new InMemoryCache() });
}

/** The errors of an answer. Anything that is none of ours fails the test. */
function errorsOf(error: unknown) {
  if (!CombinedGraphQLErrors.is(error)) throw error;
  return error.errors;
}
const codesOf = (error: unknown) => errorsOf(error).map(({ extensions }) => extensions?.['code']);
const pathsOf = (error: unknown) => errorsOf(error).map(({ path }) => path);

it('reads a full answer, and reads it again from its cache', async () => {
  const client = clientFor(served.full);
  const first = await client.query({ query });
  expect(first.data).toMatchObject({
    customers: { nodes: [{ name: 'Grace', inquiries: { totalCount: 0 } }, { name: 'Ada' }] },
  });
  expect((await client.query({ query })).data).toEqual(first.data);
  expect(served.takeRequests()).toHaveLength(1);
});

it('reports a partial answer each time that it is asked for, and by default keeps none of it', async () => {
  const client = clientFor(served.partial);
  for (let time = 0; time < 2; time += 1)
    expect(pathsOf(await client.query({ query }).catch((error: unknown) => error))).toEqual(deniedPaths);
  expect(served.takeRequests()).toHaveLength(2);
});

it('shows the rest of a partial answer beside its errors to those who ask for both', async () => {
  const { data, error } = await clientFor(served.partial).query({ query, errorPolicy: 'all' });
  expect(data).toMatchObject({ customers: { nodes: [{ name: 'Grace', inquiries: null }, { name: 'Ada' }] } });
  expect([pathsOf(error), codesOf(error)]).toEqual([deniedPaths, ['FORBIDDEN', 'FORBIDDEN']]);
});

it('reads a partial answer again from its cache without its errors, when it was asked for both', async () => {
  const client = clientFor(served.partial);
  const ask = () => client.query({ query, errorPolicy: 'all' });
  expect(pathsOf((await ask()).error)).toEqual(deniedPaths);
  const again = await ask();
  expect(again.error).toBeUndefined();
  expect(again.data).toMatchObject({
    customers: { nodes: [{ name: 'Grace', inquiries: null }, { name: 'Ada' }] },
  });
  expect(served.takeRequests()).toHaveLength(1);
  // What the page Clients of the handbook says to do about it.
  const fresh = await client.query({ query, errorPolicy: 'all', fetchPolicy: 'network-only' });
  expect(pathsOf(fresh.error)).toEqual(deniedPaths);
});

it('keeps watching a partial answer with its errors', async () => {
  const watched = clientFor(served.partial).watchQuery({ query, errorPolicy: 'all' });
  const seen = await new Promise<unknown>((resolve) => {
    watched.subscribe(({ error, loading }) => void (!loading && resolve(error)));
  });
  expect(pathsOf(seen)).toEqual(deniedPaths);
  expect(pathsOf(watched.getCurrentResult().error)).toEqual(deniedPaths);
});

it('reports a denied answer and one over the limit by their codes', async () => {
  const ask = (authorization: string) =>
    clientFor(authorization)
      .query({ query })
      .catch((error: unknown) => error);
  expect(codesOf(await ask(served.denied))).toEqual(['FORBIDDEN']);
  expect(codesOf(await ask(served.limited))).toEqual(['RATE_LIMITED']);
});

it('sends the hash of a query by GET, the query once, and sees the denial each time', async () => {
  const client = clientFor(served.partial, true);
  const ask = async () => (await client.query({ query, errorPolicy: 'all', fetchPolicy: 'no-cache' })).error;
  expect(pathsOf(await ask())).toEqual(deniedPaths);
  const first = served.takeRequests();
  expect(first.map(({ method }) => method)).toEqual(['GET', 'POST']);
  expect(pathsOf(await ask())).toEqual(deniedPaths);
  const [again, ...others] = served.takeRequests();
  expect([again?.method, again?.url.includes('query='), others]).toEqual(['GET', false, []]);
});
