// Calendar buckets of a time zone as instants. Pure: no store, no clock.
import { DateTime } from 'luxon';
import type { Instant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';

export type BucketUnit = 'day' | 'week' | 'month';

export interface BucketRange {
  readonly from: Instant;
  readonly to: Instant;
  readonly unit: BucketUnit;
  /** IANA name. */
  readonly timezone: string;
}

export const maxBuckets = 400;

/** The zone's name as Node writes it, or null. Offsets such as `+02:00` are no zone, they know no daylight saving. */
function zoneNamed(name: string): string | null {
  try {
    if (!/^[A-Za-z]/.test(name)) return null;
    // One spelling for each zone: luxon remembers every name that it is given.
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // Node throws for a zone that it does not know.
    return null;
  }
}

/** The first instant of the bucket. Where clocks go back to midnight, midnight comes twice and the earlier one counts. */
function startOf(moment: DateTime, unit: BucketUnit): DateTime {
  return DateTime.min(...moment.startOf(unit).getPossibleOffsets()) ?? moment;
}

function countBuckets(first: DateTime, last: DateTime, unit: BucketUnit): number {
  // Days of 23 and 25 hours leave fractions.
  return Math.round(last.startOf(unit).diff(first.startOf(unit), unit).as(unit)) + 1;
}

/** First and last moment of the range in its zone. Throws BAD_USER_INPUT: unknown zone, empty range, too many buckets. */
export function assertBuckets({ from, to, unit, timezone }: BucketRange): {
  first: DateTime;
  last: DateTime;
} {
  const zone = zoneNamed(timezone);
  if (zone === null) throw new ApiError('BAD_USER_INPUT', '"timezone" is not an IANA time zone.');
  if (from >= to) throw new ApiError('BAD_USER_INPUT', '"from" must be before "to".');
  const first = DateTime.fromISO(from, { zone });
  const last = DateTime.fromISO(to, { zone }).minus({ milliseconds: 1 });
  const requested = countBuckets(first, last, unit);
  if (requested > maxBuckets) {
    const message = `The range has ${requested} buckets; the limit is ${maxBuckets}.`;
    throw new ApiError('BAD_USER_INPUT', message, { details: { requested, limit: maxBuckets } });
  }
  return { first, last };
}

/**
 * `from`, the start of every further day, week (from Monday, ISO 8601) or month of the zone inside the range, and `to`:
 * one more than there are buckets. Throws as assertBuckets.
 */
export function bucketBoundaries(range: BucketRange): Instant[] {
  const { from, to, unit } = range;
  const { first, last } = assertBuckets(range);
  const boundaries = [from];
  for (let next = startOf(first, unit); ;) {
    next = startOf(next.plus({ [unit]: 1 }), unit);
    if (next > last) return [...boundaries, to];
    boundaries.push(new Date(next.toMillis()).toISOString());
  }
}
