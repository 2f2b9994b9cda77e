// Whether Postgres answers at once. Asked on a connection of its own, because all others may be at work.
import { newPool } from './pool.ts';
import type { Ping } from '../store/database.ts';

/** Longest round trip of a trivial question. Even a server on the other side of the world answers sooner. */
const nearMs = 250;
/** Together below the time for which a caller waits for the answer. */
const limits = { max: 1, connectionTimeoutMillis: 600, query_timeout: 600 };

/** The connection is made when first asked for. */
export function createPing(url: string): Ping {
  const own = newPool(url, limits);

  async function isQuick(): Promise<boolean> {
    const startMs = performance.now();
    await own.query('SELECT 1');
    return performance.now() - startMs <= nearMs;
  }
  // Asked a second time, because the first may have had to connect.
  const ask = async () => (await isQuick()) || isQuick();

  let asking: Promise<boolean> | undefined;
  return {
    // All who wait share one answer.
    isResponsive: () => (asking ??= ask().finally(() => (asking = undefined))),
    close: () => own.end(),
  };
}
