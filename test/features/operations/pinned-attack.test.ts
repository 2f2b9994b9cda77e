// More than a hundred other documents from the holder of a pinned key: every one is refused and leaves no trace, and its own
// operation answers as ever. Then, for random keys and operations: what a pinned key is answered by name is what a key with the
// same scopes is answered to the document, and everything else is refused.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { allRows } from '../../db/support/store.ts';
import { contractOperation, exampleNames } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  send,
  type Answer,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { keyAdmin, verdict, type HeldKey, type KeyAdmin } from '../../support/keys.ts';
import { operationsOf, run, type Operations } from './support.ts';

const board = `query Board($first: Int = 5, $search: String) {
  customers(first: $first, search: $search) { nodes { id name } }
}`;

/** The stored document, changed a little: what a caller would try who has seen it. */
const variations: Readonly<Record<string, string>> = {
  'the stored text itself': board,
  'a space more': `${board} `,
  'a line less': board.replaceAll('\n', ' '),
  'a comment': `${board}\n# the same`,
  'a comma': board.replace('id name', 'id, name'),
  'a byte order mark': `\ufeff${board}`,
  'another operation name': board.replace('Board', 'Other'),
  'no operation name': board.replace('query Board', 'query'),
  'an alias of the root': board.replace('customers(', 'all: customers('),
  'an alias of a field': board.replace('name }', 'n: name }'),
  'a field more': board.replace('id name', 'id name email'),
  'a list more': board.replace('id name', 'id name inquiries { nodes { body } }'),
  'a root more': board.replace('customers(', 'venues { nodes { name } } customers('),
  'a field less': board.replace('id name', 'name'),
  'the other order of fields': board.replace('id name', 'name id'),
  __typename: board.replace('id name', '__typename id name'),
  'a root __typename': board.replace('{\n', '{ __typename\n'),
  'another default': board.replace('= 5', '= 100'),
  'another type of a variable': board.replace('Int = 5', 'Int! = 5'),
  'a type that does not fit': board.replace('Int = 5', 'String = "5"'),
  'a variable more': board.replace('$search: String', '$search: String, $x: Int'),
  'a literal for a variable': board.replace('first: $first', 'first: 100'),
  'a filter more': board.replace('search: $search', 'search: $search, filter: { name: { contains: "a" } }'),
  'a directive': board.replace('id name', 'id name @include(if: true)'),
  'a directive of a variable': board
    .replace('$search: String', '$search: String, $s: Boolean = false')
    .replace('id name', 'id name email @skip(if: $s)'),
  'a fragment': `${board.replace('id name', '...F')} fragment F on Customer { id name }`,
  'an inline fragment': board.replace('id name', '... on Customer { id name notes }'),
  'a second operation': `${board} query Extra { venues { nodes { name } } }`,
  'a mutation beside it': `${board} mutation Board2 { createCustomer(input: { name: "Planted" }) { customerId } }`,
  'the same twice': board.replace('customers(', 'a: customers(first: 1) { totalCount } customers('),
  'a syntax error': board.slice(0, -1),
  'nothing at all': '',
  'introspection of the schema': '{ __schema { types { name fields { name } } } }',
  'introspection of a type': '{ __type(name: "Customer") { fields { name } } }',
  'introspection beside it': board.replace('customers(', '__schema { queryType { name } } customers('),
  'its own name': '{ __typename }',
  'who am I': '{ viewer { kind scopes } }',
  'what is left': '{ rateLimit { remaining } }',
  'what it may do': '{ accessCheck(document: "{ customers { totalCount } }") { allowed } }',
  'a row by its id': '{ node(id: "cus_1") { id } }',
  'a subscription': 'subscription { customers { nodes { id } } }',
  'saving an operation': `mutation { saveOperation(input: { name: "board", document: "{ venues { nodes { id } } }" }) { operationId } }`,
  'another customer': 'mutation { createCustomer(input: { name: "Planted" }) { customerId } }',
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describeEachEngine('The holder of a pinned key', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let operations: Operations;
  let key: HeldKey;
  let boardId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 20, seed: 1 });
    admin = keyAdmin(house, workspace);
    operations = operationsOf(admin);
    boardId = await operations.keep('board', board);
    await operations.keep('other', '{ venues { nodes { name } } }');
    key = await operations.pinnedKey([boardId], { preset: 'FULL_ACCESS' });
  });
  afterAll(() => house.close());

  const pinned = '403 KEY_PINNED';
  const everyRow = async () => {
    const tables = ['customers', 'venues', 'inquiries', 'stored_operations', 'api_keys', 'audit_entries'];
    const rows = await Promise.all(tables.map((table) => allRows(house.app.database, table)));
    // The flush of lastUsedAt is none of the key's doing.
    return JSON.stringify(rows.flat(), (name, value: unknown) =>
      /last_used_at/.test(name) ? undefined : value,
    );
  };
  const expectRefused = (what: string, answer: Answer) => {
    expect([what, verdict(answer), 'data' in answer && answer.data]).toEqual([what, pinned, undefined]);
    expect(answer.text).not.toMatch(/"(nodes|fields|types)":/);
  };
  const post = (body: unknown) => send(house.app, bearer(key.secret), body);
  async function get(url: string, headers: object = {}) {
    const response = await house.app.http.inject({ url, headers: { ...bearer(key.secret), ...headers } });
    return { status: response.statusCode, text: response.body };
  }

  const documents: [string, string][] = [
    ...Object.entries(variations),
    ...exampleNames().map((name): [string, string] => [`the example ${name}`, contractOperation(name)]),
  ];

  it('gets 403 for each of a hundred other documents, and its own operation answers', async () => {
    expect(documents.length).toBeGreaterThan(100);
    const before = await everyRow();
    for (const [what, query] of documents) {
      expectRefused(what, await post({ query }));
      expectRefused(`${what}, by name too`, await post({ query, extensions: { operation: 'board' } }));
      const persistedQuery = { version: 1, sha256Hash: sha256(query) };
      expectRefused(`${what}, with its hash`, await post({ query, extensions: { persistedQuery } }));
      expectRefused(`the hash of ${what}`, await post({ extensions: { persistedQuery } }));
      const both = { persistedQuery, operation: 'board' };
      expectRefused(`the hash of ${what}, by name too`, await post({ extensions: both }));
      const { status, text } = await get(`/graphql?query=${encodeURIComponent(query)}`);
      expect([what, status, /KEY_PINNED/.test(text)]).toEqual([what, 403, true]);
    }
    expect(await everyRow()).toBe(before);
    const { status, data } = await run(house, key.secret, 'board');
    expect([status, data.customers.nodes.length]).toEqual([200, 5]);
  }, 120_000);

  it('gets 401 for each of them once the key is revoked', async () => {
    const revoked = await operations.pinnedKey([boardId]);
    await admin.payload('RevokeApiKey', { id: revoked.apiKeyId });
    for (const [what, query] of documents.slice(0, 20)) {
      const answer = await send(house.app, bearer(revoked.secret), { query });
      expect([what, verdict(answer)]).toEqual([what, '401 KEY_REVOKED']);
    }
    expect(verdict(await run(house, revoked.secret, 'board'))).toBe('401 KEY_REVOKED');
  });

  it.each([
    ['another operation', { extensions: { operation: 'other' } }],
    ['another case', { extensions: { operation: 'Board' } }],
    ['a space', { extensions: { operation: 'board ' } }],
    ['the id', { extensions: { operation: 'opr_1' } }],
    ['a list', { extensions: { operation: ['board'] } }],
    ['an object', { extensions: { operation: { name: 'board' } } }],
    ['a null', { extensions: { operation: null } }],
    ['no extension', { operation: 'board' }],
    ['the operation name alone', { operationName: 'Board' }],
    ['an empty document', { query: '', extensions: { operation: 'board' } }],
    ['nothing', {}],
    ['a list of requests', [{ query: board }, { extensions: { operation: 'board' } }]],
  ])('gets 403 by %s', async (what, body) => {
    expectRefused(what, await post(body));
  });

  it.each([
    ['a document that is no text', { query: 7, extensions: { operation: 'board' } }],
    ['another operation of the document', { operationName: 'Other', extensions: { operation: 'board' } }],
    ['extensions in a text', { extensions: JSON.stringify({ operation: 'board' }) }],
    ['variables that do not fit', { variables: { first: 'five' }, extensions: { operation: 'board' } }],
    ['a page that is too long', { variables: { first: 101 }, extensions: { operation: 'board' } }],
  ])('gets 400 and no data by %s', async (_what, body) => {
    const { status, data } = await post(body);
    expect([status, data]).toEqual([400, undefined]);
  });

  it('gets no schema, as text neither, where everybody else does', async () => {
    expect((await get('/schema.graphql')).status).toBe(403);
    const free = await workspace.key('read:customers');
    const open = await house.app.http.inject({ url: '/schema.graphql', headers: bearer(free.secret) });
    expect(open.statusCode).toBe(200);
    const shown = await openTestHouse(engine, { sharing: house, env: { INTROSPECTION: 'keys' } });
    try {
      const headers = bearer(key.secret);
      expect((await shown.app.http.inject({ url: '/schema.graphql', headers })).statusCode).toBe(403);
      expect(verdict(await run(shown, key.secret, 'board'))).toBe('works');
    } finally {
      await shown.close();
    }
  });

  it('is counted and limited as others are', async () => {
    const limited = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '5' } });
    try {
      const owner = keyAdmin(limited, await limited.workspace());
      const own = await operationsOf(owner).keep('board', board);
      const one = await operationsOf(owner).pinnedKey([own]);
      const seen = [];
      for (let index = 0; index < 8; index += 1)
        seen.push(verdict(await send(limited.app, bearer(one.secret), { query: board })));
      expect(seen.filter((answer) => answer === pinned)).toHaveLength(5);
      expect(seen.filter((answer) => answer.startsWith('429'))).toHaveLength(3);
    } finally {
      await limited.close();
    }
  });

  it('is answered by name what others are to the document, and refused all else: for random keys', async () => {
    const stored: [string, string, object][] = [
      ['board', board, { first: 3 }],
      ['venueNames', '{ venues { nodes { name treatments { nodes { name } } } } }', {}],
      [
        'mixed',
        'query M($x: Boolean = true) { customers(first: 2) { nodes { name inquiries(first: 1) @include(if: $x) { nodes { subject } } } } venues { totalCount } }',
        {},
      ],
      ['counts', '{ customers { totalCount } inquiries { totalCount } bookings { totalCount } }', {}],
      ['me', '{ viewer { kind scopes } }', {}],
      [
        'renameNobody',
        'mutation { updateCustomer(input: { id: "cus_1", name: "x" }) { userErrors { code } } }',
        {},
      ],
    ];
    const ids = new Map<string, string>();
    for (const [name, document] of stored) ids.set(name, await operations.keep(name, document));
    const scopes = [
      'read:customers',
      'read:venues',
      'read:inquiries',
      'read:treatments',
      'read:bookings',
      'write:customers',
    ];
    const withoutId = ({ status, text }: Answer) => [status, text.replaceAll(/"requestId":"[^"]+"/g, '')];
    const draw = fc.record({
      held: fc.subarray(scopes, { minLength: 1 }),
      pins: fc.subarray(
        stored.map(([name]) => name),
        { minLength: 1 },
      ),
    });
    const property = fc.asyncProperty(draw, async ({ held, pins }) => {
      const free = await workspace.key(...held);
      const bound = await operations.pinnedKey(
        pins.map((name) => ids.get(name)!),
        { scopes: held },
      );
      for (const [name, document, variables] of stored) {
        const byName = await run(house, bound.secret, name, variables);
        if (pins.includes(name))
          expect(withoutId(byName)).toEqual(withoutId(await free.send(document, { ...variables })));
        else expectRefused(name, byName);
        expectRefused(name, await send(house.app, bearer(bound.secret), { query: document, variables }));
      }
    });
    await fc.assert(property, { numRuns: 25 });
  }, 120_000);
});
