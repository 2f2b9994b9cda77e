// What a caller without a credential may send: operations whose every root field is public. Anything else is 401 before
// it is validated, so that validation messages cannot be used to learn the schema.
import {
  getOperationAST,
  Kind,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf, introspectionFields, type Policy } from '../access/policy/index.ts';
import { namesOnly, publicNamesOf } from './public-names.ts';

interface Options {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
  readonly isIntrospectionPublic: boolean;
}

const rootTypes = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/**
 * Root field names, fragments expanded; null when a fragment is missing. Each fragment is entered once: nothing was
 * validated yet, and fragments that spread each other twice double with every level.
 */
function rootFieldNames(document: DocumentNode, root: SelectionSetNode): ReadonlySet<string> | null {
  const fragments = fragmentsOf(document);
  const names = new Set<string>();
  const spread = new Set<string>();
  const pending = [root];
  for (let set = pending.pop(); set; set = pending.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) pending.push(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (!fragment) return null;
        pending.push(fragment.selectionSet);
      }
    }
  }
  return names;
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
