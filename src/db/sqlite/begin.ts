// How write transactions of several processes on one SQLite file take turns. SQLite has no queue for its lock: a
// process that waits asks now and then, and a process with many writes begins the next one before another has asked
// again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqliteConnection } from './connection.ts';

/** How long a write waits for the lock: less than the 3 seconds in which a caller is promised an answer. */
export const busyTimeoutMs = 2_500;
/**
 * Duration of one attempt to begin, in which SQLite tries after 1 and 3 ms. Left to itself SQLite would try less and
 * less often, down to ten times a second, and would hardly ever hit the gap between two transactions of a busy process.
 */
const lockTryMs = 3;
/** IMMEDIATE: a deferred transaction that turns into a write later can fail with SQLITE_BUSY after its reads. */
export const beginImmediate = 'BEGIN IMMEDIATE';
const beginOrRefuse = `PRAGMA busy_timeout = ${lockTryMs}; ${beginImmediate}; PRAGMA busy_timeout = ${busyTimeoutMs}`;

/** For this long after it met another process's transaction, this process leaves room for more of them. */
const politeForMs = 1_000;
/**
 * The pause between two transactions then: at least so long that the others have asked once, at most what they may be
 * kept waiting for.
 */
const gapMs = { least: 5, most: 25 };

export interface Begin {
  /** When the write was asked for (performance.now). */
  readonly sinceMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface Turns {
  begin(begin: Begin): Promise<void>;
  /** Must be called when the transaction has ended. */
  ended(): void;
}

function isLocked(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'SQLITE_BUSY';
}

/**
 * Leaves the lock to another process that was met lately, for as long as this one had it. A process that is alone never
 * waits, and neither does one that writes now and then.
 */
function createCourtesy() {
  let metMs = -Infinity;
  let begunMs: number | null = null;
  let endedMs = -Infinity;
  let heldMs = 0;
  return {
    met: () => void (metMs = performance.now()),
    begun: () => void (begunMs = performance.now()),
    ended() {
      // It never had the lock.
      if (begunMs === null) return;
      endedMs = performance.now();
      heldMs = endedMs - begunMs;
      begunMs = null;
    },
    /** How long the next transaction still has to wait. */
    gapMs() {
      const nowMs = performance.now();
      if (nowMs - metMs > politeForMs) return 0;
      return endedMs + Math.min(gapMs.most, Math.max(gapMs.least, heldMs)) - nowMs;
    },
  };
}

/** Begins write transactions on the one writing connection of this process; one at a time. */
export function createTurns(writer: Pick<SqliteConnection, 'exec'>): Turns {
  const courtesy = createCourtesy();
  let wasRefused = false;
  async function begin({ sinceMs, signal }: Begin): Promise<void> {
    const restMs = courtesy.gapMs();
    if (restMs > 0) await sleep(restMs);
    // A write that queued behind one that failed has waited with it, and does not wait as long again.
    const deadlineMs = (wasRefused ? sinceMs : performance.now()) + busyTimeoutMs;
    wasRefused = true;
    for (;;) {
      try {
        await writer.exec(beginOrRefuse);
        wasRefused = false;
        return courtesy.begun();
      } catch (error) {
        signal?.throwIfAborted();
        if (!isLocked(error) || performance.now() > deadlineMs) throw error;
        courtesy.met();
      }
    }
  }
  return { begin, ended: courtesy.ended };
}
