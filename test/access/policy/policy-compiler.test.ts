// What the policy compiler refuses at boot, and what it derives: on small schemas made by hand.
import { buildSchema, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  adminOnly,
  authenticated,
  compilePolicy,
  open,
  PolicyError,
  scopes,
  type Policy,
  type PolicyDeclaration,
} from '../../../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../../../src/services.ts';
import { assembleSchema } from '../../../src/graphql/schema.ts';

const readA = scopes('read:a');
const readB = scopes('read:b');

function faultsOf(sdl: string | GraphQLSchema, ...declarations: PolicyDeclaration[]): readonly string[] {
  try {
    compilePolicy(typeof sdl === 'string' ? buildSchema(sdl) : sdl, declarations);
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.faults;
  }
}

function compile(sdl: string, declaration: PolicyDeclaration): Policy {
  return compilePolicy(buildSchema(sdl), [declaration]);
}

/** The schema with a field that says which type its arguments allow, as `node` does. */
function withConcreteType(sdl: string, typeName: string, fieldName: string): GraphQLSchema {
  const schema = buildSchema(sdl);
  const type = schema.getType(typeName) as unknown as { getFields(): Record<string, { extensions: object }> };
  type.getFields()[fieldName]!.extensions = { concreteTypeOf: () => null };
  return schema;
}

