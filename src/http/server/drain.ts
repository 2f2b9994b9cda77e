// The end of the HTTP server: requests in flight get their answer, connections that wait for nothing are closed.
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Leaves the rest of the 10 seconds that most supervisors wait for closing the store. */
const defaultDrainLimitMs = 8_000;
const sweepEveryMs = 100;

export interface Drain {
  isClosing(): boolean;
  /** Counts work as in flight, also when its caller has gone: a mutation is not cut off by a closed laptop. */
  track<T>(work: Promise<T>, cutOff: () => void): Promise<T>;
  /** Stops accepting after `graceMs`. Resolves when nothing is in flight; at the limit, after cutting off the rest. */
  close(graceMs: number): Promise<void>;
}

/** What one connection is doing. */
interface Activity {
  /** Requests not fully received and answers not fully sent. */
  unfinished: number;
  /** Bytes received when the last of them ended; more than that is the beginning of another request. */
  settledBytes: number;
}

/**
 * Returns a function that closes the connections that wait for nothing: unused since they were opened, or kept alive
 * after an answer. Node's own closeIdleConnections, which server.close() calls, cuts answers that are complete but not
 * yet sent, and keeps connections open that never had a request (browsers open such ones in advance): it is replaced.
 */
function watchConnections({ server }: FastifyInstance): () => void {
  const activities = new Map<Socket, Activity>();
  server.on('connection', (socket: Socket) => {
    activities.set(socket, { unfinished: 0, settledBytes: 0 });
    socket.once('close', () => activities.delete(socket));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    const activity = activities.get(socket);
    if (!activity) return;
    // Both ends: a refused upload is answered while the rest of its body is still coming in.
    for (const end of [request, response]) {
      activity.unfinished += 1;
      end.once('close', () => {
        activity.unfinished -= 1;
        activity.settledBytes = socket.bytesRead;
      });
    }
  });
  const closeIdle = () => {
    for (const [socket, { unfinished, settledBytes }] of activities) {
      if (unfinished === 0 && socket.bytesRead === settledBytes) socket.destroy();
    }
  };
  server.closeIdleConnections = closeIdle;
  return closeIdle;
}

export function addDrain(app: FastifyInstance, drainLimitMs = defaultDrainLimitMs): Drain {
  const closeIdle = watchConnections(app);
  /** The work in flight, with the function that cuts it off. */
  const inFlight = new Map<Promise<unknown>, () => void>();
  let closing = false;

  app.addHook('onSend', async (_request, reply) => {
    if (closing) void reply.header('Connection', 'close');
  });

  async function finishInFlight(): Promise<void> {
    while (inFlight.size > 0) await Promise.allSettled(inFlight.keys());
  }

  return {
    isClosing: () => closing,
    track(work, cutOff) {
      inFlight.set(work, cutOff);
      const forget = () => void inFlight.delete(work);
      work.then(forget, forget);
      return work;
    },
    async close(graceMs) {
      closing = true;
      if (graceMs > 0) await wait(graceMs);
      let limit: NodeJS.Timeout | undefined;
      const limitReached = new Promise<void>((resolve) => {
        limit = setTimeout(() => {
          app.server.closeAllConnections();
          for (const cutOff of inFlight.values()) cutOff();
          resolve();
        }, drainLimitMs);
      });
      const sweeper = setInterval(closeIdle, sweepEveryMs);
      const closed = app.close();
      await Promise.race([Promise.all([closed, finishInFlight()]), limitReached]);
      await closed;
      clearTimeout(limit);
      clearInterval(sweeper);
    },
  };
}
