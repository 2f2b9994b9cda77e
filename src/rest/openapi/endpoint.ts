// A stored operation -> the operation of OpenAPI: parameters, body, answers and scopes.
import type { GraphQLSchema } from 'graphql';
import { maxPageSize, defaultPageSize } from '../../core/page-size.ts';
import { writerOf } from '../answer/rows.ts';
import { inRestWords } from '../answer/words.ts';
import { formatsOf } from '../request/format.ts';
import type { StoredOperation, StoredVariable } from '../stored-operation.ts';
import { answerOf, type AnswerDescription, type Held } from './answers.ts';
import { errorsOf } from './errors.ts';
import { exampleId } from './examples.ts';
import { described, type Components, type Json, type JsonSchema } from './json-schema.ts';
import { defaultsOf } from './defaults.ts';
import { inputOf, plainText, textInputOf } from './types.ts';

export interface Describing {
  readonly schema: GraphQLSchema;
  readonly components: Components;
  readonly held: Held;
}

/** Parameters of every endpoint of a kind. */
export const sharedParameters = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'A text of your own, 1 to 255 characters. The same request sent again with it is done once.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    example: 'import-2026-01-31-0001',
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'The ETag of the version that you have. The answer is 304 when it is still the same.',
    schema: { type: 'string' },
    example: '"3"',
  },
  all: {
    name: 'all',
    in: 'query',
    description: 'Every page, one after the other. Only with Accept: text/csv or application/x-ndjson.',
    schema: { type: 'boolean' },
  },
} as const;

/** Headers of answers. */
export const sharedHeaders = {
  'X-Request-Id': {
    description: 'The X-Request-Id that was sent, or a new one. The log has it.',
    schema: { type: 'string' },
  },
  'X-RateLimit-Limit': { description: 'Requests in a minute.', schema: { type: 'integer' } },
  'X-RateLimit-Remaining': { description: 'What is left of them.', schema: { type: 'integer' } },
  'X-RateLimit-Reset': {
    description: 'Seconds until there are all of them again.',
    schema: { type: 'integer' },
  },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
  'WWW-Authenticate': { description: 'RFC 6750, section 3.', schema: { type: 'string' } },
  ETag: {
    description: 'The version of the thing. Give it as If-Match when you change it.',
    schema: { type: 'string' },
    example: '"3"',
  },
  Allow: { description: 'The methods that it takes.', schema: { type: 'string' }, example: 'POST' },
  Link: { description: 'RFC 8288: where the list goes on, `rel="next"`.', schema: { type: 'string' } },
} as const;

