// GET /schema.graphql: the schema as SDL, in the same view as introspection gives it.
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { lexicographicSortSchema, type GraphQLSchema } from 'graphql';
import { refuse } from './format-error.ts';

/** The SDL that `npm run schema` writes and that the route serves. Sorted: the order of features says nothing to a client. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}

/** `schemaFor` gives the schema that this request may see, or null where introspection is off. */
export function addSchemaRoute(
  app: FastifyInstance,
  schemaFor: (request: FastifyRequest) => Promise<GraphQLSchema | null>,
): void {
  app.get('/schema.graphql', async (request, reply) => {
    const schema = await schemaFor(request);
    if (!schema) throw refuse(404, 'This server does not show its schema.');
    return reply.type('application/graphql; charset=utf-8').send(schemaText(schema));
  });
}
