// The headers that every answer has, whatever it answers. Headers of one route stand with the route.
import { fastifyHelmet } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { answerNotesOf } from '../../graphql/request/request-scope.ts';
import { strictPolicy } from '../content-policy.ts';
import { addCors, type CorsOrigins } from './cors.ts';

/**
 * When the caller's key stops working, ISO 8601 in UTC, on answers within 14 days of it. Not `Sunset` (RFC 8594): that says
 * that the resource will go.
 */
const keyExpiresHeader = 'Latchkey-Key-Expires';

/** Rows that the caller's key may still be answered today, on answers from four fifths of them on. */
const rowsLeftHeader = 'Latchkey-Rows-Left';

/** Added by hand where Fastify or Node answers before any hook runs. */
export function commonHeaders(requestId: string): Record<string, string> {
  return { 'X-Request-Id': requestId, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
}

/** Adds the headers to every answer, and the answers to preflights. */
export function addHeaders(app: FastifyInstance, corsOrigins: CorsOrigins): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(commonHeaders(request.id));
  });
  // Again at the end: Apollo and its plugins write a Cache-Control of their own.
  app.addHook('onSend', async (request, reply) => {
    const { beforeSend, headers } = answerNotesOf(request);
    delete answerNotesOf(request).beforeSend;
    // What it throws passes the error handler, and this hook runs again.
    await beforeSend?.();
    const { notice, budget } = answerNotesOf(request);
    const told = {
      ...(notice ? { [keyExpiresHeader]: notice.expiresAt } : {}),
      ...(budget ? { [rowsLeftHeader]: String(budget.rowsLeft) } : {}),
    };
    void reply.headers({ ...commonHeaders(request.id), ...headers, ...told });
  });
  void app.register(fastifyHelmet, {
    contentSecurityPolicy: false,
    // The proxy that ends TLS in front of this server decides for its domain.
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('Content-Security-Policy', strictPolicy);
  });
  addCors(app, corsOrigins);
}
