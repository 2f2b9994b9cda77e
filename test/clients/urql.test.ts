// urql against the real server, with its default exchanges, with persistedExchange and with graphcache. It sends short queries
// by GET by itself.
import { cacheExchange, Client, fetchExchange, gql, type Exchange, type OperationResult } from '@urql/core';
import { cacheExchange as graphcache } from '@urql/exchange-graphcache';
import { persistedExchange } from '@urql/exchange-persisted';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { customersQuery, deniedPaths, indexed, serve, type Served } from './support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());
beforeEach(() => void served.takeRequests());

const query = gql(customersQuery);

function clientFor(authorization: string, exchanges: Exchange[] = [cacheExchange, fetchExchange]): Client {
  const fetchOptions = { headers: { authorization, ...indexed } };
  return new Client({ url: served.url, exchanges, fetchOptions });
}
const ask = (client: Client) => client.query(query, {}).toPromise();
const pathsOf = ({ error }: OperationResult) => error?.graphQLErrors.map(({ path }) => path);
const codesOf = ({ error }: OperationResult) =>
  error?.graphQLErrors.map(({ extensions }) => extensions['code']);
const partialData = {
  customers: {
    nodes: [
      { name: 'Grace', inquiries: null },
      { name: 'Ada', inquiries: null },
    ],
  },
};

describe('with the default exchanges', () => {
  it('reads a full answer by GET, and reads it again from its cache', async () => {
    const client = clientFor(served.full);
    const first = await ask(client);
    expect([first.error, first.data]).toMatchObject([
      undefined,
      { customers: { nodes: [{ name: 'Grace' }, {}] } },
    ]);
    expect((await ask(client)).data).toEqual(first.data);
    expect(served.takeRequests().map(({ method }) => method)).toEqual(['GET']);
  });

  it('sees the denials of a partial answer, also when it reads it again', async () => {
    const client = clientFor(served.partial);
    for (let time = 0; time < 2; time += 1) {
      const answer = await ask(client);
      expect(answer.data).toMatchObject(partialData);
      expect(pathsOf(answer)).toEqual(deniedPaths);
    }
  });

  it('sees that everything was denied, and that it is over the limit', async () => {
    expect(codesOf(await ask(clientFor(served.denied)))).toEqual(['FORBIDDEN']);
    expect(codesOf(await ask(clientFor(served.limited)))).toEqual(['RATE_LIMITED']);
  });
});

describe('with persistedExchange', () => {
  const exchanges = () => [persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange];

  it('sends the hash by GET, the query once, and sees the denials each time', async () => {
    const client = clientFor(served.partial, exchanges());
    const first = await ask(client);
    expect([pathsOf(first), first.data]).toMatchObject([deniedPaths, partialData]);
    expect(served.takeRequests().length).toBe(2);
    expect(pathsOf(await ask(client))).toEqual(deniedPaths);
    const [again, ...others] = served.takeRequests();
    expect([again?.method, again?.url.includes('query='), others]).toEqual(['GET', false, []]);
  });

  it('serves a key of its workspace by the hash that another key has made known, as far as it may', async () => {
    await ask(clientFor(served.full, exchanges()));
    expect(codesOf(await ask(clientFor(served.denied, exchanges())))).toEqual(['FORBIDDEN']);
    expect(codesOf(await ask(clientFor(served.limited, exchanges())))).toEqual(['RATE_LIMITED']);
  });
});

describe('with graphcache', () => {
  const exchanges = () => [graphcache({}), fetchExchange];

  it('reads a full answer again from its cache', async () => {
    const client = clientFor(served.full, exchanges());
    const first = await ask(client);
    expect((await ask(client)).data).toEqual(first.data);
    expect(served.takeRequests()).toHaveLength(1);
  });

  it('sees the denials, and does not take a denied place for an empty one when it reads again', async () => {
    const client = clientFor(served.partial, exchanges());
    for (let time = 0; time < 2; time += 1) expect(pathsOf(await ask(client))).toEqual(deniedPaths);
    // What was denied is not in the cache: it is asked for again.
    expect(served.takeRequests()).toHaveLength(2);
  });

  it('takes a denied place for an empty one without indexes: why they are asked for', async () => {
    const fetchOptions = { headers: { authorization: served.partial } };
    const client = new Client({ url: served.url, exchanges: exchanges(), fetchOptions });
    await ask(client);
    const again = await ask(client);
    expect([again.error, again.data]).toMatchObject([undefined, partialData]);
  });
});
