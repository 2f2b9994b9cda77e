// What error messages repeat of a request. The messages are graphql-js's own, made from requests that are wrong.
import { buildSchema, graphql, type GraphQLError, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { makeApiKey } from '../../../src/access/credentials/api-key.ts';
import { DateTimeScalar } from '../../../src/resources/inputs/scalars.ts';
import { redactMessages } from '../../../src/graphql/errors/redact-message.ts';

const schema: GraphQLSchema = buildSchema(`
  scalar DateTime
  enum Role { ADMIN MEMBER }
  input Sign { email: String!, password: String!, role: Role, at: DateTime, size: Int, deep: [Sign!] }
  type Query { sign(input: Sign, role: Role, first: Int, on: Boolean, id: ID, at: DateTime): String }
`);
Object.assign(schema.getType('DateTime')!, {
  parseValue: DateTimeScalar.parseValue,
  parseLiteral: DateTimeScalar.parseLiteral,
});

const password = 'hunter2; is "my" secret at "home"';
const good = { email: 'a', password };

/** The messages that a caller reads. */
async function messagesFor(source: string, variableValues: Record<string, unknown> = {}): Promise<string[]> {
  const { errors } = await graphql({ schema, source, variableValues });
  return (errors ?? []).map((error) => {
    const messages: string[] = [];
    for (let cause: unknown = error; cause instanceof Error; cause = (cause as GraphQLError).originalError) {
      messages.push(cause.message);
    }
    return redactMessages(messages);
  });
}

describe('An error message', () => {
  const sign = 'query ($input: Sign) { sign(input: $input) }';
  it.each([
    [
      { email: 'a', passwort: password },
      'Variable "$input" got an invalid value; Field "password" of required type "String!" was not provided.',
    ],
    [
      { ...good, role: password },
      'Variable "$input" got an invalid value at "input.role"; No such value in the enum "Role".',
    ],
    [
      { ...good, role: 'ADMN' },
      'Variable "$input" got an invalid value at "input.role"; No such value in the enum "Role". Did you mean the enum value "ADMIN"?',
    ],
    [
      { ...good, role: { password } },
      'Variable "$input" got an invalid value at "input.role"; Enum "Role" cannot represent non-string value.',
    ],
    [
      { ...good, at: password },
      'Variable "$input" got an invalid value at "input.at"; DateTime cannot represent this value: it takes ISO 8601 text with a UTC offset.',
    ],
    [
      { ...good, size: password },
      'Variable "$input" got an invalid value at "input.size"; Int cannot represent non-integer value.',
    ],
    [
      { ...good, size: 2 ** 40 },
      'Variable "$input" got an invalid value at "input.size"; Int cannot represent non 32-bit signed integer value.',
    ],
    [
      { ...good, password: [password] },
      'Variable "$input" got an invalid value at "input.password"; String cannot represent a non string value.',
    ],
    [
      { ...good, deep: [good, { ...good, email: null }] },
      'Variable "$input" got an invalid value at "input.deep[1].email"; Expected non-nullable type "String!" not to be null.',
    ],
    [password, 'Variable "$input" got an invalid value; Expected type "Sign" to be an object.'],
  ])('about a variable names the place and not the value: %#', async (input, expected) => {
    const messages = await messagesFor(sign, { input });
    expect(messages).toContain(expected);
    for (const message of messages) expect(message).not.toMatch(/hunter2|1099511627776/);
  });

  const text = JSON.stringify(password);
  it.each([
    [`{ sign(first: ${text}) }`, 'Int cannot represent non-integer value.'],
    [`{ sign(role: ${text}) }`, 'Enum "Role" cannot represent non-enum value.'],
    [`{ sign(role: ADMN) }`, 'No such value in the enum "Role". Did you mean the enum value "ADMIN"?'],
    [`{ sign(on: ${text}) }`, 'Boolean cannot represent a non boolean value.'],
    [`{ sign(id: {password: ${text}}) }`, 'ID cannot represent a non-string and non-integer value.'],
    [
      `{ sign(at: ${text}) }`,
      'DateTime cannot represent this value: it takes ISO 8601 text with a UTC offset.',
    ],
    [`{ sign(input: ${text}) }`, 'Expected value of type "Sign".'],
    [`{ ${text} }`, 'Syntax Error: Expected Name, found String.'],
    [
      `query ($input: Sign = {email: ${text}}) { sign(input: $input) }`,
      'Field "Sign.password" of required type "String!" was not provided.',
    ],
  ])('about the text %s names what was expected', async (source, expected) => {
    expect(await messagesFor(source)).toEqual([expected]);
  });

  it.each([
    'Cannot query field "custmers" on type "Query". Did you mean "customers"?',
    'Variable "$input" of required type "Sign!" was not provided.',
    'Unknown argument "frist" on field "Query.sign". Did you mean "first"?',
    'Unknown operation named "Dashboard".',
    'Syntax Error: Expected Name, found "}".',
    'Syntax Error: Unexpected Name "qery".',
  ])('keeps the names that lead to the mistake: %s', (message) => {
    expect(redactMessages([message])).toBe(message);
  });

  it('repeats no key and no JWT, not even as a name', () => {
    const { key, prefix } = makeApiKey('LIVE');
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl';
    for (const secret of [key, jwt]) {
      for (const message of [
        `Cannot query field "${secret}" on type "Query".`,
        `Unknown fragment "x${secret}".`,
      ]) {
        const spoken = redactMessages([message]);
        for (const part of [secret.slice(-38), secret.slice(10, 30)]) expect(spoken).not.toContain(part);
      }
    }
    expect(redactMessages([`Unknown operation named "${key}".`])).not.toContain(prefix);
  });

  it('of a long sentence keeps the end, which says what to do, and cuts what it repeats', () => {
    const long = 'x'.repeat(5_000);
    const hint = `Set one of these headers: ${'X-Some-Header, '.repeat(20)}X-The-Last-One.`;
    expect(redactMessages([hint])).toBe(hint);
    expect(redactMessages([`Cannot query field "${long}" on type "Query". ${hint}`])).toMatch(
      /X-The-Last-One\.$/,
    );
    expect(redactMessages([`Argument "${'y'.repeat(300)}" is not known. Ask for another.`])).toBe(
      `Argument "${'y'.repeat(100)}…" is not known. Ask for another.`,
    );
    expect(redactMessages([`${'Conflict. '.repeat(500)}${hint}`]).length).toBeLessThanOrEqual(1_001);
  });

  it('never cuts a secret in two', () => {
    const { key } = makeApiKey('LIVE');
    for (let beside = 420; beside < 505; beside += 1) {
      const pad = 'a'.repeat(beside);
      for (const message of [`${pad} ${key} ${'b '.repeat(1_000)}`, `${'b '.repeat(1_000)} ${key} ${pad}`]) {
        for (const part of [key.slice(20, 30), key.slice(-10)])
          expect(redactMessages([message])).not.toContain(part);
      }
    }
  });

  it('about a variable says little when its cause is not known', () => {
    const message = `Variable "$input" got invalid value { password: ${text} }; Field "email" is missing.`;
    expect(redactMessages([message])).toBe('Variable "$input" got an invalid value.');
    expect(redactMessages([`Unknown operation named ${text}.`])).toBe('Unknown operation name.');
  });
});
