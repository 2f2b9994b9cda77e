// Compiled execution answers what graphql-js answers: on a small schema with the shapes that graphql-jit gets wrong.
import {
  execute,
  GraphQLEnumType,
  GraphQLError,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  Kind,
  parse,
  validate,
  type GraphQLFieldConfigMap,
  type GraphQLInputType,
  type OperationDefinitionNode,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createExecutor } from '../../../src/graphql/execution/execute.ts';
import { compilableOperationOf, writeOut } from '../../../src/graphql/execution/compilable-operation.ts';

/** Carried as an object: a default of it written as JSON would be a text. */
const Moment = new GraphQLScalarType({
  name: 'Moment',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: (value) => new Date(value as string),
  parseLiteral: (node) => new Date(node.kind === Kind.STRING ? node.value : ''),
});
const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 1 }, BLUE: { value: 2 } } });
const Filter: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Filter',
  fields: () => ({
    and: { type: new GraphQLList(new GraphQLNonNull(Filter)) },
    n: { type: new GraphQLNonNull(GraphQLInt), defaultValue: 7 },
    text: { type: GraphQLString },
  }),
});
const Named = new GraphQLInterfaceType({
  name: 'Named',
  fields: { name: { type: GraphQLString } },
  resolveType: () => 'Thing',
});

function echo(type: GraphQLInputType) {
  return {
    type: GraphQLString,
    args: { value: { type }, other: { type: GraphQLString, defaultValue: 'other' } },
    resolve(_source: unknown, args: object, context: unknown) {
      // In the order of their names: a compiled query gives arguments with variables last.
      const given = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1));
      const kinds = given.map(([, value]) => ((value as unknown) instanceof Date ? 'Date' : typeof value));
      return JSON.stringify([given, kinds, context]);
    },
  };
}

const Thing: GraphQLObjectType = new GraphQLObjectType({
  name: 'Thing',
  interfaces: [Named],
  fields: (): GraphQLFieldConfigMap<Record<string, unknown>, unknown> => ({
    name: { type: GraphQLString, resolve: () => 'a name' },
    fails: {
      type: GraphQLString,
      resolve: () => {
        throw new Error('it failed');
      },
    },
    failsLater: { type: GraphQLString, resolve: async () => Promise.reject(new Error('it failed later')) },
    missing: { type: new GraphQLNonNull(GraphQLString), resolve: async () => null },
    wrong: { type: GraphQLInt, resolve: () => 'no number' },
    notInEnum: { type: Colour, resolve: () => 9 },
    nodes: { type: new GraphQLList(new GraphQLNonNull(Thing)), resolve: () => [{}, {}] },
    // One of them: of several that fail graphql-js tells the first, graphql-jit all.
    single: { type: new GraphQLList(new GraphQLNonNull(Thing)), resolve: async () => [{}] },
    gaps: { type: new GraphQLList(Thing), resolve: () => [{}, null, new Error('an item failed')] },
    thing: { type: Thing, resolve: async () => ({}) },
    sure: { type: new GraphQLNonNull(Thing), resolve: () => ({}) },
    named: { type: Named, resolve: () => ({}) },
    where: {
      type: GraphQLString,
      args: { of: { type: GraphQLString } },
      resolve: (_source, { of }, _context, info) =>
        [
          of,
          info.fieldName,
          info.path.key,
          info.returnType.toString(),
          info.fieldNodes[0]?.alias?.value,
        ].join(),
    },
  }),
});

const schema = new GraphQLSchema({
  types: [Thing],
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      thing: { type: Thing, resolve: () => ({}) },
      named: { type: Named, resolve: () => ({}) },
      int: echo(GraphQLInt),
      sureInt: echo(new GraphQLNonNull(GraphQLInt)),
      ints: echo(new GraphQLList(new GraphQLNonNull(GraphQLInt))),
      text: echo(GraphQLString),
      moment: echo(Moment),
      colour: echo(Colour),
      filter: echo(Filter),
    },
  }),
  mutation: new GraphQLObjectType({
    name: 'Mutation',
    fields: { text: echo(GraphQLString) },
  }),
});

