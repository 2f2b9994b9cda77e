// A door beside /graphql: it takes every path below its own routes and answers in its own words. It enters GraphQL by
// `run` alone. Nothing here knows which surfaces there are; app.ts hands them over.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Caller } from '../access/authentication/authenticate.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import type { RunOperation } from '../graphql/run-operation.ts';
import { findRoute, type Route } from './routes.ts';

/** What is known of a request before its body is read. */
export interface SurfaceHead {
  /** HEAD as it was sent, also where it is answered like a GET. */
  readonly method: string;
  /** Path and query string as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
}

export interface SurfaceRequest extends SurfaceHead {
  readonly caller: Caller;
  /** Without an operation: that is for the surface to say. */
  readonly facts: RequestFacts;
  /** Parsed JSON; undefined when nothing was sent. */
  readonly body: unknown;
  /** Calls the listener when the caller closes the connection before the answer was sent. */
  whenGone(listener: () => void): void;
}

export interface SurfaceAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** A stream that fails cuts the connection. Null = no body. */
  readonly body: string | Readable | null;
}

export interface Surface {
  /** Lines of the table of routes. */
  readonly routes: readonly Route[];
  /** Why a request is refused before its body is read; null = it is not. */
  findFault(head: SurfaceHead): GraphQLError | null;
  /** Called for what findFault() let pass. What it throws is answered by refuse(). */
  answer(request: SurfaceRequest, run: RunOperation): Promise<SurfaceAnswer>;
  /** A refusal, in the words of the surface. The errors are as the error door presented them. */
  refuse(head: SurfaceHead, status: number, errors: readonly GraphQLFormattedError[]): SurfaceAnswer;
}

/** The surface that serves a path, as it is declared or as it is asked for. */
export function findSurface(surfaces: readonly Surface[], path: string): Surface | undefined {
  const route = findRoute(path);
  return route && surfaces.find(({ routes }) => routes.includes(route));
}
