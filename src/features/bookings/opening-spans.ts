// When a venue is open, as instants. Pure: no store, no clock. What zones do, core/time-zone.ts says.
import { dayMs, minuteMs } from '../../core/clock.ts';
import { offsetPeriods, zoneNamed, type OffsetPeriod } from '../../core/time-zone.ts';
import type { Venue } from '../venues/index.ts';

/** From the start to the end, which is not part of it. Epoch milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

type OpeningHours = Venue['openingHours'][number];

export interface Hours {
  readonly timezone: string;
  readonly openingHours: readonly OpeningHours[];
}

/** More than a local day is long and than any zone is away from UTC: what is open at an edge is seen as a whole. */
const marginMs = 2 * dayMs;
/** The last instant of the API's DateTime. */
const endOfTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function periodsAround(timezone: string, within: Span): readonly OffsetPeriod[] {
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
/** Of the first day of 1970, a Thursday. */
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

/**
 * The spans that touch `within`, whole and in order of their start; two entries of the opening hours are never joined.
 * A venue is open exactly while its own clock shows a time from `opens` to `closes` of that weekday. So on the day when
 * an hour is skipped a span over it is an hour shorter, and what opens inside it opens after it; on the day when an hour
 * comes twice a span over it is an hour longer, and what begins or ends inside it is open both times.
 */
export function openSpans({ timezone, openingHours }: Hours, within: Span): Span[] {
  if (openingHours.length === 0) return [];
  const periods = periodsAround(timezone, within);
  return openingHours
    .flatMap((hours) => spansOf(hours, periods))
    .map(({ startMs, endMs }) => ({ startMs, endMs: Math.min(endMs, endOfTimeMs) }))
    .filter(({ startMs, endMs }) => startMs < within.endMs && endMs > within.startMs)
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}
