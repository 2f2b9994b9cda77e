// Free times of venues: reads treatments and bookings of all of them at once, and lays the grid over their hours.
import { GraphQLError } from 'graphql';
import type { Context } from '../../access/context.ts';
import type { FieldCost } from '../../access/policy/index.ts';
import { dayMs, hourMs, minuteMs, toInstant, type Instant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { perRequest } from '../../core/per-request.ts';
import { inSlices, type Sliced } from '../../core/slices.ts';
import { tableOf } from '../../db/store/table.ts';
import type { ParentLink, Window } from '../../db/statements/select.ts';
import { loaderAnywhere } from '../../resources/batching/loaders.ts';
import { Treatment } from '../treatments/index.ts';
import type { Venue } from '../venues/index.ts';
import { Booking } from './booking.entity.ts';
import { bookedWithin } from './booked.ts';
import { openSpans, type Opening, type Span } from './opening-spans.ts';
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
/** Free and taken times of all venues together that one field may have; both count, so that bookings do not decide it. */
export const maxSlots = 5_000;

/** Times of all fields of an operation together: each free time is an object to answer. */
export const maxSlotsOfOperation = 10_000;
/** Treatments of one venue. All of them are read, whatever the range. */
export const maxTreatments = 500;

const pointsPerDay = 10;
/** While the range is not known, as in an access check. */
const assumedDays = 7;

/** A day at a venue stands for ten treatments, whose number is not known before they are read. */
export const availabilityCost: FieldCost = {
  sentence: `Costs ${pointsPerDay} points for each day that is begun.`,
  points({ from, to }) {
    const lengthMs = Date.parse(String(to)) - Date.parse(String(from));
    const days = Number.isNaN(lengthMs) ? assumedDays : Math.ceil(lengthMs / dayMs);
    return Math.min(maxRangeDays, Math.max(1, days)) * pointsPerDay;
  },
};

/** Throws BAD_USER_INPUT; called before execution (400). */
export function assertRange({ from, to }: Range): void {
  const lengthMs = Date.parse(to) - Date.parse(from);
  if (lengthMs <= 0)
    throw new ApiError('BAD_USER_INPUT', '"to" must be later than "from".', { argument: 'to' });
  if (lengthMs > maxRangeMs) {
    const requested = Math.ceil((lengthMs / dayMs) * 10) / 10;
    const message = `"from" and "to" are ${requested} days apart; at most ${maxRangeDays} are answered at once.`;
    throw new ApiError('BAD_USER_INPUT', message, {
      argument: 'from',
      details: { requested, limit: maxRangeDays },
    });
  }
}

/** Known only while the answer is made. An ApiError would bring its HTTP status, and set that of everything beside it. */
function refusal(message: string, requested: number, limit: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', requested, limit } });
}

const lookedAt = perRequest<Context, { slots: number }>(() => ({ slots: 0 }));

function assertSlots(context: Context, requested: number): void {
  const advice = 'Ask for a shorter range or fewer venues.';
  if (requested > maxSlots) {
    const message = `There are ${requested} times to look at; at most ${maxSlots} are answered at once. ${advice}`;
    throw refusal(message, requested, maxSlots);
  }
  const ofOperation = lookedAt.get(context);
  ofOperation.slots += requested;
  if (ofOperation.slots <= maxSlotsOfOperation) return;
  const message = `The operation has ${ofOperation.slots} times to look at; the limit is ${maxSlotsOfOperation}. ${advice}`;
  throw refusal(message, ofOperation.slots, maxSlotsOfOperation);
}

function assertTreatments(offers: readonly Offer[]): void {
  if (offers.length <= maxTreatments) return;
  const message = `The venue has more than ${maxTreatments} treatments; the free times of so many are not worked out.`;
  throw refusal(message, offers.length, maxTreatments);
}

const ofVenue: ParentLink = { by: 'column', property: 'venueId' };
/** All of them: a booking that was left out would be offered as free. */
const everyRow = 2 ** 31 - 1;
const inOrder = (orderBy: string): Window => ({ orderBy, direction: 'ASC', limit: everyRow });

type Offer = Pick<Treatment, 'id' | 'durationMinutes'>;
type Occupied = Pick<Booking, 'id' | 'treatmentId' | 'startsAt' | 'endsAt'>;

/** Fields under several aliases share the statement. One more than may be tells that there are too many. */
function treatmentsLoader(context: Context) {
  const query = {
    table: tableOf(Treatment),
    properties: ['id', 'durationMinutes'],
    condition: { all: [] },
    window: { ...inOrder('createdAt'), limit: maxTreatments + 1 },
    count: false,
  };
  return loaderAnywhere(context, 'treatments of venues', async (venueIds) => {
    const lists = await context.db.listPerParent<Offer>(query, ofVenue, venueIds);
    return new Map([...lists].map(([id, { rows }]) => [id, rows]));
  });
}

async function readTreatments(context: Context, venueIds: readonly string[]): Promise<(readonly Offer[])[]> {
  const loader = treatmentsLoader(context);
  return Promise.all(venueIds.map(async (id) => (await loader.load(id)) ?? []));
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

/**
 * Treatments of a venue begin and end together, and so do those of several fields: writing down a time is half of the work,
 * and a text that stands once is less for the garbage collector.
 */
const instants = perRequest<Context, (ms: number) => Instant>(() => {
  const known = new Map<number, Instant>();
  return (ms) => {
    let instant = known.get(ms);
    if (instant === undefined) known.set(ms, (instant = toInstant(ms)));
    return instant;
  };
});

interface VenuePlan {
  readonly id: string;
  readonly openings: readonly Opening[];
  /** Those that have a start at all. */
  readonly offers: readonly Offer[];
  readonly count: number;
}

function slotsOf(
  { offers, openings }: VenuePlan,
  starts: Span,
  booked: Map<string, Span[]>,
  instantOf: (ms: number) => Instant,
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
    return { treatmentId, startsAt: instantOf(startMs), endsAt: instantOf(endMs) };
  });
}

