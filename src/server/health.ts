// Liveness and readiness for load balancers. What "ready" means is decided by the caller's isReady.
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { routes } from '../http/routes.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What was looked at: `ok`, or in words what is wrong. Anybody may read it. */
  readonly checks: Readonly<Record<string, string>>;
}

/** A probe must get its answer also from a store that hangs. */
const probeLimitMs = 3_000;

async function checkInTime(isReady: () => Promise<Readiness>): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Readiness>((resolve) => {
    timer = setTimeout(
      () => resolve({ ready: false, checks: { server: 'checks take too long' } }),
      probeLimitMs,
    );
  });
  try {
    return await Promise.race([isReady(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** GET /health/live: always 200. GET /health/ready: 200, or 503 when a check fails or the server is closing. */
export function addHealth(
  app: FastifyInstance,
  options: { isReady(): Promise<Readiness>; isClosing(): boolean; logger: Logger },
): void {
  app.get(routes.live.path, async () => ({ status: 'ok' }));
  app.get(routes.ready.path, async (request, reply) => {
    let readiness: Readiness = { ready: false, checks: { server: 'closing' } };
    if (!options.isClosing()) {
      try {
        readiness = await checkInTime(() => options.isReady());
      } catch (error) {
        options.logger.warn({ requestId: request.id, err: error }, 'readiness check failed');
        readiness = { ready: false, checks: { server: 'checks failed' } };
      }
    }
    const { ready, checks } = readiness;
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });
}
