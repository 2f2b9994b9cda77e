// Serves the surfaces beside /graphql at their routes.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RunOperation } from '../../graphql/run-operation.ts';
import { credentialOf, plainFactsOf } from '../request-facts.ts';
import { surfaceHeadOf } from '../request-rules.ts';
import type { Surface, SurfaceAnswer } from '../surface.ts';

/** Calls the listener when the connection ends before the answer was sent. */
export function onGone({ raw }: FastifyReply, listener: () => void): void {
  raw.once('close', () => {
    if (!raw.writableFinished) listener();
  });
}

const withHead = (reply: FastifyReply, { status, headers }: SurfaceAnswer) =>
  reply.code(status).headers({ ...headers });

export function sendAnswer(reply: FastifyReply, answer: SurfaceAnswer): FastifyReply {
  return withHead(reply, answer).send(answer.body ?? undefined);
}

interface SurfaceTools {
  readonly run: RunOperation;
  readonly trustProxyHops: number;
}

export function addSurface(
  app: FastifyInstance,
  surface: Surface,
  { run, trustProxyHops }: SurfaceTools,
): void {
  for (const { path, methods } of surface.routes) {
    app.route({
      // Fastify adds HEAD to each GET.
      method: methods.filter((method) => method !== 'HEAD'),
      url: path,
      async handler(request, reply) {
        const answer = await surface.answer(
          {
            ...surfaceHeadOf(request),
            caller: { credential: credentialOf(request) },
            facts: plainFactsOf(request, trustProxyHops),
            body: request.body,
            whenGone: (listener) => onGone(reply, listener),
          },
          run,
        );
        if (typeof answer.body !== 'string') return sendAnswer(reply, answer);
        void withHead(reply, answer);
        // Returned and not sent: Fastify would wait for the end of a reply that it did not send itself.
        return answer.body;
      },
    });
  }
}
