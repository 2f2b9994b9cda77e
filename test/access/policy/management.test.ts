// Which operations draw on the budget of management: those that manage and nothing else.
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createManagementCheck, mayManage } from '../../../src/access/policy/index.ts';
import { rootFieldsOf } from '../../../src/access/policy/management.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse('sqlite');
});
afterAll(() => house.close());

it('knows every field that manages, and what may stand beside it', () => {
  const { schema, policy } = house.app.schema;
  const { managing, neutral } = rootFieldsOf(schema, policy);
  // A new one belongs here when it reads no customer, inquiry, venue or anything else that a key may read.
  expect([...managing.keys()].sort()).toEqual(
    [
      ...['apiKey', 'apiKeys', 'auditEntry', 'auditLog', 'user', 'users'].map((name) => `Query.${name}`),
      ...['Query.requests', 'Query.storedOperation', 'Query.storedOperations', 'Query.workspaceSettings'],
      ...['Query.previewKeyChange', 'Query.mayHaveRead', 'Mutation.updateWorkspaceSettings'],
      ...['Mutation.saveOperation', 'Mutation.deleteOperation'],
      ...['Mutation.narrowApiKey', 'Mutation.undoNarrowing'],
      ...['create', 'update', 'disable', 'enable', 'rotate', 'regenerate', 'revoke', 'delete', 'reveal'].map(
        (verb) => `Mutation.${verb}ApiKey`,
      ),
      ...['createUser', 'updateUserRole', 'removeUser', 'changePassword', 'signOutEverywhere'].map(
        (name) => `Mutation.${name}`,
      ),
    ].sort(),
  );
  expect([...neutral].sort()).toEqual([
    'Mutation.__typename',
    ...['__typename', 'changesCompleteUntil', 'rateLimit', 'scopes', 'viewer'].map((name) => `Query.${name}`),
  ]);
});

it.each([
  ['one that manages', 'mutation { disableApiKey(id: "x") { apiKeyId } }', true],
  [
    'several, in fragments',
    '{ ...A ... on Query { users { totalCount } } } fragment A on Query { apiKeys { totalCount } }',
    true,
  ],
  [
    'one with the limits beside it',
    '{ apiKeys { totalCount } rateLimit { remaining } viewer { kind } __typename }',
    true,
  ],
  ['the limits alone', '{ rateLimit { remaining } }', false],
  ['one with data beside it', '{ apiKeys { totalCount } customers { totalCount } }', false],
  [
    'one with data beside it that is skipped',
    '{ apiKeys { totalCount } customers @skip(if: true) { totalCount } }',
    false,
  ],
  [
    'one with a costly field beside it',
    '{ apiKeys { totalCount } suggestScopes(documents: []) { scopes } }',
    false,
  ],
  [
    'one with a sign-in beside it',
    'mutation { disableApiKey(id: "x") { apiKeyId } login(input: {}) { token } }',
    false,
  ],
  ['one with the schema beside it', '{ apiKeys { totalCount } __schema { types { name } } }', false],
  ['one of a name of a mutation', '{ disableApiKey }', false],
  ['a fragment that is not there', '{ ...A }', false],
  ['data', '{ customers { totalCount } }', false],
])('takes for management %s: %s', (_what, query, expected) => {
  const { schema, policy } = house.app.schema;
  expect(createManagementCheck(schema, policy)(parse(query), null) !== null).toBe(expected);
});

it('counts for those who may', () => {
  const { schema, policy } = house.app.schema;
  const check = createManagementCheck(schema, policy);
  const disable = check(parse('mutation { disableApiKey(id: "x") { apiKeyId } }'), null);
  const signOut = check(parse('mutation { signOutEverywhere { userId } }'), null);
  const member = new Set(['account:manage', 'read:customers']);
  expect([mayManage(disable, member), mayManage(signOut, member), mayManage(null, member)]).toEqual([
    ...[false, true, false],
  ]);
  expect(mayManage(disable, new Set(['workspace:manage']))).toBe(true);
});
