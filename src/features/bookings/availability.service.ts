// Free times of venues: reads treatments and bookings of all of them at once, and lays the grid over their hours.
import { GraphQLError } from 'graphql';
import type { Context } from '../../access/context.ts';
import { dayMs, hourMs, minuteMs, toInstant, type Instant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { tableOf } from '../../db/table.ts';
import type { ParentLink, Window } from '../../db/select.ts';
import { Treatment } from '../treatments/index.ts';
import type { Venue } from '../venues/index.ts';
import { Booking } from './booking.entity.ts';
import { bookedWithin } from './booked.ts';
import { openSpans, type Span } from './opening-spans.ts';
import { countStarts, freeSlots } from './slots.ts';

export interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

export type VenueHours = Pick<Venue, 'id' | 'timezone' | 'openingHours'>;

/** One free time, as the graph shows it. */
interface FreeSlot {
  readonly treatmentId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

export const maxRangeDays = 31;
/** An hour more: a month of 31 days in which the clocks go back is a range that people ask for. */
const maxRangeMs = maxRangeDays * dayMs + hourMs;
/** Of all venues together that one field of an operation answers for; free or not, so that bookings don't decide it. */
export const maxSlots = 5_000;

/** Throws BAD_USER_INPUT; called before execution (400). */
export function assertRange({ from, to }: Range): void {
  const lengthMs = Date.parse(to) - Date.parse(from);
  if (lengthMs <= 0) throw new ApiError('BAD_USER_INPUT', '"to" must be later than "from".');
  if (lengthMs > maxRangeMs) {
    const requested = Math.ceil((lengthMs / dayMs) * 10) / 10;
    const message = `"from" and "to" are ${requested} days apart; at most ${maxRangeDays} are answered at once.`;
    throw new ApiError('BAD_USER_INPUT', message, { details: { requested, limit: maxRangeDays } });
  }
}

function assertSlots(requested: number): void {
  if (requested <= maxSlots) return;
  const message = `There are ${requested} times to look at; at most ${maxSlots} are answered at once. Ask for a shorter range or fewer venues.`;
  // Known only while the answer is made. An ApiError would bring its HTTP status, and set that of everything beside it.
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', requested, limit: maxSlots } });
}

const ofVenue: ParentLink = { by: 'column', property: 'venueId' };
/** All of them: a booking that was left out would be offered as free. */
const everyRow = 2 ** 31 - 1;
const inOrder = (orderBy: string): Window => ({ orderBy, direction: 'ASC', limit: everyRow });

type Offer = Pick<Treatment, 'id' | 'durationMinutes'>;
type Occupied = Pick<Booking, 'id' | 'treatmentId' | 'startsAt' | 'endsAt'>;

function readTreatments({ db }: Context, venueIds: readonly string[]) {
  const query = {
    table: tableOf(Treatment),
    properties: ['id', 'durationMinutes'],
    condition: { all: [] },
    window: inOrder('createdAt'),
    count: false,
  };
  return db.listPerParent<Offer>(query, ofVenue, venueIds);
}

function readBookings({ db }: Context, venueIds: readonly string[], within: Span) {
  const query = {
    table: tableOf(Booking),
    properties: ['id', 'treatmentId', 'startsAt', 'endsAt'],
    condition: bookedWithin(within),
    window: inOrder('startsAt'),
    count: false,
  };
  return db.listPerParent<Occupied>(query, ofVenue, venueIds);
}

function spansByTreatment(bookings: readonly Occupied[]): Map<string, Span[]> {
  const spans = new Map<string, Span[]>();
  for (const { treatmentId, startsAt, endsAt } of bookings) {
    const known = spans.get(treatmentId) ?? [];
    known.push({ startMs: Date.parse(startsAt), endMs: Date.parse(endsAt) });
    spans.set(treatmentId, known);
  }
  return spans;
}

const durationMs = ({ durationMinutes }: Offer) => durationMinutes * minuteMs;

function slotsOf(
  offers: readonly Offer[],
  openings: readonly Span[],
  starts: Span,
  booked: Map<string, Span[]>,
) {
  const slots = offers.flatMap((offer) =>
    freeSlots(openings, durationMs(offer), starts, booked.get(offer.id) ?? []).map((slot) => ({
      ...slot,
      treatmentId: offer.id,
    })),
  );
  // Stable: at one moment the treatments stand in the order of their making.
  slots.sort((a, b) => a.startMs - b.startMs);
  return slots.map(({ treatmentId, startMs, endMs }): FreeSlot => {
    return { treatmentId, startsAt: toInstant(startMs), endsAt: toInstant(endMs) };
  });
}

/** Future slots that start from `from` to before `to`. Two statements, whatever the number of venues. */
export async function loadAvailability(
  context: Context,
  venues: readonly VenueHours[],
  { from, to }: Range,
): Promise<Map<string, FreeSlot[]>> {
  const starts = { startMs: Math.max(Date.parse(from), context.clock.nowMs() + 1), endMs: Date.parse(to) };
  if (starts.startMs >= starts.endMs) return new Map(venues.map(({ id }) => [id, []]));
  const venueIds = venues.map(({ id }) => id);
  const offers = await readTreatments(context, venueIds);
  const plans = venues.map((venue) => {
    return { id: venue.id, openings: openSpans(venue, starts), offers: offers.get(venue.id)?.rows ?? [] };
  });
  const counts = plans.flatMap((plan) =>
    plan.offers.map((offer) => countStarts(plan.openings, durationMs(offer), starts)),
  );
  assertSlots(counts.reduce((sum, count) => sum + count, 0));
  // What starts at the last moment of the range ends up to a day after it.
  const bookings = await readBookings(context, venueIds, { ...starts, endMs: starts.endMs + dayMs });
  return new Map(
    plans.map((plan) => {
      const booked = spansByTreatment(bookings.get(plan.id)?.rows ?? []);
      return [plan.id, slotsOf(plan.offers, plan.openings, starts, booked)];
    }),
  );
}
