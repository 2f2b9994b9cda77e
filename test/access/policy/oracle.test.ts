// The policy against an enforcement that shares nothing with ours but the rules: graphql-shield around every field of
// the real schema. A handful of operations; for each set of scopes the data must be equal.
import { createRequire } from 'node:module';
import { graphql, type GraphQLSchema } from 'graphql';
import type * as GraphqlMiddleware from 'graphql-middleware';
import type * as GraphqlShield from 'graphql-shield';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { shieldTree, type Policy } from '../../../src/access/policy/index.ts';
import { meets } from '../../../src/access/policy/rules/rules.ts';
import { allFeatures } from '../../../src/services.ts';
import { prefixOf } from '../../../src/core/ids.ts';
import type { Principal } from '../../../src/core/principal.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { assembleUnguarded } from '../../../src/graphql/schema.ts';
import { contractOperation } from '../../support/contract.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { keyWith } from '../support/real-policy.ts';

// Both from one module system: a middleware of graphql-shield is known by its class.
const require = createRequire(import.meta.url);
const { allow, deny, rule, shield } = require('graphql-shield') as typeof GraphqlShield;
const { applyMiddleware } = require('graphql-middleware') as typeof GraphqlMiddleware;

const dataScopes = ['read:customers', 'read:inquiries', 'read:followups', 'read:venues'] as const;
const everySet = Array.from({ length: 2 ** dataScopes.length }, (_, bits) =>
  dataScopes.filter((_name, index) => (bits >> index) & 1),
);
const typeOfPrefix = new Map(
  allFeatures.flatMap(({ resources }) => resources.map(({ prefix, name }) => [prefix, name])),
);

/** What `node(id)` asks is not said by its coordinate but by its id, so the oracle needs a rule for it alone. */
function nodeRule(policy: Policy) {
  const check = (_root: unknown, { id }: { id: string }, { principal }: { principal: Principal }) => {
    const type = typeOfPrefix.get(prefixOf(id) ?? '');
    return type === undefined || meets(principal, policy.ofType(type));
  };
  return rule('node by the prefix of its id', { cache: 'no_cache' })(check);
}

function oracleOf({ schema, policy }: { schema: GraphQLSchema; policy: Policy }): GraphQLSchema {
  const tree = shieldTree(policy.fields);
  tree['Query']!['node'] = nodeRule(policy);
  const refuse = () => new Error('refused by the oracle');
  const options = { debug: true, fallbackRule: deny, fallbackError: refuse };
  return applyMiddleware(schema, shield(tree, options)) as GraphQLSchema;
}

let house: TestHouse;
let workspace: TestWorkspace;
let oracle: GraphQLSchema;
const keys = new Map<readonly string[], KeyCaller>();
const ids: Record<string, string> = {};

beforeAll(async () => {
  house = await openTestHouse('sqlite');
  workspace = await house.workspace();
  await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 12, seed: 3 });
  for (const scopes of everySet) keys.set(scopes, await workspace.key(...scopes, 'write:venues'));
  const all = await workspace.key(...dataScopes);
  const first = '(first: 1) { nodes { id } }';
  const { data } = await all.send(`{ customers${first} inquiries${first} followUps${first} venues${first} }`);
  for (const list of Object.keys(data)) ids[list] = data[list].nodes[0].id;
  // Without any guard of ours: only the shield stands before these resolvers.
  oracle = oracleOf(await assembleUnguarded(allFeatures));
});
afterAll(() => house.close());

async function askOracle(source: string, variables: Record<string, unknown>, scopes: readonly string[]) {
  const context = systemContext(house.app, workspace.workspaceId);
  const { apiKeyId, secret } = keys.get(scopes)!;
  const ids = { workspaceId: workspace.workspaceId, apiKeyId, secretId: secret.split('_')[2] };
  const contextValue = { ...context, principal: { ...keyWith(scopes), ...ids } };
  const { data } = await graphql({ schema: oracle, source, variableValues: variables, contextValue });
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
}

