// Refusals and failures: a component for each status, and which of them an endpoint has.
import { getNamedType, isInputObjectType, type GraphQLInputType } from 'graphql';
import { onlyItsOperations } from '../../access/authentication/in-flight.ts';
import { titleOf } from '../answer/error-answer.ts';
import type { StoredOperation } from '../stored-operation.ts';
import { cases, type Case } from './error-cases.ts';
import { refTo } from './json-schema.ts';

const requestId = '0d3c1f6e-8a52-4b7c-9d7e-3f5b2a1c4e60';

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
