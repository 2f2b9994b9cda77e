// The times that a treatment is offered at: a grid over the opening hours, without what is booked. Pure.
import type { Span } from './opening-spans.ts';

/** What is neither past nor this very moment can be booked and offered. */
export function isFutureStart(startMs: number, nowMs: number): boolean {
  return startMs > nowMs;
}

interface Grid {
  readonly firstMs: number;
  readonly count: number;
}

/**
 * The starts within `starts` of one opening: one treatment after the other from the moment of opening, as long as it
 * ends before closing.
 */
function gridOf(open: Span, durationMs: number, starts: Span): Grid {
  const first = Math.max(0, Math.ceil((starts.startMs - open.startMs) / durationMs));
  const afterLast = Math.min(
    Math.floor((open.endMs - open.startMs) / durationMs),
    Math.ceil((starts.endMs - open.startMs) / durationMs),
  );
  return { firstMs: open.startMs + first * durationMs, count: Math.max(0, afterLast - first) };
}

/** How many starts there are, free or not, without making them. */
export function countStarts(openings: readonly Span[], durationMs: number, starts: Span): number {
  return openings.reduce((sum, open) => sum + gridOf(open, durationMs, starts).count, 0);
}

/**
 * The free slots whose start lies within `starts`, in order. `booked` is in order too, and no two of it overlap.
 * Opening hours that overlap each other have a grid each; a slot of both is there once.
 */
export function freeSlots(
  openings: readonly Span[],
  durationMs: number,
  starts: Span,
  booked: readonly Span[],
): Span[] {
  const grids = openings.map((open) => gridOf(open, durationMs, starts));
  const all = grids.flatMap(({ firstMs, count }) =>
    Array.from({ length: count }, (_, index) => firstMs + index * durationMs),
  );
  const free: Span[] = [];
  let next = 0;
  for (const startMs of [...new Set(all)].sort((a, b) => a - b)) {
    const endMs = startMs + durationMs;
    while (next < booked.length && booked[next]!.endMs <= startMs) next += 1;
    const nearest = booked[next];
    if (!nearest || nearest.startMs >= endMs) free.push({ startMs, endMs });
  }
  return free;
}
