// How many connections there may be, and what becomes of answers that a caller does not read. Progress of a single answer is
// Node's to watch (`connectionTimeout` in fastify.ts): it ends a connection on which nothing moves.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { addressGroup } from '../../access/credentials/ip-allowlist.ts';

export interface ConnectionLimits {
  /** Maximum number of connections of this process. */
  readonly total: number;
  /**
   * Maximum number of connections of one IPv4 address or one IPv6 /64 network; null = no limit, as behind a proxy,
   * which is one address for all callers.
   */
  readonly perAddress: number | null;
  /** A connection that has a request or an answer on it ends after this long without progress. */
  readonly stalledMs: number;
  /** Maximum size of all answers together that are finished here and not read by their callers. */
  readonly unreadBytes: number;
}

/** `total` and `perAddress` are those of the settings (config.ts). */
export const connectionDefaults: ConnectionLimits = {
  ...{ total: 2_048, perAddress: 256 },
  // An operation takes 10 s at most, and a request has 30 s to arrive.
  ...{ stalledMs: 30_000, unreadBytes: 128 * 1024 * 1024 },
};

/** Short: the page of GraphiQL, for one, has 9 MB, and hundreds of callers can ask for it within a second. */
const sweepEveryMs = 100;
const tellEveryMs = 60_000;

/** Says it once a minute: a flood of connections must not become a flood of lines. */
function createTeller(logger: Logger): (fault: string) => void {
  const toldMs = new Map<string, number>();
  return (fault) => {
    const nowMs = performance.now();
    if (nowMs - (toldMs.get(fault) ?? -Infinity) < tellEveryMs) return;
    toldMs.set(fault, nowMs);
    logger.warn({ fault }, 'connections were ended');
  };
}

/** Counts connections by address. Returns false for one too many, which is not counted. */
function createCounter(limit: number) {
  const counts = new Map<string, number>();
  return (socket: Socket): boolean => {
    const group = addressGroup(socket.remoteAddress ?? '');
    const count = counts.get(group) ?? 0;
    if (count >= limit) return false;
    counts.set(group, count + 1);
    socket.once('close', () => {
      const left = (counts.get(group) ?? 1) - 1;
      if (left > 0) counts.set(group, left);
      else counts.delete(group);
    });
    return true;
  };
}

/** Ends the connections with the most unread bytes until the rest is within the limit. */
function endLargest(sockets: ReadonlySet<Socket>, limitBytes: number): boolean {
  const unread = [...sockets].filter(({ writableLength }) => writableLength > 0);
  let bytes = unread.reduce((sum, { writableLength }) => sum + writableLength, 0);
  if (bytes <= limitBytes) return false;
  for (const socket of unread.sort((a, b) => b.writableLength - a.writableLength)) {
    if (bytes <= limitBytes) break;
    bytes -= socket.writableLength;
    socket.destroy();
  }
  return true;
}

export function limitConnections(server: Server, limits: ConnectionLimits, logger: Logger): void {
  const { total, perAddress, unreadBytes } = limits;
  const tell = createTeller(logger);
  const isCounted = perAddress === null ? () => true : createCounter(perAddress);
  const sockets = new Set<Socket>();
  server.maxConnections = total;
  server.on('drop', () => tell('too many connections'));
  server.on('connection', (socket: Socket) => {
    if (!isCounted(socket)) {
      tell('too many connections of one address');
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const sweep = () => {
    if (endLargest(sockets, unreadBytes)) tell('too many unread bytes');
  };
  server.once('listening', () => {
    const timer = setInterval(sweep, sweepEveryMs).unref();
    server.once('close', () => clearInterval(timer));
  });
}
