// Which pages of other origins may call, with which headers of theirs, and which of ours they may read.
import { fastifyCors } from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Exactly these origins, or every page of this machine. */
export type CorsOrigins = readonly string[] | 'loopback';

/** Headers that a page may send: ours, and those that the clients of this field and their tracing add by themselves. */
const requestHeaders = [
  ...['Authorization', 'Content-Type', 'X-API-Key', 'X-Request-Id', 'Idempotency-Key', 'X-Error-Paths'],
  ...['Apollo-Require-Preflight', 'ApolloGraphQL-Client-Name', 'ApolloGraphQL-Client-Version'],
  ...['X-Apollo-Operation-Name', 'Traceparent', 'Tracestate', 'If-Match', 'If-None-Match'],
  ...['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'],
];
/** Headers of answers that a page may read. */
const responseHeaders = [
  ...['X-Request-Id', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'],
  ...['RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'Allow'],
  ...['ETag', 'Link', 'Content-Disposition', 'Latchkey-Key-Expires', 'Latchkey-Rows-Left'],
];
/** Two hours: no browser based on Chromium keeps the answer to a preflight for longer. */
const maxAgeSeconds = 7_200;

/** Any port: each project's development server has another one. */
const loopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/** Whether pages of an origin may call. */
export function allowsOrigin(origins: CorsOrigins, origin: string): boolean {
  return origins === 'loopback' ? loopback.test(origin) : origins.includes(origin);
}

/** Adds nothing where no other origin may call. */
export function addCors(app: FastifyInstance, origins: CorsOrigins): void {
  if (origins.length === 0) return;
  void app.register(fastifyCors, {
    origin: origins === 'loopback' ? loopback : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: requestHeaders,
    exposedHeaders: responseHeaders,
    maxAge: maxAgeSeconds,
    credentials: false,
    // An OPTIONS that is no preflight gets the same 204 instead of a text/plain 400.
    strictPreflight: false,
  });
}