type Variables = Readonly<Record<string, unknown>>;

function parts(text: string) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions[0] as OperationDefinitionNode;
  return { document, operation };
}

/** graphql-jit notes errors of non-null fields after all others; the order of errors means nothing. */
const plain = (result: unknown) => {
  const { data, errors } = JSON.parse(JSON.stringify(result)) as { data: unknown; errors?: unknown[] };
  return { data, errors: errors?.map((error) => JSON.stringify(error)).sort() };
};

/** Runs the document three times with each of the variables: as graphql-js alone, compiled, and compiled already. */
async function expectSame(text: string, ...cases: Variables[]) {
  const { document, operation } = parts(text);
  const compiled = createExecutor(schema, 'always');
  for (const variables of [...(cases.length > 0 ? cases : [{}]), ...cases]) {
    const request = { document, operation, operationName: undefined, variables, context: 'context' };
    const wanted = await execute({ schema, document, variableValues: variables, contextValue: 'context' });
    expect(plain(await compiled(request))).toEqual(plain(wanted));
  }
}

function isCompilable(text: string, switches: Variables = {}): boolean {
  const { document, operation } = parts(text);
  const candidate = compilableOperationOf(schema, document, operation);
  return candidate !== null && writeOut(candidate, switches) !== null;
}

async function expectLeft(text: string, ...cases: Variables[]) {
  expect(isCompilable(text)).toBe(false);
  await expectSame(text, ...cases);
}

async function expectTaken(text: string, ...cases: Variables[]) {
  expect(isCompilable(text, cases[0])).toBe(true);
  await expectSame(text, ...cases);
}

