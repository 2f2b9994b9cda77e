// Every text that an argument or input field takes has a maximum, and is measured before anything folds, normalizes, hashes
// or searches it: read from the schema, so that a new field is tried by itself.
import * as gql from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPasswordHasher, passwordProblem } from '../../../src/access/credentials/password.ts';
import { fold } from '../../../src/core/text/fold.ts';
import { maxTextLength, statedTextLength } from '../../../src/resources/inputs/text-limits.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Answer, type Caller, type TestHouse } from '../../support/house.ts';
import type { Argument } from '../../support/id-places.ts';
import { isRequired } from '../../support/walk/paths.ts';
import { resources } from '../../support/walk/rows.ts';
import { fill } from '../../support/walk/values.ts';

type Place = gql.GraphQLArgument | gql.GraphQLInputField;
type Field = gql.GraphQLField<unknown, unknown>;

const takesNoText = ['Int', 'SafeInt', 'Float', 'Boolean'];
const takesText = ({ type }: Place) => {
  const named = gql.getNamedType(type);
  return gql.isScalarType(named) && !takesNoText.includes(named.name);
};

/** Every argument and input field of the schema, by coordinate. */
function everyPlace(schema: gql.GraphQLSchema): [string, Place][] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type): [string, Place][] => {
      if (!('getFields' in type)) return [];
      return Object.values(type.getFields()).flatMap((field): [string, Place][] => {
        const coordinate = `${type.name}.${field.name}`;
        if (!('args' in field)) return [[coordinate, field]];
        return field.args.map((argument: gql.GraphQLArgument) => [
          `${coordinate}(${argument.name})`,
          argument,
        ]);
      });
    });
}

interface TextPlace {
  readonly place: Place;
  readonly path: readonly string[];
}

/** Where the arguments of a field take texts: `["filter", "name", "contains"]`. `and` and `or` only repeat. */
function textPlaces(places: readonly Place[], seen: readonly string[] = []): TextPlace[] {
  return places.flatMap((place): TextPlace[] => {
    const named = gql.getNamedType(place.type);
    if (takesText(place)) return [{ place, path: [place.name] }];
    if (!gql.isInputObjectType(named) || seen.includes(named.name)) return [];
    return textPlaces(Object.values(named.getFields()), [...seen, named.name]).map((inner) => ({
      ...inner,
      path: [place.name, ...inner.path],
    }));
  });
}

interface Attempt {
  readonly name: string;
  readonly max: number;
  /** What a refusal names. */
  readonly stated: number | null;
  readonly document: string;
  variables(text: string): Record<string, unknown>;
}

/** Puts the text where the path leads, into the first item of each list on the way. */
function put(value: unknown, [next, ...rest]: readonly string[], text: string): unknown {
  if (Array.isArray(value)) return [put(value[0], next === undefined ? [] : [next, ...rest], text)];
  if (next === undefined) return text;
  const object = value as Record<string, unknown>;
  return { ...object, [next]: put(object[next], rest, text) };
}

const own = Object.fromEntries(resources.map(({ table }) => [table.name, 'xyz_0']));

function attemptsOn(kind: 'query' | 'mutation', field: Field): Attempt[] {
  return textPlaces(field.args).map(({ place, path }): Attempt => {
    const used = field.args.filter((argument) => isRequired(argument) || argument.name === path[0]);
    const head = used.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
    const given = used.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
    const selection = gql.isLeafType(gql.getNamedType(field.type)) ? '' : '{ __typename }';
    const valueOf = (argument: Argument) => fill(field.name, argument, path, 'xyz_0', own);
    return {
      name: `${field.name}(${path.join('.')})`,
      max: maxTextLength(place) ?? 0,
      stated: statedTextLength(place),
      document: `${kind} (${head}) { ${field.name}(${given}) ${selection} }`,
      variables: (text) =>
        Object.fromEntries(
          used.map((argument) => {
            const value = valueOf(argument);
            return [argument.name, argument.name === path[0] ? put(value, path.slice(1), text) : value];
          }),
        ),
    };
  });
}

const fillings = ['\u0301', ' ', 'a', '\u3099', '%', '\uFDFA'];
const attackLength = 65_000;

