// Values that are read from their objects as they are: which operations that is, and that they answer the same.
import {
  execute,
  GraphQLEnumType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  isLeafType,
  isObjectType,
  getNamedType,
  parse,
  type OperationDefinitionNode,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { allFeatures, scopeCatalogue } from '../../../src/services.ts';
import { createExecutor } from '../../../src/graphql/execution/execute.ts';
import { canSkipSerialization } from '../../../src/graphql/execution/skip-serialization.ts';
import { assembleSchema } from '../../../src/graphql/schema.ts';
import { contractOperation } from '../../support/contract.ts';

const Loud = new GraphQLScalarType({ name: 'Loud', serialize: (value) => `${String(value)}!` });
const Status = new GraphQLEnumType({
  name: 'Status',
  values: { OPEN: { value: 'OPEN' }, DONE: { value: 'DONE' } },
});
const Renamed = new GraphQLEnumType({ name: 'Renamed', values: { OPEN: { value: 'o' } } });
const Row: GraphQLObjectType = new GraphQLObjectType({
  name: 'Row',
  fields: () => ({
    text: { type: GraphQLString },
    sure: { type: new GraphQLNonNull(GraphQLString) },
    number: { type: GraphQLInt },
    status: { type: Status },
    renamed: { type: Renamed },
    loud: { type: Loud },
    tags: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
    made: { type: GraphQLString, resolve: () => 7 },
    rows: { type: new GraphQLList(Row), resolve: () => [whole] },
  }),
});
const whole = { text: 'a', sure: 'b', number: 3, status: 'OPEN', renamed: 'o', loud: 'c', tags: ['d', 'e'] };
const rows = [
  whole,
  { ...whole, text: null, number: null, status: null, tags: null, loud: undefined },
  { text: '', sure: '', number: 0, tags: [] },
  { ...whole, sure: null },
  { ...whole, tags: ['d', null] },
  { ...whole, text: new Error('no text') },
  { ...whole, sure: new Error('nothing sure') },
  null,
];
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { rows: { type: new GraphQLList(Row), resolve: () => rows } },
  }),
});

async function answers(text: string) {
  const document = parse(text);
  const operation = document.definitions[0] as OperationDefinitionNode;
  const request = { document, operation, operationName: undefined, variables: {}, context: {} };
  const compiled = await createExecutor(schema, 'always')(request);
  return { compiled, usual: await execute({ schema, document, contextValue: {} }) };
}

/** graphql-jit notes errors of non-null fields after all others; the order of errors means nothing. */
function plain(result: unknown) {
  const { data, errors } = JSON.parse(JSON.stringify(result)) as { data: unknown; errors?: unknown[] };
  return { data, errors: errors?.map((error) => JSON.stringify(error)).sort() };
}

const inPlace = (text: string) => canSkipSerialization(schema, parse(text));

describe('An operation reads in place', () => {
  it('what its objects hold, and answers as graphql-js: null, empty, a wrong null, an error', async () => {
    const text = '{ rows { text sure number status loud tags again: number rows { number } } }';
    expect(inPlace(text)).toBe(true);
    const { compiled, usual } = await answers(text);
    expect(plain(compiled)).toEqual(plain(usual));
    expect(plain(compiled).errors).toHaveLength(4);
  });

  it.each([
    ['a value of a resolver', '{ rows { text made } }', 'made', '7'],
    ['an enum with other names', '{ rows { renamed } }', 'renamed', 'OPEN'],
  ])('but not %s', async (_what, text, field, shown) => {
    expect(inPlace(text)).toBe(false);
    const { compiled, usual } = await answers(text);
    expect(plain(compiled)).toEqual(plain(usual));
    expect(plain(compiled).data).toMatchObject({ rows: [{ [field]: shown }, {}, {}, {}, {}, {}, {}, null] });
  });
});

describe('In the served schema', () => {
  let served: GraphQLSchema;
  beforeAll(async () => {
    served = (await assembleSchema(allFeatures, scopeCatalogue())).schema;
  });

  it.each(['Dashboard', 'Customer', 'Inbox', 'InboxPage', 'Statistics'])('%s reads in place', (name) => {
    expect(canSkipSerialization(served, parse(contractOperation(name)))).toBe(true);
  });

  it('no value has a resolver but those that are worked out', () => {
    const resolved = Object.values(served.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) =>
        Object.values((type as GraphQLObjectType).getFields()).map((field) => ({ type, field })),
      )
      .filter(({ field }) => isLeafType(getNamedType(field.type)) && field.resolve)
      .map(({ type, field }) => `${type.name}.${field.name}`);
    expect(resolved.sort()).toEqual(
      [
        ...['status', 'isActive', 'inactiveAt', 'disabledReason', 'prefix'].map((name) => `ApiKey.${name}`),
        ...['lastUsedIp', 'lastUsedAgent'].map((name) => `ApiKey.${name}`),
        ...['KeyTrial.requests', 'KeyTrial.wouldRefuse', 'Query.changesCompleteUntil'],
        'StoredOperation.problems',
        'StoredOperation.requiredScopes',
      ].sort(),
    );
  });
});
