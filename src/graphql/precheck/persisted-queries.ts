// Persisted queries as Apollo's clients, urql and others send them: first the hash of a query alone, and the query with it
// when the server does not know the hash. The server keeps the text of queries, each for the workspace that sent it, and
// nothing else: who calls, what is denied and what it costs is found anew for each request, as if the text had been sent.
import { createHash } from 'node:crypto';
import type { ApolloServerPlugin } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import { ApiError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { RequestContextBase, RequestFacts, SentOperation } from '../../core/request-facts.ts';

/**
 * Characters of the queries of all workspaces. Past it the least recently used query is dropped, and its client sends
 * it again.
 */
const maxKeptCharacters = 4_000_000;
/** A longer query is answered each time that it is sent, and not kept. */
const maxQueryCharacters = 32_768;

/** The operation behind a hash, and under which name its text is kept. */
export interface PersistedQuery extends SentOperation {
  readonly key: string;
}

export interface PersistedQueries {
  /**
   * Null when the request is not about one, or its caller has no workspace. Throws PERSISTED_QUERY_NOT_FOUND when the hash
   * came alone and is not known, BAD_REQUEST when it is not that of the text that came with it.
   */
  find(facts: Pick<RequestFacts, 'persisted' | 'operation'>, principal: Principal): PersistedQuery | null;
  /** Call it when the query was found valid: others are not kept. */
  keep(query: PersistedQuery): void;
}

export function createPersistedQueries(): PersistedQueries {
  const texts = new LRUCache<string, string>({
    maxSize: maxKeptCharacters,
    maxEntrySize: maxQueryCharacters,
    sizeCalculation: (text, key) => text.length + key.length,
  });
  return {
    find({ persisted, operation }, principal) {
      if (!persisted || principal.kind === 'ANONYMOUS') return null;
      const { hash, operationName } = persisted;
      // By workspace: otherwise one could learn, hash by hash, what another one sends.
      const key = `${principal.workspaceId} ${hash}`;
      const query = operation?.query ?? texts.get(key);
      // Clients recognise this one by its text.
      if (query === undefined) throw new ApiError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
      if (operation && createHash('sha256').update(query).digest('hex') !== hash)
        throw new ApiError(
          'BAD_REQUEST',
          'The hash of the persisted query is not that of the query beside it.',
        );
      return { query, operationName, key };
    },
    keep: ({ key, query }) => void texts.set(key, query),
  };
}

/** Puts the text in the place of its hash before Apollo looks for either. */
export function persistedQueriesPlugin(
  queries: PersistedQueries,
): ApolloServerPlugin<RequestContextBase & { readonly persistedQuery: PersistedQuery | null }> {
  return {
    async requestDidStart({ request, contextValue: { persistedQuery } }) {
      if (!persistedQuery) return;
      request.query = persistedQuery.query;
      const { persistedQuery: _found, ...extensions } = request.extensions ?? {};
      request.extensions = extensions;
      return { didResolveOperation: async () => queries.keep(persistedQuery) };
    },
  };
}
