// What a caller without a credential may send: operations whose every root field is public. Anything else is 401 before
// it is validated, so that validation messages cannot be used to learn the schema.
import { getOperationAST, Kind, type DefinitionNode, type DocumentNode, type GraphQLSchema } from 'graphql';
import { introspectionFields, rootFieldNames, rootTypes, type Policy } from '../../access/policy/index.ts';
import { namesOnly, publicNamesOf } from './public-names.ts';

interface Options {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
  readonly isIntrospectionPublic: boolean;
}

function isPublicField({ policy, isIntrospectionPublic }: Options, typeName: string, name: string): boolean {
  if (introspectionFields.has(name) || name === '__typename') return isIntrospectionPublic;
  return policy.coordinates.get(`${typeName}.${name}`)?.authenticated === false;
}

function hasPublicRoots(
  document: DocumentNode,
  definitions: readonly DefinitionNode[],
  options: Options,
): boolean {
  return definitions.every((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return true;
    const names = rootFieldNames(document, definition.selectionSet);
    return (
      names !== null &&
      [...names].every((name) => isPublicField(options, rootTypes[definition.operation], name))
    );
  });
}

/**
 * Whether every root field of the operation is public. Where the schema is a secret, so must be those of the whole
 * document and every name in it: all of it is validated, and validation tells a name that there is from one that there
 * is not.
 */
export function isPublicOperation(
  document: DocumentNode,
  operationName: string | null,
  options: Options,
): boolean {
  const chosen = getOperationAST(document, operationName);
  if (!chosen) return false;
  if (options.isIntrospectionPublic) return hasPublicRoots(document, [chosen], options);
  return (
    hasPublicRoots(document, document.definitions, options) &&
    namesOnly(document, publicNamesOf(options.schema, options.policy))
  );
}
