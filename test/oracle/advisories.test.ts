// Ways in which other servers were bypassed, tried on this one. Each block names its source; the code is our own.
import { buildSchema, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticated, compilePolicy, open, PolicyError, scopes } from '../../src/access/policy/index.ts';
import type { KeyCaller } from '../support/house.ts';
import { openSeededHouse, type SeededHouse } from './support/seeded-house.ts';
import { isMet } from './support/shield-oracle.ts';

let seeded: SeededHouse;
let customerId: string;
let inquiryId: string;
/** Reads everything that a key can, but customers. */
let key: KeyCaller;

const unknownId = `cus_${'0'.repeat(26)}`;
const without = (lacking: string) =>
  seeded.house.app.scopes.dataScopes.filter((scope) => scope.startsWith('read:') && scope !== lacking);

beforeAll(async () => {
  seeded = await openSeededHouse();
  customerId = seeded.pool.own['Customer']![0]!;
  inquiryId = seeded.pool.own['Inquiry']![0]!;
  key = await seeded.workspace.key(...without('read:customers'));
});
afterAll(() => seeded.house.close());

function faultsOf(sdl: string, policy: Parameters<typeof compilePolicy>[1][number]): readonly string[] {
  try {
    compilePolicy(buildSchema(sdl), [policy]);
  } catch (error) {
    if (error instanceof PolicyError) return error.faults;
    throw error;
  }
  return [];
}

/** Every way to select a customer by `node` that there is; the text after the name is selected through Node or Customer. */
const throughInterface = {
  'the type name alone': 'node(id: $id) { __typename }',
  'a field of the interface': 'node(id: $id) { id }',
  'an inline fragment on the interface': 'node(id: $id) { ... on Node { id } }',
  'an inline fragment on the type': 'node(id: $id) { ... on Customer { id name } }',
  'an inline fragment without a type': 'node(id: $id) { ... { id } }',
  'a named fragment on the interface': 'node(id: $id) { ...OnNode }',
  'a named fragment on the type': 'node(id: $id) { ...OnCustomer }',
  'the type inside the interface': 'node(id: $id) { ... on Node { ... on Customer { name } } }',
  'the interface inside the type': 'node(id: $id) { ... on Customer { ... on Node { id } } }',
  'an alias that is named as an open field': 'viewer: node(id: $id) { kind: __typename id }',
  'a fragment on a type that the caller may see': 'node(id: $id) { id ... on Venue { name } }',
  'two fields that merge':
    'node(id: $id) { ... on Venue { name } } node(id: $id) { ... on Customer { name } }',
} as const;
const fragments: readonly (readonly [string, string])[] = [
  ['...OnNode', 'fragment OnNode on Node { id }'],
  ['...OnCustomer', 'fragment OnCustomer on Customer { name }'],
];

/** With the fragment that it spreads. */
function documentOf(selection: string, rest = ''): string {
  const spread = fragments.filter(([use]) => selection.includes(use)).map(([, text]) => text);
  return [`query ($id: ID!) { ${selection} ${rest} }`, ...spread].join('\n');
}

// https://github.com/advisories/GHSA-mx7m-j9xf-62hw (@apollo/composition: rules on interfaces were accepted, and whoever
// selected the implementing types by inline or named fragments walked past them).
describe('GHSA-mx7m-j9xf-62hw: rules on interfaces, passed by through the types behind them', () => {
  const sdl = `type Query { post(id: ID!): Post }
    interface Post { id: ID! title: String }
    type Blog implements Post { id: ID! title: String }`;
  const policy = { 'Query.post': authenticated, Blog: authenticated };

  it.each(['Post', 'Post.title'])(
    'a rule on "%s" is refused at boot, with the place where it belongs',
    (coordinate) => {
      const faults = faultsOf(sdl, { ...policy, [coordinate]: scopes('read:posts') });
      expect(faults).toContain(
        `"${coordinate}" has a rule, but Post is abstract: put the rule on each type that it stands for.`,
      );
    },
  );

  it('a type behind an interface without a rule of its own is refused at boot', () => {
    expect(faultsOf(sdl, { 'Query.post': authenticated })).toContainEqual(
      expect.stringMatching(/^Blog\.title has no rule/),
    );
  });

  it.each(Object.entries(throughInterface))('a type stays closed through %s', async (_name, selection) => {
    const { status, data, errors } = await key.send(documentOf(selection), { id: customerId });
    expect(data).toBeUndefined();
    expect(status).toBe(403);
    const path = [selection.startsWith('viewer') ? 'viewer' : 'node'];
    expect(errors).toHaveLength(1);
    expect(errors![0]).toMatchObject({
      path,
      extensions: { code: 'FORBIDDEN', missing: ['read:customers'] },
    });
  });

  it.each(Object.entries(throughInterface))(
    'beside other data it is null through %s',
    async (_name, selection) => {
      const document = documentOf(selection, 'venues(first: 1) { nodes { __typename } }');
      const { status, data } = await key.send(document, { id: customerId });
      expect(status).toBe(200);
      expect(data).toEqual({
        [selection.startsWith('viewer') ? 'viewer' : 'node']: null,
        venues: { nodes: [{ __typename: 'Venue' }] },
      });
    },
  );

  it('whether a closed row exists is not told apart', async () => {
    const ask = async (id: string) => {
      const { text } = await key.send(documentOf('node(id: $id) { id }'), { id });
      return text.replaceAll(/"requestId":"[^"]*"/g, '');
    };
    expect(await ask(customerId)).toBe(await ask(unknownId));
  });
});

