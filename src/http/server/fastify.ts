// Fastify without routes: the form of errors, the log line and the trace of every request. The headers of every answer
// are in answer-headers.ts.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { blankSecrets } from '../../core/logger.ts';
import type { Meter } from '../../core/meter.ts';
import type { Recorder } from '../../core/recorder.ts';
import type { RequestTrace, Tracer } from '../../core/tracer.ts';
import { findRoute } from '../routes.ts';
import { prefersHtml } from '../accept.ts';
import { addHeaders, commonHeaders } from './answer-headers.ts';
import type { CorsOrigins } from './cors.ts';
import { limitConnections, type ConnectionLimits } from './connections.ts';
import { badRequest, type ErrorDoor } from '../../graphql/errors/format-error.ts';
import { maxHeadBytes } from '../header-limits.ts';
import { strictPolicy } from '../content-policy.ts';
import { fromFastify, hungUp, pathOf, routeOf, surfaceHeadOf, surfaceOf } from '../request-rules.ts';
import { recordAnswers } from './recorded-answers.ts';
import type { Surface } from '../surface.ts';
import { sendAnswer } from './surfaces.ts';
import { requestNotesOf, scopeOf, traceForLog } from '../../graphql/request/request-scope.ts';
import { sendNothingHere } from '../pages/welcome.ts';

interface FastifyOptions {
  readonly logger: Logger;
  readonly corsOrigins: CorsOrigins;
  readonly trustProxyHops: number;
  readonly bodyLimitBytes: number;
  readonly connections: ConnectionLimits;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
  readonly recorder?: Recorder;
  readonly surfaces: readonly Surface[];
}

/** Time in which a request must arrive as a whole, so that no caller keeps a connection busy by sending slowly. */
const requestLimitMs = 30_000;
const maximumLoggedPathLength = 200;

/** The id goes into answers, the log and the audit log: one that looks like a credential is not taken over. */
function requestIdOf(header: string | string[] | undefined): string {
  const isId = typeof header === 'string' && /^[A-Za-z0-9._~-]{1,128}$/.test(header);
  return isId && blankSecrets(header) === header ? header : randomUUID();
}

interface ErrorHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

function headOf(error: unknown): ErrorHead {
  const head =
    error instanceof GraphQLError ? (error.extensions['http'] as Partial<ErrorHead> | undefined) : undefined;
  return { status: head?.status ?? 500, headers: head?.headers ?? new Map<string, string>() };
}

function sendError(
  reply: FastifyReply,
  error: unknown,
  door: ErrorDoor,
  surfaces: readonly Surface[],
): FastifyReply {
  const { status, headers } = headOf(error);
  const answer = door.present({ errors: [error] }, scopeOf(reply.request));
  void reply.code(status).headers(Object.fromEntries(headers));
  const surface = surfaceOf(surfaces, reply.request);
  if (surface)
    return sendAnswer(reply, surface.refuse(surfaceHeadOf(reply.request), status, answer.errors ?? []));
  const { method, headers: sent } = reply.request;
  const isRead = method === 'GET' || method === 'HEAD';
  if (status === 404 && isRead && prefersHtml(sent.accept))
    return sendNothingHere(reply, pathOf(reply.request));
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
}

/** What Node's parser refuses never becomes a request: the answer is written to the socket by hand. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket, door: ErrorDoor): void {
  // While the caller does not read earlier answers it would not read this one; waiting for that would keep the
  // connection.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.writableLength > 0) {
    socket.destroy();
    return;
  }
  const statusOf: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
  const status = statusOf[error.code ?? ''] ?? 400;
  const requestId = randomUUID();
  const refusal = badRequest(status, 'The request is not valid HTTP, too slow or its headers are too large.');
  const body = door.stringify({ errors: [refusal] }, { requestId });
  const headers = {
    ...commonHeaders(requestId),
    'Content-Security-Policy': strictPolicy,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
}

/** The outcome of answers that do not come from run-operation: pages, preflights, and a readiness probe's 503. */
function outcomeOfStatus(status: number, isSent: boolean): string {
  if (!isSent) return 'aborted';
  return status < 400 ? 'ok' : 'SERVICE_UNAVAILABLE';
}

