// Buckets that are known to have no room. Only time makes some, so until then the store is not asked.
import { LRUCache } from 'lru-cache';
import type { NamedStanding } from './limit-headers.ts';

interface Full {
  readonly atMs: number;
  readonly standings: readonly NamedStanding[];
}

const maxFullKept = 10_000;

/** How the same buckets stand some time later. */
function later(standings: readonly NamedStanding[], elapsedMs: number): NamedStanding[] {
  const left = (ms: number) => Math.max(0, ms - elapsedMs);
  return standings.map((standing) => ({
    ...standing,
    resetMs: left(standing.resetMs),
    waitMs: left(standing.waitMs),
  }));
}

/**
 * The standings that hold for every caller of the workspace. The limit of one key is left out, and so is the wait for the points
 * of one operation.
 */
function withoutCaller(standings: readonly NamedStanding[]): NamedStanding[] {
  const shared = standings.filter(({ name }) => name !== 'key');
  return shared.map((standing) => (standing.unit === 'points' ? { ...standing, waitMs: 0 } : standing));
}

export class FullBuckets {
  private readonly full = new LRUCache<string, Full>({ max: maxFullKept });

  /** How the buckets of a request stand whose first one is full; null = that is not known, and the store is to be asked. */
  find(key: string, nowMs: number): readonly NamedStanding[] | null {
    const known = this.full.get(key);
    if (!known) return null;
    const standings = later(known.standings, nowMs - known.atMs);
    // A clock that was set back: the store knows better.
    if (standings[0]!.waitMs > 0 && nowMs >= known.atMs) return standings;
    this.full.delete(key);
    return null;
  }

  /** Notes that the first of these buckets has no room. `key` is its own. */
  note(key: string, standings: readonly NamedStanding[], atMs: number): void {
    this.full.set(key, { atMs, standings: withoutCaller(standings) });
  }
}
