// The shared store while it answers, this process's memory while it does not: a Redis that is away lets each server count
// for itself, and stops nobody who has a key.
import type { Logger } from 'pino';
import type { LimitStore } from './store.ts';

/** Says in the log, once each time, that the shared store is away and that it is back. */
export function createFallbackStore(shared: LimitStore, local: LimitStore, logger: Logger): LimitStore {
  let isAway = false;
  const noteAway = (error: unknown) => {
    if (!isAway) logger.warn({ err: error }, 'Redis is away: each server keeps limits by itself');
    isAway = true;
  };
  const noteBack = () => {
    if (isAway) logger.info('Redis is back: limits are shared again');
    isAway = false;
  };
  async function either<T>(work: (store: LimitStore) => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await work(shared);
    } catch (error) {
      noteAway(error);
      return work(local);
    }
    noteBack();
    return result;
  }
  return {
    charge: (charges, nowMs) => either((store) => store.charge(charges, nowMs)),
    refund: (refunds) => either((store) => store.refund(refunds)),
    close() {
      shared.close();
      local.close();
    },
  };
}
