// When a venue is open, as instants. Pure: no store, no clock. What zones do, core/time-zone.ts says.
import { dayMs, lastInstantMs, minuteMs } from '../../core/clock.ts';
import { offsetPeriods, zoneNamed, type OffsetPeriod } from '../../core/time-zone.ts';
import type { Venue } from '../venues/index.ts';

/** From the start to the end, which is not part of it. Epoch milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A span in which the venue is open without a break, and where treatments may follow each other from its start on. */
export interface Opening extends Span {
  /** No treatment of this grid starts here or later; the next grid begins. Left out = none before the end. */
  readonly gridEndMs?: number;
}

type OpeningHours = Venue['openingHours'][number];

export interface Hours {
  readonly timezone: string;
  readonly openingHours: readonly OpeningHours[];
}

/**
 * How far around a range is looked, so that what is open at its edges is seen as a whole: more than a local day is long and
 * than any zone is away from UTC; and for longer spans more than two weeks, which is the longest that a venue can be open
 * before it closes (once a week, in an hour that a change of clocks skips). What reaches further never closes.
 */
const marginsMs = [2 * dayMs, 16 * dayMs];

function periodsAround(timezone: string, within: Span, marginMs: number): readonly OffsetPeriod[] {
  const zone = zoneNamed(timezone);
  if (zone === null) throw new RangeError(`Invalid time zone specified: ${timezone}`);
  const startMs = Math.floor((within.startMs - marginMs) / dayMs) * dayMs;
  const endMs = Math.ceil((within.endMs + marginMs) / dayMs) * dayMs;
  return offsetPeriods(zone, { startMs, endMs });
}

/** Of `HH:MM`, from 00:00 to 24:00. */
function timeMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * minuteMs;
}

const weekdays = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];
/** The weekday of the first day of 1970, a Thursday. */
const firstWeekday = 4;

/** Midnights of the local days in a period that are of a weekday, as if the local clock showed UTC. */
function localDays({ startMs, endMs, offsetMs }: OffsetPeriod, weekday: string): number[] {
  const first = Math.floor((startMs + offsetMs) / dayMs);
  const last = Math.floor((endMs - 1 + offsetMs) / dayMs);
  const daysUntil = (weekdays.indexOf(weekday) - firstWeekday - first) % 7;
  const days: number[] = [];
  for (let day = first + ((daysUntil + 7) % 7); day <= last; day += 7) days.push(day * dayMs);
  return days;
}

/** One entry of the opening hours: open on a local day while the local clock shows a time in it. */
function spansOf(hours: OpeningHours, periods: readonly OffsetPeriod[]): Span[] {
  const [opens, closes] = [timeMs(hours.opens), timeMs(hours.closes)];
  const spans: { startMs: number; endMs: number; day: number }[] = [];
  for (const period of periods) {
    for (const day of localDays(period, hours.weekday)) {
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

/** Spans that touch or overlap are one. */
function joined(spans: readonly Span[]): Span[] {
  const whole: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const last = whole.at(-1);
    if (last && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else whole.push({ startMs, endMs });
  }
  return whole;
}

const touches = (a: Span, b: Span) => a.startMs < b.endMs && a.endMs > b.startMs;

/** The openings of a venue that never closes. It has no moment of opening, so a grid begins with each local day. */
function dailyOpenings(periods: readonly OffsetPeriod[], within: Span): Opening[] {
  const endMs = periods.at(-1)!.endMs;
  return weekdays
    .flatMap((weekday) => spansOf({ weekday, opens: '00:00', closes: '24:00' } as OpeningHours, periods))
    .filter((day) => touches(day, within))
    .sort((a, b) => a.startMs - b.startMs)
    .map((day) => ({ startMs: day.startMs, endMs, gridEndMs: day.endMs }));
}

/** Whole spans, or null when one of them reaches as far as was looked. */
function findOpenings(openingHours: Hours['openingHours'], periods: readonly OffsetPeriod[], within: Span) {
  const [first, last] = [periods[0]!.startMs, periods.at(-1)!.endMs];
  const spans = joined(openingHours.flatMap((hours) => spansOf(hours, periods)));
  const found = spans.filter((span) => touches(span, within));
  return found.some(({ startMs, endMs }) => startMs === first || endMs === last) ? null : found;
}

/**
 * The spans in which the venue is open without a break and that touch `within`, whole and in order of their start. Entries of
 * the opening hours that touch or overlap are one span, over midnight too; their order means nothing.
 *
 * A venue is open exactly while its own clock shows a time from `opens` to `closes` of that weekday. So on the day when
 * an hour is skipped a span over it is an hour shorter, and what opens inside it opens after it; on the day when an hour
 * comes twice a span over it is an hour longer, and what begins or ends inside it is open both times.
 */
export function openSpans({ timezone, openingHours }: Hours, within: Span): Opening[] {
  if (openingHours.length === 0) return [];
  let periods: readonly OffsetPeriod[] = [];
  let openings: Opening[] | null = null;
  for (const marginMs of marginsMs) {
    periods = periodsAround(timezone, within, marginMs);
    openings = findOpenings(openingHours, periods, within);
    if (openings) break;
  }
  return (openings ?? dailyOpenings(periods, within)).map((opening) => ({
    ...opening,
    endMs: Math.min(opening.endMs, lastInstantMs),
  }));
}