/** Logs one line for each request. Unknown facts, such as the cost of a document that did not parse, are left out. */
function logAnswer(
  { logger, meter }: FastifyOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { isSent, tookMs }: { readonly isSent: boolean; readonly tookMs: number },
): void {
  const { requestId, trace, caller, operation, ...known } = requestNotesOf(request);
  const outcome = known.outcome ?? outcomeOfStatus(reply.statusCode, isSent);
  const entry = {
    requestId,
    ...traceForLog(trace),
    method: request.method,
    // Without the query string: it may hold an operation's variables.
    path: pathOf(request).slice(0, maximumLoggedPathLength),
    ...(isSent ? { status: reply.statusCode } : { aborted: true }),
    durationMs: Math.round(tookMs * 10) / 10,
    ...{ ...caller, ...known },
    outcome,
  };
  // All preflights share one route; the path says which one a preflight is about.
  const route = findRoute(routeOf(request)) ?? findRoute(pathOf(request));
  logger[reply.statusCode < 400 ? (route?.logLevel ?? 'info') : 'info'](entry, 'request');
  meter?.request({
    operation: operation ?? 'none',
    status: reply.statusCode,
    outcome: isSent ? outcome : 'aborted',
    seconds: tookMs / 1_000,
  });
  const answer = isSent ? { status: reply.statusCode, outcome } : { outcome: 'aborted' };
  trace?.end({ ...requestNotesOf(request), ...answer });
}

function beginTrace(tracer: Tracer, request: FastifyRequest): RequestTrace | undefined {
  const path = routeOf(request);
  if (!findRoute(path)?.isTraced) return undefined;
  const { traceparent } = request.headers;
  return tracer.begin({
    ...{ method: request.method, path, route: request.is404 ? null : path },
    scheme: request.protocol === 'https' ? 'https' : 'http',
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
  });
}

/** No route here has a JSON schema, so Fastify need not load the hundred files that compile them. */
function noRouteSchemas(): never {
  throw new Error('A route with a JSON schema needs the compilers that fastify.ts keeps from being loaded.');
}

/** What is not in the table of routes would be served without its rules. */
function assertDeclared(...paths: readonly string[]): void {
  const isPreflight = paths.includes('*');
  if (isPreflight || paths.some((path) => findRoute(path))) return;
  throw new Error(`${paths[0]} is not in the table of routes: declare it in src/http/routes.ts.`);
}

type Answer = (error: unknown, reply: FastifyReply) => FastifyReply;

/** Fastify without hooks. `answer` sends a refusal. */
function openFastify(options: FastifyOptions, door: ErrorDoor, answer: Answer): FastifyInstance {
  return fastify({
    logger: false,
    schemaController: {
      compilersFactory: { buildValidator: noRouteSchemas, buildSerializer: noRouteSchemas },
    },
    bodyLimit: options.bodyLimitBytes,
    // A function, because Fastify trusts nobody when given a number: a count alone cannot tell a proxy from a caller who
    // reaches this port directly and writes X-Forwarded-For himself. Setting hops is the operator's word that none can.
    trustProxy: options.trustProxyHops > 0 && ((_address, hop) => hop < options.trustProxyHops),
    requestTimeout: requestLimitMs,
    connectionTimeout: options.connections.stalledMs,
    http: { maxHeaderSize: maxHeadBytes },
    requestIdHeader: false,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
    // The drain answers what arrives late on an open connection; Fastify's own 503 has neither our form nor our headers.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      const headers = { ...commonHeaders(request.id), 'Content-Security-Policy': strictPolicy };
      void answer(error, reply.headers(headers) as FastifyReply);
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, door),
  });
}

/** Traces each request, and logs it when its connection is done with it. */
function observeRequests(app: FastifyInstance, options: FastifyOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    const scope = scopeOf(request);
    const trace = options.tracer && beginTrace(options.tracer, request);
    if (trace) scope.trace = trace;
    const surface = findRoute(routeOf(request))?.surface;
    if (surface) scope.surface = surface;
    // Not Fastify's onResponse, which stays silent when the caller hangs up: what it asked for may have been done.
    let isSent = false;
    // Not reply.elapsedTime, which is 0 as long as nobody has an onResponse hook.
    const startMs = performance.now();
    scope.startMs = startMs;
    // Node emits `finish` also when the connection was cut off before all of the answer was taken.
    reply.raw.once('finish', () => (isSent = !request.raw.socket.destroyed));
    reply.raw.once('close', () =>
      logAnswer(options, request, reply, { isSent, tookMs: performance.now() - startMs }),
    );
  });
}

export function createFastify(options: FastifyOptions, door: ErrorDoor): FastifyInstance {
  const answer: Answer = (error, reply) =>
    sendError(
      reply,
      hungUp(reply.request) ?? fromFastify(error, options.bodyLimitBytes),
      door,
      options.surfaces,
    );
  const app = openFastify(options, door, answer);
  app.addHook('onRoute', ({ url, path }) => assertDeclared(url, path));
  limitConnections(app.server, options.connections, options.logger);
  app.setErrorHandler((error, _request, reply) => answer(error, reply));
  // Reached only by a preflight for an unknown path: the rules refuse every other one before its body is read.
  app.setNotFoundHandler((_request, reply) =>
    answer(badRequest(404, 'There is nothing at this path.'), reply),
  );
  observeRequests(app, options);
  addHeaders(app, options.corsOrigins);
  if (options.recorder) recordAnswers(app, { ...options, recorder: options.recorder });
  return app;
}
