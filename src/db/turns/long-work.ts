// Keeps the store's cores free for the others: a workspace that keeps the store busy runs one or two tasks at a time, as long as
// others are there. Places alone do not do it: a store with two cores that works on seven statements answers the eighth late.
import { LRUCache } from 'lru-cache';

/** Over this time, as a decaying mean, a workspace's use of the store is looked at. */
const windowMs = 1_000;
/** Tasks at the same time, in the mean. Pages of a dashboard come to 0.05, one that is asked again at once to more than 1. */
const busyFrom = 0.5;
/** Beside a task that has run for so long another one may: a single row does not wait for a search of the same workspace. */
export const slowMs = 200;
/** So long after its last task a workspace counts as being there. */
const presenceMs = 60_000;
/** Workspaces whose use is remembered. One that is forgotten begins as a new one does. */
const remembered = 1_000;

export interface LongWork {
  /** Returns what is to be called at the task's end, once. */
  begin(workspace: string): () => void;
  /** How many tasks of the workspace may run at the same time; at least 1. May grow after `slowMs` without an event. */
  mostOf(workspace: string): number;
}

export interface Presence {
  /** Notes that the workspace has something to do. `''` is the server itself, which nobody has to make room for. */
  see(workspace: string): void;
  /** Whether another workspace than this one was seen within the last minute. */
  hasOthersThan(workspace: string): boolean;
}

interface Seen {
  readonly workspace: string;
  readonly atMs: number;
}

/** Remembers the last workspace that was seen, and the last one before it that was another: no more is asked. */
export function createPresence(nowMs: () => number): Presence {
  let last: Seen | null = null;
  let other: Seen | null = null;
  return {
    see(workspace) {
      if (workspace === '') return;
      if (last && last.workspace !== workspace) other = last;
      last = { workspace, atMs: nowMs() };
    },
    hasOthersThan(workspace) {
      const latest = last?.workspace === workspace ? other : last;
      return latest !== null && nowMs() - latest.atMs < presenceMs;
    },
  };
}

interface Use {
  /** When each that runs began. */
  readonly running: readonly number[];
  /** Tasks at the same time until `atMs`, in the mean. */
  readonly mean: number;
  readonly atMs: number;
}

const none: Use = { running: [], mean: 0, atMs: 0 };

function meanAt({ running: { length }, mean, atMs }: Use, nowMs: number): number {
  return length + (mean - length) * Math.exp((atMs - nowMs) / windowMs);
}

function without(times: readonly number[], one: number): number[] {
  const index = times.indexOf(one);
  return times.filter((_, at) => at !== index);
}

interface LongWorkOptions {
  /** How many tasks of a workspace may run that leaves the others time, or has none beside it. */
  readonly most: number;
  /** Never goes back. */
  nowMs(): number;
  /** Default: a workspace is there when it begins a task here. */
  readonly presence?: Presence;
}

export function createLongWork({ most, nowMs, presence = createPresence(nowMs) }: LongWorkOptions): LongWork {
  const uses = new LRUCache<string, Use>({ max: remembered });
  const useOf = (workspace: string) => uses.get(workspace) ?? none;
  const note = (workspace: string, running: readonly number[], atMs: number) =>
    void uses.set(workspace, { running, mean: meanAt(useOf(workspace), atMs), atMs });
  return {
    begin(workspace) {
      presence.see(workspace);
      const beganMs = nowMs();
      note(workspace, [...useOf(workspace).running, beganMs], beganMs);
      return () => note(workspace, without(useOf(workspace).running, beganMs), nowMs());
    },
    mostOf(workspace) {
      const use = useOf(workspace);
      const isFree = meanAt(use, nowMs()) <= busyFrom || !presence.hasOthersThan(workspace);
      if (isFree) return most;
      return use.running.some((beganMs) => nowMs() - beganMs >= slowMs) ? 2 : 1;
    },
  };
}
