// Rules of arguments, input fields and enum values, and of fields behind an interface: on a schema made by hand, run to
// the end, because a denial without a guard is no denial.
import { buildSchema, execute, parse, validate, type GraphQLObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compilePolicy, guardBoundaries, open, scopes } from '../../../src/access/policy/index.ts';
import { judgeOf, type Question } from '../support/real-policy.ts';

const readA = scopes('read:a');
const sdl = `
  type Query { things(secret: Int, filter: Filter, filters: [[Filter!]], order: Order = { by: NAME }): Thing search(filter: Filter): Int }
  type Thing { name(style: Style): String related(id: ID, as: String): Named parts(filter: Filter, secret: Int): [String] }
  interface Named { name: String }
  type Open implements Named { name: String }
  type Closed implements Named { name: String }
  input Filter { name: String email: String and: [Filter!] order: Order }
  input Order { by: By! = NAME }
  enum By { NAME SALARY }
  enum Style { SHORT FULL }
`;
const policyDeclaration = {
  'Query.things': open,
  'Query.things(secret)': scopes('arg:secret'),
  'Query.search': open,
  Thing: readA,
  'Thing.parts(secret)': scopes('arg:secret'),
  Open: readA,
  Closed: scopes('read:closed'),
  Filter: open,
  'Filter.email': scopes('filter:email'),
  Order: open,
  'By.SALARY': scopes('sort:salary'),
  'Style.FULL': scopes('style:full'),
};

function build() {
  const schema = buildSchema(sdl);
  const fieldsOf = (name: string) => (schema.getType(name) as GraphQLObjectType).getFields();
  const ran: string[] = [];
  const related = fieldsOf('Thing')['related']!;
  related.extensions = {
    concreteTypeOf: ({ id }: { id?: string }) =>
      id === undefined ? null : id.startsWith('c') ? 'Closed' : 'Open',
  };
  const resolve = (name: string, value: unknown) => () => {
    ran.push(name);
    return value;
  };
  const policy = compilePolicy(schema, [policyDeclaration]);
  fieldsOf('Query')['things']!.resolve = resolve('things', {});
  fieldsOf('Query')['search']!.resolve = resolve('search', 7);
  fieldsOf('Thing')['name']!.resolve = resolve('name', 'a name');
  fieldsOf('Thing')['parts']!.resolve = resolve('parts', ['a part']);
  related.resolve = (_thing, { id }: { id: string }) => {
    ran.push('related');
    return { __typename: id.startsWith('c') ? 'Closed' : 'Open', name: 'related name' };
  };
  guardBoundaries(schema, policy);
  return { schema, policy, ran };
}

/** Decides and runs; denied paths, data and the resolvers that ran. */
async function ask(question: Question) {
  const { schema, policy, ran } = build();
  const judge = judgeOf({ schema, policy });
  const document = parse(question.document as string);
  expect(validate(schema, document)).toEqual([]);
  const decision = await judge.decide({ ...question, document });
  const result = await execute({
    schema,
    document,
    contextValue: { decision },
    variableValues: question.variables ?? {},
  });
  expect(result.errors).toBeUndefined();
  const denied = decision.denials.map(({ pathKey, coordinate, missing }) => [pathKey, coordinate, missing]);
  return { denied, data: JSON.parse(JSON.stringify(result.data)) as unknown, ran };
}

const onEmail = [['search', 'Filter.email', ['filter:email']]];
const onSalary = [['search', 'By.SALARY', ['sort:salary']]];

