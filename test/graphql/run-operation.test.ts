// The door that every surface enters: what it does for a caller whom the surface knows already, for a document that was parsed
// before, and how often it reads what it is given.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { parse } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCredential } from '../../src/access/credential.ts';
import type { UserPrincipal } from '../../src/core/principal.ts';
import type { RequestFacts, SentOperation } from '../../src/core/request-facts.ts';
import { newScope } from '../../src/server/request-scope.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';

const require = createRequire(import.meta.url);

let house: TestHouse;
let workspace: TestWorkspace;
let key: KeyCaller;
beforeAll(async () => {
  house = await openTestHouse('sqlite', { compiledExecution: 'never' });
  workspace = await house.workspace();
  key = await workspace.key('read:customers', 'write:customers');
  await workspace.customer({ name: 'Ada' });
});
afterAll(() => house.close());
afterEach(() => void vi.restoreAllMocks());

function factsOf(operation: SentOperation, more: Partial<RequestFacts> = {}): RequestFacts {
  return {
    ip: '127.0.0.1',
    headers: {},
    operation,
    answer: { headers: {} },
    scope: newScope('door'),
    ...more,
  };
}

/** A member of the workspace, as a session would have proven it. */
async function principalOf(query = '{ viewer { user { id } } }'): Promise<UserPrincipal> {
  const { data } = await (await workspace.owner()).send(query);
  const { scopes } = house.app;
  return {
    kind: 'USER',
    workspaceId: workspace.workspaceId,
    userId: data.viewer.user.id as string,
    name: null,
    role: 'OWNER',
    tokenVersion: 1,
    scopes: new Set(scopes.dataScopes),
    venueIds: null,
  };
}

const names = 'query Names($first: Int) { customers(first: $first) { nodes { name } } }';
const create = 'mutation Create($name: String!) { createCustomer(input: { name: $name }) { customerId } }';

describe('The door', () => {
  it('runs an operation for a credential that the surface has read, and notes what the log needs', async () => {
    const facts = factsOf({ query: names, operationName: 'Names' });
    const caller = { credential: readCredential(bearer(key.secret)) };
    const answer = await house.app.http.runOperation({ caller, facts, variables: { first: 1 } });
    expect(answer).toMatchObject({
      status: 200,
      result: { data: { customers: { nodes: [{ name: 'Ada' }] } } },
    });
    expect(facts.scope).toMatchObject({ operation: 'query', operationName: 'Names', outcome: 'ok' });
    expect(facts.scope.cost).toBeGreaterThan(0);
    expect(facts.scope.caller?.key).toBe(key.secret.slice(0, 20));
    expect(facts.answer.headers).toHaveProperty('X-RateLimit-Remaining');
  });

  it('runs it for a principal that was proven before, and no longer than that is good', async () => {
    const principal = await principalOf();
    const run = (given: UserPrincipal) =>
      house.app.http.runOperation({
        caller: { principal: given },
        facts: factsOf({ query: names, operationName: null }),
      });
    const answer = await run(principal);
    expect(answer).toMatchObject({ status: 200, result: { errors: undefined } });
    const ended = await run({ ...principal, tokenVersion: 999 });
    expect(ended).toMatchObject({ status: 401, result: { data: undefined } });
    expect(ended.result.errors![0]!.extensions).toMatchObject({ code: 'UNAUTHENTICATED', requestId: 'door' });
  });

  it('refuses as /graphql does: without a credential, without the scope, and what is no operation', async () => {
    const run = (query: string, credential = readCredential(bearer(key.secret))) =>
      house.app.http.runOperation({ caller: { credential }, facts: factsOf({ query, operationName: null }) });
    const codes = async (query: string, credential?: ReturnType<typeof readCredential>) => {
      const { status, result } = await run(query, credential);
      return [status, result.errors?.[0]?.extensions?.['code']];
    };
    expect(await codes(names, readCredential({}))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await codes('{ venues { totalCount } }')).toEqual([403, 'FORBIDDEN']);
    expect(await codes('{ customers {')).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
    expect(await codes('{ nothing }')).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('does once what is sent twice with the same Idempotency-Key', async () => {
    const caller = { credential: readCredential(bearer(key.secret)) };
    const once = () => {
      const facts = factsOf({ query: create, operationName: 'Create' }, { idempotencyKey: 'door-1' });
      return house.app.http.runOperation({ caller, facts, variables: { name: 'Once' } });
    };
    const [first, second] = [await once(), await once()];
    expect(first.result.data).toMatchObject({
      createCustomer: { customerId: expect.stringMatching(/^cus_/) },
    });
    expect(second.result.data).toEqual(first.result.data);
  });

  it('runs a mutation to its end when its caller has gone, and ends a query', async () => {
    const caller = { credential: readCredential(bearer(key.secret)) };
    const gone = (query: string) =>
      house.app.http.runOperation({
        caller,
        facts: factsOf({ query, operationName: null }),
        variables: { name: 'Gone' },
        whenGone: (listener) => listener(),
      });
    expect((await gone(create)).result.data).toMatchObject({
      createCustomer: { customerId: expect.any(String) },
    });
    const ended = await gone('{ customers(first: 2) { nodes { name } } }');
    expect([ended.status, ended.result.errors?.[0]?.extensions?.['code']]).toEqual([
      503,
      'SERVICE_UNAVAILABLE',
    ]);
  });
});

describe('What a request brings is read once', () => {
  /** Counts parses of graphql-js: ours and Apollo's. */
  async function parses(work: () => Promise<unknown>): Promise<number> {
    const { Parser } = require('graphql/language/parser') as {
      Parser: { prototype: { parseDocument(): unknown } };
    };
    const counted = vi.spyOn(Parser.prototype, 'parseDocument');
    await work();
    const { length } = counted.mock.calls;
    counted.mockRestore();
    return length;
  }

  it('a document that was never sent is parsed once, and not again for whoever sends it next', async () => {
    const other = await workspace.key('read:customers');
    const query = '{ once: customers(first: 1) { totalCount } }';
    expect(await parses(() => key.send(query))).toBe(1);
    expect(await parses(() => key.send(query))).toBe(0);
    expect(await parses(() => other.send(query))).toBe(0);
    expect(
      await parses(() =>
        house.send({}, 'mutation { login(input: { email: "a@b.example", password: "x" }) { token } }'),
      ),
    ).toBe(1);
  });

  it('a document that the server keeps is never parsed', async () => {
    const query = '{ kept: customers(first: 1) { totalCount } }';
    const document = parse(query);
    const caller = { credential: readCredential(bearer(key.secret)) };
    const facts = factsOf({ query, operationName: null, document });
    expect(await parses(() => house.app.http.runOperation({ caller, facts }))).toBe(0);
    expect(facts.scope.outcome).toBe('ok');
  });

  it('a key is taken apart once', async () => {
    const zlib = require('node:zlib') as { crc32(text: string): number };
    const { crc32 } = zlib;
    let sums = 0;
    zlib.crc32 = (text) => {
      sums += 1;
      return crc32(text);
    };
    syncBuiltinESMExports();
    await key.send('{ viewer { kind } }');
    zlib.crc32 = crc32;
    syncBuiltinESMExports();
    expect(sums).toBe(1);
  });
});
