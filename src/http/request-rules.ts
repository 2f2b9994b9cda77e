// What a request must look like before its body is read: path, method, media types, length. Credentials come later.
import { isUtf8 } from 'node:buffer';
import { parse as parseContentType } from 'content-type';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { allowedBy, findRoute, routes, type Route } from './routes.ts';
import { acceptsJson, withoutParameters } from './accept.ts';
import { scopeOf } from '../graphql/request/request-scope.ts';
import { badRequest } from '../graphql/errors/format-error.ts';
import { findLongHeader } from './header-limits.ts';
import { findRepeatedName } from './json-names.ts';
import { findSurface, type Surface, type SurfaceHead } from './surface.ts';

const bodyTypes = ['application/json', 'application/graphql+json'];
const onlyJson = 'Send the operation as JSON: Content-Type: application/json; charset=utf-8.';
/** Up to here a body that is too large is read to its end and dropped, so that the caller gets to see the 413. */
const dropLimitBytes = 16 * 1024 * 1024;
/** Maximum number of pieces of one body. The largest body arrives in a few hundred, when a network cuts it. */
const maxPieces = 10_000;

/** The path as the caller sent it. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/**
 * The path of the route that answers, however it was spelt (`/graphql/`, `/%67raphql`); of an unknown path, the path
 * without a last slash.
 */
export function routeOf(request: FastifyRequest): string {
  const path = request.routeOptions.url ?? pathOf(request);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

export function wrongMethod(route: Route): GraphQLError {
  const methods = allowedBy(route);
  return badRequest(405, `This path takes ${methods.replace(', ', ' and ')} only.`, { Allow: methods });
}

function findRouteFault(request: FastifyRequest): GraphQLError | null {
  if (!request.is404) return null;
  // As it was asked for: only one last slash is no part of a path.
  const route = findRoute(pathOf(request));
  if (route) return wrongMethod(route);
  return badRequest(404, `There is nothing at this path. The API is at ${routes.graphql.path}.`);
}

/** JSON in UTF-8 (RFC 8259, section 8.1) and not compressed; the charset may be left out. */
function isJson(headers: FastifyRequest['headers']): boolean {
  const { type, parameters } = parseContentType(headers['content-type'] ?? '');
  return (
    bodyTypes.includes(type) &&
    /^utf-?8$/i.test(parameters['charset'] || 'utf-8') &&
    (headers['content-encoding'] ?? 'identity') === 'identity'
  );
}

/** Whether the body is JSON that the server's parser takes. */
export function hasJsonType(headers: FastifyRequest['headers']): boolean {
  return isJson(headers);
}

function findLengthFault(request: FastifyRequest, bodyLimitBytes: number): GraphQLError | null {
  const lengthBytes = Number(request.headers['content-length'] ?? 0);
  if (lengthBytes <= bodyLimitBytes) return null;
  return badRequest(
    413,
    tooLarge(bodyLimitBytes),
    lengthBytes > dropLimitBytes ? { Connection: 'close' } : {},
  );
}

function tooLarge(bodyLimitBytes: number): string {
  return `The body is over the limit of ${bodyLimitBytes} bytes.`;
}

/** Whether there are two Host headers: a proxy in front may have gone by the other one (RFC 9112, section 3.2). */
function hasSecondHost(request: FastifyRequest): boolean {
  // Requests injected by tests have no such form; `headers` keeps only the first of them.
  const distinct = request.raw.headersDistinct as Record<string, string[] | undefined> | undefined;
  return (distinct?.['host']?.length ?? 0) > 1;
}

/**
 * Whether there is a Bearer credential, which a page of another site cannot send without a preflight. Basic does not
 * count: the browser adds it by itself, to the request of any page. Apollo asks GETs for a header that proves this, and
 * knows only its own.
 */
function provesSender({ authorization }: FastifyRequest['headers']): boolean {
  return /^bearer +\S/i.test(authorization ?? '');
}

/** What a surface looks at. */
export function surfaceHeadOf({ method, url, headers, id: requestId }: FastifyRequest): SurfaceHead {
  return { method, url, headers, requestId };
}

/** The surface that answers, however its path was spelt. */
export function surfaceOf(surfaces: readonly Surface[], request: FastifyRequest): Surface | undefined {
  return findSurface(surfaces, routeOf(request)) ?? findSurface(surfaces, pathOf(request));
}

/** Decides about the head of a request: null, or why it is refused. */
function findFault(request: FastifyRequest, { bodyLimitBytes, surfaces }: RequestRules): GraphQLError | null {
  const longHeader = findLongHeader(request.headers);
  if (longHeader) return longHeader;
  if (hasSecondHost(request)) return badRequest(400, 'The request has more than one Host header.');
  const surface = surfaceOf(surfaces, request);
  // Where pages of other origins may call, every OPTIONS is answered as a preflight; elsewhere it is a method like others.
  if (surface && (request.method !== 'OPTIONS' || request.is404))
    return surface.findFault(surfaceHeadOf(request)) ?? findLengthFault(request, bodyLimitBytes);
  const routeFault = findRouteFault(request);
  const takesOperation = findRoute(routeOf(request))?.body === 'operation';
  if (routeFault || !takesOperation || request.method === 'OPTIONS') return routeFault;
  // The Apollo integration makes a URL of these; one that cannot be made would be our 500 instead of their 400.
  if (!URL.canParse(request.url, `${request.protocol}://${request.hostname}/`)) {
    return badRequest(400, 'The Host header is not valid.');
  }
  if (request.method !== 'POST') return null;
  // Apollo looks at Accept after the operation: a mutation would be done and then answered with 406.
  if (!acceptsJson(request.headers.accept))
    return badRequest(406, 'The answer is JSON: accept application/json.');
  if (!isJson(request.headers)) return badRequest(415, onlyJson);
  return findLengthFault(request, bodyLimitBytes);
}

/**
 * The refusal of a request whose caller left in the middle of its body, else null. Nobody reads it, and it is no defect:
 * Node reports the end of the connection as an error of the body (ECONNRESET, `aborted`).
 */
export function hungUp({ raw }: FastifyRequest): GraphQLError | null {
  return raw.destroyed && !raw.complete ? badRequest(400, 'The request ended before its body did.') : null;
}

/** What Fastify itself refuses, said in our words. Anything that is not a refusal of Fastify is returned as it is. */
export function fromFastify(error: unknown, bodyLimitBytes: number): unknown {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code !== 'string' || !code.startsWith('FST_ERR_') || typeof statusCode !== 'number')
    return error;
  switch (statusCode) {
    case 400:
      return code === 'FST_ERR_BAD_URL'
        ? badRequest(400, 'The path is not valid.')
        : badRequest(400, 'The body is not valid JSON.', {}, 'INVALID_JSON');
    case 413:
      return badRequest(413, tooLarge(bodyLimitBytes));
    case 415:
      return badRequest(415, onlyJson);
    default:
      return statusCode < 500 ? badRequest(statusCode, 'The request is not valid.') : error;
  }
}

