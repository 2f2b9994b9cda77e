// Lets operations begin. Before it is parsed an operation has cost no more than the look at its credential; what follows takes
// milliseconds of the one thread that serves everybody, so workspaces take turns here as they do at the store.
import type { RequestScope } from '../../core/request-facts.ts';
import { createFairSlots, type FairSlots, type Pace } from '../../db/turns/fair-slots.ts';
import { createLongWork, createPresence } from '../../db/turns/long-work.ts';

/** Of these one workspace alone gets 32: more at the same time are answered no sooner, and take memory. */
const slots = 48;
const maxWaiting = 1_000;
/**
 * An operation of so many bytes, such as a bulk mutation, takes ten times as long of the one thread as most others do before
 * its first statement runs. Side by side they gain nothing: one writer takes them one after the other.
 */
const heavyBytes = 16_384;
/** One of so many points makes an answer of hundreds of objects, which takes the thread for as long. */
const heavyPoints = 500;
/** Of these one workspace alone gets 4; beside others one, when it has more of them all the time. */
const heavySlots = 6;
/**
 * Beside others a heavy place rests for as long as it was used, at most so long. Heavy operations that follow each other at once
 * leave the thread no moment, and a light one needs it about eight times from its first byte to its answer.
 */
const maxRestMs = 50;
/** Looks at the same time. Each is over at once, so their pace alone limits them. */
const looksAtOnce = 1_000;
/** How long operations begin in one turn; then the answers and requests that have come meanwhile have theirs. */
const turnMs = 2;
/** This many begin in any case: on a machine that is busy with something else, time says little about the work. */
const leastBegun = 1;
/**
 * Pace of refusals: about 500 a second, which takes a third of one core. A client that repeats each refused
 * request at once, on hundreds of connections, would come back with all of them at the same moment, and other callers
 * would wait until hundreds of requests were read. Refusals that are spread over time come back spread.
 */
const refusalsPerTick = 2;
const tickMs = 4;
const maxHeldRefusals = 2_000;

/**
 * Begins tasks for about `turnMs` in each turn of the event loop. What a task does at once is done before the next one
 * begins: Node empties its queue of promises after each callback of setImmediate. Light operations begin side by side, and
 * can share statements.
 */
function createPace(): Pace {
  /** Steps of this turn that have not been taken. */
  let left = 0;
  let isAskedAgain = false;
  return function pace(begin, waiting) {
    isAskedAgain = left > 0;
    if (isAskedAgain) return;
    left = waiting();
    let startMs: number | undefined;
    let begun = 0;
    let hasMore = true;
    const step = () => {
      startMs ??= performance.now();
      const mayBegin = begun < leastBegun || performance.now() - startMs < turnMs;
      if (mayBegin && hasMore) hasMore = begin();
      begun += 1;
      left -= 1;
      if (left === 0 && (hasMore || isAskedAgain)) pace(begin, waiting);
    };
    for (let count = left; count > 0; count -= 1) setImmediate(step);
  };
}

/** Begins at most `perTick` tasks in each `everyMs`. */
function createTicks(perTick: number, everyMs: number): Pace {
  let left = perTick;
  let isRunning = false;
  return function pace(begin) {
    while (left > 0 && begin()) {
      left -= 1;
      if (isRunning) continue;
      isRunning = true;
      setTimeout(() => {
        isRunning = false;
        left = perTick;
        pace(begin);
      }, everyMs);
    }
  };
}

export interface Admission {
  /**
   * Resolves when it is the request's turn to be looked at, which a refusal needs as well. Keys are looked up together, and
   * what became of a hundred requests at once kept everybody waiting for a tenth of a second.
   */
  look(scope: RequestScope, workspace: string): Promise<void>;
  /**
   * Resolves when the operation may begin; it then takes its place until `scope.leave` is called, and waits once more in
   * `scope.weigh` when its points are many. Throws RATE_LIMITED when too many of the workspace wait, or the reason for which
   * the request has ended.
   */
  enter(scope: RequestScope, workspace: string): Promise<void>;
  /**
   * Resolves when a refusal for too many requests may leave, and gives the place of the operation back at once. Never rejects:
   * when too many of the workspace are held, or the request has ended, there is nothing to wait for.
   */
  refuse(scope: RequestScope, workspace: string): Promise<void>;
}

/** Takes a place and resolves with what gives it back. */
function stay(slots: FairSlots, { ending }: RequestScope, workspace: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const work = () => new Promise<void>((leave) => resolve(leave));
    slots.run({ workspace, signal: ending.signal }, work).catch(reject);
  });
}

export function createAdmission(): Admission {
  const looks = createFairSlots({ slots: looksAtOnce, maxWaiting, pace: createPace() });
  const places = createFairSlots({ slots, maxWaiting, pace: createPace() });
  const nowMs = () => performance.now();
  const presence = createPresence(nowMs);
  const longWork = createLongWork({ most: heavySlots, nowMs, presence });
  const heavies = createFairSlots({ slots: heavySlots, maxWaiting, longWork });
  const stayHeavy = async (scope: RequestScope, workspace: string) => {
    const leave = await stay(heavies, scope, workspace);
    const beganMs = nowMs();
    return () => {
      const restMs = presence.hasOthersThan(workspace) ? Math.min(maxRestMs, nowMs() - beganMs) : 0;
      if (restMs > 0) setTimeout(leave, restMs).unref();
      else leave();
    };
  };
  const ticks = createTicks(refusalsPerTick, tickMs);
  const refusals = createFairSlots({ slots: looksAtOnce, maxWaiting: maxHeldRefusals, pace: ticks });
  return {
    look: (scope, workspace) =>
      looks.run({ workspace, signal: scope.ending.signal }, () => Promise.resolve()),
    async enter(scope, workspace) {
      presence.see(workspace);
      const isHeavy = (scope.bodyBytes ?? 0) >= heavyBytes;
      const leaveHeavy = isHeavy ? await stayHeavy(scope, workspace) : undefined;
      try {
        const leavePlace = await stay(places, scope, workspace);
        scope.leave = () => {
          leavePlace();
          leaveHeavy?.();
        };
        scope.weigh = async (points) => {
          if (isHeavy || points < heavyPoints) return;
          // Its place goes to a light one: who waits for a heavy place holds no other, so that none waits for itself.
          leavePlace();
          scope.leave = await stayHeavy(scope, workspace);
        };
      } catch (error) {
        leaveHeavy?.();
        throw error;
      }
    },
    async refuse(scope, workspace) {
      scope.leave?.();
      const held = refusals.run({ workspace, signal: scope.ending.signal }, () => Promise.resolve());
      await held.catch(() => undefined);
    },
  };
}