describe('what is compiled', () => {
  it('answers nested objects, lists, interfaces, merged fields and fragments', () =>
    expectTaken(`{
      thing { ...F nodes { ...F } again: nodes { name __typename } thing { name } thing { where } ...on Named { name } }
      named { __typename name ... on Thing { where nodes { ...F } } }
      thing { thing { named { name ... on Thing { where(of: "inner") } } } }
    } fragment F on Thing { name where(of: "F") thing { ...G } } fragment G on Thing { where sure { where } }`));

  it('answers errors and null where they reach, with their places', () =>
    expectTaken(`{
      thing { fails failsLater wrong notInEnum gaps { name fails } sure { name } nodes { fails } }
      a: thing { single { name missing } sure { where } }
      b: thing { sure { sure { missing failsLater } } name }
      c: thing { thing { missing } gaps { missing where } named { ... on Thing { missing } } }
      d: thing { ...F } d: thing { ...F } } fragment F on Thing { fails }`));

  it('gives errors the form that others read them in', async () => {
    const { document, operation } = parts('{ thing { fails notInEnum sure { missing } } }');
    const run = createExecutor(schema, 'always');
    const { errors } = await run({
      document,
      operation,
      operationName: undefined,
      variables: {},
      context: null,
    });
    expect(errors).toHaveLength(3);
    for (const error of errors!) expect([error.constructor, error.extensions]).toEqual([GraphQLError, {}]);
    expect(errors!.find(({ message }) => message === 'it failed')!.originalError).toBeInstanceOf(Error);
  });

  it('takes variables of scalars, enums and lists of them, and leaves those that do not fit to graphql-js', async () => {
    const ints = [{}, { v: 1 }, { v: null }, { v: '1' }, { v: 1.5 }, { v: 2 ** 31 }, { v: [1] }, { v: true }];
    await expectTaken('query ($v: Int) { int(value: $v) }', ...ints);
    await expectTaken('query ($v: Int!) { sureInt(value: $v) }', ...ints);
    await expectTaken(
      'query ($v: [Int!]) { ints(value: $v) }',
      ...ints,
      { v: [1, null] },
      { v: [1, 2] },
      { v: [] },
    );
    await expectTaken('query ($v: Colour) { colour(value: $v) }', {}, { v: 'RED' }, { v: 'GREEN' }, { v: 1 });
    await expectTaken('query ($v: Moment) { moment(value: $v) }', {}, { v: '2026-01-01' }, { v: null });
    await expectTaken(
      'query ($v: String) { text(value: $v) }',
      { v: 'a' },
      { v: 7 },
      { unknown: 1 },
      { v: {} },
    );
  });

  it('fills in defaults of variables, and not over a null that was sent', async () => {
    await expectTaken('query ($v: Int = 7) { int(value: $v) }', {}, { v: 8 }, { v: null });
    await expectTaken('query ($v: Int! = 7) { sureInt(value: $v) }', {}, { v: 8 }, { v: null });
    await expectTaken('query ($v: Int = 7) { sureInt(value: $v) }', {}, { v: 8 }, { v: null });
    await expectTaken('query ($v: Colour = BLUE) { colour(value: $v) }', {}, { v: 'RED' });
    await expectTaken('query ($v: Moment = "2026-01-01") { moment(value: $v) }', {}, { v: '2027-01-01' });
    await expectTaken('query ($v: [Int!] = [1, 2]) { ints(value: $v) }', {}, { v: 3 });
    await expectTaken('query ($v: [Int!] = 5) { ints(value: $v) }', {});
  });

  it('leaves an argument out when its variable is absent', () =>
    expectTaken('query ($v: String) { text(other: $v) }', {}, { v: null }, { v: 'a' }));

  it('decides @skip and @include anew for each request', async () => {
    const cases = [true, false].flatMap((a) => [true, false].map((b) => ({ a, b })));
    const use = (text: string) => expectTaken(`query ($a: Boolean!, $b: Boolean!) ${text}`, ...cases);
    await use('{ thing { name @include(if: $a) where @skip(if: $b) ... @include(if: $b) { fails } } }');
    await use('{ thing @include(if: $a) { name } thing @include(if: $b) { where } }');
    await use('{ thing { name @skip(if: $a) @include(if: $b) name @include(if: $a) } }');
    await use('{ thing { ...F @include(if: $a) ...F @include(if: $b) } } fragment F on Thing { name where }');
    await use(`{ a: thing { ...F @include(if: $a) } b: thing { ...F @include(if: $b) } }
      fragment F on Thing { name thing { where } }`);
    await use(
      '{ thing { name } named @skip(if: $a) { name ...F } } fragment F on Thing { where @include(if: $b) }',
    );
  });

  it('leaves a switch that is no Boolean, or absent, to graphql-js', async () => {
    await expectSame('query ($a: Boolean = true) { thing { name @skip(if: $a) where } }', {}, { a: null });
    const cases = [{}, { a: null }, { a: 'x' }];
    await expectSame('query ($a: Boolean! = true) { thing { name @skip(if: $a) where } }', ...cases);
  });

  it('runs the operation that was asked for, of a document that holds several', async () => {
    const { document } = parts('query A { thing { name } } query B($v: Int) { int(value: $v) }');
    const [a, b] = document.definitions as OperationDefinitionNode[];
    const run = createExecutor(schema, 'always');
    const rest = { document, variables: { v: 3 }, context: null };
    for (const [operation, operationName] of [
      [a, 'A'],
      [b, 'B'],
      [undefined, 'C'],
      [undefined, undefined],
    ] as const) {
      const wanted = await execute({
        schema,
        document,
        operationName,
        variableValues: { v: 3 },
        contextValue: null,
      });
      expect(plain(await run({ ...rest, operation, operationName }))).toEqual(plain(wanted));
    }
  });
});

