// Checks an operation before Apollo validates it: whether a caller without a credential may send it, and whether it is
// light enough to be looked at.
import { GraphQLError, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import {
  assertLightDocument,
  assertShallowDocument,
  createManagementCheck,
  maxTokens,
  type ManagementCheck,
  type Policy,
} from '../../access/policy/index.ts';
import { ApiError, unauthenticated } from '../../core/errors.ts';
import type { RequestFacts, SentOperation } from '../../core/request-facts.ts';
import { refuseMoreThan } from '../../core/too-expensive.ts';
import type { ParsedDocument } from './documents.ts';
import { isPublicOperation } from './public-operation.ts';

/** Characters of the operations that are remembered as light: those that a workspace's programs send again and again. */
const maxKeptCharacters = 4_000_000;

interface Options {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
  readonly isIntrospectionPublic: boolean;
}

export interface CheckedOperation {
  /** The management requirements of the operation; null when it does not manage. */
  readonly managed: ReturnType<ManagementCheck>;
  /** Null when nothing was parsed: there is no operation, it is wrong, or it is known to be light. */
  readonly parsed: ParsedDocument | null;
}

/** Throws UNAUTHENTICATED (MISSING_CREDENTIAL) or QUERY_TOO_EXPENSIVE. */
export type OperationCheck = (operation: RequestFacts['operation'], isAnonymous: boolean) => CheckedOperation;

const unchecked: CheckedOperation = { managed: null, parsed: null };

function parseOrError({ query, document }: SentOperation): DocumentNode | GraphQLError {
  if (document) return document;
  try {
    assertShallowDocument(query);
    return parse(query, { maxTokens });
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

export function createOperationCheck(options: Options): OperationCheck {
  const managedBy = createManagementCheck(options.schema, options.policy);
  const light = new LRUCache<string, { readonly managed: CheckedOperation['managed'] }>({
    maxSize: maxKeptCharacters,
    sizeCalculation: (_value, key) => key.length,
  });
  return (operation, isAnonymous) => {
    if (!operation && isAnonymous) throw unauthenticated('MISSING_CREDENTIAL');
    if (!operation) return unchecked;
    const { query, operationName } = operation;
    // Quoted: the name is the caller's text, and could go on as the beginning of another document.
    const key = `${JSON.stringify(operationName)} ${query}`;
    const known = isAnonymous ? undefined : light.get(key);
    if (known) return { ...unchecked, managed: known.managed };
    const document = parseOrError(operation);
    if (isAnonymous && (document instanceof Error || !isPublicOperation(document, operationName, options)))
      throw unauthenticated('MISSING_CREDENTIAL');
    if (document instanceof ApiError) throw document;
    if (document instanceof Error) {
      // Any other fault of the syntax is told by Apollo, which parses again.
      if (!/more that \d+ tokens/.test(document.message)) return unchecked;
      return refuseMoreThan(maxTokens, 'tokens');
    }
    const isJudged = assertLightDocument(document, operationName);
    // A sign-in may hold a password, and is not sent twice the same. A name that no operation has could also be another
    // one's key: '' that of the document's only operation.
    const managed = isAnonymous ? null : managedBy(document, operationName);
    if (isJudged && !isAnonymous) light.set(key, { managed });
    return { managed, parsed: { query, document } };
  };
}
