// GET /schema.graphql: the schema as SDL, in the same view as introspection gives it.
import { createRequire } from 'node:module';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { lexicographicSortSchema, type GraphQLSchema } from 'graphql';
import { routes } from '../http/routes.ts';
import { badRequest } from './format-error.ts';

const require = createRequire(import.meta.url);

// Printing takes tens of milliseconds, and a view is asked for again by every developer's editor.
const printed = new WeakMap<GraphQLSchema, string>();

/** The SDL that `npm run schema` writes and that the route serves. Sorted: the order of features says nothing to a client. */
export function schemaText(schema: GraphQLSchema): string {
  const known = printed.get(schema);
  if (known !== undefined) return known;
  // As CommonJS, as Apollo loads it: once.
  const utils = require('@graphql-tools/utils') as typeof import('@graphql-tools/utils');
  const text = `${utils.printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
  printed.set(schema, text);
  return text;
}

/** `schemaFor` gives the schema that this request may see, or null where introspection is off. */
export function addSchemaRoute(
  app: FastifyInstance,
  schemaFor: (request: FastifyRequest) => Promise<GraphQLSchema | null>,
): void {
  app.get(routes.schema.path, async (request, reply) => {
    const schema = await schemaFor(request);
    if (!schema) throw badRequest(404, 'This server does not show its schema.');
    return reply.type('application/graphql; charset=utf-8').send(schemaText(schema));
  });
}
