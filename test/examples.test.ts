// The example operations under schema/examples/ are what clients copy: each must fit the real schema.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
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
import { allFeatures, scopeCatalogue } from '../src/app.ts';
import { assembleSchema } from '../src/server/schema.ts';
import { exampleDocument, exampleFiles } from './support/contract.ts';

function operationsOf(file: (typeof exampleFiles)[number]): OperationDefinitionNode[] {
  return parse(exampleDocument(file)).definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
}

describe('the example operations', () => {
  let schema: GraphQLSchema;
  beforeAll(async () => ({ schema } = await assembleSchema(allFeatures, scopeCatalogue())));

  it('leave out no file of schema/examples', () => {
    const files = readdirSync(join(import.meta.dirname, '../schema/examples'));
    expect(files.sort()).toEqual([...exampleFiles].sort());
  });

  it('have names, each only once, so that a client can tell them apart', () => {
    const names = exampleFiles.flatMap(operationsOf).map((operation) => operation.name?.value);
    expect(names).not.toContain(undefined);
    expect(names).toEqual([...new Set(names)]);
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
