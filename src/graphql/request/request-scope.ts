// What is known of a request hangs on the request itself, and goes from hand to hand: to the context, to the error door, to
// the line that the log gets at its end. Nothing here asks which request is the current one: with an AsyncLocalStorage
// each promise costs, measured on Node 20 10 to 15 % of a small request.
import { setMaxListeners } from 'node:events';
import type { FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { perRequest } from '../../core/per-request.ts';
import type { AnswerNotes, RequestNotes, RequestScope } from '../../core/request-facts.ts';
import type { RequestTrace } from '../../core/tracer.ts';

export function newScope(requestId: string): RequestScope {
  const ending = new AbortController();
  // As many as there are statements at the same time; Node warns of more than ten.
  setMaxListeners(0, ending.signal);
  return { requestId, ending };
}

const scopes = perRequest<FastifyRequest, RequestScope>((request) => newScope(request.id));

export function scopeOf(request: FastifyRequest): RequestScope {
  return scopes.get(request);
}

/** The part that the log and the trace are told. */
export function requestNotesOf(request: FastifyRequest): RequestNotes {
  const {
    ending: _ending,
    leave: _leave,
    weigh: _weigh,
    isGone: _isGone,
    bodyBytes: _bytes,
    startMs: _startMs,
    known: _known,
    ran: _ran,
    tried: _tried,
    missing: _missing,
    rows: _rows,
    ...told
  } = scopeOf(request);
  return told;
}

const notes = perRequest<FastifyRequest, AnswerNotes>(() => ({ headers: {} }));

export function answerNotesOf(request: FastifyRequest): AnswerNotes {
  return notes.get(request);
}

/** What a line of the log says of a request's trace: nothing, when it has none. */
export function traceForLog(trace: RequestTrace | undefined): { readonly trace_id?: string } {
  return trace ? { trace_id: trace.traceId } : {};
}

/** Scopes that errors say were missing, each once. */
export function missingIn(errors: readonly GraphQLFormattedError[] = []): readonly string[] {
  const missing = errors.flatMap(({ extensions }) => (extensions?.['missing'] ?? []) as readonly string[]);
  return missing.length > 0 ? [...new Set(missing)].sort() : missing;
}

/** How an answer went, in the words of RequestNotes. */
export function outcomeOf(
  data: object | null | undefined,
  errors: readonly GraphQLFormattedError[] = [],
): Pick<RequestNotes, 'outcome' | 'reason'> {
  const [first] = errors;
  if (!first) return { outcome: 'ok' };
  if (Object.values(data ?? {}).some((value) => value !== null)) return { outcome: 'partial' };
  const { code, reason } = first.extensions ?? {};
  const outcome = code === 'FORBIDDEN' ? 'denied' : String(code ?? 'INTERNAL_SERVER_ERROR');
  return { outcome, ...(typeof reason === 'string' ? { reason } : {}) };
}
