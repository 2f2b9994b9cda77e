// An interface is decided for the type that its arguments say. When they say none, nothing was decided about what its resolver
// would find: the field is closed, with no denial to speak of.
import { buildSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compilePolicy, createGate, open, scopes } from '../../../src/access/policy/index.ts';
import { assembleRealSchema, judgeOf, keyWith } from '../support/real-policy.ts';

const sdl = `type Query { thing(name: String! = "A"): Thing }
  interface Thing { id: ID }
  type A implements Thing { id: ID }
  type B implements Thing { id: ID }`;

function decideThing(document: string, typeOf: (args: { name: string }) => string | null, variables = {}) {
  const schema = buildSchema(sdl);
  schema.getQueryType()!.getFields()['thing']!.extensions = { concreteTypeOf: typeOf };
  const policy = compilePolicy(schema, [{ Query: open, A: scopes('read:a'), B: scopes('read:b') }]);
  const gate = createGate(schema, policy);
  const parsed = parse(document);
  const [operation] = parsed.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('Write the operation first.');
  return gate.decide(gate.plan(parsed, operation), keyWith(['read:a']), variables);
}

const closed = { ...{ denials: [], toldTypes: null }, deniedPaths: new Map([['Query.thing', [['thing']]]]) };

describe('An interface', () => {
  it('is decided for the type that its arguments say', async () => {
    const told = await decideThing('{ thing(name: "A") { id } }', ({ name }) => name);
    expect(told).toMatchObject({ denials: [], deniedPaths: null, toldTypes: new Map([['thing', 'A']]) });
    const denied = await decideThing('{ thing(name: "B") { id } }', ({ name }) => name);
    expect(denied).toMatchObject({
      denials: [{ coordinate: 'Query.thing', missing: ['read:b'] }],
      toldTypes: new Map([['thing', 'B']]),
      isEverythingDenied: true,
    });
  });

  it.each([null, 'Query', 'Unknown'])('is closed when they say %s, without a denial', async (name) => {
    expect(await decideThing('{ thing { id } }', () => name)).toMatchObject(closed);
  });

  it('is closed when an argument or a variable does not fit: then no resolver is called', async () => {
    const fits = ({ name }: { name: string }) => name;
    const withDefault = 'query ($name: String = "A") { thing(name: $name) { id } }';
    expect(await decideThing(withDefault, fits, {})).toMatchObject({ deniedPaths: null });
    expect(await decideThing(withDefault, fits, { name: null })).toMatchObject(closed);
    const required = 'query ($name: String!) { thing(name: $name) { id } }';
    expect(await decideThing(required, fits, {})).toMatchObject(closed);
  });

  it('that cannot tell for a fault of its own is no decision', async () => {
    const broken = () => {
      throw new Error('a defect');
    };
    await expect(decideThing('{ thing { id } }', broken)).rejects.toThrow('a defect');
  });
});

describe('A decision', () => {
  it('of an operation with nothing to refuse and no interface is nothing at all', async () => {
    const judge = judgeOf(await assembleRealSchema());
    const document = '{ customers { totalCount } }';
    expect(await judge.decide({ document, scopes: ['read:customers'] })).toEqual({
      ...{ denials: [], deniedPaths: null, toldTypes: null, isEverythingDenied: false },
    });
  });

  it('closes the denied paths alone, each at its field', async () => {
    const judge = judgeOf(await assembleRealSchema());
    const document = '{ customers { nodes { a: inquiries { totalCount } b: inquiries { totalCount } } } }';
    const { deniedPaths } = await judge.decide({ document, scopes: ['read:customers'] });
    const below = ['customers', 'nodes', '@'];
    expect(deniedPaths).toEqual(
      new Map([
        [
          'Customer.inquiries',
          [
            [...below, 'a'],
            [...below, 'b'],
          ],
        ],
      ]),
    );
  });
});
