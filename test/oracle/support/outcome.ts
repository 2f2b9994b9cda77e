// What an operation came to, in the form that both sides are compared in.
import type { DocumentNode } from 'graphql';

export interface OracleRequest {
  readonly document: DocumentNode;
  readonly operationName: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Outcome {
  /** null = no data. */
  readonly data: unknown;
  /** Paths with `@` for each list index. */
  readonly denied: ReadonlySet<string>;
  /** `path: message` of every error that is no denial. */
  readonly otherErrors: readonly string[];
  /** Nothing of the operation ran: a mutation with anything denied, a query with everything denied. */
  readonly isRefused: boolean;
}
