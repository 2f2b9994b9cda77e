// Decides whether a call may go on, from what was charged lately. Pure: no store, no clock. redis-script.ts says the same
// in Lua, and one test suite holds the two to the same answers.

/** Charges that fall into this part of a window are kept as one and age as one. */
const slotsPerWindow = 60;

/** What was charged from `fromMs` to `lastMs`, milliseconds since the epoch. */
export interface Slot {
  readonly fromMs: number;
  readonly lastMs: number;
  readonly amount: number;
}

/** What a bucket holds, oldest first: at most some 60 slots, whatever the traffic. */
export type Window = readonly Slot[];

/** What one call takes from one bucket. Amounts are whole numbers, and `amount` is at most `limit`. */
export interface Charge {
  /** Names the bucket in its store. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
  /** Taken when the call is allowed. */
  readonly amount: number;
  /** Taken when the call is denied, by this bucket or another; of a full bucket nothing. */
  readonly whenDenied: number;
}

/** How one bucket stands after the call. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  /** Until nothing counts any more and all of `limit` is there. */
  readonly resetMs: number;
  /** Until there is room for this charge; 0 when there is. */
  readonly waitMs: number;
}

export interface Verdict {
  readonly type: 'allow' | 'deny';
  /** After exactly this time the same call is allowed, unless others take the room. 0 when it was allowed. */
  readonly retryAfterMs: number;
  /** In the order of the charges. */
  readonly standings: readonly Standing[];
}

interface Decided {
  readonly verdict: Verdict;
  /** What the buckets hold now, in the order of the charges. */
  readonly windows: readonly Window[];
}

function sum(window: Window): number {
  return window.reduce((total, { amount }) => total + amount, 0);
}

function add(window: Window, amount: number, windowMs: number, nowMs: number): Window {
  if (amount === 0) return window;
  const last = window.at(-1);
  if (!last || nowMs >= last.fromMs + windowMs / slotsPerWindow) {
    return [...window, { fromMs: nowMs, lastMs: nowMs, amount }];
  }
  // A clock that was set back must not make what is counted any younger.
  const joined = { ...last, lastMs: Math.max(last.lastMs, nowMs), amount: last.amount + amount };
  return [...window.slice(0, -1), joined];
}

/** Until the oldest slots have gone that are in the way of `amount`. */
function waitFor(window: Window, { amount, limit, windowMs }: Charge, nowMs: number): number {
  let excess = sum(window) + amount - limit;
  if (excess <= 0) return 0;
  for (const slot of window) {
    excess -= slot.amount;
    if (excess <= 0) return slot.lastMs + windowMs - nowMs;
  }
  return windowMs;
}

/** What still counts. A slot over a window ahead is of a clock that was wrong: it counts from now, and not until then. */
function liveSlots(window: Window, windowMs: number, nowMs: number): Window {
  const live = window.filter(({ lastMs }) => lastMs > nowMs - windowMs);
  return live.map((slot) =>
    slot.lastMs > nowMs + windowMs ? { ...slot, fromMs: nowMs, lastMs: nowMs } : slot,
  );
}

/**
 * A sliding window, kept as slots of a sixtieth of its length: within ANY window of that length, wherever it begins, no
 * more than `limit` is let through (a fixed window lets twice as much pass around its edge, and a token bucket in its
 * first minute). A charge counts for the whole window after it, and at most one slot longer.
 *
 * All charges are taken or none: when one bucket has no room the call is denied, takes `whenDenied`, and is told to
 * wait until there is room in each of them. A bucket is never filled over its limit, so calls that are denied for want
 * of room do not push back the moment at which there is some: a caller who keeps trying is not locked out for longer.
 */
export function decide(windows: readonly Window[], charges: readonly Charge[], nowMs: number): Decided {
  const buckets = charges.map((charge, index) => {
    const live = liveSlots(windows[index] ?? [], charge.windowMs, nowMs);
    return { charge, live, room: Math.max(0, charge.limit - sum(live)) };
  });
  const isAllowed = buckets.every(({ charge, room }) => charge.amount <= room);
  const after = buckets.map(({ charge, live, room }) => {
    const taken = isAllowed ? charge.amount : Math.min(charge.whenDenied, room);
    const window = add(live, taken, charge.windowMs, nowMs);
    const { limit, windowMs } = charge;
    const resetMs = window.length === 0 ? 0 : window.at(-1)!.lastMs + windowMs - nowMs;
    const waitMs = isAllowed ? 0 : waitFor(window, charge, nowMs);
    return { window, standing: { limit, remaining: room - taken, resetMs, waitMs } };
  });
  const standings = after.map(({ standing }) => standing);
  const retryAfterMs = Math.max(0, ...standings.map(({ waitMs }) => waitMs));
  return {
    verdict: { type: isAllowed ? 'allow' : 'deny', retryAfterMs, standings },
    windows: after.map(({ window }) => window),
  };
}

/** The window without the latest `amount` of its charges. */
export function takeBack(window: Window, amount: number): Window {
  const kept = [...window];
  for (let rest = amount; rest > 0 && kept.length > 0;) {
    const last = kept.pop()!;
    if (last.amount > rest) kept.push({ ...last, amount: last.amount - rest });
    rest -= last.amount;
  }
  return kept;
}
