// Instants of the demo story in epoch milliseconds: kept to waking hours, in UTC, close enough for Europe.
import { dayMs, hourMs, minuteMs } from '../core/clock.ts';
import type { Random } from './random.ts';

/** Moves an instant of the night (0 to 5 UTC) back to the evening before; leaves others alone. Never moves forward. */
export function whileAwake(atMs: number): number {
  return new Date(atMs).getUTCHours() < 5 ? atMs - 7 * hourMs : atMs;
}

/** Moves an instant outside 6 to 20 UTC on to the next morning; leaves others alone. Never moves back. */
export function whenStaffed(random: Random, atMs: number): number {
  const hour = new Date(atMs).getUTCHours();
  if (hour >= 6 && hour < 20) return atMs;
  const hoursToMorning = hour < 6 ? 6 - hour : 30 - hour;
  return atMs + hoursToMorning * hourMs + random.int(0, 150) * minuteMs;
}

/** A quarter of an hour in the working day (7:00 to 14:45 UTC) on the same UTC day as the given instant. */
export function workingQuarter(random: Random, atMs: number): number {
  const midnightMs = Math.floor(atMs / dayMs) * dayMs;
  return midnightMs + 7 * hourMs + random.int(0, 31) * 15 * minuteMs;
}

/** A delay that is usually short and sometimes long: each doubling from `shortestMs` is as likely as the next. */
export function delayMs(random: Random, shortestMs: number, doublings: number): number {
  return Math.floor(shortestMs * 2 ** (random.next() * doublings));
}
