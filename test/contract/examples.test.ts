// The example operations under schema/examples/ are what clients copy: each must fit the real schema.
import {
  Kind,
  parse,
  print,
  specifiedRules,
  validate,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { allFeatures, scopeCatalogue } from '../../src/services.ts';
import { assembleSchema } from '../../src/graphql/schema.ts';
import { exampleFiles, exampleNames, operationsOf } from '../support/contract.ts';

describe('the example operations', () => {
  let schema: GraphQLSchema;
  beforeAll(async () => ({ schema } = await assembleSchema(allFeatures, scopeCatalogue())));

  it('have names, each only once, so that a client can tell them apart', () => {
    const names = exampleNames();
    expect(names).not.toContain('without a name');
    expect(names).toEqual([...new Set(names)]);
  });

  it('use every field of the roots: what is not there is not copied', () => {
    const used = exampleFiles
      .flatMap(operationsOf)
      .flatMap(({ operation, selectionSet }) =>
        selectionSet.selections.map((one) => `${operation} ${one.kind === Kind.FIELD ? one.name.value : ''}`),
      );
    const there = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
      Object.keys(type.getFields()).map((name) => `${type.name.toLowerCase()} ${name}`),
    );
    expect(there.filter((field) => !used.includes(field))).toEqual([]);
  });

  describe.each(exampleFiles)('%s', (file) => {
    it.each(operationsOf(file).map((operation) => [operation.name?.value, operation]))(
      '%s is valid against the schema',
      (_name, operation) => {
        const document = parse(print(operation as OperationDefinitionNode));
        expect(validate(schema, document, specifiedRules)).toEqual([]);
      },
    );
  });
});
