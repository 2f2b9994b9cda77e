// Which ways there are to run operations: each set of coordinates gets an id, once for each workspace. What is beyond the limits
// is counted under one name, of which nothing can be foretold.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { dayMs, hourMs, toInstant } from '../../../core/clock.ts';
import type { KnownCaller } from '../../../core/recorder.ts';
import type { StoredRecordedUse } from '../recording.tables.ts';
import { FairRoom } from './fair-room.ts';

export const unlistedUse = 'other';

/**
 * New ones of one workspace in one hour, shared by its keys as FairRoom says. A document asks for more or less by its variables; few
 * have more than four ways.
 */
const maxNewInHour = 800;
/** New ones that wait to be written, of all workspaces; one takes about a kilobyte. */
const maxWaiting = 2_000;
/** Workspaces whose new ones of this hour are counted, and of which the ids of one use are kept. */
const maxWorkspaces = 10_000;
/** Known to be in the store. */
const maxKnown = 20_000;
/** An operation is planned with 5,000 fields at most; most use less than fifty. */
const maxCoordinates = 1_000;

interface Digested {
  readonly digest: string;
  readonly ids: Map<string, string>;
}

type Caller = Pick<KnownCaller, 'workspaceId' | 'id'>;

export interface NewUse extends StoredRecordedUse {
  /** The key that ran it first. */
  readonly callerId: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export class UseBook {
  /** A plan that no variable changes gives the same array each time: its digest, and its ids by workspace. */
  private readonly digests = new WeakMap<readonly string[], Digested>();
  /** Id -> the day on which it was written last: written again on another day, should it have been deleted. */
  private readonly written = new LRUCache<string, number>({ max: maxKnown });
  private readonly waiting = new Map<string, NewUse>();
  private newInHour = new FairRoom(maxNewInHour, maxWorkspaces);
  private hour = -1;

  /** The id under which a run is counted. */
  idOf({ workspaceId, id: callerId }: Caller, used: readonly string[], nowMs: number): string {
    if (used.length > maxCoordinates) return unlistedUse;
    const { digest, ids } = this.digestOf(used);
    let id = ids.get(workspaceId);
    if (id === undefined) {
      id = `use_${sha256(`${workspaceId} ${digest}`).slice(0, 32)}`;
      if (ids.size >= maxWorkspaces) ids.clear();
      ids.set(workspaceId, id);
    }
    if (this.waiting.has(id) || this.written.get(id) === Math.floor(nowMs / dayMs)) return id;
    const use = { id, workspaceId, callerId, coordinates: used, createdAt: toInstant(nowMs) };
    if (!this.mayEnter(use, nowMs)) return unlistedUse;
    this.waiting.set(id, use);
    return id;
  }

  /** Those that are not in the store yet, as far as this process knows, sorted by id. */
  newOnes(): readonly NewUse[] {
    return [...this.waiting.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** They wait no more. Those that were not refused need not be written any more today. */
  settle(uses: readonly NewUse[], refused: ReadonlySet<string>, nowMs: number): void {
    for (const { id } of uses) {
      this.waiting.delete(id);
      if (!refused.has(id)) this.written.set(id, Math.floor(nowMs / dayMs));
    }
  }

  private digestOf(used: readonly string[]): Digested {
    let digested = this.digests.get(used);
    if (!digested) {
      digested = { digest: sha256(used.join(' ')), ids: new Map() };
      this.digests.set(used, digested);
    }
    return digested;
  }

  private mayEnter(use: NewUse, nowMs: number): boolean {
    if (this.waiting.size >= maxWaiting) return false;
    if (this.written.has(use.id)) return true;
    const hour = Math.floor(nowMs / hourMs);
    if (hour !== this.hour) this.newInHour = new FairRoom(maxNewInHour, maxWorkspaces);
    this.hour = hour;
    return this.newInHour.take(use);
  }
}
