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
    // Behind all others.
    waiting.delete(owner);
    if (own.length > 0) waiting.set(owner, own);
    slice?.();
    setImmediate(runNext);
  };

  return {
    run: (owner, work) =>
      new Promise((resolve) => {
        // Called at once, and what it throws is the promise's.
        const slice = () => resolve((async () => work())());
        const others = waiting.get(owner);
        if (others) others.push(slice);
        else waiting.set(owner, [slice]);
        if (!isRunning) setImmediate(runNext);
        isRunning = true;
      }),
  };
}

/** Of this process: its one event loop is what is shared. */
export const slices = createSlices();
