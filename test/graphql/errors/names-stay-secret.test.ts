// Where the schema is a secret, a caller without a credential cannot tell a name that it has from one that it has not: for each
// type, field, argument, enum value and directive the answers are the same to the byte. There is no test of the time: nothing
// is looked up before a credential is there, the policy's table of public operations aside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicNamesOf } from '../../../src/graphql/precheck/public-names.ts';
import { openTestHouse, send, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { namesOf } from '../../support/schema-names.ts';

const signIn = 'login(input: { email: "a@b.example", password: "wrong" })';
/** Each asks about a NAME, without and beside what is open to everyone. */
const questions = [
  '{ NAME }',
  '{ NAME { id } }',
  'mutation { NAME }',
  'subscription { NAME }',
  '{ viewer { NAME } }',
  '{ customers(NAME: 1) { totalCount } }',
  '{ ... on NAME { id } }',
  '{ __type(name: "NAME") { name } }',
  'query ($x: NAME) { __typename }',
  'mutation ($x: NAME) { LOGIN { token } }',
  'mutation ($x: [NAME!]!) { LOGIN { token } }',
  'mutation { LOGIN { NAME } }',
  'mutation { LOGIN { user { NAME } } }',
  'mutation { LOGIN { user { workspace { NAME } } } }',
  'mutation { LOGIN { user { ... on NAME { id } } } }',
  'mutation { LOGIN { userErrors { NAME } } }',
  'mutation { LOGIN { token @NAME } }',
  'mutation { login(NAME: 1) { token } }',
  'mutation { login(input: { NAME: 1 }) { token } }',
  'mutation { login(input: { email: NAME, password: "" }) { token } }',
  'mutation { LOGIN { token } } fragment F on NAME { id }',
  'mutation { LOGIN { token } NAME }',
  'mutation A { LOGIN { token } } query B { NAME }',
].map((question) => question.replace('LOGIN', signIn));

/** What everyone may know: the sign-in with all that it takes and gives. GraphQL's own words are no secret either. */
const open = new Set([
  ...[
    'Query',
    'Mutation',
    'login',
    'LoginInput',
    'LoginPayload',
    'ViewerUser',
    'Workspace',
    'UserRole',
    'UserError',
  ],
  ...['input', 'email', 'password', 'token', 'user', 'userErrors', 'id', 'name', 'role', 'workspace'],
  ...['OWNER', 'ADMIN', 'MEMBER', 'code', 'field', 'message', 'expiresAt', 'DateTime'],
  ...[
    'String',
    'Int',
    'Float',
    'Boolean',
    'ID',
    'skip',
    'include',
    'deprecated',
    'specifiedBy',
    'oneOf',
    'if',
  ],
]);

/** Of the same length and form; in no schema. */
function madeUp(name: string): string {
  const filler = /^[A-Z0-9_]+$/.test(name) ? 'XQ' : 'xq';
  const text = filler.repeat(name.length).slice(0, name.length);
  return /^[A-Z]/.test(name) ? text[0]!.toUpperCase() + text.slice(1) : text;
}

describe.each(['keys', 'off'])('INTROSPECTION=%s', (introspection) => {
  let house: TestHouse;
  let key: KeyCaller;
  let names: string[];
  beforeAll(async () => {
    house = await openTestHouse('sqlite', { env: { INTROSPECTION: introspection } });
    key = await (await house.workspace()).key(...house.app.scopes.dataScopes);
    names = [...namesOf(house.app.schema.schema)].filter((name) => !open.has(name) && !name.startsWith('__'));
  });
  afterAll(() => house.close());

  async function answerTo(question: string, name: string): Promise<string> {
    const query = question.replaceAll('NAME', name);
    const { status, text } = await send(house.app, { 'x-request-id': 'same' }, { query });
    return `${status} ${text}`;
  }

  it('what everyone may know is the sign-in', () => {
    const { schema, policy } = house.app.schema;
    expect([...publicNamesOf(schema, policy)].sort()).toEqual([...open, '__typename'].sort());
  });

  it('a stranger cannot tell the names of the schema from others', async () => {
    expect(names.length).toBeGreaterThan(300);
    const told: string[] = [];
    const made = new Map<string, string>();
    for (const question of questions) {
      for (const name of names) {
        const other = madeUp(name);
        const known = `${question} ${other}`;
        if (!made.has(known)) made.set(known, await answerTo(question, other));
        const answer = await answerTo(question, name);
        const asOther = answer.replaceAll(name, other);
        if (answer !== made.get(known) && asOther !== made.get(known)) told.push(`${name}: ${question}`);
      }
    }
    expect(told).toEqual([]);
  }, 300_000);

  it('a key is not told what it may have meant', async () => {
    for (const name of names) {
      for (const question of [
        '{ NAME }',
        '{ customers { NAME } }',
        '{ customers(NAME: 1) { totalCount } }',
      ]) {
        const { text } = await key.send(question.replace('NAME', `${name}x`));
        expect(text).not.toMatch(/did you mean/i);
      }
    }
  });
});