describe('what is left to graphql-js', () => {
  it('is a variable of an input type, which may hold itself for ever', () =>
    expectLeft(
      'query ($f: Filter) { filter(value: $f) }',
      { f: {} },
      { f: { and: [{ n: 1 }, {}] } },
      { f: { n: null } },
    ));

  it('is a variable inside a literal', async () => {
    const texts = [{}, { t: 'a' }, { t: null }];
    await expectLeft('query ($t: String) { filter(value: { n: 1, and: [{ text: $t }] }) }', ...texts);
    await expectLeft('query ($n: Int! = 3) { ints(value: [1, $n]) }', {}, { n: 4 });
    await expectLeft('query ($n: Int = 3) { filter(value: { n: $n }) }', {}, { n: 4 }, { n: null });
  });

  it('is introspection, and what changes something', async () => {
    await expectLeft('{ __type(name: "Thing") { name } thing { name } }');
    await expectLeft('{ ...F } fragment F on Query { __schema { queryType { name } } }');
    await expectLeft('mutation { text(value: "a") }');
  });

  it('is a text that the compiler would run as code', async () => {
    const mark = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
    const code = `${mark}0) + (globalThis.wasRun = 1`;
    await expectLeft(`{ text(value: "${code}") }`);
    await expectLeft(`{ thing { thing { where(of: "${code}") } } }`);
    await expectLeft(`{ filter(value: { and: [{ text: "\\u005f${code.slice(1)}" }] }) }`);
    await expectSame('query ($v: String) { text(value: $v) }', { v: code });
    await expectSame(`query ($v: String = "${code}") { text(value: $v) }`);
    expect(globalThis).not.toHaveProperty('wasRun');
  });

  it('is a name that may be taken for another once it is glued to its neighbours', async () => {
    await expectLeft('{ thing { nodes { where } } nodes_thing: thing { where } }');
    await expectLeft('{ thing { nodes { where(of: "deep") } } where_idx0_nodes_thing: named { name } }');
    await expectLeft('{ idx0: thing { where } }');
    await expectLeft('{ Thing: thing { where } }');
    await expectLeft('{ __proto__: thing { name } thing { __proto__: where } }');
    await expectLeft('query ($__proto__: Int) { int(value: $__proto__) }', { ['__proto__']: 1 }, {});
  });

  it('is what fragments unfold to without measure', () => {
    const names = Array.from({ length: 30 }, (_, index) => index);
    const fragments = names.map(
      (n) => `fragment F${n} on Thing { thing { ...F${n + 1} } sure { ...F${n + 1} } }`,
    );
    const { document, operation } = parts(
      `{ thing { ...F0 } } ${fragments.join(' ')} fragment F30 on Thing { name }`,
    );
    const candidate = compilableOperationOf(schema, document, operation);
    expect(candidate && writeOut(candidate, {})).toBeNull();
  });

  it('is an operation with more switches than can be kept apart', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const variables = names.map((name) => `$${name}: Boolean = true`).join();
    const fields = names.map((name) => `${name}: name @skip(if: $${name})`).join(' ');
    return expectLeft(`query (${variables}) { thing { ${fields} } }`, {}, { a: false, e: false });
  });
});

it('looks at a few of the items of a list that do not fit, however many there are', async () => {
  let looks = 0;
  const Refused = new GraphQLScalarType({
    name: 'Refused',
    parseValue() {
      looks += 1;
      throw new GraphQLError('no');
    },
  });
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: { all: echo(new GraphQLList(Refused)) },
  });
  const document = parse('query ($v: [Refused]) { all(value: $v) }');
  const operation = document.definitions[0] as OperationDefinitionNode;
  const run = createExecutor(new GraphQLSchema({ query }), 'always');
  const variables = { v: Array.from({ length: 1_000 }, () => 1) };
  const { data, errors } = await run({
    document,
    operation,
    operationName: undefined,
    variables,
    context: {},
  });
  expect(data).toBeUndefined();
  // All of them have a place in the document: what has none would be told as a fault of ours.
  expect(errors?.map(({ locations }) => locations?.length)).toEqual([1, 1, 1, 1, 1]);
  expect(looks).toBe(6);
});
