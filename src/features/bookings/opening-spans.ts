// When a venue is open, as instants. Pure: no store, no clock. What zones do, luxon says.
//
// luxon, not a polyfill of Temporal: it reads Node's own zone data through Intl, has no dependency, is looked after, and
// all that is asked of it is the offset of a zone at an instant. When Node has Temporal itself, zoneOffset() is the one
// place to change.
import { LRUCache } from 'lru-cache';
import { IANAZone } from 'luxon';
import { dayMs, minuteMs } from '../../core/clock.ts';
import type { Venue } from '../venues/index.ts';

/** From the start to the end, which is not part of it. Epoch milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A time during which the zone keeps one offset from UTC. */
interface OffsetPeriod extends Span {
  readonly offsetMs: number;
}

type OpeningHours = Venue['openingHours'][number];

export interface Hours {
  readonly timezone: string;
  readonly openingHours: readonly OpeningHours[];
}

const secondMs = 1_000;
/** More than a local day is long and than any zone is away from UTC: what is open at an edge is seen as a whole. */
const marginMs = 2 * dayMs;
/** The last instant of the API's DateTime. */
const endOfTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function zoneOffset(zone: IANAZone, atMs: number): number {
  return zone.offset(atMs) * minuteMs;
}

/** The first instant after `beforeMs` with the offset of `afterMs`. Both are whole seconds, and one change lies between. */
function changeBetween(zone: IANAZone, beforeMs: number, afterMs: number): number {
  const offset = zoneOffset(zone, afterMs);
  let [before, after] = [beforeMs / secondMs, afterMs / secondMs];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zoneOffset(zone, middle * secondMs) === offset) after = middle;
    else before = middle;
  }
  return after * secondMs;
}

/** Between two midnights of UTC. */
function findPeriods(timezone: string, { startMs, endMs }: Span): readonly OffsetPeriod[] {
  // One spelling for each zone: luxon remembers every name that it is given.
  const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions();
  const zone = IANAZone.create(timeZone);
  const periods: OffsetPeriod[] = [];
  let period = { startMs, offsetMs: zoneOffset(zone, startMs) };
  // No zone has ever changed its clocks twice within a day.
  for (let atMs = startMs; atMs < endMs; atMs += dayMs) {
    const offsetMs = zoneOffset(zone, atMs + dayMs);
    if (offsetMs === period.offsetMs) continue;
    const changeMs = changeBetween(zone, atMs, atMs + dayMs);
    periods.push({ ...period, endMs: changeMs });
    period = { startMs: changeMs, offsetMs };
  }
  return [...periods, { ...period, endMs }];
}

/** Asking a zone for an offset costs 25 microseconds, and a month is asked some 40 times; most venues share a few zones. */
const foundPeriods = new LRUCache<string, readonly OffsetPeriod[]>({ max: 1_000 });

function offsetPeriods(timezone: string, within: Span): readonly OffsetPeriod[] {
  const startMs = Math.floor((within.startMs - marginMs) / dayMs) * dayMs;
  const endMs = Math.ceil((within.endMs + marginMs) / dayMs) * dayMs;
  const key = `${timezone} ${startMs} ${endMs}`;
  const periods = foundPeriods.get(key) ?? findPeriods(timezone, { startMs, endMs });
  foundPeriods.set(key, periods);
  return periods;
}

/** Of `HH:MM`, from 00:00 to 24:00. */
function timeMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * minuteMs;
}

const weekdays = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

/** Midnights of the local days in a period, as if the local clock showed UTC. */
function localDays({ startMs, endMs, offsetMs }: OffsetPeriod): number[] {
  const first = Math.floor((startMs + offsetMs) / dayMs);
  const last = Math.floor((endMs - 1 + offsetMs) / dayMs);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * dayMs);
}

/** One entry of the opening hours: open on a local day while the local clock shows a time in it. */
function spansOf(hours: OpeningHours, periods: readonly OffsetPeriod[]): Span[] {
  const [opens, closes] = [timeMs(hours.opens), timeMs(hours.closes)];
  const spans: { startMs: number; endMs: number; day: number }[] = [];
  for (const period of periods) {
    for (const day of localDays(period)) {
      if (weekdays[new Date(day).getUTCDay()] !== hours.weekday) continue;
      const startMs = Math.max(day + opens - period.offsetMs, period.startMs);
      const endMs = Math.min(day + closes - period.offsetMs, period.endMs);
      if (startMs >= endMs) continue;
      const last = spans.at(-1);
      // The change lies in the middle of it: open before and after, without a break.
      if (last?.day === day && last.endMs === startMs) last.endMs = endMs;
      else spans.push({ startMs, endMs, day });
    }
  }
  return spans;
}

/**
 * The spans that touch `within`, whole and in order of their start; two entries of the opening hours are never joined.
 * A venue is open exactly while its own clock shows a time from `opens` to `closes` of that weekday. So on the day when
 * an hour is skipped a span over it is an hour shorter, and what opens inside it opens after it; on the day when an hour
 * comes twice a span over it is an hour longer, and what begins or ends inside it is open both times.
 */
export function openSpans({ timezone, openingHours }: Hours, within: Span): Span[] {
  if (openingHours.length === 0) return [];
  const periods = offsetPeriods(timezone, within);
  return openingHours
    .flatMap((hours) => spansOf(hours, periods))
    .map(({ startMs, endMs }) => ({ startMs, endMs: Math.min(endMs, endOfTimeMs) }))
    .filter(({ startMs, endMs }) => startMs < within.endMs && endMs > within.startMs)
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}
