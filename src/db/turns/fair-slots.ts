// Runs work on a limited number of places, shared fairly between workspaces (see fair-queue.ts). Work that waits can be given
// up, and a workspace whose queue is too long is refused without harm to its neighbours.
import { ApiError } from '../../core/errors.ts';
import { createFairQueue } from './fair-queue.ts';
import { slowMs, type LongWork } from './long-work.ts';

export interface Claim {
  /** Absent: work of the server itself, which shares as one more workspace does. */
  readonly workspace?: string;
  /** Work of a workspace with the same name runs one at a time. */
  readonly oneAtATime?: string;
  /** Aborting it takes the work out of the queue. Work that has begun is not ended here. */
  readonly signal?: AbortSignal;
}

export interface FairSlots {
  /** Runs `work` when it is its turn. Throws RATE_LIMITED when the queue of its workspace is full, or the signal's reason. */
  run<T>(claim: Claim, work: () => Promise<T>): Promise<T>;
  onIdle(): Promise<void>;
}

interface Waiting {
  readonly workspace: string;
  readonly name?: string;
  begin(): void;
}

const retryAfterSeconds = 1;

/**
 * RATE_LIMITED and not SERVICE_UNAVAILABLE: the store answers everybody else, and this workspace has to slow down.
 */
function queueIsFull(limit: number): ApiError {
  return new ApiError(
    'RATE_LIMITED',
    `${limit} requests or statements of this workspace are waiting. Send fewer at the same time. Try again in ${retryAfterSeconds} s.`,
    { details: { limit, retryAfterSeconds }, headers: { 'Retry-After': String(retryAfterSeconds) } },
  );
}

/**
 * Calls `begin` until it returns false, now or later; `waiting` tells how many tasks wait. Called when a task may begin that
 * could not before.
 */
export type Pace = (begin: () => boolean, waiting: () => number) => void;

const atOnce: Pace = (begin) => {
  while (begin());
};

interface FairSlotsOptions {
  /** How many run at the same time. */
  readonly slots: number;
  /** How many of one workspace may wait. */
  readonly maxWaiting: number;
  /** Default: each begins as soon as it may. */
  readonly pace?: Pace;
  /** Default: a workspace may run as many tasks that take long as others. */
  readonly longWork?: LongWork;
}

/** Calls `look` some time after it was asked to, once for all who ask until then. */
function soon(afterMs: number, look: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      look();
    }, afterMs).unref();
  };
}

export function createFairSlots(options: FairSlotsOptions): FairSlots {
  const { slots, maxWaiting, pace = atOnce, longWork } = options;
  const queue = createFairQueue<Waiting>(slots, longWork?.mostOf);
  const idle: (() => void)[] = [];

  const lookAgain = soon(slowMs, () => beginNext());

  function beginOne(): boolean {
    const task = queue.begin();
    task?.begin();
    return task !== null;
  }

  function beginNext(): void {
    pace(beginOne, () => queue.waiting());
    // What waits for a long task may begin when that has turned out to be slow, which is no event.
    if (longWork && queue.waiting() > 0) lookAgain();
    if (queue.isIdle()) idle.splice(0).forEach((resolve) => resolve());
  }

  return {
    run: ({ workspace = '', oneAtATime, signal }, work) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (queue.waitingOf(workspace) >= maxWaiting) throw queueIsFull(maxWaiting);
        const giveUp = () => {
          if (!queue.remove(task)) return;
          reject(signal!.reason as Error);
          beginNext();
        };
        const task: Waiting = {
          workspace,
          ...(oneAtATime === undefined ? {} : { name: `${workspace} ${oneAtATime}` }),
          begin() {
            signal?.removeEventListener('abort', giveUp);
            const endLongWork = longWork?.begin(workspace);
            const end = () => {
              endLongWork?.();
              queue.end(task);
              beginNext();
            };
            const working = (async () => work())();
            working.then(end, end);
            working.then(resolve, reject);
          },
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        queue.add(task);
        beginNext();
      }),
    onIdle: () => (queue.isIdle() ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  };
}
