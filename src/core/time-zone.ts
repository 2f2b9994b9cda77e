// Time zones: which there are, and their offsets from UTC. Everything comes from the zone data of Node, through Intl.
//
// Without a library: luxon's offset takes 26 µs on the machine where Intl's own text of it takes 5, and a month of days,
// weeks or opening hours asks for many. When Node has Temporal, this file is the one place to change.
import { LRUCache } from 'lru-cache';
import { dayMs } from './clock.ts';

/** From the start to the end, which is not part of it. Epoch milliseconds. */
interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A time during which the zone keeps one offset from UTC. */
export interface OffsetPeriod extends Span {
  readonly offsetMs: number;
}

const secondMs = 1_000;
const maxNameLength = 64;

/** Making a formatter takes 0.3 ms. There are some 450 zones, and names in any spelling. */
const names = new LRUCache<string, string>({ max: 2_000 });
const formatters = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

/** The zone's name as Node writes it, or null. Offsets such as `+02:00` are no zone: they know no daylight saving. */
export function zoneNamed(name: string): string | null {
  if (name.length > maxNameLength || !/^[A-Za-z]/.test(name)) return null;
  const known = names.get(name);
  if (known !== undefined) return known;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    names.set(name, timeZone);
    return timeZone;
  } catch {
    // Node throws for a zone that it does not know.
    return null;
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** Offset of a zone as zoneNamed() names it: `1/1/2026, GMT+05:30` is five and a half hours, `GMT` alone is none. */
function readOffset(zone: string, atMs: number): number {
  const [, sign, hours, minutes, seconds = '0'] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(formatterOf(zone).format(atMs)) ?? [];
  if (!sign) return 0;
  const offset = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * secondMs;
  return sign === '-' ? -offset : offset;
}

/** The first instant after `beforeMs` with the offset of `afterMs`. Both are whole seconds, and one change lies between. */
function changeBetween(zone: string, beforeMs: number, afterMs: number): number {
  const offset = readOffset(zone, afterMs);
  let [before, after] = [beforeMs / secondMs, afterMs / secondMs];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (readOffset(zone, middle * secondMs) === offset) after = middle;
    else before = middle;
  }
  return after * secondMs;
}

function findPeriods(zone: string, { startMs, endMs }: Span): readonly OffsetPeriod[] {
  const periods: OffsetPeriod[] = [];
  let period = { startMs, offsetMs: readOffset(zone, startMs) };
  // No zone has ever changed its clocks twice within a day.
  for (let atMs = startMs; atMs < endMs; atMs += dayMs) {
    const offsetMs = readOffset(zone, atMs + dayMs);
    if (offsetMs === period.offsetMs) continue;
    const changeMs = changeBetween(zone, atMs, atMs + dayMs);
    periods.push({ ...period, endMs: changeMs });
    period = { startMs: changeMs, offsetMs };
  }
  return [...periods, { ...period, endMs }];
}

/**
 * Computed for a year of days at a time, counted from 1970: takes 2 ms, and is kept for all who ask about the same
 * years.
 */
const blockMs = 365 * dayMs;
const foundBlocks = new LRUCache<string, readonly OffsetPeriod[]>({ max: 20_000 });

function blockOf(zone: string, block: number): readonly OffsetPeriod[] {
  const key = `${zone} ${block}`;
  const known = foundBlocks.get(key);
  if (known) return known;
  const found = findPeriods(zone, { startMs: block * blockMs, endMs: (block + 1) * blockMs });
  foundBlocks.set(key, found);
  return found;
}

/** The periods that cover a time, in order; neighbours differ in their offsets. `zone` is a name from zoneNamed(). */
export function offsetPeriods(zone: string, within: Span): OffsetPeriod[] {
  const periods: OffsetPeriod[] = [];
  const last = Math.floor((within.endMs - 1) / blockMs);
  for (let block = Math.floor(within.startMs / blockMs); block <= last; block += 1) {
    for (const { startMs, endMs, offsetMs } of blockOf(zone, block)) {
      const span = { startMs: Math.max(startMs, within.startMs), endMs: Math.min(endMs, within.endMs) };
      if (span.startMs >= span.endMs) continue;
      const before = periods.at(-1);
      if (before?.offsetMs === offsetMs) periods[periods.length - 1] = { ...before, endMs: span.endMs };
      else periods.push({ ...span, offsetMs });
    }
  }
  return periods;
}

/** What the clocks of the zone show, as if it were UTC. */
export function localMs(zone: string, atMs: number): number {
  return atMs + offsetPeriods(zone, { startMs: atMs, endMs: atMs + 1 })[0]!.offsetMs;
}

/**
 * For local times within a span: the first instant at which the clocks of the zone show one, or a later one when they skip
 * it. Times that come twice have happened at the first of them.
 */
export function firstInstants(zone: string, within: Span): (local: number) => number {
  // No zone is a day away from UTC.
  const periods = offsetPeriods(zone, { startMs: within.startMs - dayMs, endMs: within.endMs + dayMs });
  return (local) => {
    const period = periods.find(({ endMs, offsetMs }) => local - offsetMs < endMs) ?? periods.at(-1)!;
    return Math.max(period.startMs, local - period.offsetMs);
  };
}
