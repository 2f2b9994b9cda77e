// Which ways there are to run operations: each set of coordinates gets an id, once for each workspace. What is beyond the limits
// is counted under one name, of which nothing can be foretold.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { dayMs, hourMs, toInstant } from '../../../core/clock.ts';
import type { StoredRecordedUse } from '../recording.tables.ts';

export const unlistedUse = 'other';

/** New ones of one workspace in one hour. A document asks for more or less by its variables; few have more than four ways. */
const maxNewInHour = 400;
/** New ones that wait to be written, of all workspaces; one takes about a kilobyte. */
const maxWaiting = 2_000;
/** Known to be in the store. */
const maxKnown = 20_000;
/** An operation is planned with 5,000 fields at most; most use less than fifty. */
const maxCoordinates = 1_000;

/** Workspaces whose ids of one use are kept. */
const maxWorkspaces = 10_000;

interface Digested {
  readonly digest: string;
  readonly ids: Map<string, string>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export class UseBook {
  /** A plan that no variable changes gives the same array each time: its digest, and its ids by workspace. */
  private readonly digests = new WeakMap<readonly string[], Digested>();
  /** Id -> the day on which it was written last: written again on another day, should it have been deleted. */
  private readonly written = new LRUCache<string, number>({ max: maxKnown });
  private readonly waiting = new Map<string, StoredRecordedUse>();
  private newInHour = new Map<string, number>();
  private hour = -1;

  /** The id under which a run is counted. */
  idOf(workspaceId: string, used: readonly string[], nowMs: number): string {
    if (used.length > maxCoordinates) return unlistedUse;
    const { digest, ids } = this.digestOf(used);
    let id = ids.get(workspaceId);
    if (id === undefined) {
      id = `use_${sha256(`${workspaceId} ${digest}`).slice(0, 32)}`;
      if (ids.size >= maxWorkspaces) ids.clear();
      ids.set(workspaceId, id);
    }
    if (this.waiting.has(id) || this.written.get(id) === Math.floor(nowMs / dayMs)) return id;
    return this.mayEnter(id, workspaceId, nowMs)
      ? this.enter({ id, workspaceId, coordinates: used, createdAt: toInstant(nowMs) })
      : unlistedUse;
  }

  /** Takes those that are not in the store yet, as far as this process knows, sorted by id. They count as written. */
  take(nowMs: number): StoredRecordedUse[] {
    const taken = [...this.waiting.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const { id } of taken) this.written.set(id, Math.floor(nowMs / dayMs));
    this.waiting.clear();
    return taken;
  }

  private digestOf(used: readonly string[]): Digested {
    let digested = this.digests.get(used);
    if (!digested) {
      digested = { digest: sha256(used.join(' ')), ids: new Map() };
      this.digests.set(used, digested);
    }
    return digested;
  }

  private enter(use: StoredRecordedUse): string {
    this.waiting.set(use.id, use);
    return use.id;
  }

  private mayEnter(id: string, workspaceId: string, nowMs: number): boolean {
    if (this.waiting.size >= maxWaiting) return false;
    if (this.written.has(id)) return true;
    const hour = Math.floor(nowMs / hourMs);
    if (hour !== this.hour) this.newInHour = new Map();
    this.hour = hour;
    const count = this.newInHour.get(workspaceId) ?? 0;
    if (count >= maxNewInHour) return false;
    this.newInHour.set(workspaceId, count + 1);
    return true;
  }
}
