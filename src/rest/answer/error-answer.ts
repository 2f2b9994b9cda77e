// An error as REST tells it: `{error, detail, code, missing?, fields?, request_id}`, or the same facts as a problem (RFC 9457).
import type { GraphQLFormattedError } from 'graphql';
import { httpStatusOf, type ErrorCode } from '../../core/errors.ts';
import type { RequestScope } from '../../core/request-facts.ts';
import { namesType } from '../../http/accept.ts';
import type { SurfaceAnswer, SurfaceHead } from '../../http/surface.ts';
import type { StoredOperation } from '../stored-operation.ts';
import { inRestWords } from './words.ts';

export interface RestField {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

export interface RestError {
  readonly status: number;
  /** Default: what the status says. */
  readonly error?: string;
  readonly detail: string;
  readonly code: string;
  /** Which of the cases of a code it is. */
  readonly reason?: string;
  readonly missing?: readonly string[];
  readonly fields?: readonly RestField[];
  /** What was answered beside. */
  readonly data?: unknown;
}

/** What `error` says: short, and the same for every case of a status. */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Invalid or revoked API key',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Idempotency key reused',
  429: 'Too many requests',
  431: 'Header too large',
  500: 'Internal server error',
  503: 'Service unavailable',
};

export const titleOf = (status: number) =>
  titles[status] ?? (status < 500 ? 'Bad request' : 'Internal server error');

const problemType = 'application/problem+json';

/** Only for who asks for it by name: everyone else gets the form that clients of this field know. */
export function toErrorAnswer(
  { headers, requestId }: Pick<SurfaceHead, 'headers' | 'requestId'>,
  { status, error = titleOf(status), detail, ...facts }: RestError,
): SurfaceAnswer {
  const isProblem = namesType(headers.accept, problemType);
  const told = isProblem ? { type: 'about:blank', title: error, status, detail } : { error, detail };
  const type = isProblem ? problemType : 'application/json';
  return {
    status,
    headers: { 'content-type': `${type}; charset=utf-8` },
    body: JSON.stringify({ ...told, ...facts, request_id: requestId }),
  };
}

/**
 * What is refused here where GraphQL answered user errors or null. The error's code is the outcome of the request: without this note
 * it would be counted and logged as one that went well.
 */
export function refuse(
  head: Pick<SurfaceHead, 'headers' | 'requestId'>,
  refusal: RestError,
  scope: Pick<RequestScope, 'outcome'>,
): SurfaceAnswer {
  scope.outcome = refusal.code;
  return toErrorAnswer(head, refusal);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** What is refused of `first` is told of `limit`, where it is a value of this endpoint. */
function fieldsOf(
  argument: unknown,
  detail: string,
  operation: StoredOperation | null,
): readonly RestField[] {
  const variable = operation?.variables.find(({ path }) => path.at(-1) === argument);
  return variable ? [{ field: variable.restName, code: 'INVALID', message: detail }] : [];
}

function factsOf(
  extensions: Readonly<Record<string, unknown>>,
  detail: string,
  operation: StoredOperation | null,
) {
  const { code, reason, missing, fields, argument } = extensions;
  const given = Array.isArray(fields) ? (fields as RestField[]) : fieldsOf(argument, detail, operation);
  return {
    code: typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(isTexts(missing) && missing.length > 0 ? { missing } : {}),
    ...(given.length > 0 ? { fields: given } : {}),
  };
}

/** The status of an error that came beside data, where the door says 200. */
export function statusOfError({ extensions }: GraphQLFormattedError): number {
  return httpStatusOf[extensions?.['code'] as ErrorCode] ?? 500;
}

/** Codes of errors about a document. Those of ours fit, so it is one that the caller sent, and its names are the caller's. */
const aboutDocuments: readonly unknown[] = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
];

/** Each of the scopes opens a part of the answer, and nothing else is missing. */
function isOneEnough(missing: readonly string[] = [], operation: StoredOperation | null): boolean {
  if (!operation || operation.requiredScopes.length > 0 || missing.length < 2) return false;
  return missing.every((scope) => operation.parts.some((part) => part.join() === scope));
}

/** An error of the door, or one that was thrown before it. `words` puts its text into those of the endpoint. */
export function toRestError(
  status: number,
  { message, extensions = {} }: GraphQLFormattedError,
  operation: StoredOperation | null,
  words = (text: string) => inRestWords(text, operation),
): RestError {
  // A refusal with fields was written by this room, and repeats names as they were sent.
  const isAsSent = Array.isArray(extensions['fields']) || aboutDocuments.includes(extensions['code']);
  const detail = isAsSent ? message : words(message);
  // GraphQL has one path and no code for another one.
  const code = status === 404 ? { code: 'NOT_FOUND' } : {};
  const facts = { ...factsOf(extensions, detail, operation), ...code };
  const enough = isOneEnough(facts.missing, operation)
    ? ' Any one of them is enough for its part of the answer.'
    : '';
  return {
    status,
    ...(facts.reason === 'INSUFFICIENT_SCOPE' ? { error: 'Insufficient scope' } : {}),
    detail: detail + enough,
    ...facts,
  };
}
