// MCP as a surface of the server (Streamable HTTP, stateless): the stored operations as tools. Nothing is decided here about who may do
// what: every message enters the door of GraphQL.
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { BadRequestReason, ErrorCode } from '../core/errors.ts';
import { badRequest } from '../graphql/errors/format-error.ts';
import type { RunOperation } from '../graphql/run-operation.ts';
import { qualityOf } from '../http/accept.ts';
import { hasJsonType } from '../http/request-rules.ts';
import { routes } from '../http/routes.ts';
import type { Surface, SurfaceAnswer, SurfaceHead, SurfaceRequest } from '../http/surface.ts';
import { keptHeaders } from '../rest/answer/kept-headers.ts';
import type { StoredOperation } from '../rest/stored-operation.ts';
import { Exchange } from './exchange.ts';
import { findMessageFault, methodIn, type MessageFault } from './message.ts';
import { plainCallIn, type PlainCall } from './plain-call.ts';
import type { SavedOperations } from './tools/saved-tools.ts';
import { createToolRoom, unknownTool, type ToolRoom } from './tool-room.ts';

/** Whether pages of an origin may call. */
export type OriginCheck = (origin: string) => boolean;

/** Codes of JSON-RPC. */
const codeOf = { parse: -32_700, invalid: -32_600, params: -32_602, server: -32_000 };

const invalidJson: BadRequestReason = 'INVALID_JSON';

type Id = string | number | null;

const json = { 'content-type': 'application/json; charset=utf-8' };

/** The id that an error repeats, when the message has one. */
function idOf(body: unknown): Id {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function errorBody(id: Id, code: number, message: string, data?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });
}

function codeFor(status: number, reason: unknown): number {
  if (status !== 400) return codeOf.server;
  return reason === invalidJson ? codeOf.parse : codeOf.invalid;
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
  return { status, headers: json, body: errorBody(id, codeFor(status, reason), message, data) };
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
    if (!hasJsonType(headers))
      return badRequest(415, 'Send the message as JSON: Content-Type: application/json.');
    return null;
  }

  async answer(request: SurfaceRequest, run: RunOperation): Promise<SurfaceAnswer> {
    const exchange = new Exchange(request, run);
    const call = plainCallIn(request, request.body);
    const answer = await (call ? this.called(call, exchange) : this.judged(exchange));
    return { ...answer, headers: { ...keptHeaders(exchange.answer?.headers ?? []), ...answer.headers } };
  }

  refuse(
    { requestId }: SurfaceHead,
    status: number,
    [error]: readonly GraphQLFormattedError[],
  ): SurfaceAnswer {
    return refused(null, status, error, requestId);
  }

  /** A message that may be anything. The library costs more than a refusal, so it works for those who may call alone. */
  private async judged(exchange: Exchange): Promise<SurfaceAnswer> {
    const fault = findMessageFault(exchange.request.body);
    // A call of a tool enters the door by itself, and is not to be charged twice. Everything else is answered to those who may call.
    const isCall = fault === null && methodIn(exchange.request.body) === 'tools/call';
    await (isCall ? exchange.authenticate() : exchange.identify());
    return refusalIn(exchange) ?? (await this.told(exchange, fault));
  }

  private async told(exchange: Exchange, fault: MessageFault | null): Promise<SurfaceAnswer> {
    const { body, requestId } = exchange.request;
    if (fault !== null) {
      const text = errorBody(idOf(body), codeOf[fault.kind], fault.text, { request_id: requestId });
      noteFault(exchange, codeOf[fault.kind]);
      return { status: fault.kind === 'invalid' ? 400 : 200, headers: json, body: text };
    }
    const { serveMessage } = await import('./protocol.ts');
    const response = await serveMessage(exchange, toRequest(exchange.request), body, this.tools);
    if (exchange.failure) throw exchange.failure.error;
    return (await refusalOf(exchange)) ?? answerOf(response, exchange);
  }

  private async called({ id, name, given }: PlainCall, exchange: Exchange): Promise<SurfaceAnswer> {
    const result = await this.tools.call(name, given, exchange);
    const refusal = await refusalOf(exchange);
    if (refusal) return refusal;
    if (result) return { status: 200, headers: json, body: JSON.stringify({ jsonrpc: '2.0', id, result }) };
    noteFault(exchange, codeOf.params);
    return { status: 200, headers: json, body: errorBody(id, codeOf.params, unknownTool(name)) };
  }
}

/**
 * The message was refused by the protocol. The door was entered to learn who calls, and answered that: without this note the request
 * would be counted and logged as one that went well.
 */
function noteFault({ request: { facts }, isUnknownTool }: Exchange, code: unknown): void {
  const wrongValue: ErrorCode = isUnknownTool ? 'OPERATION_NOT_FOUND' : 'BAD_USER_INPUT';
  facts.scope.outcome = code === codeOf.params ? wrongValue : ('BAD_REQUEST' satisfies ErrorCode);
}

/** The code of the error that a message of the library is; null = it is none. Most are not even parsed. */
function errorCodeIn(text: string): unknown {
  if (!text.includes('"error"')) return null;
  const message = JSON.parse(text) as { readonly error?: { readonly code?: unknown } };
  return message.error?.code ?? null;
}

async function answerOf(response: Response, exchange: Exchange): Promise<SurfaceAnswer> {
  const text = await response.text();
  // What is no request has no answer.
  if (text === '') return { status: response.status, headers: {}, body: null };
  const code = errorCodeIn(text);
  if (code !== null) noteFault(exchange, code);
  return { status: response.status, headers: json, body: text };
}

/** What the door said. It was not entered by a call of no tool that there is. */
async function refusalOf(exchange: Exchange): Promise<SurfaceAnswer | null> {
  if (!exchange.answer) await exchange.identify();
  return refusalIn(exchange);
}

function refusalIn({ refusal, request }: Exchange): SurfaceAnswer | null {
  if (!refusal) return null;
  return refused(idOf(request.body), refusal.status, refusal.result.errors?.[0], request.requestId);
}

/** The surface of these operations, and of those that workspaces keep. */
export function createMcpSurface(
  operations: readonly StoredOperation[],
  saved: SavedOperations,
  isAllowedOrigin: OriginCheck,
): Surface {
  return new McpSurface(createToolRoom(operations, saved), isAllowedOrigin);
}
