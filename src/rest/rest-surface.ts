// REST as a surface of the server: an endpoint is a stored operation that is run by the door of GraphQL, with the variables that
// the request gives. Nothing is decided here about who may do what.
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { Principal } from '../core/principal.ts';
import type { SentOperation } from '../core/request-facts.ts';
import { badRequest } from '../graphql/errors/format-error.ts';
import type { OperationAnswer, RunOperation } from '../graphql/run-operation.ts';
import { qualityOf } from '../http/accept.ts';
import { hasJsonType } from '../http/request-rules.ts';
import { routes } from '../http/routes.ts';
import type { Surface, SurfaceAnswer, SurfaceHead, SurfaceRequest } from '../http/surface.ts';
import { statusOfError, toErrorAnswer, toRestError } from './answer/error-answer.ts';
import { toDataAnswer } from './answer/data-answer.ts';
import { answerNamed, namedMethods, operationNameIn } from './named-operations.ts';
import { allowOf, createPaths, type PathMatch } from './paths.ts';
import { refusalOf } from './request/faults.ts';
import { readRequest, type ReadRequest } from './request/read-request.ts';
import type { RestMethod, StoredDocument, StoredOperation } from './stored-operation.ts';

const served = [routes.rest, routes.restShort] as const;

/** `/api/v1/customers?limit=1` -> `/customers`. */
function pathBelow(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  // By its parts, which may be written with escapes: the server has found that it is one of these.
  const [, first = ''] = path.split('/');
  const depth = decodeURIComponent(first) === 'api' ? 3 : 2;
  return `/${path.split('/').slice(depth).join('/')}`;
}

const methodOf = ({ method }: SurfaceHead) => (method === 'HEAD' ? 'GET' : method) as RestMethod;

/** A foreign page can make a browser send these with Basic credentials and without asking: a form, a fetch without a body. */
function isAmbient({ authorization, ...headers }: SurfaceHead['headers']): boolean {
  return headers['x-api-key'] === undefined && !/^bearer /i.test(authorization ?? '');
}

function findTypeFault({ method, headers }: SurfaceHead): GraphQLError | null {
  if (method === 'GET' || method === 'HEAD' || hasJsonType(headers)) return null;
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  if (headers['content-type'] === undefined && !hasBody && !isAmbient(headers)) return null;
  return badRequest(415, 'Send the body as JSON: Content-Type: application/json; charset=utf-8.');
}

function findAcceptFault({ headers: { accept } }: SurfaceHead): GraphQLError | null {
  const wanted = ['application/json', 'application/problem+json'];
  if (wanted.some((type) => qualityOf(accept, type) > 0)) return null;
  return badRequest(406, 'This endpoint answers application/json.');
}

function sentOf({ text, parsed }: StoredDocument, { name }: StoredOperation): SentOperation {
  return { query: text, document: parsed, operationName: name, isStrict: true };
}

class RestSurface implements Surface {
  readonly routes = served;
  private readonly find: (path: string) => PathMatch | null;

  constructor(
    operations: readonly StoredOperation[],
    private readonly schema: GraphQLSchema,
  ) {
    this.find = createPaths(operations);
  }

  findFault(head: SurfaceHead): GraphQLError | null {
    const match = this.matchOf(head);
    const isNamed = this.namedAt(head) !== null;
    if (!match && !isNamed) return badRequest(404, 'There is no endpoint at this path.');
    const allow = match ? allowOf(match) : namedMethods.join(', ');
    if (!allow.split(', ').includes(head.method))
      return badRequest(405, `This path takes ${allow}.`, { Allow: allow });
    return findAcceptFault(head) ?? findTypeFault(head);
  }

  async answer(request: SurfaceRequest, run: RunOperation): Promise<SurfaceAnswer> {
    const name = this.namedAt(request);
    if (name !== null) return answerNamed(request, { name, schema: this.schema }, run);
    const { parts, byMethod } = this.matchOf(request)!;
    const operation = byMethod.get(methodOf(request))!;
    const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
    const ifMatch = request.headers['if-match'];
    const read = readRequest(operation, { parts, query, body: request.body, ifMatch }, new Set());
    const answer = await runStored(operation, read, request, run);
    return toAnswer(request, answer, operation);
  }

  refuse(head: SurfaceHead, status: number, [error]: Parameters<Surface['refuse']>[2]): SurfaceAnswer {
    return toErrorAnswer(head, toRestError(status, error ?? { message: '' }, null));
  }

  /** The name of an operation that a workspace stores; null = another endpoint. */
  private namedAt({ url }: SurfaceHead): string | null {
    return operationNameIn(pathBelow(url));
  }

  private matchOf({ url }: SurfaceHead): PathMatch | null {
    return this.find(pathBelow(url));
  }
}

/** Runs the operation by the one door. What is wrong with the request is told once the credential was checked. */
function runStored(
  operation: StoredOperation,
  { variables, faults }: ReadRequest,
  { caller, facts, whenGone }: SurfaceRequest,
  run: RunOperation,
): Promise<OperationAnswer> {
  const choose = ({ scopes }: Principal) => {
    if (faults.length > 0) throw refusalOf(faults);
    return sentOf(operation.documentFor(scopes), operation);
  };
  const sent = sentOf(operation.document, operation);
  return run({ caller, variables, whenGone, facts: { ...facts, operation: sent, choose } });
}

/** Headers of the door that say something about the request, and not about the form of its answer. */
function keptHeaders({ headers }: OperationAnswer): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !/^(content-|cache-control$)/.test(name)));
}

function toAnswer(
  request: SurfaceRequest,
  answer: OperationAnswer,
  operation: StoredOperation,
): SurfaceAnswer {
  const { data, errors: [error] = [] } = answer.result;
  const fields = (data ?? {}) as Readonly<Record<string, unknown>>;
  const headers = keptHeaders(answer);
  if (error || !data) {
    const status = answer.status >= 400 ? answer.status : statusOfError(error ?? { message: '' });
    const told = toErrorAnswer(request, toRestError(status, error ?? { message: '' }, operation));
    return { ...told, headers: { ...headers, ...told.headers } };
  }
  const told = toDataAnswer(request, fields, operation);
  return { ...told, headers: { ...headers, ...told.headers } };
}

/** The surface of these operations, and of those that workspaces store. */
export function createRestSurface(operations: readonly StoredOperation[], schema: GraphQLSchema): Surface {
  return new RestSurface(operations, schema);
}
