// The times that a treatment is offered at: a grid over the opening hours, without what is booked. Pure.
import type { Opening, Span } from './opening-spans.ts';

/** What is neither past nor this very moment can be booked and offered. */
export function isFutureStart(startMs: number, nowMs: number): boolean {
  return startMs > nowMs;
}

/** Receives, for one opening, its first start within `starts` and the number of starts. */
type Grid = (firstMs: number, count: number) => void;

/**
 * The starts within `starts`, opening by opening: one treatment after the other from its start, as long as it ends before
 * closing and the next grid has not begun. Fifty openings a week times all treatments are many grids, so no object is made
 * for one.
 */
function eachGrid(openings: readonly Opening[], durationMs: number, starts: Span, visit: Grid): void {
  for (const open of openings) {
    const first = Math.max(0, Math.ceil((starts.startMs - open.startMs) / durationMs));
    const endMs = Math.min(starts.endMs, open.gridEndMs ?? starts.endMs);
    const afterLast = Math.min(
      Math.floor((open.endMs - open.startMs) / durationMs),
      Math.ceil((endMs - open.startMs) / durationMs),
    );
    if (afterLast > first) visit(open.startMs + first * durationMs, afterLast - first);
  }
}

/** How many starts there are, free or not, without making them. */
export function countStarts(openings: readonly Opening[], durationMs: number, starts: Span): number {
  let sum = 0;
  eachGrid(openings, durationMs, starts, (_firstMs, count) => (sum += count));
  return sum;
}

/**
 * All starts, in order. Grids come one after the other: openings do not overlap, and those of a venue that never closes end
 * with their day.
 */
function startsOf(openings: readonly Opening[], durationMs: number, starts: Span): number[] {
  const all: number[] = [];
  eachGrid(openings, durationMs, starts, (firstMs, count) => {
    for (let index = 0; index < count; index += 1) all.push(firstMs + index * durationMs);
  });
  return all;
}

/** The free slots whose start lies within `starts`, in order. `booked` is in order too, and no two of it overlap. */
export function freeSlots(
  openings: readonly Opening[],
  durationMs: number,
  starts: Span,
  booked: readonly Span[],
): Span[] {
  const free: Span[] = [];
  let next = 0;
  for (const startMs of startsOf(openings, durationMs, starts)) {
    const endMs = startMs + durationMs;
    while (next < booked.length && booked[next]!.endMs <= startMs) next += 1;
    const nearest = booked[next];
    if (!nearest || nearest.startMs >= endMs) free.push({ startMs, endMs });
  }
  return free;
}
