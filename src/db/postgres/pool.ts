// Connections to Postgres, and what becomes of those that fall silent.
import { createRequire } from 'node:module';
import type { Pool, PoolConfig } from 'pg';

export type { Pool, PoolClient } from 'pg';

/** How the store's own list of sessions calls this server. */
export const applicationName = 'latchkey';

/**
 * Postgres compiles statements whose cost it puts high, and does not hear of a time limit while it does: a filter of 250
 * comparisons by a key of some venues took a core for 80 s, and 0.8 s uncompiled. `options` in the URL wins.
 */
const options = '-c jit=off';

/** Connects when it is first used. The driver is loaded with the first pool: a server on SQLite does without. */
export function newPool(url: string, limits: PoolConfig): Pool {
  const { Pool } = createRequire(import.meta.url)('pg') as typeof import('pg');
  const pool = new Pool({ connectionString: url, application_name: applicationName, options, ...limits });
  // A connection can end while it rests, or between two statements of a transaction: the next statement says so, or a new
  // connection is made. Unheard, the error would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/**
 * Whether the client gave up waiting for an answer. The server's own limit, which is shorter, would have answered with
 * an error; so a firewall forgot the connection, or a cable was pulled.
 */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/**
 * Ends the idle connections of a pool in which one fell silent or ended. The others may be dead as well, and each would
 * cost a caller the whole wait to find out. New ones are made when they are needed.
 */
export function dropIdle(pool: Pool): void {
  for (let rest = pool.idleCount; rest > 0; rest -= 1)
    pool.connect().then(
      (client) => client.release(true),
      // No connection can be had, so none is idle.
      () => undefined,
    );
}