function planVenue(venue: VenueHours, offers: readonly Offer[], starts: Span): VenuePlan {
  assertTreatments(offers);
  const openings = openSpans(venue, starts);
  const counted = offers.map((offer) => ({ offer, count: countStarts(openings, durationMs(offer), starts) }));
  return {
    ...{ id: venue.id, openings },
    offers: counted.filter(({ count }) => count > 0).map(({ offer }) => offer),
    count: counted.reduce((sum, { count }) => sum + count, 0),
  };
}

/** For the most expensive venues, with 50 spans a week and 500 treatments, a slice takes 10 ms for a month. */
const venuesPerSlice = 10;
/** To look at and to answer: each is two texts and an object, 10 ms in all. */
const slotsPerSlice = 2_000;

const bySpans: Sliced<unknown> = { size: () => 1, most: venuesPerSlice };
const bySlots: Sliced<VenuePlan> = { size: ({ count }) => count, most: slotsPerSlice };

/** Future slots that start from `from` to before `to`. Two statements, whatever the number of venues. */
export async function loadAvailability(
  context: Context,
  venues: readonly VenueHours[],
  { from, to }: Range,
): Promise<Map<string, FreeSlot[]>> {
  const starts = { startMs: Math.max(Date.parse(from), context.clock.nowMs() + 1), endMs: Date.parse(to) };
  if (starts.startMs >= starts.endMs) return new Map(venues.map(({ id }) => [id, []]));
  const { workspaceId } = context.db.scope;
  const venueIds = venues.map(({ id }) => id);
  const offers = await readTreatments(context, venueIds);
  const pairs = venues.map((venue, index) => ({ venue, offers: offers[index] ?? [] }));
  const plans = await inSlices(workspaceId, pairs, bySpans, (pair) =>
    planVenue(pair.venue, pair.offers, starts),
  );
  assertSlots(
    context,
    plans.reduce((sum, { count }) => sum + count, 0),
  );
  const offering = plans.filter(({ count }) => count > 0);
  // What starts at the last moment of the range ends up to a day after it.
  const within = { ...starts, endMs: starts.endMs + dayMs };
  const ids = offering.map(({ id }) => id);
  const bookings = ids.length === 0 ? null : await readBookings(context, ids, within);
  const slots = await inSlices(workspaceId, offering, bySlots, (plan) => {
    const booked = spansByTreatment(bookings?.get(plan.id)?.rows ?? []);
    return [plan.id, slotsOf(plan, starts, booked, instants.get(context))] as const;
  });
  const none = venueIds.map((id) => [id, [] as FreeSlot[]] as const);
  return new Map([...none, ...slots]);
}
