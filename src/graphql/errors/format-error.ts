// Formats every error of every answer, as the last step before it is sent. It decides what a caller may read, not the
// HTTP status.
import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { ApiError, httpStatusOf, type BadRequestReason, type ErrorCode } from '../../core/errors.ts';
import type { RequestNotes } from '../../core/request-facts.ts';
import { redactMessages } from './redact-message.ts';
import { outcomeOf, traceForLog } from '../request/request-scope.ts';

/** The depth to which causes are searched; no cause is deeper on purpose. */
const maximumCauses = 10;
/** Facts for the server, not for the caller. */
const hiddenExtensions = new Set(['http', 'stacktrace', 'exception', 'originalError']);

/** An error that says what was wrong with the request, in words the caller may read. */
interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** An answer as it was made: its errors are whatever was thrown. */
export interface RawAnswer extends Pick<ExecutionResult, 'data' | 'extensions'> {
  readonly errors?: readonly unknown[] | undefined;
}

/** An answer as its caller may read it, in the order of its members. */
export interface PresentedAnswer {
  readonly errors: readonly GraphQLFormattedError[] | undefined;
  readonly data: RawAnswer['data'];
  readonly extensions: RawAnswer['extensions'];
}

export interface ErrorDoor {
  /**
   * The answer to this request, each error as `{message, path?, locations?, extensions: {code, requestId, ...}}`. Logs what it
   * masks, each cause once, and notes how it went. Never throws.
   */
  present(answer: RawAnswer, scope: RequestNotes): PresentedAnswer;
  /** The presented answer as JSON text. Throws only when something in it is no JSON. */
  stringify(answer: RawAnswer, scope: RequestNotes): string;
}

/** Returns a refusal that has no code of its own: BAD_REQUEST with any HTTP status, e.g. 404 or 415. Does NOT throw it. */
export function badRequest(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  reason?: BadRequestReason,
): GraphQLError {
  const http = { status, headers: new Map(Object.entries(headers)) };
  return new GraphQLError(message, {
    extensions: { code: 'BAD_REQUEST', ...(reason ? { reason } : {}), http },
  });
}

function causesOf(error: unknown): readonly unknown[] {
  const causes = [error];
  for (let last = error; last instanceof GraphQLError && causes.length < maximumCauses; causes.push(last)) {
    last = last.originalError;
    if (last == null) break;
  }
  return causes;
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(httpStatusOf, code);
}

/** graphql-js says so without a code when a nullable variable brings null to an argument that has a default. */
const argumentFault = /^Argument "\w+" (of (required|non-null) type|has invalid value)/;

/**
 * What the caller may read of an error, or null when it is a defect. A store that is away needs no row here: the db
 * room throws it as an ApiError (SERVICE_UNAVAILABLE), because by now Apollo has already taken the HTTP status.
 */
function recognise(error: unknown): Refusal | null {
  const causes = causesOf(error);
  const known = causes.find((cause) => cause instanceof ApiError);
  if (known) {
    return { code: known.code, message: redactMessages([known.message]), extensions: known.extensions };
  }
  // Not only GraphQLErrors: a plugin may hand over an error that has its final form already.
  const { message, extensions } = (error ?? {}) as Partial<GraphQLFormattedError>;
  const code = extensions?.['code'];
  if (typeof message !== 'string') return null;
  if (isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR') {
    const messages = causes.map((cause) => (cause instanceof Error ? cause.message : message));
    return { code, message: redactMessages(messages), extensions: extensions ?? {} };
  }
  // Clients recognise this one by its text.
  if (message === 'PersistedQueryNotSupported') return { code: 'BAD_REQUEST', message, extensions: {} };
  const innermost = causes.at(-1);
  if (innermost instanceof GraphQLError && argumentFault.test(innermost.message)) {
    return { code: 'BAD_USER_INPUT', message: redactMessages([innermost.message]), extensions: {} };
  }
  return null;
}

const refusals = new WeakMap<object, Refusal>();

/**
 * The refusal behind an error, without the facts that a caller may not see. Kept, because the denials of a decision
 * come with each request that it is used for.
 */
function refusalOf(error: unknown): Refusal | null {
  const known = refusals.get(error as object);
  if (known) return known;
  const found = recognise(error);
  if (!found) return null;
  const facts = Object.entries(found.extensions).filter(([name]) => !hiddenExtensions.has(name));
  const refusal = { ...found, extensions: Object.fromEntries(facts) };
  refusals.set(error as object, refusal);
  return refusal;
}

function placeOf(error: unknown): Pick<GraphQLFormattedError, 'path' | 'locations'> {
  const { path, locations } = (error ?? {}) as Partial<GraphQLFormattedError>;
  return {
    ...(Array.isArray(path) ? { path } : {}),
    ...(Array.isArray(locations) ? { locations } : {}),
  };
}

function masked(requestId: string): GraphQLFormattedError {
  return { message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } };
}

/**
 * The masked errors of one answer, by their cause, with where each came out. One failed statement comes out at every
 * row it was for.
 */
type Defects = Map<unknown, { path: GraphQLFormattedError['path']; places: number }>;

function present(error: unknown, { requestId }: RequestNotes, defects: Defects): GraphQLFormattedError {
  const refusal = refusalOf(error);
  if (!refusal) {
    const place = placeOf(error);
    const cause = causesOf(error).at(-1);
    const known = defects.get(cause);
    if (known) known.places += 1;
    else defects.set(cause, { path: place.path, places: 1 });
    return { ...masked(requestId), ...place };
  }
  return {
    message: refusal.message,
    ...placeOf(error),
    extensions: { ...refusal.extensions, code: refusal.code, requestId },
  };
}

function format(error: unknown, scope: RequestNotes, defects: Defects): GraphQLFormattedError {
  try {
    return present(error, scope, defects);
  } catch {
    // An error whose own properties throw. The caller still gets an answer in our form.
    return masked(scope.requestId);
  }
}

/** One line for each cause, with the first of its places and, when there are more, their number. */
function report(defects: Defects, { requestId, trace }: RequestNotes, logger: Logger): void {
  for (const [err, { path, places }] of defects) {
    const where = { path, ...(places > 1 ? { places } : {}) };
    try {
      logger.error({ requestId, ...traceForLog(trace), err, ...where }, 'defect');
    } catch {
      // An error whose own properties throw, or a log that does. The others have their lines, the caller has the answer.
    }
  }
}

export function createErrorDoor(logger: Logger): ErrorDoor {
  const present: ErrorDoor['present'] = ({ errors: raw, data, extensions }, scope) => {
    const defects: Defects = new Map();
    const errors = raw?.map((error) => format(error, scope, defects));
    report(defects, scope, logger);
    Object.assign(scope, outcomeOf(data, errors));
    return { errors, data, extensions };
  };
  return { present, stringify: (answer, scope) => JSON.stringify(present(answer, scope)) };
}
