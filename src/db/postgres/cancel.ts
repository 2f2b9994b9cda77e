// Ends a statement that runs on Postgres when its caller's time is over or the caller has gone.
import type { Pool, PoolClient } from './pool.ts';

/** Interval between requests to cancel: a statement that is still on its way cannot be cancelled yet. */
const cancelEveryMs = 100;

/** Asks Postgres on another connection to end what runs on this one. */
export type Cancel = (client: PoolClient) => Promise<void>;

/** `pool` holds the connections that no workspace can keep busy. */
export function createCancel(pool: Pool): Cancel {
  return async (client) => {
    const { processID } = client as PoolClient & { readonly processID?: number | null };
    if (typeof processID !== 'number') return;
    // When it cannot be asked, the statement ends by its own limit.
    await pool.query('SELECT pg_cancel_backend($1)', [processID]).catch(() => undefined);
  };
}

/**
 * Runs statements on a connection and ends the one that runs when the signal is aborted: then throws the signal's reason. A
 * request to cancel names the connection and not the statement, and may reach it late: the caller must end the connection
 * after a rejection, so that no later statement is hit.
 */
export async function cancellable<T>(
  { client, signal, cancel }: { client: PoolClient; signal: AbortSignal | undefined; cancel: Cancel },
  work: () => Promise<T>,
): Promise<T> {
  if (!signal) return work();
  signal.throwIfAborted();
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  let asking: Promise<void> | undefined;
  const ask = () => {
    asking = cancel(client).then(() => {
      if (!isOver) timer = setTimeout(ask, cancelEveryMs);
    });
  };
  signal.addEventListener('abort', ask, { once: true });
  const [outcome] = await Promise.allSettled([work()]);
  isOver = true;
  signal.removeEventListener('abort', ask);
  clearTimeout(timer);
  if (asking) {
    await asking;
    // Thrown even when the answer came at the last moment: the request to cancel may still be on its way.
    throw signal.reason;
  }
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