/** Our answer as the oracle would give it: a 403 without data is null at every root field. */
async function askHouse(source: string, variables: Record<string, unknown>, scopes: readonly string[]) {
  const answer = await keys.get(scopes)!.send(source, variables);
  expect(answer.errors?.filter(({ extensions }) => extensions['code'] !== 'FORBIDDEN') ?? []).toEqual([]);
  return { status: answer.status, data: answer.data as Record<string, unknown> | undefined };
}

const operations: [string, string, () => Record<string, unknown>][] = [
  ['the dashboard', contractOperation('Dashboard'), () => ({})],
  ['the inbox', contractOperation('Inbox'), () => ({})],
  ['due follow-ups', contractOperation('DueFollowUps'), () => ({ until: '2030-01-01T00:00:00Z' })],
  ['a customer', contractOperation('Customer'), () => ({ id: ids['customers'] })],
  ...['customers', 'inquiries', 'followUps', 'venues'].map((list): (typeof operations)[number] => [
    `node of ${list}`,
    `query ($id: ID!) { node(id: $id) { __typename id ... on Customer { email inquiries { totalCount } } ... on Venue { name customers { totalCount } }
      ... on Inquiry { customer { name } } ...F } } fragment F on Node { ... on FollowUp { note venue { name } } }`,
    () => ({ id: ids[list] }),
  ]),
  ['an id of nothing', '{ node(id: "zzz_1") { id } customer(id: "cus_1") { name } }', () => ({})],
  [
    'aliases, fragments and merged fields',
    `query ($yes: Boolean!, $no: Boolean = false) {
      a: customers(first: 3) { nodes { ...C venues { nodes { name } } } nodes { inquiries(first: 1) { nodes { subject } } } }
      b: customers(first: 2) { edges { cursor node { ... on Node { id ... on Customer { followUps @include(if: $no) { totalCount } } } } } }
      venues @include(if: $yes) { totalCount nodes { name inquiries @skip(if: $yes) { totalCount } followUps(first: 1) { nodes { note } } } }
      viewer { kind scopes @skip(if: $yes) }
    } fragment C on Customer { id name inquiries(first: 1) { totalCount nodes { id venue { name } } } }`,
    () => ({ yes: true }),
  ],
  [
    'a way round: from a follow-up to the customers of its venue',
    '{ followUps(first: 5) { nodes { venue { customers(first: 2) { nodes { email followUps { totalCount } } } } inquiry { replies { nodes { body inquiry { subject } } } } } } }',
    () => ({}),
  ],
  [
    'what only admins see',
    '{ viewer { kind } users { totalCount } apiKeys { nodes { label } } scopes { name } }',
    () => ({}),
  ],
];

describe.each(operations)('%s', (_name, source, variables) => {
  it.each(everySet.map((scopes) => [scopes.join(' ') || 'no scope', scopes] as const))(
    'answers as the oracle does with %s',
    async (_title, scopes) => {
      const expected = await askOracle(source, variables(), scopes);
      const { status, data } = await askHouse(source, variables(), scopes);
      if (data === undefined) {
        expect(status).toBe(403);
        expect(Object.values(expected).every((value) => value === null)).toBe(true);
      } else {
        expect(data).toEqual(expected);
      }
    },
  );
});

describe('the oracle', () => {
  it('refuses what has no rule and lets through what has', async () => {
    const { schema } = house.app.schema;
    const tree = { Query: { viewer: allow }, Viewer: allow };
    const open = applyMiddleware(schema, shield(tree, { debug: true, fallbackRule: deny })) as GraphQLSchema;
    const context = systemContext(house.app, workspace.workspaceId);
    const contextValue = { ...context, principal: keyWith([]) };
    const ask = (source: string) => graphql({ schema: open, source, contextValue });
    expect((await ask('{ customers { totalCount } }')).data).toEqual({ customers: null });
  });

  it('sees data with every scope, so that equal is not equally empty', async () => {
    const data = await askOracle(contractOperation('Dashboard'), {}, everySet.at(-1)!);
    expect(JSON.stringify(data).length).toBeGreaterThan(2_000);
    expect(JSON.stringify(data)).not.toContain('"inquiries":null');
  });
});
