// A store of limits that tells a meter what it decided.
import type { Meter } from '../../core/meter.ts';
import type { LimitStore } from './store.ts';

/** `name` says where it counts. Nothing is told of a call that did not reach the store. */
export function measuredStore(store: LimitStore, name: 'memory' | 'redis', meter?: Meter): LimitStore {
  if (!meter) return store;
  return {
    async charge(charges, nowMs) {
      const verdict = await store.charge(charges, nowMs);
      meter.limiter(verdict.type === 'allow' ? 'allowed' : 'denied', name);
      return verdict;
    },
    refund: (refunds) => store.refund(refunds),
    close: () => store.close(),
  };
}