export const headerRefs = (names: readonly (keyof typeof sharedHeaders)[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

export const limitHeaders = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'] as const;

function textOf(variable: StoredVariable, operation: StoredOperation): string {
  const { description, requiredScopes, in: where } = variable;
  const needs = requiredScopes.map((scope) => ` Needs \`${scope}\`.`).join('');
  // In an address "null" is a text like any other.
  const told = where === 'query' ? description.replace(/ ?`null` asks for no value\./, '') : description;
  return inRestWords(plainText(told), operation) + needs;
}

function numbersOf({ name, path }: StoredVariable): JsonSchema {
  const isLimit = name === 'limit' && path.at(-1) === 'first';
  return isLimit ? { minimum: 1, maximum: maxPageSize, default: defaultPageSize } : {};
}

function parameterOf(variable: StoredVariable, operation: StoredOperation, { components }: Describing) {
  const { name, type, restName, isRequired, in: where } = variable;
  if (where === 'header') {
    const description =
      'The ETag of the version that you change. Another one is refused with 412; `*` is any.';
    return { name: restName, in: where, description, schema: { type: 'string' }, example: '"3"' };
  }
  const { schema, example } = textInputOf(type, { name, about: operation.path, components });
  const isList = schema.type === 'array';
  return {
    ...{ name, in: where, description: textOf(variable, operation), required: isRequired },
    schema: { ...schema, ...numbersOf(variable), ...defaultsOf(operation, name) },
    // `status=OPEN,WAITING`
    ...(isList ? { style: 'form', explode: false } : {}),
    ...(isRequired
      ? { example: where === 'path' && name === 'id' ? exampleId(operation.path) : example }
      : {}),
  };
}

export const sharedRef = (name: keyof typeof sharedParameters) => ({
  $ref: `#/components/parameters/${name}`,
});

function parametersOf(
  operation: StoredOperation,
  variables: readonly StoredVariable[],
  { hasVersion }: AnswerDescription,
  describing: Describing,
): readonly object[] {
  const own = variables
    .filter((variable) => variable.in !== 'body')
    .map((variable) => parameterOf(variable, operation, describing));
  return [
    ...own,
    ...(operation.shape.kind === 'page' ? [sharedRef('all')] : []),
    ...(hasVersion && operation.method === 'GET' ? [sharedRef('If-None-Match')] : []),
    ...(operation.kind === 'mutation' ? [sharedRef('Idempotency-Key')] : []),
  ];
}

function bodyOf(
  operation: StoredOperation,
  variables: readonly StoredVariable[],
  { components }: Describing,
) {
  const members = variables.filter((variable) => variable.in === 'body');
  if (members.length === 0) return null;
  const values = members.map((variable) => {
    const { name, type } = variable;
    const { schema, example } = inputOf(type, { name, about: name, components });
    const told = described({ ...schema, ...defaultsOf(operation, name) }, textOf(variable, operation));
    return { variable, schema: told, example };
  });
  const required = members.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(values.map(({ variable, schema: own }) => [variable.name, own])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
  const example: Json = Object.fromEntries(values.map(({ variable, example: own }) => [variable.name, own]));
  const content = { 'application/json': { schema, example } };
  return { description: bodyText(operation), required: required.length > 0, content };
}

function bodyText({ method }: StoredOperation): string {
  return method === 'PATCH'
    ? 'What is left out stays as it is; null clears.'
    : 'What may be null may also be left out. A name that is not listed is refused.';
}

function contentOf(operation: StoredOperation, { schema, example, row }: AnswerDescription) {
  const { shape } = operation;
  return Object.fromEntries(
    formatsOf(operation).map((format) => {
      if (format === 'application/json' || !row || shape.kind !== 'page')
        return [format, { schema, example }];
      const writer = writerOf(format, shape.columns);
      const text = writer.head + writer.row(row.example as Readonly<Record<string, unknown>>);
      return [format, { schema: { type: 'string' }, example: text }];
    }),
  );
}

const successText = {
  one: 'What was asked for.',
  page: 'A page of the list; as CSV or NDJSON its rows.',
  written: 'It is done. Who may not read it gets its id alone.',
} as const;

function successOf(operation: StoredOperation, answer: AnswerDescription): Readonly<Record<string, object>> {
  const { status, method, shape } = operation;
  const etag = answer.hasVersion ? (['ETag'] as const) : [];
  const link = shape.kind === 'page' ? (['Link'] as const) : [];
  const headers = headerRefs(['X-Request-Id', ...limitHeaders, ...etag, ...link]);
  const done = { description: successText[shape.kind], headers, content: contentOf(operation, answer) };
  const known = { description: 'You have this version.', headers: headerRefs(['X-Request-Id', 'ETag']) };
  const isConditional = answer.hasVersion && method === 'GET';
  return { [status]: done, ...(isConditional ? { 304: known } : {}) };
}

const quoted = (scopes: readonly string[]) => scopes.map((scope) => `\`${scope}\``).join(' and ');

/** For people: what a key needs for it. */
function scopesText({ requiredScopes, parts }: StoredOperation): string {
  if (requiredScopes.includes('workspace:manage'))
    return 'Only for signed-in owners and admins (`workspace:manage`): no API key has this scope.';
  const [section, ...others] = parts;
  if (requiredScopes.length === 0 && section && others.length > 0)
    return `Scopes: at least one of ${parts.map(quoted).join(', ')}. Each opens its part of the answer.`;
  const more = [...new Set(parts.flat())].filter((scope) => !requiredScopes.includes(scope));
  const needs =
    requiredScopes.length > 0 ? `Scopes: ${quoted(requiredScopes)}.` : 'Scopes: none, any key will do.';
  return more.length > 0 ? `${needs} The answer has more with ${quoted(more)}.` : needs;
}

/** The request as a command, with a placeholder for the server and the key. */
function curlOf({ method, path }: StoredOperation, body: ReturnType<typeof bodyOf>): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    exampleId(name === 'id' ? path : name),
  );
  const words = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} "$LATCHKEY_URL/api/v1${filled}"`,
    '-H "Authorization: Bearer $LATCHKEY_KEY"',
  ];
  if (body) {
    const json = JSON.stringify(body.content['application/json'].example).replaceAll("'", "'\\''");
    words.push('-H "Content-Type: application/json"', `-d '${json}'`);
  }
  return words.join(' \\\n  ');
}

const operationIdOf = ({ name }: StoredOperation) => name.charAt(0).toLowerCase() + name.slice(1);

/** The operation of OpenAPI. */
export function endpointOf(operation: StoredOperation, describing: Describing): object {
  const { requiredScopes, summary, description, tag, parts } = operation;
  const { held } = describing;
  const variables = operation.variables.filter(
    (variable) => !held || variable.requiredScopes.every((scope) => held.has(scope)),
  );
  const answer = answerOf(operation, describing);
  const requestBody = bodyOf(operation, variables, describing);
  const parameters = parametersOf(operation, variables, answer, describing);
  return {
    ...{ operationId: operationIdOf(operation), tags: [tag], summary },
    description: [description, scopesText(operation)].filter((text) => text !== '').join('\n\n'),
    security: [{ bearer: requiredScopes }, { api_key: requiredScopes }, { basic: requiredScopes }],
    'x-required-scopes': requiredScopes,
    ...(parts.length > 0 ? { 'x-optional-scopes': [...new Set(parts.flat())].sort() } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: { ...successOf(operation, answer), ...errorsOf(operation) },
    'x-codeSamples': [{ lang: 'shell', label: 'curl', source: curlOf(operation, requestBody) }],
  };
}
