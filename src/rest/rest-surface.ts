// REST as a surface of the server: an endpoint is a stored operation that is run by the door of GraphQL, with the variables that
// the request gives. Nothing is decided here about who may do what.
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { badRequest } from '../graphql/errors/format-error.ts';
import type { RunOperation } from '../graphql/run-operation.ts';
import { hasJsonType, wrongMethod } from '../http/request-rules.ts';
import { findRoute, routes } from '../http/routes.ts';
import type { Surface, SurfaceAnswer, SurfaceHead, SurfaceRequest } from '../http/surface.ts';
import { toErrorAnswer, toRestError } from './answer/error-answer.ts';
import { answerNamed, findNamedFault, operationNameIn } from './named-operations.ts';
import { allowOf, createPaths, type PathMatch } from './paths.ts';
import { allPages, formatOf, formatsOf } from './request/format.ts';
import { readRequest } from './request/read-request.ts';
import { answerOnce, answerRows } from './run-stored.ts';
import type { RestMethod, StoredOperation } from './stored-operation.ts';

const served = [routes.rest, routes.restShort] as const;

/** `/api/v1/customers?limit=1` -> `/customers`. */
function pathBelow(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  // By its parts, which may be written with escapes: the server has found that it is one of these.
  const [, first = ''] = path.split('/');
  const depth = decodeURIComponent(first) === 'api' ? 3 : 2;
  return `/${path.split('/').slice(depth).join('/')}`;
}

function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

const methodOf = ({ method }: SurfaceHead) => (method === 'HEAD' ? 'GET' : method) as RestMethod;

/** A foreign page can make a browser send these with Basic credentials and without asking: a form, a fetch without a body. */
function isAmbient({ authorization, ...headers }: SurfaceHead['headers']): boolean {
  return headers['x-api-key'] === undefined && !/^bearer /i.test(authorization ?? '');
}

const typeWithoutBody =
  'Send Content-Type: application/json. Without a body it is needed too with HTTP Basic; with Authorization: Bearer or X-API-Key it is not.';

function findTypeFault({ method, headers }: SurfaceHead): GraphQLError | null {
  if (method === 'GET' || method === 'HEAD' || hasJsonType(headers)) return null;
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  if (headers['content-type'] === undefined && !hasBody)
    return isAmbient(headers) ? badRequest(415, typeWithoutBody) : null;
  return badRequest(415, 'Send the body as JSON: Content-Type: application/json; charset=utf-8.');
}

function findAcceptFault(
  { headers: { accept } }: SurfaceHead,
  operation: StoredOperation,
): GraphQLError | null {
  if (formatOf(accept, operation) !== null) return null;
  return badRequest(406, `This endpoint answers ${formatsOf(operation).join(', ')}.`);
}

/** A path that is served by somebody else, who did not take this method. */
function otherRoute({ url }: SurfaceHead): GraphQLError | null {
  const route = findRoute(url.split('?', 1)[0] ?? '');
  return route && !served.some((own) => own === route) ? wrongMethod(route) : null;
}

/** What a path means: an operation that a workspace stores, by its name, or endpoints of ours. */
interface Place {
  readonly name: string | null;
  readonly match: PathMatch | null;
}

class RestSurface implements Surface {
  readonly routes = served;
  private readonly find: (path: string) => PathMatch | null;
  /** By the headers of the request, which are the same object from its first rule to its answer. */
  private readonly places = new WeakMap<SurfaceHead['headers'], Place>();

  constructor(
    operations: readonly StoredOperation[],
    private readonly schema: GraphQLSchema,
  ) {
    this.find = createPaths(operations);
  }

  findFault(head: SurfaceHead): GraphQLError | null {
    const { name, match } = this.placeOf(head);
    if (name !== null) return findNamedFault(head) ?? findTypeFault(head);
    if (!match) return otherRoute(head) ?? badRequest(404, 'There is no endpoint at this path.');
    if (!match.byMethod.has(methodOf(head))) {
      const allow = allowOf(match);
      return badRequest(405, `This path takes ${allow}.`, { Allow: allow });
    }
    return findAcceptFault(head, match.byMethod.get(methodOf(head))!) ?? findTypeFault(head);
  }

  answer(request: SurfaceRequest, run: RunOperation): Promise<SurfaceAnswer> {
    const { name, match } = this.placeOf(request);
    if (name !== null) return answerNamed(request, { name, schema: this.schema }, run);
    const { parts, byMethod } = match!;
    const operation = byMethod.get(methodOf(request))!;
    const query = queryOf(request.url);
    const format = formatOf(request.headers.accept, operation) ?? 'application/json';
    const isRows = format !== 'application/json';
    const ifMatch = request.headers['if-match'];
    const read = readRequest(operation, { parts, query, body: request.body, ifMatch }, isRows);
    const call = { operation, request, read, run };
    return isRows ? answerRows(call, format, query.get(allPages) === 'true') : answerOnce(call);
  }

  refuse(head: SurfaceHead, status: number, [error]: Parameters<Surface['refuse']>[2]): SurfaceAnswer {
    return toErrorAnswer(head, toRestError(status, error ?? { message: '' }, null));
  }

  /** Read once for a request, which asks for it before its body is read and after. */
  private placeOf({ url, headers }: SurfaceHead): Place {
    const known = this.places.get(headers);
    if (known) return known;
    const path = pathBelow(url);
    const name = operationNameIn(path);
    const place = { name, match: name === null ? this.find(path) : null };
    this.places.set(headers, place);
    return place;
  }
}

/** The surface of these operations, and of those that workspaces store. */
export function createRestSurface(operations: readonly StoredOperation[], schema: GraphQLSchema): Surface {
  return new RestSurface(operations, schema);
}
