// Long work in JavaScript, done in slices: one at a time in the whole process, by turns between workspaces, with a look at
// sockets and timers after each. So it holds nobody up for longer than one slice, and a workspace that asks for a hundred
// does not come before another that asks for one.

export interface Slices {
  /** Does a slice of at most some 20 ms when it is its turn. `owner` is the workspace. Rejects with what the work throws. */
  run<T>(owner: string, work: () => T): Promise<T>;
  /**
   * Whether so much of a slice, 0 to 1, may be done at once: what is done at once in one turn of the event loop comes to one
   * slice at most. A hundred requests that wait for the same answer of the store go on in one turn.
   */
  mayDoAtOnce(share: number): boolean;
}

/** How much of a slice may still be done in this turn. */
function createTurn() {
  let left = 1;
  return function take(share: number): boolean {
    if (share > left) return false;
    if (left === 1 && share > 0) setImmediate(() => (left = 1));
    left -= share;
    return true;
  };
}

export function createSlices(): Slices {
  const waiting = new Map<string, (() => void)[]>();
  const mayDoAtOnce = createTurn();
  let isRunning = false;

  const runNext = () => {
    const [next] = waiting;
    isRunning = next !== undefined;
    if (!next) return;
    const [owner, own] = next;
    const slice = own.shift();
    // Goes behind all others.
    waiting.delete(owner);
    if (own.length > 0) waiting.set(owner, own);
    slice?.();
    setImmediate(runNext);
  };

  return {
    mayDoAtOnce,
    run: (owner, work) =>
      new Promise((resolve) => {
        // Called synchronously; an exception becomes the promise's rejection.
        const slice = () => resolve((async () => work())());
        const others = waiting.get(owner);
        if (others) others.push(slice);
        else waiting.set(owner, [slice]);
        if (!isRunning) setImmediate(runNext);
        isRunning = true;
      }),
  };
}

/** One per process, because all work shares its event loop. */
export const slices = createSlices();

export interface Sliced<T> {
  /** How many units of work an item is. */
  readonly size: (item: T) => number;
  /** Maximum units of one slice. A single item is never divided. */
  readonly most: number;
}

function groupsOf<T>(items: readonly T[], { size, most }: Sliced<T>): T[][] {
  const groups: T[][] = [];
  let left = 0;
  for (const item of items) {
    if (groups.length === 0 || size(item) > left) {
      groups.push([]);
      left = most;
    }
    groups.at(-1)!.push(item);
    left -= size(item);
  }
  return groups;
}

/** Runs the work for each item: a little of it at once if this turn has room for it, everything else in slices. */
export async function inSlices<T, R>(
  owner: string,
  items: readonly T[],
  sliced: Sliced<T>,
  work: (item: T) => R,
): Promise<R[]> {
  const whole = items.reduce((sum, item) => sum + sliced.size(item), 0);
  if (slices.mayDoAtOnce(whole / sliced.most)) return items.map(work);
  const results: R[] = [];
  for (const group of groupsOf(items, sliced))
    results.push(...(await slices.run(owner, () => group.map(work))));
  return results;
}
