// Relay's runtime against the real server: @catch and @throwOnFieldError find a denial at the exact path of its field. The
// compiled queries in relay/ are what `npx relay-compiler@21.0.1` makes of the texts in them (`params.text`, with @catch on
// `inquiries` in catch.json and @throwOnFieldError on the query in throw.json), from schema/schema.graphql.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
  type GraphQLResponse,
} from 'relay-runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { indexed, serve, type Served } from './support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());

function compiled(name: 'catch' | 'throw' | 'plain'): ConcreteRequest {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, 'relay', `${name}.json`), 'utf8'),
  ) as ConcreteRequest;
}

/** Relay leaves the network to its user: this is the function of its documentation. */
function environmentFor(authorization: string, headers: Record<string, string> = indexed): Environment {
  const network = Network.create(async ({ text: query }, variables) => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

const read = (environment: Environment, query: ConcreteRequest): Promise<unknown> =>
  fetchQuery(environment, query, {}).toPromise();
/** As a component reads, from the store alone. */
function readAgain(environment: Environment, query: ConcreteRequest) {
  const snapshot = environment.lookup(createOperationDescriptor(query, {}).fragment);
  return { data: snapshot.data as unknown, fieldErrors: (snapshot as { fieldErrors?: unknown }).fieldErrors };
}

const denial = {
  message: 'Customer.inquiries needs the scope read:inquiries.',
  extensions: { code: 'FORBIDDEN', missing: ['read:inquiries'] },
};

it('@catch gives the value of a full answer, now and from the store', async () => {
  const environment = environmentFor(served.full);
  const expected = {
    customers: {
      nodes: [{ name: 'Grace', inquiries: { ok: true, value: { totalCount: 0 } } }, { name: 'Ada' }],
    },
  };
  expect(await read(environment, compiled('catch'))).toMatchObject(expected);
  expect(readAgain(environment, compiled('catch')).data).toMatchObject(expected);
});

it('@catch gives the denial of each place, now and from the store', async () => {
  const environment = environmentFor(served.partial);
  const caught = { ok: false, errors: [{ extensions: denial.extensions }] };
  const expected = {
    customers: {
      nodes: [
        { name: 'Grace', inquiries: caught },
        { name: 'Ada', inquiries: caught },
      ],
    },
  };
  expect(await read(environment, compiled('catch'))).toMatchObject(expected);
  expect(readAgain(environment, compiled('catch')).data).toMatchObject(expected);
});

it('@throwOnFieldError throws at a denial, now and from the store, and not at a full answer', async () => {
  expect(await read(environmentFor(served.full), compiled('throw'))).toMatchObject({
    customers: { nodes: [{ inquiries: { totalCount: 0 } }, {}] },
  });
  const environment = environmentFor(served.partial);
  await expect(read(environment, compiled('throw'))).rejects.toThrow(/^Relay: Unexpected response/);
  const { fieldErrors } = readAgain(environment, compiled('throw'));
  expect(fieldErrors).toMatchObject([{ error: denial }, { error: denial }]);
});

it('neither sees anything without indexes: why they are asked for', async () => {
  const environment = environmentFor(served.partial, {});
  expect(await read(environment, compiled('catch'))).toMatchObject({
    customers: { nodes: [{ inquiries: { ok: true, value: null } }, {}] },
  });
  await expect(read(environment, compiled('throw'))).resolves.toBeDefined();
});

it('an answer that is denied as a whole, or over the limit, is an error that names why', async () => {
  await expect(read(environmentFor(served.denied), compiled('plain'))).rejects.toThrow(/read:customers/);
  await expect(read(environmentFor(served.limited), compiled('plain'))).rejects.toThrow(/limit/);
});
