// What a caller without a credential may send: operations whose every root field is public. Anything else is 401 before
// it is validated, so that validation messages cannot be used to learn the schema.
import {
  getOperationAST,
  Kind,
  parse,
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

/** Root field names, fragments expanded; null when a fragment is missing or refers to itself. */
function rootFieldNames(
  document: DocumentNode,
  set: SelectionSetNode,
  spread: readonly string[] = [],
): string[] | null {
  const names: string[] = [];
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      names.push(selection.name.value);
      continue;
    }
    const isInline = selection.kind === Kind.INLINE_FRAGMENT;
    const name = isInline ? '' : selection.name.value;
    const fragment = isInline ? selection : fragmentNamed(document, name);
    if (!fragment || (!isInline && spread.includes(name))) return null;
    const inner = rootFieldNames(document, fragment.selectionSet, [...spread, name]);
    if (!inner) return null;
    names.push(...inner);
  }
  return names;
}

function fragmentNamed(document: DocumentNode, name: string): FragmentDefinitionNode | undefined {
  return document.definitions.find(
    (definition): definition is FragmentDefinitionNode =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  );
}

function isPublicField({ policy, isIntrospectionPublic }: Options, typeName: string, name: string): boolean {
  if (introspectionFields.has(name)) return isIntrospectionPublic;
  return policy.coordinates.get(`${typeName}.${name}`)?.authenticated === false;
}

/** Throws UNAUTHENTICATED (MISSING_CREDENTIAL) unless every root field of the operation is public. */
export function assertPublicOperation(operation: RequestFacts['operation'], options: Options): void {
  const document = operation && parseOrNull(operation.query, options.maxTokens);
  const definition = document && getOperationAST(document, operation.operationName);
  const names = definition && rootFieldNames(document, definition.selectionSet);
  const isPublic = names?.every((name) => isPublicField(options, rootTypes[definition!.operation], name));
  if (isPublic !== true) throw unauthenticated('MISSING_CREDENTIAL');
}
