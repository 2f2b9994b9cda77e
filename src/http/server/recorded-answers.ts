// Tells the recorder of each answer to a caller that is known: right before it leaves, so that what was answered is counted
// also when the server ends at once after it. What is kept of it is the recorder's business.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Recorder } from '../../core/recorder.ts';
import type { RequestScope } from '../../core/request-facts.ts';
import { scopeOf } from '../../graphql/request/request-scope.ts';
import { callerAddress } from '../caller-address.ts';

interface RecordingOptions {
  readonly recorder: Recorder;
  readonly trustProxyHops: number;
}

function bytesOf(payload: unknown): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return Buffer.isBuffer(payload) ? payload.length : 0;
}

function factsOf(scope: RequestScope) {
  const { outcome = 'ok', reason = null, missing = [], ran = null, operationName = null } = scope;
  const { tried = null, cost = 0, rows = 0, requestId } = scope;
  // The error of an operation that ended because its caller had gone is no failure of the server.
  const isAborted = scope.isGone && outcome === 'SERVICE_UNAVAILABLE';
  const facts = { missing, ran, operationName, tried, cost, rows, requestId };
  return isAborted ? { ...facts, outcome: 'aborted', reason: null } : { ...facts, outcome, reason };
}

function record(
  { recorder, trustProxyHops }: RecordingOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: number,
): void {
  const scope = scopeOf(request);
  const { known: caller, surface, startMs } = scope;
  if (!caller || !surface || startMs === undefined) return;
  recorder.record({
    ...factsOf(scope),
    ...{ caller, surface, bytes, status: reply.statusCode },
    durationMs: performance.now() - startMs,
    ip: callerAddress(request.raw, trustProxyHops),
    userAgent: request.headers['user-agent'] ?? null,
  });
}

/** Once for each answer; a list that is written page by page is told of when it was written. */
export function recordAnswers(app: FastifyInstance, options: RecordingOptions): void {
  // Called back and not awaited: it runs for every answer.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (payload instanceof Readable) {
      const { socket } = reply.raw;
      const sentBefore = socket?.bytesWritten ?? 0;
      reply.raw.once('close', () =>
        record(options, request, reply, (socket?.bytesWritten ?? 0) - sentBefore),
      );
    } else record(options, request, reply, bytesOf(payload));
    done(null, payload);
  });
}
