// The times that a treatment is offered at: a grid over the opening hours, without what is booked. Pure.
import type { Span } from './opening-spans.ts';

/** What is neither past nor this very moment can be booked and offered. */
export function isFutureStart(startMs: number, nowMs: number): boolean {
  return startMs > nowMs;
}

/** Of one opening: its first start within `starts`, and how many of them there are. */
type Grid = (firstMs: number, count: number) => void;

/**
 * The starts within `starts`, opening by opening: one treatment after the other from the moment of opening, as long as it
 * ends before closing. Fifty openings a week times all treatments are many grids, so no object is made for one.
 */
function eachGrid(openings: readonly Span[], durationMs: number, starts: Span, visit: Grid): void {
  for (const open of openings) {
    const first = Math.max(0, Math.ceil((starts.startMs - open.startMs) / durationMs));
    const afterLast = Math.min(
      Math.floor((open.endMs - open.startMs) / durationMs),
      Math.ceil((starts.endMs - open.startMs) / durationMs),
    );
    if (afterLast > first) visit(open.startMs + first * durationMs, afterLast - first);
  }
}

/** How many starts there are, free or not, without making them. */
export function countStarts(openings: readonly Span[], durationMs: number, starts: Span): number {
  let sum = 0;
  eachGrid(openings, durationMs, starts, (_firstMs, count) => (sum += count));
  return sum;
}

/** All starts, once each and in order. */
function startsOf(openings: readonly Span[], durationMs: number, starts: Span): number[] {
  const all: number[] = [];
  let isInOrder = true;
  eachGrid(openings, durationMs, starts, (firstMs, count) => {
    isInOrder &&= all.length === 0 || all.at(-1)! < firstMs;
    for (let index = 0; index < count; index += 1) all.push(firstMs + index * durationMs);
  });
  // Only openings that overlap get into disorder.
  return isInOrder ? all : [...new Set(all)].sort((a, b) => a - b);
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
