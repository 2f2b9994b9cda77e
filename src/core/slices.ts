// Long work in JavaScript, done in slices: one at a time in the whole process, by turns between workspaces, with a look at
// sockets and timers after each. So it holds nobody up for longer than one slice, and a workspace that asks for a hundred
// does not come before another that asks for one.

export interface Slices {
  /** Does a slice of at most some 20 ms when it is its turn. `owner` is the workspace. Rejects with what the work throws. */
  run<T>(owner: string, work: () => T): Promise<T>;
}

export function createSlices(): Slices {
  const waiting = new Map<string, (() => void)[]>();
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

/** Runs the work for each item: a little of it at once, more in slices. */
export async function inSlices<T, R>(
  owner: string,
  items: readonly T[],
  sliced: Sliced<T>,
  work: (item: T) => R,
): Promise<R[]> {
  const whole = items.reduce((sum, item) => sum + sliced.size(item), 0);
  if (whole <= sliced.most) return items.map(work);
  const results: R[] = [];
  for (const group of groupsOf(items, sliced))
    results.push(...(await slices.run(owner, () => group.map(work))));
  return results;
}