describeEachEngine('texts of any length', (engineName) => {
  let house: TestHouse;
  let owner: Caller;
  let attempts: Attempt[];
  beforeAll(async () => {
    house = await openTestHouse(engineName);
    owner = await (await house.workspace()).owner();
    const { schema } = house.app.schema;
    attempts = [
      ...Object.values(schema.getQueryType()!.getFields()).flatMap((field) => attemptsOn('query', field)),
      ...Object.values(schema.getMutationType()!.getFields()).flatMap((field) =>
        attemptsOn('mutation', field),
      ),
    ];
  });
  afterAll(() => house.close());

  const refusal = ({ status, data, errors }: Answer) => ({ status, data, errors });
  const tooLong = (length: number, max: number | null) => ({
    status: 400,
    data: undefined,
    errors: [
      {
        message: expect.stringMatching(
          new RegExp(`^"\\w+" has ${length} characters; at most ${max} are taken\\.$`),
        ),
        extensions: {
          ...{ code: 'BAD_USER_INPUT', argument: expect.stringMatching(/^\w+$/) },
          ...{ requested: length, limit: max, requestId: expect.any(String) },
        },
      },
    ],
  });

  it('have a maximum at every argument and input field that takes text, and at no other', () => {
    const places = everyPlace(house.app.schema.schema);
    expect(places.length).toBeGreaterThan(300);
    const wrong = places.filter(([, place]) => (maxTextLength(place) !== null) !== takesText(place));
    expect(wrong.map(([coordinate]) => coordinate)).toEqual([]);
    expect(attempts.length).toBeGreaterThan(80);
  });

  it('are refused over the maximum, wherever they stand', { timeout: 300_000 }, async () => {
    for (const { name, max, stated, document, variables } of attempts) {
      for (const text of fillings.slice(0, 3)) {
        const length = Math.max(attackLength, max + 1);
        const answer = await owner.send(document, variables(text.repeat(length)));
        expect({ name, ...refusal(answer) }).toEqual({ name, ...tooLong(length, stated) });
      }
    }
  });

  it.each([
    ['CreateCustomerInput', 'createCustomer', { name: 'x' }, 'name'],
    ['CreateCustomerInput', 'createCustomer', { name: 'Anna', email: 'x' }, 'email'],
    ['CreateVenueInput', 'createVenue', { name: 'Venue', timezone: 'UTC', address: 'x' }, 'address'],
  ])('are told the limit of their field: %s, %s, %j', async (type, mutation, input, field) => {
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code message } } }`;
    const sent = (length: number) =>
      owner.send(document, { input: { ...input, [field]: 'x'.repeat(length) } });
    const refused = await sent(attackLength);
    const limit = refused.errors?.[0]?.extensions['limit'] as number;
    expect(limit).toBeLessThan(1_000);
    const codeAt = async (length: number) =>
      (await sent(length)).data[mutation].userErrors[0]?.code as unknown;
    expect([await codeAt(limit), await codeAt(limit + 1)]).toEqual([
      field === 'email' ? 'INVALID' : undefined,
      'TOO_LONG',
    ]);
  });

  it('are answered at the maximum without a defect, whatever they hold', { timeout: 300_000 }, async () => {
    for (const { name, max, document, variables } of attempts) {
      for (const text of fillings) {
        const { status, errors } = await owner.send(document, variables(text.repeat(max)));
        const codes = errors?.map(({ extensions }) => extensions['code']) ?? [];
        expect([name, status < 500, codes.includes('INTERNAL_SERVER_ERROR')]).toEqual([name, true, false]);
      }
    }
  });

  it.each([
    [
      'a literal',
      (text: string) => `{ customers(filter: { or: [{ name: { contains: ${text} } }] }) { totalCount } }`,
    ],
    [
      'a default',
      (text: string) =>
        `query ($s: String = ${text}) { customers(filter: { name: { contains: $s } }) { totalCount } }`,
    ],
    [
      'a literal further down',
      (text: string) =>
        `{ venues { nodes { customers(filter: { name: { in: ["", ${text}] } }) { totalCount } } } }`,
    ],
    ['an id as a number', () => `{ customer(id: ${'9'.repeat(attackLength)}) { id } }`],
    ['an argument of an interface', (text: string) => `{ node(id: ${text}) { id } }`],
  ])('are found in the document too: %s', async (_where, document) => {
    const answer = await owner.send(document(JSON.stringify('\u0301'.repeat(attackLength))));
    expect(answer.errors?.[0]?.message).toMatch(/^"\w+" has 65000 characters; at most \d+ are taken\.$/);
    expect([answer.status, answer.data]).toEqual([400, undefined]);
  });

  it('do not let a sign-in through to the hash', async () => {
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const marks = '\u0301'.repeat(attackLength);
    for (const input of [
      { email: marks, password: 'a long password' },
      { email: 'ada@acme.example', password: marks },
    ]) {
      const answer = await house.send({}, login, { input });
      expect([answer.status, answer.errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });
});

// Whoever forgets the length does not get as far as the work: at this length each of these took minutes.
describe('what takes time with the square of a text', () => {
  const marks = '\u0301'.repeat(1_000_000);

  it('folds no text that is longer than a folded column', () => {
    expect(() => fold(marks)).toThrow('at most 1000 are compared');
    expect(fold('É'.repeat(1_000))).toBe('e'.repeat(1_000));
  });

  it('normalizes no password that is longer than any that was ever accepted', async () => {
    expect(passwordProblem(marks)).toBe('The password may have at most 256 characters.');
    const hasher = createPasswordHasher();
    // Letters with three marks each, in no order that is guessed.
    const letters = ['\u1F82', '\u1F92', '\u1FA2'];
    const composed = Array.from(
      { length: 256 },
      (_, index) => letters[(index * index + (index >> 2)) % 3],
    ).join('');
    const typed = composed.normalize('NFD');
    expect([passwordProblem(typed), typed.length]).toEqual([null, 1_024]);
    const hash = await hasher.hash(composed);
    expect(await hasher.verify(hash, typed)).toBe(true);
    expect(await hasher.verify(hash, marks)).toBe(false);
    expect(await hasher.verify(await hasher.hash(''), marks)).toBe(false);
    await expect(hasher.hash(marks)).rejects.toThrow('was not measured');
  });
});
