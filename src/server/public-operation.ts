// What a caller without a credential may send: operations whose every root field is public. Anything else is 401 before
// it is validated, so that validation messages cannot be used to learn the schema.
import {
  getOperationAST,
  Kind,
  parse,
  specifiedScalarTypes,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Policy } from '../access/policy/index.ts';
import { unauthenticated } from '../core/errors.ts';
import type { RequestFacts } from '../core/request-facts.ts';

interface Options {
  readonly policy: Policy;
  readonly isIntrospectionPublic: boolean;
  readonly maxTokens: number;
}

const introspectionFields = new Set(['__schema', '__type', '__typename']);
const rootTypes = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

function parseOrNull(query: string, maxTokens: number): DocumentNode | null {
  try {
    return parse(query, { maxTokens, noLocation: true });
  } catch {
    // Whoever may not ask learns nothing about why it does not parse.
    return null;
  }
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

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
  if (introspectionFields.has(name)) return isIntrospectionPublic;
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

const publicTypes = new WeakMap<Policy, ReadonlySet<string>>();

/** Types of which a member is open to everyone, and what is no secret anyway. */
function publicTypesOf(policy: Policy): ReadonlySet<string> {
  let types = publicTypes.get(policy);
  if (!types) {
    const open = [...policy.coordinates].filter(([, { authenticated }]) => !authenticated);
    const names = open.map(([coordinate]) => coordinate.split('.', 1)[0]!);
    types = new Set([...names, ...Object.values(rootTypes), ...specifiedScalarTypes.map(({ name }) => name)]);
    publicTypes.set(policy, types);
  }
  return types;
}

/** False when some variable or fragment names another type: validation would say whether it exists, and what it has. */
function namesPublicTypesOnly(document: DocumentNode, policy: Policy): boolean {
  const known = publicTypesOf(policy);
  let isPublic = true;
  visit(document, { NamedType: ({ name }) => void (isPublic &&= known.has(name.value)) });
  return isPublic;
}

/**
 * Throws UNAUTHENTICATED (MISSING_CREDENTIAL) unless every root field of the operation is public. Where the schema is a
 * secret, so must be those of the whole document: all of it is validated, and validation talks about what it finds.
 */
export function assertPublicOperation(operation: RequestFacts['operation'], options: Options): void {
  const document = operation && parseOrNull(operation.query, options.maxTokens);
  const chosen = document && getOperationAST(document, operation.operationName);
  const isPublic =
    chosen &&
    (options.isIntrospectionPublic
      ? hasPublicRoots(document, [chosen], options)
      : hasPublicRoots(document, document.definitions, options) &&
        namesPublicTypesOnly(document, options.policy));
  if (!isPublic) throw unauthenticated('MISSING_CREDENTIAL');
}
