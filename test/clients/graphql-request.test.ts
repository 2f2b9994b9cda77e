// graphql-request and graphql-toe against the real server. Neither has a cache.
import { ClientError, GraphQLClient } from 'graphql-request';
import { toe } from 'graphql-toe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customersQuery, deniedPaths, indexed, serve, type Served } from './support/served.ts';

interface Customers {
  readonly customers: {
    readonly nodes: readonly { readonly name: string; readonly inquiries: { totalCount: number } | null }[];
  } | null;
}

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());

describe.each(['GET', 'POST'] as const)('graphql-request by %s', (method) => {
  const clientFor = (authorization: string, errorPolicy: 'none' | 'all' = 'none') =>
    new GraphQLClient(served.url, { method, errorPolicy, headers: { authorization, ...indexed } });
  const refusal = async (authorization: string) => {
    const error = await clientFor(authorization)
      .request<Customers>(customersQuery)
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof ClientError)) throw error;
    const { status, errors = [] } = error.response;
    return { status, codes: errors.map(({ extensions }) => extensions?.['code']), errors };
  };

  it('reads a full answer', async () => {
    served.takeRequests();
    const { customers } = await clientFor(served.full).request<Customers>(customersQuery);
    expect(customers?.nodes.map(({ name }) => name)).toEqual(['Grace', 'Ada']);
    expect(served.takeRequests().map((request) => request.method)).toEqual([method]);
  });

  it('throws at a partial answer, or shows it beside its errors', async () => {
    const { status, errors } = await refusal(served.partial);
    expect([status, errors.map(({ path }) => path)]).toEqual([200, deniedPaths]);
    const answer = await clientFor(served.partial, 'all').rawRequest<Customers>(customersQuery);
    expect(answer.errors?.map(({ path }) => path)).toEqual(deniedPaths);
    expect(answer.data.customers?.nodes[0]).toMatchObject({ name: 'Grace', inquiries: null });
  });

  it('throws at a denied answer, and at one over the limit, with its code and its header', async () => {
    expect(await refusal(served.denied)).toMatchObject({ status: 403, codes: ['FORBIDDEN'] });
    expect(await refusal(served.limited)).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] });
  });
});

describe('graphql-toe', () => {
  const ask = async (authorization: string, headers: Record<string, string> = indexed) => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...headers },
      body: JSON.stringify({ query: customersQuery }),
    });
    return toe((await response.json()) as Parameters<typeof toe<Customers>>[0]);
  };
  const first = ({ customers }: Customers) => customers?.nodes[0];

  it('leaves a full answer as it is', async () => {
    expect(first(await ask(served.full))?.inquiries).toEqual({ totalCount: 0 });
  });

  it('throws where a denied place is read, each time, and nowhere else', async () => {
    const data = await ask(served.partial);
    expect(first(data)?.name).toBe('Grace');
    for (let time = 0; time < 2; time += 1)
      expect(() => first(data)?.inquiries).toThrow('Customer.inquiries needs the scope read:inquiries.');
    expect(() => data.customers?.nodes[1]?.inquiries).toThrow(/read:inquiries/);
  });

  it('throws nowhere without indexes: why they are asked for', async () => {
    expect(first(await ask(served.partial, {}))?.inquiries).toBeNull();
  });

  it.each(['denied', 'limited'] as const)('throws at an answer without data: %s', async (kind) => {
    await expect(ask(served[kind])).rejects.toThrow();
  });
});
