// The door into GraphQL: who calls and what is asked go in, an answer comes out. Every surface enters here, /graphql too, so
// that each has the same key check, limits, cost, decision, idempotency, time limit, in-flight check and trace. It knows no
// Fastify and writes no answer: the surface gives the answer its form.
import type { HTTPGraphQLRequest } from '@apollo/server';
import type { Caller } from '../access/authentication/authenticate.ts';
import type { AnswerNotes, RequestContextBase, RequestFacts, RequestScope } from '../core/request-facts.ts';
import { startApollo, unfinishedAnswer, type ApolloOptions } from './apollo.ts';
import { HeaderMap } from './request/apollo-packages.ts';
import type { ErrorDoor, PresentedAnswer } from './errors/format-error.ts';
import { missingIn } from './request/request-scope.ts';
import { endForGoneCaller, endForShutdown, endGivenUp, startTimeLimit } from './request/operation-limit.ts';
import { withStoreDeadline } from './request/store-deadline.ts';

export interface OperationRequest {
  /** Read once, by the surface. */
  readonly caller: Caller;
  readonly facts: RequestFacts;
  /**
   * The request of GraphQL over HTTP, when that is how it came: what has the wrong form is refused after the credential was
   * checked. Default: `facts.operation`, with `variables`.
   */
  readonly http?: HTTPGraphQLRequest;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Calls the listener when the caller closes the connection before the answer was sent. */
  whenGone?(listener: () => void): void;
}

export interface OperationAnswer {
  readonly status: number;
  /** Lower-case names. The surface adds those of `facts.answer`, after it called `facts.answer.beforeSend`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly result: PresentedAnswer;
}

/** Throws SERVICE_UNAVAILABLE when the store does not answer. Every other failure is in the answer. */
export type RunOperation = (request: OperationRequest) => Promise<OperationAnswer>;

export interface RunOperationOptions<TContext extends RequestContextBase> extends ApolloOptions<TContext> {
  /** May throw an ApiError, which becomes the answer: status, headers and all. */
  createContext(facts: RequestFacts, caller: Caller): Promise<TContext>;
  /** Asked while a request takes long; see store-deadline.ts. */
  isStoreResponsive(): Promise<boolean>;
  /** An operation that runs longer is ended. */
  readonly operationLimitMs: number;
}

/** What the door needs of its server. */
export interface OperationDoorTools {
  /** What is in flight, and how it is cut off at the server's end. */
  readonly drain: { track<T>(work: Promise<T>, cutOff: () => void): Promise<T> };
  readonly errors: ErrorDoor;
}

export interface OperationDoor {
  readonly run: RunOperation;
  stop(): Promise<void>;
}

/** Apollo only reads them. */
const postHeaders = new HeaderMap([['content-type', 'application/json']]);

/** The operation of a surface that is not GraphQL over HTTP, in the form that Apollo takes. */
function postOf({ facts: { operation }, variables = {} }: OperationRequest): HTTPGraphQLRequest {
  return { method: 'POST', headers: postHeaders, search: '', body: { ...operation, variables } };
}

/** Ends what runs for the request at its time limit, when its caller has gone and at the end of the server. */
function endInTime<T>(
  { facts: { scope }, whenGone }: OperationRequest,
  work: Promise<T>,
  { limitMs, drain }: { readonly limitMs: number; readonly drain: OperationDoorTools['drain'] },
): Promise<T> {
  const stopLimit = startTimeLimit(scope, limitMs);
  const end = () => {
    stopLimit();
    scope.leave?.();
  };
  work.then(end, end);
  whenGone?.(() => endForGoneCaller(scope));
  return drain.track(work, () => endForShutdown(scope));
}

/**
 * Waits for the work as long as the store deadline allows. The drain waits for the work itself, also when the caller
 * has been told that the store is away.
 */
export function patiently<T>(
  scope: RequestScope,
  work: Promise<T>,
  isResponsive: () => Promise<boolean>,
): Promise<T> {
  return withStoreDeadline(work, { isResponsive, onGivenUp: () => endGivenUp(scope) });
}

/** A key that was ended while its request ran is answered 401, and told nothing more. */
function withNotice(result: PresentedAnswer, status: number, notes: AnswerNotes): PresentedAnswer {
  if (status === 401) {
    delete notes.notice;
    delete notes.budget;
  }
  // The budget first: it is nearer than any expiry, and a header tells that one as well.
  const notice = notes.budget ?? notes.notice;
  return notice ? { ...result, extensions: { ...result.extensions, notice } } : result;
}

/** Rejects when Apollo cannot start. */
export async function openOperationDoor<TContext extends RequestContextBase>(
  options: RunOperationOptions<TContext>,
  { drain, errors }: OperationDoorTools,
): Promise<OperationDoor> {
  const apollo = await startApollo(options);
  const answer = async (request: OperationRequest): Promise<OperationAnswer> => {
    const { facts, caller } = request;
    try {
      const made = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: request.http ?? postOf(request),
        context: () => options.createContext(facts, caller),
      });
      const { status = 200, headers } = made;
      const result = errors.present(unfinishedAnswer(made.body), facts.scope);
      facts.scope.missing = missingIn(result.errors);
      return { status, headers, result: withNotice(result, status, facts.answer) };
    } finally {
      facts.scope.trace?.endOperation(facts.scope);
    }
  };
  const run: RunOperation = (request) => {
    const { scope } = request.facts;
    const begin = () => answer(request);
    const work = scope.trace ? scope.trace.run(begin) : begin();
    const limited = endInTime(request, work, { limitMs: options.operationLimitMs, drain });
    return patiently(scope, limited, options.isStoreResponsive);
  };
  return { run, stop: () => apollo.stop() };
}