describe('at boot', () => {
  it('a field without a rule is refused, with the place where the rule belongs', () => {
    expect(faultsOf('type Query { a: Int b: Int }', { 'Query.a': readA })).toEqual([
      'Query.b has no rule: add "Query.b" or "Query" to the "policy" of the feature that declares this field, in src/features/<feature>/index.ts.',
    ]);
  });

  it('a field of a nested type without a rule is refused, though the edge that leads there has one', () => {
    expect(faultsOf('type Query { a: A } type A { x: Int }', { 'Query.a': readA })).toEqual([
      'A.x has no rule: add "A.x" or "A" to the "policy" of the feature that declares this field, in src/features/<feature>/index.ts.',
    ]);
  });

  it('an input field without a rule is refused, with the place where the rule belongs', () => {
    const sdl = 'type Query { a(filter: Filter): Int } input Filter { x: Int y: Int }';
    expect(faultsOf(sdl, { 'Query.a': readA, 'Filter.x': readA })).toEqual([
      'Filter.y has no rule: add "Filter.y" or "Filter" to the "policy" of the feature that declares this input field, in src/features/<feature>/index.ts.',
    ]);
  });

  it.each(['Query.aa', 'query.a', 'A', 'Query.a(frist)', 'Filter.z', 'Color.BLUE', 'Int', 'Query.a.x'])(
    'a rule for "%s", which does not exist, is refused as misspelt',
    (key) => {
      const sdl =
        'type Query { a(first: Int, filter: Filter, color: Color): Int } input Filter { x: Int } enum Color { RED }';
      expect(faultsOf(sdl, { 'Query.a': readA, Filter: readA, [key]: readA })).toEqual([
        `"${key}" has a rule, but the schema has no such coordinate: check the spelling.`,
      ]);
    },
  );

  it('a rule that two features declare is refused, also when both say the same', () => {
    const sdl = 'type Query { a: Int }';
    expect(faultsOf(sdl, { 'Query.a': readA }, { 'Query.a': readB })).toEqual([
      '"Query.a" has two rules: remove one.',
    ]);
    expect(faultsOf(sdl, { 'Query.a': readA }, { 'Query.a': readA })).toHaveLength(1);
  });

  it.each([undefined, null, true, 'read:a', ['read:a'], {}])(
    'a rule that is %j is refused and opens nothing',
    (rule) => {
      const policy = { 'Query.a': rule } as unknown as PolicyDeclaration;
      expect(faultsOf('type Query { a: Int }', policy)).toEqual([
        'The rule of "Query.a" is not a requirement.',
        'Query.a has no rule: add "Query.a" or "Query" to the "policy" of the feature that declares this field, in src/features/<feature>/index.ts.',
      ]);
    },
  );

  it('a field that can be refused and is not nullable is refused', () => {
    const sdl = 'type Query { a: A! list: [A]! } type A { x: Int! y: Int! }';
    const policy = { 'Query.a': open, 'Query.list': open, A: readA, 'A.y': readB };
    const advice =
      'and is not nullable: a refusal could not be shown as null. Declare it { nullable: true }.';
    expect(faultsOf(sdl, policy)).toEqual([
      `Query.a needs "read:a" ${advice}`,
      `Query.list needs "read:a" ${advice}`,
      `A.y needs "read:b" ${advice}`,
    ]);
  });

  it('a field that asks no more than its type may be non-null, because nobody gets that far', () => {
    expect(
      faultsOf('type Query { a: A } type A { x: Int! self: A! } ', { 'Query.a': open, A: readA }),
    ).toEqual([]);
  });

  it.each([
    ['an argument', { 'A.x(secret)': readB }, 'needs "read:a and read:b" for its argument "secret"'],
    [
      'an input field',
      { 'Filter.y': readB },
      'needs more than its type for some values of its argument "filter"',
    ],
    [
      'an enum value',
      { 'Color.RED': readB },
      'needs more than its type for some values of its argument "filter"',
    ],
  ])('a non-null field that can be refused because of %s is refused', (_what, rule, cause) => {
    const sdl = `type Query { a: A } type A { x(secret: Int, filter: Filter): Int! }
      input Filter { y: Int colors: [Color!] again: Filter } enum Color { RED }`;
    expect(faultsOf(sdl, { 'Query.a': open, A: readA, Filter: readA, ...rule })).toEqual([
      `A.x ${cause} and is not nullable: a refusal could not be shown as null. Declare it { nullable: true }.`,
    ]);
  });

  it('the server does not start when a feature leaves a field, an argument object or a type of it without a rule', async () => {
    const without = (...keys: string[]) =>
      allFeatures.map((feature) => ({
        ...feature,
        policy: Object.fromEntries(Object.entries(feature.policy).filter(([key]) => !keys.includes(key))),
      }));
    const place = 'in src/features/<feature>/index.ts.';
    const assembled = assembleSchema(
      without('Query.statistics', 'Mutation.createVenue', 'Reply'),
      scopeCatalogue(),
    );
    const error = await assembled.then(
      () => null,
      (thrown: unknown) => thrown as PolicyError,
    );
    expect(error).toBeInstanceOf(PolicyError);
    for (const fault of [
      `Query.statistics has no rule: add "Query.statistics" or "Query" to the "policy" of the feature that declares this field, ${place}`,
      `CreateVenueInput.name has no rule: add "CreateVenueInput.name" or "CreateVenueInput" to the "policy" of the feature that declares this input field, ${place}`,
      `Reply.body has no rule: add "Reply.body" or "Reply" to the "policy" of the feature that declares this field, ${place}`,
    ])
      expect(error!.message.split('\n- ')).toContain(fault);
  });

  describe('an input type that mutations take', () => {
    const sdl = `type Query { q: Int } type Mutation { make(input: In!): Int change(input: [In!]!, other: Other): Int }
      input In { x: Int nested: Nested } input Nested { y: Int again: Nested } input Other { z: Int }`;
    const query = { 'Query.q': open };

    it('has the rule of the mutation, and so has what it holds; the rule of an argument comes first', () => {
      const policy = compile(sdl, {
        ...{ ...query, 'Mutation.make': readA, 'Mutation.change': readA, 'Mutation.change(other)': readB },
      });
      expect(policy.ofMember('In', 'x')).toBe(readA);
      expect(policy.ofMember('Nested', 'y')).toBe(readA);
      expect(policy.ofMember('Other', 'z')).toBe(readB);
    });

    it('may have another rule, for all of it or for a field', () => {
      const own = { In: readB, 'Nested.y': adminOnly };
      const policy = compile(sdl, { ...query, ...own, 'Mutation.make': readA, 'Mutation.change': readA });
      expect(policy.ofMember('In', 'x')).toBe(readB);
      expect(policy.ofMember('Nested', 'y')).toBe(adminOnly);
      expect(policy.ofMember('Nested', 'again')).toBe(readA);
    });

    it('needs a rule of its own when the mutations disagree', () => {
      const faults = faultsOf(sdl, { ...query, 'Mutation.make': readA, 'Mutation.change': readB });
      expect(faults.map((fault) => fault.split(' has ')[0])).toEqual([
        ...['In.x', 'In.nested', 'Nested.y', 'Nested.again'],
      ]);
    });
  });

  describe('a default value that nobody asked for', () => {
    const query = (args: string) => `type Query { a${args}: Int } enum Color { RED BLUE }
      input Filter { y: Int = 1 colors: [Color!] = [BLUE] and: [Filter!] } input Wrap { filter: Filter by: Int! }`;
    const types = { Filter: open, Wrap: open };
    const advice = 'it would be used without being asked for. Remove the default, or the rule.';
    const faultsWith = (args: string, rules: PolicyDeclaration) =>
      faultsOf(query(args), { 'Query.a': open, ...types, ...rules });

    it('is refused on an argument with a rule of its own', () => {
      expect(faultsWith('(x: Int = 1)', { 'Query.a(x)': readB })).toEqual([
        `Query.a(x) needs "read:b" and has a default value: ${advice}`,
      ]);
      expect(faultsWith('(x: Int)', { 'Query.a(x)': readB })).toEqual([]);
      expect(faultsWith('(x: Int = 1)', { 'Query.a': readB, 'Query.a(x)': readB })).toEqual([]);
    });

    it('is refused on an input field with a rule of its own, however deep it stands', () => {
      const fault = `Filter.y needs "read:b" and has a default value: ${advice}`;
      for (const args of ['(f: Filter)', '(w: [Wrap!])']) {
        expect(faultsWith(args, { 'Filter.y': readB }), args).toEqual([fault]);
      }
      expect(faultsWith('(f: Filter)', { 'Query.a': readB, 'Filter.y': readB })).toEqual([]);
    });

    it('is refused when what it names has a rule', () => {
      const rules = { 'Color.BLUE': readB, 'Filter.y': readB };
      expect(faultsWith('(c: [Color!] = [RED, BLUE])', { 'Color.BLUE': readB })).toEqual([
        `The default value of Query.a(c) uses Color.BLUE, which needs "read:b": ${advice}`,
      ]);
      expect(faultsWith('(f: Filter = { y: 2, colors: [] })', rules)).toEqual([
        `The default value of Query.a(f) uses Filter.y, which needs "read:b": ${advice}`,
        `Filter.y needs "read:b" and has a default value: ${advice}`,
        `The default value of Filter.colors uses Color.BLUE, which needs "read:b": ${advice}`,
      ]);
    });

    it('may stay where everybody who gives the object is asked for the same by a required field', () => {
      const rules = { 'Wrap.by': readB, 'Filter.y': readB };
      expect(faultsWith('(w: Wrap)', rules)).toEqual([]);
      expect(faultsWith('(w: Wrap, f: Filter)', rules)).toHaveLength(1);
    });

    it('may not stay beside a field that may be left out, or has a default as well', () => {
      const sdl = (fields: string) => `type Query { a(p: Pair): Int } input Pair { x: Int = 1 ${fields} }`;
      const faultOf = (field: string) => `Pair.${field} needs "read:b" and has a default value: ${advice}`;
      const rules = { 'Query.a': readA, Pair: readB };
      expect(faultsOf(sdl('y: Int'), rules)).toEqual([faultOf('x')]);
      expect(faultsOf(sdl('y: Int! = 2'), rules)).toEqual([faultOf('x'), faultOf('y')]);
      expect(faultsOf(sdl('y: Int!'), rules)).toEqual([]);
    });
  });

  it('an argument whose type holds itself, and asks no more than its field, makes no boundary', () => {
    const sdl = `type Query { a: A } type A { b(filter: Filter): Int! c(filter: Filter): Int! }
      input Filter { x: Int and: [Filter!] }`;
    const rules = { 'Query.a': open, A: readA, Filter: readA };
    expect(faultsOf(sdl, rules)).toEqual([]);
    expect(compile(sdl, rules).isBoundary('A', 'b')).toBe(false);
    expect(faultsOf(sdl, { ...rules, 'Filter.x': readB })).toHaveLength(2);
  });

  const animals =
    'interface Animal { x: Int } type Cat implements Animal { x: Int } type Dog implements Animal { x: Int }';
  const animalPolicy = { 'Query.pet': open, Cat: readA, Dog: readB };

  it('a field of an interface or union that does not say which type its arguments allow is refused', () => {
    const advice = 'give the field the extension "concreteTypeOf", so that access is decided before it runs.';
    expect(faultsOf(`type Query { pet: Animal } ${animals}`, animalPolicy)).toEqual([
      `Query.pet leads to the abstract type Animal: ${advice}`,
    ]);
    expect(faultsOf(`type Query { pet: Pet } union Pet = Cat | Dog ${animals}`, animalPolicy)).toEqual([
      `Query.pet leads to the abstract type Pet: ${advice}`,
    ]);
  });

  it('a list of an interface is refused, because its arguments cannot tell the type of each item', () => {
    const schema = withConcreteType(`type Query { pet: [Animal!] } ${animals}`, 'Query', 'pet');
    expect(faultsOf(schema, animalPolicy)).toEqual([
      expect.stringMatching(/^Query\.pet leads to a list of the abstract type Animal: .* one object type\.$/),
    ]);
  });

  it('a non-null field of an interface is refused when one of its types asks for more', () => {
    const schema = withConcreteType(`type Query { pet: Animal! } ${animals}`, 'Query', 'pet');
    expect(faultsOf(schema, animalPolicy)).toEqual([
      expect.stringMatching(/^Query\.pet can lead to Cat, which needs "read:a", and is not nullable/),
    ]);
  });

  it('every fault is listed at once, in the error and in its message', () => {
    const sdl = `type Query { a(f: Filter): A! b: Int pet: Animal } type A { x: Int } input Filter { y: Int } ${animals}`;
    const faults = faultsOf(
      sdl,
      { 'Query.a': readA, 'Query.c': readA, 'Query.pet': open, Cat: readA, Dog: undefined as never },
      { 'Query.a': readB },
    );
    const starts = faults.map((fault) => fault.split(/ (has|needs|leads|of)/)[0]);
    expect(starts.sort()).toEqual(
      [
        '"Query.a"',
        '"Query.c"',
        'A.x',
        'Dog.x',
        'Filter.y',
        'Query.a',
        'Query.b',
        'Query.pet',
        'The rule',
      ].sort(),
    );
    expect(new PolicyError(faults).message.split('\n- ')).toEqual([
      'The access policy does not fit the schema:',
      ...faults,
    ]);
  });
});

