// Calendar buckets of a time zone as instants. Pure: no store, no clock.
//
// A day, week or month begins where the local clock says so: the arithmetic is done on local times as if they were UTC, and
// each start is looked up in the zone (core/time-zone.ts).
import { dayMs, toInstant, type Instant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { firstInstants, localMs, zoneNamed } from '../../core/time-zone.ts';

export type BucketUnit = 'day' | 'week' | 'month';

export interface BucketRange {
  readonly from: Instant;
  readonly to: Instant;
  readonly unit: BucketUnit;
  /** IANA name. */
  readonly timezone: string;
}

export const maxBuckets = 400;

/** The first instant of a month by its number, from year 0 on. */
function monthStart(month: number): number {
  // Not Date.UTC: it takes the years 0 to 99 for those of the 20th century.
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
}

function monthOf(local: number): number {
  const date = new Date(local);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** 1970 began on a Thursday, three days after a Monday (ISO 8601). */
const firstMondayMs = -3 * dayMs;
const weekMs = 7 * dayMs;

/** Buckets are numbered: of which one a local time is, and when a bucket begins. */
const calendar: Readonly<
  Record<BucketUnit, { numberOf(local: number): number; startOf(number: number): number }>
> = {
  day: { numberOf: (local) => Math.floor(local / dayMs), startOf: (number) => number * dayMs },
  week: {
    numberOf: (local) => Math.floor((local - firstMondayMs) / weekMs),
    startOf: (number) => number * weekMs + firstMondayMs,
  },
  month: { numberOf: monthOf, startOf: monthStart },
};

interface Buckets {
  readonly zone: string;
  readonly lastMs: number;
  /** Numbers of the first and the last bucket. */
  readonly first: number;
  readonly last: number;
}

function bucketsOf(zone: string, { from, to, unit }: BucketRange): Buckets {
  const { numberOf } = calendar[unit];
  const lastMs = Date.parse(to) - 1;
  return {
    ...{ zone, lastMs },
    first: numberOf(localMs(zone, Date.parse(from))),
    last: numberOf(localMs(zone, lastMs)),
  };
}

/** 0 for a range that assertBuckets() refuses. */
export function countBuckets(range: BucketRange): number {
  const zone = zoneNamed(range.timezone);
  if (zone === null || !(Date.parse(range.from) < Date.parse(range.to))) return 0;
  const { first, last } = bucketsOf(zone, range);
  return last - first + 1 > maxBuckets ? 0 : Math.max(1, last - first + 1);
}

/** Throws BAD_USER_INPUT: unknown zone, empty range, too many buckets. */
export function assertBuckets(range: BucketRange): Buckets {
  const { from, to, timezone } = range;
  const zone = zoneNamed(timezone);
  if (zone === null)
    throw new ApiError('BAD_USER_INPUT', '"timezone" is not an IANA time zone.', { argument: 'timezone' });
  if (from >= to) throw new ApiError('BAD_USER_INPUT', '"from" must be before "to".', { argument: 'from' });
  const buckets = bucketsOf(zone, range);
  const requested = buckets.last - buckets.first + 1;
  if (requested > maxBuckets) {
    const message = `The range has ${requested} buckets; the limit is ${maxBuckets}.`;
    throw new ApiError('BAD_USER_INPUT', message, { details: { requested, limit: maxBuckets } });
  }
  return buckets;
}

/**
 * `from`, the start of every further day, week (from Monday, ISO 8601) or month of the zone inside the range, and `to`:
 * one more than there are buckets. Throws as assertBuckets.
 */
export function bucketBoundaries(range: BucketRange): Instant[] {
  const { from, to, unit } = range;
  const { zone, lastMs, first, last } = assertBuckets(range);
  const { startOf } = calendar[unit];
  const instantOf = firstInstants(zone, { startMs: startOf(first), endMs: startOf(last) + 1 });
  const boundaries = [from];
  let latestMs = Date.parse(from);
  for (let number = first + 1; number <= last; number += 1) {
    const startMs = instantOf(startOf(number));
    // A day that the zone has left out, to change sides of the date line, begins where the next one does.
    if (startMs <= latestMs || startMs > lastMs) continue;
    boundaries.push(toInstant(startMs));
    latestMs = startMs;
  }
  return [...boundaries, to];
}
