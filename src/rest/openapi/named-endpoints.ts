// GET and POST /operations/{name} in the description: what holds for every operation that a workspace stores. The description
// names none of them, so it is the same for all workspaces, and for each caller: any key and any person may run one, with the
// scopes that the operation itself asks for.
import { headerRefs, limitHeaders, sharedRef } from './endpoint.ts';
import { refusalsOf } from './errors.ts';
import type { JsonSchema } from './json-schema.ts';

export const namedPath = '/operations/{name}';
export const namedTag = 'operations';

const summaries = {
  GET: 'Run a stored query of your workspace',
  POST: 'Run a stored operation of your workspace',
} as const;

/** For tables of endpoints. */
export const namedEndpoints = (['GET', 'POST'] as const).map((method) => ({
  ...{ method, path: namedPath, summary: summaries[method] },
}));

const about =
  'An operation that an owner or admin has saved with `saveOperation`. It asks for the scopes of its own document; lacking one is ' +
  '403. A key that is pinned to stored operations runs these and nothing else.';

const aboutMutations =
  'The answer is that of the operation: a mutation that its values do not allow is a 200 as well, and says so in the `userErrors` of ' +
  'its own data, when its document asks for them. Variables stand in the body; a query parameter is refused.';

const parameters = [
  {
    ...{ name: 'name', in: 'path', required: true, description: 'Its name; case counts.' },
    schema: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$' },
    example: 'board',
  },
];

const anyMember: JsonSchema = { type: 'object', additionalProperties: true };

const queryVariables = {
  ...{ name: 'variables', in: 'query', style: 'form', explode: true },
  description:
    'Each variable of the document is a parameter of its own, under its own name: `?first=5&ids=a,b`. An object is JSON.',
  schema: anyMember,
  example: { first: 5 },
};

const requestBody = {
  description:
    'The variables of the document, under their own names. A name that it does not have is refused.',
  required: false,
  content: { 'application/json': { schema: anyMember, example: { first: 5 } } },
};

const answered = {
  description: 'The data of the document, under its own names.',
  headers: headerRefs(['X-Request-Id', ...limitHeaders]),
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: {
          success: { type: 'boolean', const: true },
          data: { ...anyMember, description: 'As GraphQL answers the document, without errors.' },
        },
        required: ['success', 'data'],
      },
      example: { success: true, data: { customers: { nodes: [{ name: 'Ada Lovelace' }] } } },
    },
  },
};

const statuses = {
  /** 405: it changes something. */
  GET: [400, 401, 403, 404, 405, 406, 429, 431, 500, 503],
  POST: [400, 401, 403, 404, 406, 409, 413, 415, 422, 429, 431, 500, 503],
} as const;

function curlOf(method: 'GET' | 'POST'): string {
  const address = `"$LATCHKEY_URL/api/v1/operations/board${method === 'GET' ? '?first=5' : ''}"`;
  const words = [
    `curl${method === 'GET' ? '' : ' -X POST'} ${address}`,
    '-H "Authorization: Bearer $LATCHKEY_KEY"',
  ];
  if (method === 'POST') words.push('-H "Content-Type: application/json"', `-d '{"first":5}'`);
  return words.join(' \\\n  ');
}

function endpoint(method: 'GET' | 'POST'): object {
  return {
    operationId: method === 'GET' ? 'runStoredQuery' : 'runStoredOperation',
    ...{ tags: [namedTag], summary: summaries[method] },
    description: method === 'GET' ? about : `${about} ${aboutMutations}`,
    security: [{ bearer: [] }, { api_key: [] }, { basic: [] }],
    'x-required-scopes': [],
    parameters: [...parameters, method === 'GET' ? queryVariables : sharedRef('Idempotency-Key')],
    ...(method === 'POST' ? { requestBody } : {}),
    responses: { 200: answered, ...refusalsOf(statuses[method], ['read:customers']) },
    'x-codeSamples': [{ lang: 'shell', label: 'curl', source: curlOf(method) }],
  };
}

/** The item of the path. */
export const namedItem = { get: endpoint('GET'), post: endpoint('POST') };
