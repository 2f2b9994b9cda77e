// Documents that were found valid, by their text. Each is parsed once: by the check before it (graphql/precheck/operation-check.ts), or
// before the server started. Apollo would parse it again, because it keeps a parser and a store of its own.
import type { ApolloServerPlugin } from '@apollo/server';
import {
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';

/**
 * Characters of all kept texts together. The document of a text that was pushed out is parsed again when it comes
 * again.
 */
const maxKeptCharacters = 4_000_000;

/** A text and what it means; nothing is known of whether it fits the schema. */
export interface ParsedDocument {
  readonly query: string;
  readonly document: DocumentNode;
}

interface ParsedContext {
  readonly parsed: ParsedDocument | null;
}

/**
 * Gives Apollo the document of a request, when it is valid, instead of letting it parse the text. One that is not valid is
 * left to Apollo, which says what is wrong with it.
 */
export function documentsPlugin(
  schema: GraphQLSchema,
  introspection: 'public' | 'keys' | 'off',
): ApolloServerPlugin<ParsedContext> {
  const rules =
    introspection === 'off' ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules;
  const valid = new LRUCache<string, DocumentNode>({
    maxSize: maxKeptCharacters,
    sizeCalculation: (_document, query) => query.length,
  });
  const find = (source: string, parsed: ParsedDocument | null): DocumentNode | undefined => {
    // The same object each time: plans, decisions and compiled queries are kept by it.
    const known = valid.get(source);
    if (known || parsed?.query !== source) return known;
    if (validate(schema, parsed.document, rules, { maxErrors: 1 }).length > 0) return undefined;
    valid.set(source, parsed.document);
    return parsed.document;
  };
  return {
    requestDidStart: async () => ({
      async didResolveSource(request) {
        const document = find(request.source, request.contextValue.parsed);
        if (document) Object.assign(request, { document });
      },
      // Apollo has parsed what the check knew to be light and did not look at again.
      async didResolveOperation({ source, document }) {
        if (!valid.has(source)) valid.set(source, document);
      },
    }),
  };
}
