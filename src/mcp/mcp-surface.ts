// MCP as a surface of the server (Streamable HTTP, stateless): the stored operations as tools. Nothing is decided here about who may do
// what: every message enters the door of GraphQL.
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { badRequest } from '../graphql/errors/format-error.ts';
import type { RunOperation } from '../graphql/run-operation.ts';
import { qualityOf } from '../http/accept.ts';
import { hasJsonType } from '../http/request-rules.ts';
import { routes } from '../http/routes.ts';
import type { Surface, SurfaceAnswer, SurfaceHead, SurfaceRequest } from '../http/surface.ts';
import type { StoredOperation } from '../rest/stored-operation.ts';
import { Exchange } from './exchange.ts';
import { createToolRoom } from './tool-room.ts';
import type { ToolRoom } from './protocol.ts';

/** Whether pages of an origin may call. */
export type OriginCheck = (origin: string) => boolean;

/** Codes of JSON-RPC. */
const codeOf = { parse: -32_700, invalid: -32_600, server: -32_000 };

type Id = string | number | null;

const json = { 'content-type': 'application/json; charset=utf-8' };

/** The id that an error repeats, when the message has one. */
function idOf(body: unknown): Id {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function errorBody(id: Id, code: number, message: string, data: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });
}

function codeFor(status: number, message: string): number {
  if (status !== 400) return codeOf.server;
  return message.includes('JSON') ? codeOf.parse : codeOf.invalid;
}

/** A refusal of the HTTP request, with what the error says as data. */
function refused(
  id: Id,
  status: number,
  error: GraphQLFormattedError | undefined,
  requestId: string,
): SurfaceAnswer {
  const { message = 'Internal server error.', extensions = {} } = error ?? {};
  const { code, reason, missing } = extensions;
  const data = { code, reason, missing, request_id: requestId };
  return { status, headers: json, body: errorBody(id, codeFor(status, message), message, data) };
}

/** Headers of the door that say something about the request. */
function keptHeaders({ answer }: Exchange): Record<string, string> {
  const headers = [...(answer?.headers ?? [])];
  return Object.fromEntries(headers.filter(([name]) => !/^(content-|cache-control$)/.test(name)));
}

/** Of the protocol, for the library. */
const protocolHeaders = ['mcp-protocol-version', 'mcp-method', 'mcp-name'];

/** The message as the library takes it; what is judged of its head was judged before. */
function toRequest({ headers }: SurfaceHead): Request {
  const sent = protocolHeaders.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  return new Request('http://localhost/mcp', {
    method: 'POST',
    headers: [
      ...sent,
      ['content-type', 'application/json'],
      ['accept', 'application/json, text/event-stream'],
    ],
  });
}

/** Why a message is not taken, whoever sends it. */
function findMessageFault(body: unknown): string | null {
  if (Array.isArray(body)) return 'Send one message in each request: there are no batches.';
  if (typeof body !== 'object' || body === null) return 'The body must be a message of JSON-RPC.';
  if ('method' in body && body.method === 'subscriptions/listen')
    return 'This server keeps no connection open: there is nothing to listen to.';
  return null;
}

class McpSurface implements Surface {
  readonly routes = [routes.mcp];

  constructor(
    private readonly tools: ToolRoom,
    private readonly isAllowedOrigin: OriginCheck,
  ) {}

  findFault({ method, headers }: SurfaceHead): GraphQLError | null {
    // A page that makes its own name mean this address (DNS rebinding) still sends that name.
    const { origin } = headers;
    if (origin !== undefined && !this.isAllowedOrigin(origin))
      return badRequest(403, 'Pages of this origin may not call. CORS_ORIGINS names those that may.');
    // No session to end (DELETE), no stream to open (GET).
    if (method !== 'POST') return badRequest(405, 'This path takes POST.', { Allow: 'POST' });
    if (qualityOf(headers.accept, 'application/json') === 0)
      return badRequest(406, 'The answer is JSON: accept application/json and text/event-stream.');
    if (!hasJsonType(headers)) return badRequest(415, 'Send the message as JSON: Content-Type: application/json.');
    return null;
  }

  async answer(request: SurfaceRequest, run: RunOperation): Promise<SurfaceAnswer> {
    const { body, requestId } = request;
    const exchange = new Exchange(request, run);
    const fault = findMessageFault(body);
    const response = fault === null ? await this.serve(exchange) : null;
    if (exchange.failure) throw exchange.failure.error;
    // Also what is no message is answered only to those who may call.
    if (!exchange.answer) await exchange.identify();
    const headers = keptHeaders(exchange);
    const refusal = this.refusalIn(exchange);
    if (refusal) return { ...refusal, headers: { ...headers, ...refusal.headers } };
    if (!response) {
      const told = errorBody(idOf(body), codeOf.invalid, fault!, { request_id: requestId });
      return { status: 400, headers: { ...headers, ...json }, body: told };
    }
    const text = await response.text();
    const type = text === '' ? {} : json;
    return { status: response.status, headers: { ...headers, ...type }, body: text === '' ? null : text };
  }

  refuse(
    { requestId }: SurfaceHead,
    status: number,
    [error]: readonly GraphQLFormattedError[],
  ): SurfaceAnswer {
    return refused(null, status, error, requestId);
  }

  private async serve(exchange: Exchange): Promise<Response> {
    const { serveMessage } = await import('./protocol.ts');
    const { request } = exchange;
    return serveMessage(exchange, toRequest(request), request.body, this.tools);
  }

  /** 401 is for the client to see, and not for the model. What else is refused is told by the tool, when one was called. */
  private refusalIn({ answer, request, isTool }: Exchange): SurfaceAnswer | null {
    if (!answer || answer.status < 400) return null;
    if (isTool && answer.status !== 401) return null;
    return refused(idOf(request.body), answer.status, answer.result.errors?.[0], request.requestId);
  }
}

/** The surface of these operations. */
export function createMcpSurface(operations: readonly StoredOperation[], isAllowedOrigin: OriginCheck): Surface {
  return new McpSurface(createToolRoom(operations), isAllowedOrigin);
}