describe('the compiled policy', () => {
  it('lets the most exact key win, and what has no own key have its type', () => {
    const policy = compile('type Query { a: A } type A { x: Int y: Int }', {
      'Query.a': open,
      A: readA,
      'A.y': readB,
    });
    expect(policy.ofField('A', 'x')).toBe(readA);
    expect(policy.ofField('A', 'y')).toBe(readB);
  });

  it('guards an edge with the requirement of the type it leads to, through every list and non-null', () => {
    const sdl = 'type Query { a: A many: [[A!]!] } type A { b: B back: A } type B { x: Int a: A }';
    const policy = compile(sdl, { 'Query.a': open, 'Query.many': open, A: readA, B: readB });
    expect(policy.ofField('Query', 'a')).toBe(readA);
    expect(policy.ofField('Query', 'many')).toBe(readA);
    expect(policy.ofField('A', 'b')).toBe(readB);
    expect(policy.ofField('B', 'a')).toBe(readA);
    expect(policy.isBoundary('A', 'back')).toBe(false);
    expect(policy.isBoundary('A', 'b')).toBe(true);
  });

  it("adds an edge's own rule to its type's, never instead of it", () => {
    const policy = compile('type Query { a: A } type A { x: Int }', { 'Query.a': readB, A: readA });
    expect(policy.ofField('Query', 'a')).toBe(scopes('read:a', 'read:b'));
  });

  it('gives an argument the rule of its field, and adds its own', () => {
    const policy = compile('type Query { a(x: Int, y: Int): Int }', {
      'Query.a': readA,
      'Query.a(y)': readB,
    });
    expect(policy.ofArgument('Query', 'a', 'x')).toBe(readA);
    expect(policy.ofArgument('Query', 'a', 'y')).toBe(scopes('read:a', 'read:b'));
  });

  it('leaves enum values open unless they or their enum have a rule', () => {
    const sdl = 'type Query { a(c: Color, d: Door): Int } enum Color { RED BLUE } enum Door { IN OUT }';
    const policy = compile(sdl, { 'Query.a': readA, 'Color.RED': readB, Door: adminOnly });
    expect(['RED', 'BLUE'].map((value) => policy.ofMember('Color', value))).toEqual([readB, open]);
    expect(['IN', 'OUT'].map((value) => policy.ofMember('Door', value))).toEqual([adminOnly, adminOnly]);
  });

  it('lists each coordinate of the schema once, sorted', () => {
    const policy = compile('type Query { b(y: F, x: Int): Int a: Int } input F { m: Int }', {
      Query: authenticated,
      F: open,
    });
    expect([...policy.coordinates.keys()]).toEqual(['F.m', 'Query.a', 'Query.b', 'Query.b(x)', 'Query.b(y)']);
  });
});
