// The one error class, its closed list of codes, and the user errors that mutations answer with.
import { GraphQLError } from 'graphql';

/** Every `extensions.code` that an answer can carry, with the HTTP status that goes with it. Clients switch on these. */
export const httpStatusOf = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_REQUEST: 400,
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  QUERY_TOO_EXPENSIVE: 400,
  // Not a refusal: the client sends the full query next. Several clients read this answer only with this status.
  PERSISTED_QUERY_NOT_FOUND: 200,
  OPERATION_NOT_FOUND: 404,
  RATE_LIMITED: 429,
  IDEMPOTENCY_MISMATCH: 422,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type ErrorCode = keyof typeof httpStatusOf;

export type UnauthenticatedReason =
  | 'MISSING_CREDENTIAL'
  | 'INVALID_CREDENTIAL'
  | 'KEY_REVOKED'
  | 'KEY_DISABLED'
  | 'KEY_EXPIRED'
  | 'IP_NOT_ALLOWED';
export type ForbiddenReason = 'INSUFFICIENT_SCOPE' | 'ADMIN_ONLY' | 'KEY_PINNED';
export type BadRequestReason = 'INVALID_JSON';
/** Beside the limits of a minute, which have no reason. */
export type LimitReason = 'EGRESS_BUDGET';
export type ErrorReason = UnauthenticatedReason | ForbiddenReason | BadRequestReason | LimitReason;

interface ApiErrorOptions {
  readonly reason?: ErrorReason;
  /** Name of the argument or input field whose value is refused. REST tells it as a field. */
  readonly argument?: string;
  /** More facts for `extensions`: numbers, limits, missing scopes. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Response headers: `WWW-Authenticate`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** As Apollo wants them: a Map. Other packages declare the same extension as a plain record, hence the cast. */
function headerMap(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return new Map(Object.entries(headers)) as unknown as Record<string, string>;
}

/**
 * A refusal whose text and facts the caller may see. Thrown before execution it sets the response's HTTP status;
 * anything that is NOT an ApiError is a defect, is logged and reaches the caller masked.
 */
export class ApiError extends GraphQLError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message, {
      extensions: {
        code,
        ...(options.reason ? { reason: options.reason } : {}),
        ...(options.argument === undefined ? {} : { argument: options.argument }),
        ...options.details,
        // Apollo takes status and headers from here when the error is thrown before execution.
        http: { status: httpStatusOf[code], headers: headerMap(options.headers) },
      },
      ...(options.cause instanceof Error ? { originalError: options.cause } : {}),
    });
    this.name = 'ApiError';
    this.code = code;
  }

  get httpStatus(): number {
    return httpStatusOf[this.code];
  }

  get headers(): ReadonlyMap<string, string> {
    return (this.extensions['http'] as unknown as { headers: ReadonlyMap<string, string> }).headers;
  }
}

const unauthenticatedMessages: Record<UnauthenticatedReason, string> = {
  MISSING_CREDENTIAL: 'Send an API key or a sign-in token: Authorization: Bearer <credential>.',
  INVALID_CREDENTIAL: 'The credential is not valid.',
  KEY_REVOKED: 'This API key was revoked.',
  KEY_DISABLED: 'This API key is disabled. An admin of its workspace can enable it.',
  KEY_EXPIRED: 'This API key has expired.',
  IP_NOT_ALLOWED: "The request's address is not on this API key's list.",
};

/** 401, always with a Bearer challenge (RFC 6750, section 3). Never Basic: a browser would ask for a password. */
export function unauthenticated(reason: UnauthenticatedReason): ApiError {
  const challenge =
    reason === 'MISSING_CREDENTIAL'
      ? 'Bearer realm="latchkey"'
      : 'Bearer realm="latchkey", error="invalid_token"';
  return new ApiError('UNAUTHENTICATED', unauthenticatedMessages[reason], {
    reason,
    headers: { 'WWW-Authenticate': challenge },
  });
}

/** 403: a pinned key was used for something else than its operations, or these were changed while one ran. */
export function refusedToPinned(message: string): ApiError {
  return new ApiError('FORBIDDEN', message, { reason: 'KEY_PINNED' });
}

/** 503: it is not the caller's fault, and worth another try after so many seconds. */
export function unavailable(message: string, retryAfterSeconds: number, cause?: unknown): ApiError {
  const headers = { 'Retry-After': String(retryAfterSeconds) };
  return new ApiError('SERVICE_UNAVAILABLE', message, { headers, cause });
}

/** Codes of `userErrors`: what is wrong with the values of one mutation. */
export type UserErrorCode =
  'NOT_FOUND' | 'REQUIRED' | 'INVALID' | 'TOO_LONG' | 'TAKEN' | 'CONFLICT' | 'NOT_ALLOWED';

export interface UserErrorItem {
  readonly code: UserErrorCode;
  /** Path into the mutation's arguments, e.g. `["input", "email"]`. */
  readonly field: readonly string[];
  readonly message: string;
}

/** Thrown by a service to end a mutation: its transaction is rolled back and the payload lists the items. */
export class UserErrors extends Error {
  constructor(readonly items: readonly UserErrorItem[]) {
    super(items.map((item) => item.message).join(' '));
    this.name = 'UserErrors';
  }
}

/**
 * One user error, to be thrown in a service; `field` is a path into the arguments.
 *
 * @example
 * throw userError('NOT_ALLOWED', ['input'], 'A key that is restricted to venues cannot create one.');
 */
export function userError(code: UserErrorCode, field: readonly string[], message: string): UserErrors {
  return new UserErrors([{ code, field, message }]);
}

/**
 * NOT_FOUND, to be thrown in a service: the same for no row at all, for a row of another workspace and for one of another venue.
 *
 * @example
 * throw notFound(['input', 'id'], 'venue'); // "No venue with this id."
 */
export function notFound(field: readonly string[], thing: string): UserErrors {
  return userError('NOT_FOUND', field, `No ${thing} with this id.`);
}
