// Carries what is known of a request to code that Apollo calls without a context (formatError, stringifyResult), and to the
// line that the log gets at its end. Rooms that have a context use that for everything else.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import { perRequest } from '../core/per-request.ts';
import type { AnswerNotes } from '../core/request-facts.ts';
import type { RequestTrace } from '../core/tracer.ts';

/** Whose request it is, as the log names them. */
interface LoggedCaller {
  /** The public beginning of the key that was sent: `lk_live_<id>`. Whether it was a good key, `outcome` says. */
  readonly key?: string;
  /** Only of a proven sign-in. */
  readonly userId?: string;
}

export interface RequestScope {
  readonly requestId: string;
  /** Only of a request that is traced. */
  trace?: RequestTrace;
  /** Known once the operation is resolved; for the log, like all below. */
  operationName?: string;
  /** For the metrics and the trace. */
  operation?: 'query' | 'mutation' | 'subscription';
  caller?: LoggedCaller;
  /** Points, as costOf counts them; known once the operation was measured. */
  cost?: number;
  /** `ok`, `partial` (data with errors), `denied` (no scope for any of it), or the code of the error that is the answer. */
  outcome?: string;
  /** `extensions.reason` of that error. */
  reason?: string;
  /** The caller has its answer: the store was away for too long. What is still done for it is done in vain. */
  isGivenUp?: boolean;
}

// Measured on Node 20: not visible when an operation makes a few dozen promises, 9 % at several hundred. In return an
// error raised before there is a context has its request id, and so has one that a plugin slips in afterwards.
const storage = new AsyncLocalStorage<RequestScope>();

const scopes = perRequest<FastifyRequest, RequestScope>((request) => ({ requestId: request.id }));

export function scopeOf(request: FastifyRequest): RequestScope {
  return scopes.get(request);
}

const notes = perRequest<FastifyRequest, AnswerNotes>(() => ({ headers: {} }));

export function answerNotesOf(request: FastifyRequest): AnswerNotes {
  return notes.get(request);
}

export function runInScope<T>(request: FastifyRequest, work: () => T): T {
  return storage.run(scopeOf(request), work);
}

export function currentScope(): RequestScope | undefined {
  return storage.getStore();
}

/** Of the request that is being answered. */
export function currentTrace(): RequestTrace | undefined {
  return currentScope()?.trace;
}

/** What a line of the log says of a request's trace: nothing, when it has none. */
export function traceForLog(trace: RequestTrace | undefined): { readonly trace_id?: string } {
  return trace ? { trace_id: trace.traceId } : {};
}

/** Notes for the log what is known by now. Without a request (a test that calls a room directly) it does nothing. */
export function noteForLog(facts: Partial<Omit<RequestScope, 'requestId' | 'trace'>>): void {
  Object.assign(currentScope() ?? {}, facts);
}

/** How an answer went, in the words of RequestScope. */
export function outcomeOf({
  data,
  errors,
}: FormattedExecutionResult): Pick<RequestScope, 'outcome' | 'reason'> {
  const [first] = errors ?? [];
  if (!first) return { outcome: 'ok' };
  if (Object.values(data ?? {}).some((value) => value !== null)) return { outcome: 'partial' };
  const { code, reason } = first.extensions ?? {};
  const outcome = code === 'FORBIDDEN' ? 'denied' : String(code ?? 'INTERNAL_SERVER_ERROR');
  return { outcome, ...(typeof reason === 'string' ? { reason } : {}) };
}