describe('an argument with a rule of its own', () => {
  it('is asked for only when it is given', async () => {
    const query = (args: string) => `{ things${args} { name } }`;
    expect((await ask({ document: query(''), scopes: ['read:a'] })).denied).toEqual([]);
    const denied = [['things', 'Query.things(secret)', ['arg:secret']]];
    expect(await ask({ document: query('(secret: 1)'), scopes: ['read:a'] })).toEqual({
      denied,
      data: { things: null },
      ran: [],
    });
    expect((await ask({ document: query('(secret: null)'), scopes: ['read:a'] })).denied).toEqual(denied);
    const byVariable = `query ($s: Int) ${query('(secret: $s)')}`;
    const asked = (variables: Record<string, unknown>) =>
      ask({ document: byVariable, scopes: ['read:a'], variables });
    expect((await asked({ s: 1 })).denied).toEqual(denied);
    expect((await asked({ s: null })).denied).toEqual(denied);
    expect(await asked({})).toMatchObject({ denied: [], ran: ['things', 'name'] });
    const byDefault = byVariable.replace('$s: Int', '$s: Int = 1');
    expect((await ask({ document: byDefault, scopes: ['read:a'] })).denied).toEqual(denied);
    expect(
      (await ask({ document: byVariable, scopes: ['read:a', 'arg:secret'], variables: { s: 1 } })).denied,
    ).toEqual([]);
  });

  it('counts by the variable of this request, whatever was decided before for the document', async () => {
    const { schema, policy } = build();
    const judge = judgeOf({ schema, policy });
    const document = parse('query ($s: Int) { things(secret: $s) { name } }');
    const verdicts = [];
    for (const variables of [{}, { s: 1 }, {}]) {
      verdicts.push(Object.keys(await judge.denied({ document, scopes: ['read:a'], variables })));
    }
    expect(verdicts).toEqual([[], ['things'], []]);
  });

  it('closes a field that asks no more than its type otherwise', async () => {
    const document = '{ things { open: parts closed: parts(secret: 1) } }';
    expect(await ask({ document, scopes: ['read:a'] })).toEqual({
      denied: [['things.closed', 'Thing.parts(secret)', ['arg:secret']]],
      data: { things: { open: ['a part'], closed: null } },
      ran: ['things', 'parts'],
    });
  });
});

describe('an input field with a rule of its own', () => {
  it.each([
    ['a literal', '{ search(filter: { email: "x" }) }', {}],
    ['a literal null', '{ search(filter: { email: null }) }', {}],
    ['nested in a list', '{ search(filter: { and: [{ name: "x" }, { and: [{ email: "x" }] }] }) }', {}],
    ['nested in a list that is one object', '{ search(filter: { and: { email: "x" } }) }', {}],
    ['a variable as the value', 'query ($e: String) { search(filter: { email: $e }) }', { e: 'x' }],
    ['a variable that is null', 'query ($e: String) { search(filter: { email: $e }) }', { e: null }],
    ['a variable with a default', 'query ($e: String = "x") { search(filter: { email: $e }) }', {}],
    ['the whole filter as a variable', 'query ($f: Filter) { search(filter: $f) }', { f: { email: 'x' } }],
    ['null inside a variable', 'query ($f: Filter) { search(filter: $f) }', { f: { email: null } }],
    [
      'deep in a variable',
      'query ($f: Filter) { search(filter: $f) }',
      { f: { and: [{ and: [{ email: 'x' }] }] } },
    ],
    [
      'one object where the variable has a list',
      'query ($f: [Filter!]) { search(filter: { and: $f }) }',
      { f: { email: 'x' } },
    ],
    [
      'a variable in a literal in a list',
      'query ($f: Filter!) { search(filter: { and: [{ name: "x" }, $f] }) }',
      { f: { email: 'x' } },
    ],
    [
      'the default of a variable',
      'query ($f: Filter = { and: [{ email: "x" }] }) { search(filter: $f) }',
      {},
    ],
  ])('is seen as %s', async (_how, document, variables) => {
    expect(await ask({ document, variables })).toEqual({ denied: onEmail, data: { search: null }, ran: [] });
    expect((await ask({ document, variables, scopes: ['filter:email'] })).data).toEqual({ search: 7 });
  });

  it('is not asked for when a value replaces the default that names it', async () => {
    const document = 'query ($f: Filter = { email: "x" }) { search(filter: $f) }';
    expect((await ask({ document, variables: { f: { name: 'x' } } })).denied).toEqual([]);
    expect((await ask({ document, variables: { f: null } })).denied).toEqual([]);
  });

  it('is not asked for when its variable is absent: execution leaves the field out', async () => {
    const document = 'query ($e: String) { search(filter: { email: $e }) }';
    expect(await ask({ document })).toEqual({ denied: [], data: { search: 7 }, ran: ['search'] });
  });

  it('is decided for the variables of this request, whatever was decided before for the document', async () => {
    const { schema, policy } = build();
    const judge = judgeOf({ schema, policy });
    const document = parse('query ($f: Filter) { search(filter: $f) }');
    const verdicts = [];
    for (const filter of [{ name: 'x' }, { email: 'x' }, { name: 'x' }]) {
      verdicts.push(Object.keys(await judge.denied({ document, variables: { f: filter } })));
    }
    expect(verdicts).toEqual([[], ['search'], []]);
  });

  it('is seen in lists of lists', async () => {
    const document = 'query ($f: [[Filter!]]) { things(filters: $f) { name } }';
    const asked = { document, scopes: ['read:a'] };
    expect((await ask({ ...asked, variables: { f: [[{ name: 'x' }], [{ email: 'x' }]] } })).data).toEqual({
      things: null,
    });
    expect((await ask({ ...asked, variables: { f: [[{ name: 'x' }], null] } })).denied).toEqual([]);
  });

  it('closes a field that asks no more than its type otherwise', async () => {
    const document = '{ things { parts(filter: { email: "x" }) } }';
    expect(await ask({ document, scopes: ['read:a'] })).toEqual({
      denied: [['things.parts', 'Filter.email', ['filter:email']]],
      data: { things: { parts: null } },
      ran: ['things'],
    });
  });
});

