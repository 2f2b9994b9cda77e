// OpenAPI 3.1 of the stored operations: what `npm run schema` writes to schema/openapi.json and GET /api/v1/openapi.json serves.
import type { GraphQLSchema } from 'graphql';
import { version } from '../../core/version.ts';
import type { StoredOperation } from '../stored-operation.ts';
import type { Held } from './answers.ts';
import { endpointOf, sharedHeaders, sharedParameters } from './endpoint.ts';
import { errorSchemas } from './error-schemas.ts';
import { errorResponses } from './errors.ts';
import { Components } from './json-schema.ts';
import { namedTag, namedItem, namedPath } from './named-endpoints.ts';

const about = `Every endpoint is a stored operation of the GraphQL API, with the same keys, scopes and limits.

- **Keys**: \`Authorization: Bearer <key>\` or \`X-API-Key: <key>\`. Each endpoint says which scopes it needs.
- **Lists**: \`limit\` (1 to 100) and \`cursor\`; the answer has \`next_cursor\` and \`has_more\`. As CSV or NDJSON by \`Accept\`.
- **Changes**: what is left out stays as it is, null clears. \`If-Match\` with an ETag refuses to overwrite the change of somebody else.
- **Repeats**: with an \`Idempotency-Key\` a write that is sent twice is done once.
- **Errors**: \`{error, detail, code, request_id}\`, with \`missing\` scopes and \`fields\` where they apply; as RFC 9457 for \`Accept: application/problem+json\`.

Every GET also answers HEAD, and every path is also served without its leading \`/api\`.`;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or the token of a sign-in.' },
  basic: { type: 'http', scheme: 'basic', description: 'An API key as the password, with any user name.' },
  api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
};

const info = {
  title: 'Latchkey REST API',
  version,
  description: about,
  license: { name: 'MIT', identifier: 'MIT' },
};

/** Of those whose name does not say it. */
const tagTexts: Readonly<Record<string, string>> = {
  'access-check': 'What a document needs, before it is run.',
  'api-keys': 'Keys and their life, for signed-in owners and admins.',
  caller: 'Who is calling, what it may do, and which scopes there are. For every key.',
  operations: 'What a workspace has stored, by its name.',
  statistics: 'Numbers of a range of time.',
};

function tagsOf(operations: readonly StoredOperation[]) {
  const tags = [...new Set([...operations.map(({ tag }) => tag), namedTag])].sort();
  return tags.map((name) => ({
    name,
    description: tagTexts[name] ?? `Work with ${name.replaceAll('-', ' ')}.`,
  }));
}

function pathsOf(operations: readonly StoredOperation[], schema: GraphQLSchema, held: Held) {
  const components = new Components();
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const endpoint = endpointOf(operation, { schema, components, held });
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: endpoint };
  }
  // For every caller: what it asks for is not known before it is named.
  return { paths: { ...paths, [namedPath]: namedItem }, schemas: components.schemas() };
}

/** Whether a holder of these scopes gets an answer, if only a part of the whole one. */
function mayCall({ documentFor }: StoredOperation, scopes: ReadonlySet<string>): boolean {
  return documentFor(scopes).requiredScopes.every((scope) => scopes.has(scope));
}

/** Of these operations; with `held`, of those that a holder of these scopes may call, and as they answer it. */
export function openApiOf(
  operations: readonly StoredOperation[],
  schema: GraphQLSchema,
  held: Held = null,
): object {
  const shown = held ? operations.filter((operation) => mayCall(operation, held)) : operations;
  const { paths, schemas } = pathsOf(shown, schema, held);
  return {
    openapi: '3.1.1',
    info,
    servers: [{ url: '/api/v1', description: 'This server' }],
    tags: tagsOf(shown),
    paths,
    components: {
      securitySchemes,
      schemas: { ...schemas, ...errorSchemas },
      parameters: sharedParameters,
      headers: sharedHeaders,
      responses: errorResponses,
    },
  };
}

/** As text, the same for the same operations. */
export function openApiText(...of: Parameters<typeof openApiOf>): string {
  return `${JSON.stringify(openApiOf(...of), null, 2)}\n`;
}