// https://github.com/advisories/GHSA-m8jr-fxqx-8xx6 (@apollo/composition: a field that needs protected fields, by @requires
// or @fromContext, could be selected without the right to them; the needed fields were fetched and never asked for).
describe('GHSA-m8jr-fxqx-8xx6: protected data behind fields that depend on it', () => {
  it('whoever may see a derived field may see every field of the columns that it reads', () => {
    const { schema, policy } = seeded.house.app.schema;
    const everyScope = [
      ...seeded.house.app.scopes.dataScopes,
      'workspace:manage',
      'workspace:own',
      'account:manage',
    ];
    let checked = 0;
    for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
      for (const field of Object.values(type.getFields())) {
        const needs = (field.extensions['needs'] ?? []) as readonly string[];
        for (const needed of needs.filter((name) => name in type.getFields())) {
          checked += 1;
          const caller = (lacking: string) =>
            ({
              ...({
                kind: 'API_KEY',
                ip: '127.0.0.1',
                apiKeyId: '',
                label: 'test',
                secretId: '',
                workspaceId: '',
                venueIds: null,
                operationIds: null,
              } as const),
              scopes: new Set(everyScope.filter((scope) => scope !== lacking)),
            }) as const;
          for (const lacking of ['', ...everyScope]) {
            const mayReach = isMet(caller(lacking), policy.ofType(type.name));
            const mayDerive = mayReach && isMet(caller(lacking), policy.ofField(type.name, field.name));
            const mayRead = isMet(caller(lacking), policy.ofField(type.name, needed));
            expect(mayDerive && !mayRead, `${type.name}.${field.name} without ${lacking}`).toBe(false);
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(0);
  });

  it.each([
    ['the row behind an edge', 'customer { id }'],
    ['a count behind an edge', 'venue { customers { totalCount } }'],
    ['a page without rows', 'venue { customers { pageInfo { hasNextPage } } }'],
    [
      'a cursor, which holds the value sorted by',
      'venue { customers(orderBy: { field: EMAIL }) { edges { cursor } } }',
    ],
    ['a way there and back', 'customer { inquiries { nodes { id } } }'],
    ['a follow-up of the same row', 'followUps { nodes { customer { __typename } } }'],
  ])('an edge does not show %s', async (_name, selection) => {
    const { data, errors, text } = await key.send(
      `query ($id: ID!) { inquiry(id: $id) { id ${selection} } }`,
      {
        id: inquiryId,
      },
    );
    expect(data.inquiry.id).toBe(inquiryId);
    expect(text).not.toContain('cus_');
    expect(text).not.toContain('@one.example');
    expect(errors!.map(({ extensions }) => extensions['missing'])).toEqual([['read:customers']]);
  });

  it('a key that only writes gets the id of what it wrote, and nothing that depends on the row', async () => {
    const writer = await seeded.workspace.key('write:customers');
    const create = (selection: string) =>
      writer.send(`mutation { createCustomer(input: { name: "New" }) { customerId ${selection} } }`);
    expect((await create('')).data.createCustomer.customerId).toMatch(/^cus_/);
    const before = await seeded.everyRow();
    const refused = await create('customer { __typename }');
    expect(refused.status).toBe(403);
    expect(refused.errors![0]!.extensions['missing']).toEqual(['read:customers']);
    // Its last use may be written meanwhile; no customer is.
    expect((await seeded.everyRow())['customers']).toEqual(before['customers']);
  });
});

// https://github.com/graphql-hive/envelop/tree/main/packages/plugins/generic-auth (the visitor asks the directives of the
// parent type as it is written: below an interface those of the interface, never those of the type that answers).
// https://github.com/AstrumU/graphql-authz (rules are compiled from the type that a selection is written on).
describe('envelop generic-auth, graphql-authz: only the type that is written is asked', () => {
  it.each([
    ['ApiKey', 'ADMIN_ONLY'],
    ['User', 'ADMIN_ONLY'],
    ['AuditEntry', 'ADMIN_ONLY'],
    ['Customer', 'INSUFFICIENT_SCOPE'],
  ])('%s is asked for its rule when its fields are selected on Node', async (typeName, reason) => {
    const [id] = seeded.pool.own[typeName]!;
    for (const selection of ['id', '__typename', '... on Node { id }', `... on ${typeName} { id }`]) {
      const { data, errors } = await key.send(
        `query ($id: ID!) { node(id: $id) { ${selection} } viewer { kind } }`,
        {
          id,
        },
      );
      expect(data).toEqual({ node: null, viewer: { kind: 'API_KEY' } });
      expect(errors![0]!.extensions['reason']).toBe(reason);
    }
  });

  it('a variable decides as a literal does, and so does its default', async () => {
    const asked = [
      key.send(`{ node(id: "${customerId}") { id } }`),
      key.send('query ($id: ID!) { node(id: $id) { id } }', { id: customerId }),
      key.send(`query ($id: ID = "${customerId}") { node(id: $id) { id } }`),
      key.send(`query ($id: ID! = "${unknownId}") { node(id: $id) { id } }`, { id: customerId }),
    ];
    for (const { status, data } of await Promise.all(asked)) {
      expect(status).toBe(403);
      expect(data).toBeUndefined();
    }
  });

  it('one text asked for two rows of different types is decided for each', async () => {
    const document = 'query ($id: ID!) { node(id: $id) { id } }';
    const venueId = seeded.identities.venueId;
    const ids = [venueId, customerId, venueId, customerId, inquiryId];
    const statuses: number[] = [];
    for (const id of ids) statuses.push((await key.send(document, { id })).status);
    expect(statuses).toEqual([200, 403, 200, 403, 200]);
  });

  it('the verdict of one key is not the verdict of the next that sends the same text', async () => {
    const document = `{ node(id: "${customerId}") { id } customers(first: 1) { totalCount } }`;
    const reader = await seeded.workspace.key('read:customers');
    const statuses: number[] = [];
    for (const caller of [reader, key, reader, key]) statuses.push((await caller.send(document)).status);
    expect(statuses).toEqual([200, 403, 200, 403]);
  });
});

// @authenticated and @requiresScopes on an interface or on one of its types: the scenarios of
// https://github.com/graphql-hive/router/issues/351, and what Apollo Federation now refuses to compose
// (https://github.com/apollographql/federation/pull/3321, https://github.com/apollographql/router/pull/8826).
describe('@authenticated and @requiresScopes around interfaces', () => {
  const posts = `interface Post { id: ID! title: String }
    type OpenPost implements Post { id: ID! title: String }
    type PrivatePost implements Post { id: ID! title: String viewers: [String!] }`;
  const policy = { OpenPost: open, PrivatePost: scopes('read:private') };

  it('a list of a public interface with one private type is refused at boot: each row could be of either', () => {
    const faults = faultsOf(`type Query { posts: [Post!] } ${posts}`, { ...policy, 'Query.posts': open });
    expect(faults).toContainEqual(
      expect.stringMatching(/^Query\.posts leads to a list of the abstract type Post/),
    );
  });

  it('a field of an interface that cannot tell its type beforehand is refused at boot', () => {
    const faults = faultsOf(`type Query { post: Post } ${posts}`, { ...policy, 'Query.post': open });
    expect(faults).toContainEqual(expect.stringContaining('give the field the extension "concreteTypeOf"'));
  });

  it('a field that cannot be null is refused at boot where one of the types is private', () => {
    const faults = faultsOf(`type Query { post: Post! } ${posts}`, { ...policy, 'Query.post': open });
    expect(faults).toContainEqual(
      expect.stringMatching(/^Query\.post can lead to PrivatePost.* not nullable/),
    );
  });
});
