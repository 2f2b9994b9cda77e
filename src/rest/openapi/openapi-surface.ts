// GET /api/v1/openapi.json: the description of REST, with what its caller may be shown. Refusals are in the words of REST.
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { badRequest } from '../../graphql/errors/format-error.ts';
import { patiently } from '../../graphql/run-operation.ts';
import type { Viewers } from '../../graphql/schema/schema-view.ts';
import { routes } from '../../http/routes.ts';
import type { Surface, SurfaceAnswer, SurfaceRequest } from '../../http/surface.ts';
import { toErrorAnswer, toRestError } from '../answer/error-answer.ts';
import type { StoredOperation } from '../stored-operation.ts';
import { openApiText } from './open-api.ts';

interface OpenApiTools {
  readonly schema: GraphQLSchema;
  readonly viewers: Viewers;
  isStoreResponsive(): Promise<boolean>;
}

const keptTexts = 32;

/** The text for a holder of scopes, null = for everybody. Writing it takes tens of milliseconds, and keys have few sets of scopes. */
function createTexts(operations: readonly StoredOperation[], schema: GraphQLSchema) {
  const texts = new LRUCache<string, string>({ max: keptTexts });
  return (held: ReadonlySet<string> | null): string => {
    const name = held ? JSON.stringify([...held].sort()) : '';
    const known = texts.get(name);
    if (known !== undefined) return known;
    const text = openApiText(operations, schema, held);
    texts.set(name, text);
    return text;
  };
}

/** The surface that describes these operations. */
export function createOpenApiSurface(operations: readonly StoredOperation[], tools: OpenApiTools): Surface {
  const textFor = createTexts(operations, tools.schema);
  const answer = async ({ facts, caller }: SurfaceRequest): Promise<SurfaceAnswer> => {
    const looking = tools.viewers(facts, caller);
    const viewer = await patiently(facts.scope, looking, () => tools.isStoreResponsive());
    if (viewer === null) throw badRequest(404, 'This server does not show its description.');
    const body = textFor(viewer === 'anyone' ? null : viewer.scopes);
    return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
  };
  return {
    routes: [routes.openApi, routes.openApiShort],
    findFault: () => null,
    answer,
    refuse: (head, status, [error]) =>
      toErrorAnswer(head, toRestError(status, error ?? { message: '' }, null)),
  };
}
