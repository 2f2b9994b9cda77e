// What each status of a refusal or failure means, with an example of it.
import type { Json } from './json-schema.ts';

export interface Case {
  /** Name of its component. */
  readonly name: string;
  readonly description: string;
  readonly example: { readonly detail: string; readonly code: string } & Readonly<Record<string, Json>>;
  readonly headers?: readonly string[];
}

const field = (name: string, code: string, message: string) => ({ field: name, code, message });
const tooLarge = '"limit" is 500; a page holds at most 100.';
const stale = 'This customer was changed meanwhile. Read it again and repeat with its new version.';

/** By status. */
export const cases: Readonly<Record<number, Case>> = {
  400: {
    name: 'BadRequest',
    description: 'Something in the request does not fit. `fields` names each value that is meant.',
    example: { detail: tooLarge, code: 'BAD_USER_INPUT', fields: [field('limit', 'INVALID', tooLarge)] },
  },
  401: {
    name: 'Unauthorized',
    description: 'No credential was sent, or one that does not work (any more). `reason` says why.',
    example: { detail: 'This API key was revoked.', code: 'UNAUTHENTICATED', reason: 'KEY_REVOKED' },
    headers: ['WWW-Authenticate'],
  },
  403: {
    name: 'Forbidden',
    description:
      'The key lacks scopes, which `missing` lists; or only signed-in owners and admins may do this.',
    example: {
      ...{ detail: 'This needs scopes that the key does not have.', code: 'FORBIDDEN' },
      ...{ reason: 'INSUFFICIENT_SCOPE', missing: ['read:customers'] },
    },
  },
  404: {
    name: 'NotFound',
    description: 'There is nothing with this id that the caller may see.',
    example: { detail: 'There is nothing with this id that you may see.', code: 'NOT_FOUND' },
  },
  405: {
    name: 'MethodNotAllowed',
    description: 'It is done by another method. Allow names it.',
    example: { detail: 'This operation changes something: send it by POST.', code: 'BAD_REQUEST' },
    headers: ['Allow'],
  },
  406: {
    name: 'NotAcceptable',
    description: 'Accept names no form in which this endpoint answers.',
    example: { detail: 'This endpoint answers application/json.', code: 'BAD_REQUEST' },
  },
  409: {
    name: 'Conflict',
    description:
      'It contradicts what is there: a taken value, another change, or a state that does not allow it.',
    example: {
      detail: 'This time is taken.',
      code: 'TAKEN',
      fields: [field('starts_at', 'TAKEN', 'This time is taken.')],
    },
  },
  412: {
    name: 'PreconditionFailed',
    description: 'It has another version than If-Match names. Read it again.',
    example: { detail: stale, code: 'CONFLICT', fields: [field('If-Match', 'CONFLICT', stale)] },
  },
  413: {
    name: 'BodyTooLarge',
    description: 'The body is over the limit.',
    example: { detail: 'The body is over the limit of 262144 bytes.', code: 'BAD_REQUEST' },
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not said to be JSON in UTF-8.',
    example: {
      detail: 'Send the body as JSON: Content-Type: application/json; charset=utf-8.',
      code: 'BAD_REQUEST',
    },
  },
  422: {
    name: 'IdempotencyKeyReused',
    description: 'The Idempotency-Key was used for another request.',
    example: {
      detail: 'This Idempotency-Key was used for another mutation or other values.',
      code: 'IDEMPOTENCY_MISMATCH',
    },
  },
  429: {
    name: 'TooManyRequests',
    description: 'A limit is used up. Retry-After says in how many seconds to try again.',
    example: { detail: 'Too many requests. Try again in 12 seconds.', code: 'RATE_LIMITED' },
    headers: ['Retry-After'],
  },
  431: {
    name: 'HeaderTooLarge',
    description: 'A header is too long.',
    example: { detail: 'The header Authorization is too long.', code: 'BAD_REQUEST' },
  },
  500: {
    name: 'InternalServerError',
    description: 'A defect of the server. Its log has more under `request_id`.',
    example: { detail: 'Internal server error.', code: 'INTERNAL_SERVER_ERROR' },
  },
  503: {
    name: 'ServiceUnavailable',
    description: 'The server cannot answer now. Retry-After says in how many seconds to try again.',
    example: { detail: 'The store does not answer.', code: 'SERVICE_UNAVAILABLE' },
    headers: ['Retry-After'],
  },
};
