// Buckets in this process's memory: right for one server, and what is left when Redis is away.
import { LRUCache } from 'lru-cache';
import { decide, takeBack, type Window } from './decide.ts';
import type { LimitStore } from './store.ts';

/** Buckets of each kind; past it the least recently used one is forgotten. Measured, one takes 0.9 to 5 KB. */
const maxBuckets = 50_000;

export function createMemoryStore(): LimitStore {
  // One cache for each kind (the key's first word): a flood of addresses must not make a workspace's count forgotten.
  const kinds = new Map<string, LRUCache<string, Window>>();
  const kindOf = (key: string) => {
    const name = key.split(':', 1)[0]!;
    const known = kinds.get(name) ?? new LRUCache<string, Window>({ max: maxBuckets });
    kinds.set(name, known);
    return known;
  };
  // What is denied before anything was counted keeps no place: names made up by a caller must not push counts out.
  const keep = (key: string, window: Window) =>
    window.length > 0 ? kindOf(key).set(key, window) : kindOf(key).delete(key);
  return {
    // Nothing is awaited between reading and writing: that makes it one step.
    async charge(charges, nowMs) {
      const before = charges.map(({ key }) => kindOf(key).get(key) ?? []);
      const { verdict, windows } = decide(before, charges, nowMs);
      charges.forEach(({ key }, index) => keep(key, windows[index]!));
      return verdict;
    },
    async refund(refunds) {
      for (const { key, amount } of refunds) keep(key, takeBack(kindOf(key).get(key) ?? [], amount));
    },
    close: () => kinds.clear(),
  };
}