/**
 * Ends a connection that sends its body in very small pieces: each costs the server as much as kilobytes do. It gets no
 * answer, because the rest of the pieces would have to be read first.
 */
function watchPieces(request: FastifyRequest): void {
  let pieces = 0;
  request.raw.on('data', () => {
    pieces += 1;
    if (pieces > maxPieces) request.raw.destroy();
  });
}

export interface RequestRules {
  readonly bodyLimitBytes: number;
  readonly surfaces: readonly Surface[];
}

/** Installs the rules and the only body parser there is. Register it after the hooks that set headers. */
export function addRequestRules(app: FastifyInstance, rules: RequestRules): void {
  app.addHook('onRequest', async (request) => {
    const fault = findFault(request, rules);
    if (fault) throw fault;
    const { accept } = request.headers;
    // Apollo must judge the same header as the rules here.
    if (accept !== undefined) request.headers.accept = withoutParameters(accept);
    if (provesSender(request.headers))
      request.headers['apollo-require-preflight'] ??= 'Authorization: Bearer';
  });
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    watchPieces(request);
    done();
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(bodyTypes, { parseAs: 'buffer' }, (request, body, done) => {
    scopeOf(request).bodyBytes = body.length;
    // Decoding would replace what is not UTF-8, and store something that nobody sent.
    if (!isUtf8(body)) return done(badRequest(400, 'The body is not valid UTF-8.'));
    const text = body.toString('utf8');
    if (findRoute(routeOf(request))?.body !== 'surface') return parseJson(request, text, done);
    // Some clients name the type of a body that they do not send.
    if (text === '') return done(null, undefined);
    void parseJson(request, text, (error, parsed) => {
      const repeated = error ? null : findRepeatedName(text);
      if (repeated === null) return done(error, parsed);
      done(badRequest(400, `The body has "${repeated}" twice; which one is meant is not known.`));
    });
  });
}