describe('an enum value with a rule of its own', () => {
  it.each([
    ['a literal', '{ search(filter: { order: { by: SALARY } }) }', {}],
    ['a variable', 'query ($b: By!) { search(filter: { order: { by: $b } }) }', { b: 'SALARY' }],
    ['inside a variable', 'query ($o: Order) { search(filter: { order: $o }) }', { o: { by: 'SALARY' } }],
    ['the default of a variable', 'query ($b: By! = SALARY) { search(filter: { order: { by: $b } }) }', {}],
  ])('is seen as %s', async (_how, document, variables) => {
    expect(await ask({ document, variables })).toEqual({ denied: onSalary, data: { search: null }, ran: [] });
  });

  it('leaves the other values open', async () => {
    const document = 'query ($b: By!) { search(filter: { order: { by: $b } }) }';
    expect(await ask({ document, variables: { b: 'NAME' } })).toEqual({
      denied: [],
      data: { search: 7 },
      ran: ['search'],
    });
  });

  it('closes a field that asks no more than its type otherwise', async () => {
    const document = '{ things { a: name(style: SHORT) b: name(style: FULL) } }';
    expect(await ask({ document, scopes: ['read:a'] })).toMatchObject({
      denied: [['things.b', 'Style.FULL', ['style:full']]],
      data: { things: { a: 'a name', b: null } },
    });
  });
});

describe('a variable that does not fit its type', () => {
  const misfits: readonly unknown[] = [
    ...[{ unknown: 1 }, { toString: 1 }, { name: { deep: {} } }, { order: { by: { deep: 1 } } }],
    ...[{ and: [null, 'text', 7, { order: 'text' }] }, 'text', 7, null, []],
  ];

  it.each(misfits.map((filter) => ({ filter })))(
    'is denied nothing, and left to execution to refuse: $filter',
    async ({ filter }) => {
      const judge = judgeOf(build());
      const document = 'query ($f: Filter) { search(filter: $f) }';
      expect(await judge.denied({ document, variables: { f: filter } })).toEqual({});
    },
  );

  it('is denied what it names all the same', async () => {
    const judge = judgeOf(build());
    const document = 'query ($f: Filter) { search(filter: $f) }';
    const filter = { unknown: 1, and: [{ name: {}, email: 'x' }] };
    expect(await judge.denied({ document, variables: { f: filter } })).toEqual({ search: ['filter:email'] });
  });
});

describe('a field of an interface below the root', () => {
  const document = 'query ($id: ID) { things { related(id: $id) { __typename name } } }';

  it('asks for what its concrete type asks, and its resolver does not run', async () => {
    expect(await ask({ document, variables: { id: 'c1' }, scopes: ['read:a'] })).toEqual({
      denied: [['things.related', 'Thing.related', ['read:closed']]],
      data: { things: { related: null } },
      ran: ['things'],
    });
    const data = { things: { related: { __typename: 'Closed', name: 'related name' } } };
    expect(
      (await ask({ document, variables: { id: 'c1' }, scopes: ['read:a', 'read:closed'] })).data,
    ).toEqual(data);
  });

  it('is not closed by a type that it does not lead to this time', async () => {
    const data = { things: { related: { __typename: 'Open', name: 'related name' } } };
    expect((await ask({ document, variables: { id: 'o1' }, scopes: ['read:a'] })).data).toEqual(data);
  });
});

describe('a guard', () => {
  it('lets nothing run when no decision was made', async () => {
    const { schema, ran } = build();
    const result = await execute({ schema, document: parse('{ search }'), contextValue: {} });
    expect(result.errors?.[0]?.message).toBe('Query.search was about to run without an access decision.');
    expect(ran).toEqual([]);
  });
});
