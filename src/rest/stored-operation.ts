// A stored operation as data: one GraphQL document with the method and the path at which it is an endpoint. REST, its
// OpenAPI description and the tools for agents read nothing else. How it is made of a file: parse-operations.ts.
import type { DocumentNode, GraphQLInputType } from 'graphql';
import type { LeastDocument } from '../core/request-facts.ts';

export const allowedMethods = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
export type RestMethod = (typeof allowedMethods)[number];

export interface StoredVariable {
  /** In snake_case: the name of the variable is the name that callers use. */
  readonly name: string;
  /** As it is declared: `String!`. */
  readonly graphqlType: string;
  readonly type: GraphQLInputType;
  /** Whether a call without it is refused. */
  readonly isRequired: boolean;
  /** `path` = a part of the path, `header` = If-Match, `query` = after the question mark, `body` = a member of the JSON. */
  readonly in: 'path' | 'query' | 'body' | 'header';
  /** As its callers write it: the name, or of a header `If-Match`. */
  readonly restName: string;
  /** What it means, from the argument or input field that it is given to. Empty when that has no description. */
  readonly description: string;
  /** Where it is given to: path of arguments and input fields, `["input", "venueIds"]`. */
  readonly path: readonly string[];
  /** Scopes that a call needs only when it gives this variable. */
  readonly requiredScopes: readonly string[];
}

/** How an answer is shaped: one thing, a page of a list, or what a mutation wrote. */
export type AnswerShape =
  | { readonly kind: 'one' }
  /**
   * `member` = the name of the list in `data`; null = `data` is the list. `columns` = paths of the values in a row, the same for
   * every caller.
   */
  | {
      readonly kind: 'page';
      readonly member: string | null;
      readonly columns: readonly (readonly string[])[];
    }
  | { readonly kind: 'written' };

/** A text of GraphQL that can be run, and what it takes. */
export interface StoredDocument {
  /** Without `@rest`, with the fragments that it uses: what accessCheck and POST /graphql take. */
  readonly text: string;
  readonly parsed: DocumentNode;
  /** All of these are needed, whatever the variables are. Sorted. */
  readonly requiredScopes: readonly string[];
}

export interface StoredOperation {
  /** Name of the operation in its document, `ListCustomers`. Unique. */
  readonly name: string;
  /** The file that declares it: those of one file stand together in the description. */
  readonly tag: string;
  readonly kind: 'query' | 'mutation';
  /** The first line of the comment above it. */
  readonly summary: string;
  /** The rest of that comment; empty when there is none. */
  readonly description: string;
  readonly method: RestMethod;
  /** Below /api/v1, with `{name}` for each variable in it: `/customers/{id}`. */
  readonly path: string;
  /** Of an answer without an error. */
  readonly status: 200 | 201;
  /** What a call needs: without these scopes it is refused. Sorted. */
  readonly requiredScopes: readonly string[];
  /** The whole answer, for callers who have `document.requiredScopes`. */
  readonly document: StoredDocument;
  /** Sets of scopes, each of which opens a part of the answer (`@withScopes`). Empty when every caller gets the same. */
  readonly parts: readonly (readonly string[])[];
  /** The document with its `@withScopes`: what they stand at is missing in the answer to callers without these scopes. */
  readonly source: DocumentNode;
  /** What runs for a caller with these scopes: the whole document, or without the parts that they do not open. */
  documentFor(scopes: ReadonlySet<string>): StoredDocument;
  /** What runs for every caller; null = there are no parts. For judging, not for running. */
  readonly least: LeastDocument | null;
  readonly variables: readonly StoredVariable[];
  readonly shape: AnswerShape;
}
