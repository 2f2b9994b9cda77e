// Refusals and failures: a component for each status, with an example, and which of them an endpoint has.
import { getNamedType, isInputObjectType, type GraphQLInputType } from 'graphql';
import { onlyItsOperations } from '../../access/authentication/in-flight.ts';
import { httpStatusOf } from '../../core/errors.ts';
import { titleOf } from '../answer/error-answer.ts';
import type { StoredOperation } from '../stored-operation.ts';
import { refTo, type Json, type JsonSchema } from './json-schema.ts';

const requestId = '0d3c1f6e-8a52-4b7c-9d7e-3f5b2a1c4e60';

interface Case {
  /** Name of its component. */
  readonly name: string;
  readonly description: string;
  readonly example: { readonly detail: string; readonly code: string } & Readonly<Record<string, Json>>;
  readonly headers?: readonly string[];
}

const field = (name: string, code: string, message: string) => ({ field: name, code, message });
const tooLarge = '"limit" is 500; a page holds at most 100.';
const stale = 'This customer was changed meanwhile. Read it again and repeat with its new version.';

const cases: Readonly<Record<number, Case>> = {
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

/** Of user errors, beside the codes of every answer. */
const restCodes = ['NOT_FOUND', 'NOT_ALLOWED', 'TAKEN', 'CONFLICT'];
const text: JsonSchema = { type: 'string' };
/** Those of documents too: the access check is given one. */
const codes = [...new Set([...Object.keys(httpStatusOf), ...restCodes])]
  .filter((code) => !code.startsWith('PERSISTED_'))
  .sort();

const facts: Readonly<Record<string, JsonSchema>> = {
  detail: { ...text, description: 'What is wrong, in words for a person.' },
  code: { ...text, enum: codes, description: 'Programs switch on this.' },
  reason: { ...text, description: 'Which of the cases of the code it is.' },
  missing: { type: 'array', items: text, description: 'Scopes that the caller would need.' },
  fields: { type: 'array', items: refTo('FieldFault'), description: 'Which values are meant.' },
  data: {
    ...{ type: 'object', additionalProperties: true },
    description: 'Of a stored mutation that refused a value: what it answered.',
  },
  request_id: { ...text, description: 'The same as X-Request-Id.' },
};

/** Schemas that the responses below refer to. */
export const errorSchemas: Readonly<Record<string, JsonSchema>> = {
  FieldFault: {
    type: 'object',
    properties: {
      field: {
        ...text,
        description: 'Name of a parameter, a header or a member of the body: `customers.0.email`.',
      },
      code: text,
      message: text,
    },
    required: ['field', 'code', 'message'],
  },
  Error: {
    type: 'object',
    properties: { error: { ...text, description: 'What the status says, in short.' }, ...facts },
    required: ['error', 'detail', 'code', 'request_id'],
  },
  Problem: {
    type: 'object',
    description: 'The same facts by RFC 9457, for who accepts application/problem+json.',
    properties: {
      type: { type: 'string', const: 'about:blank' },
      title: text,
      status: { type: 'integer' },
      ...facts,
    },
    required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
  },
};

const headerRef = (name: string) => [name, { $ref: `#/components/headers/${name}` }] as const;

function responseOf(status: number, { description, example, headers = [] }: Case) {
  const { detail, ...rest } = example;
  const error = rest['reason'] === 'INSUFFICIENT_SCOPE' ? 'Insufficient scope' : titleOf(status);
  const told = { error, detail, ...rest, request_id: requestId };
  const problem = { type: 'about:blank', title: error, status, detail, ...rest, request_id: requestId };
  return {
    description,
    headers: Object.fromEntries(['X-Request-Id', ...headers].map(headerRef)),
    content: {
      'application/json': { schema: refTo('Error'), example: told },
      'application/problem+json': { schema: refTo('Problem'), example: problem },
    },
  };
}

/** The components: a response for each status but 403, which names the scopes of its endpoint. */
export const errorResponses = Object.fromEntries(
  Object.entries(cases)
    .filter(([status]) => status !== '403')
    .map(([status, one]) => [one.name, responseOf(Number(status), one)]),
);

/** A pinned key is refused at every endpoint: 403. */
const always = [400, 401, 403, 406, 429, 431, 500, 503];

/** An id, a list of them, or an object with one. */
function takesId(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  if (named.name === 'ID') return true;
  return isInputObjectType(named) && Object.values(named.getFields()).some((field) => takesId(field.type));
}

function hasId({ variables, shape }: StoredOperation): boolean {
  // A list of what is not there is empty.
  if (shape.kind === 'page') return false;
  if (shape.kind === 'written') return variables.some(({ type }) => takesId(type));
  return variables.some((variable) => variable.in === 'path' && takesId(variable.type));
}

/** In ascending order. */
function errorStatusesOf(operation: StoredOperation): readonly number[] {
  const { method, kind, variables } = operation;
  const statuses = [
    ...always,
    ...(hasId(operation) ? [404] : []),
    ...(method === 'GET' ? [] : [413, 415]),
    ...(kind === 'mutation' ? [409, 422] : []),
    ...(variables.some((variable) => variable.in === 'header') ? [412] : []),
  ];
  return statuses.sort((a, b) => a - b);
}

/** The 403 of an endpoint names the scopes that it needs. */
function forbiddenOf({ requiredScopes, parts }: StoredOperation): object {
  const { 403: one } = cases;
  if (requiredScopes.length === 0 && parts.length === 0) {
    const detail = onlyItsOperations;
    return responseOf(403, { ...one!, example: { detail, code: 'FORBIDDEN', reason: 'KEY_PINNED' } });
  }
  const missing = requiredScopes.length > 0 ? requiredScopes : ['read:customers'];
  const example = requiredScopes.includes('workspace:manage')
    ? { detail: 'Only signed-in owners and admins may do this.', code: 'FORBIDDEN', reason: 'ADMIN_ONLY' }
    : { ...one!.example, missing };
  return responseOf(403, { ...one!, example });
}

function byStatus(statuses: readonly number[], forbidden: object): Readonly<Record<string, object>> {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      status === 403 ? forbidden : { $ref: `#/components/responses/${cases[status]!.name}` },
    ]),
  );
}

/** By status. */
export function errorsOf(operation: StoredOperation): Readonly<Record<string, object>> {
  return byStatus(errorStatusesOf(operation), forbiddenOf(operation));
}

/** By status, of an endpoint that is no operation of its own. `missing` is the example of its 403. */
export function refusalsOf(statuses: readonly number[], missing: readonly string[]) {
  const { 403: one } = cases;
  return byStatus(statuses, responseOf(403, { ...one!, example: { ...one!.example, missing } }));
}
