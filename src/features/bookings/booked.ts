// Which bookings occupy a span of time: the one condition that both booking and availability ask for.
import { minuteMs, toStorableInstant } from '../../core/clock.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { maxDurationMinutes } from '../treatments/index.ts';
import { BookingStatus } from './booking.entity.ts';
import type { Span } from './opening-spans.ts';

/** BOOKED and overlapping. What ends at the start, or starts at the end, does not overlap. */
export function bookedWithin({ startMs, endMs }: Span): Condition {
  const earliestMs = startMs - maxDurationMinutes * minuteMs;
  return {
    all: [
      { property: 'status', op: 'eq', value: BookingStatus.BOOKED },
      // Says nothing that endsAt does not say, but lets the index on startsAt begin here and not at the first booking.
      { property: 'startsAt', op: 'gt', value: toStorableInstant(earliestMs) },
      { property: 'startsAt', op: 'lt', value: toStorableInstant(endMs) },
      { property: 'endsAt', op: 'gt', value: toStorableInstant(startMs) },
    ],
  };
}
