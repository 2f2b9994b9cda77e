// Books the customers of the demo into the treatments of their venues: inside the opening hours that the store knows, and
// never two into one treatment at a time. Who wants what follows from the seed; of two who want the same the first gets it.
import type { Context } from '../access/context.ts';
import { dayMs, hourMs, minuteMs, toInstant } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import type { NewRow, TenantTransaction } from '../db/tenant/tenant-db.ts';
import { tableOf } from '../db/store/table.ts';
import { Booking, BookingStatus, openSpans, type Span } from '../features/bookings/index.ts';
import { Treatment } from '../features/treatments/index.ts';
import { Venue } from '../features/venues/index.ts';
import { whileAwake } from './moments.ts';
import { createRandom, mix, type Random } from './random.ts';

/** A customer as far as the calendar has to know it. */
export interface Guest {
  readonly customerId: string;
  readonly venueIds: readonly string[];
  readonly createdAtMs: number;
  /** Its place in the story. */
  readonly number: number;
}

interface Offer {
  readonly id: string;
  readonly durationMinutes: number;
}

interface VenueCalendar {
  readonly offers: readonly Offer[];
  readonly openings: readonly Span[];
}

interface Wish extends Span {
  readonly treatmentId: string;
  readonly venueId: string;
  readonly customerId: string;
  readonly createdAtMs: number;
  readonly cancelledAtMs: number | null;
}

export interface BookingCalendar {
  /** Notes what a customer would like. Writes nothing. */
  ask(guest: Guest): void;
  /** Writes what can be had. Returns the number of bookings. */
  write(): Promise<number>;
}

const everyRow = 2 ** 31 - 1;
const pastMs = 400 * dayMs;
const futureMs = 30 * dayMs;

async function readVenues(ctx: Context): Promise<Map<string, VenueCalendar>> {
  const nowMs = ctx.clock.nowMs();
  const story = { startMs: nowMs - pastMs, endMs: nowMs + futureMs };
  const venues = await ctx.db.findAll(Venue, { all: [] });
  const query = {
    ...{ table: tableOf(Treatment), properties: ['id', 'durationMinutes'], condition: { all: [] } },
    ...{ window: { orderBy: 'nameFolded', direction: 'ASC', limit: everyRow } as const, count: false },
  };
  const ids = venues.map((venue) => venue.id);
  const offers = await ctx.db.listPerParent<Offer>(query, { by: 'column', property: 'venueId' }, ids);
  return new Map(
    venues.map((venue) => {
      const openings = openSpans(venue, story);
      return [venue.id, { openings, offers: offers.get(venue.id)?.rows ?? [] }];
    }),
  );
}

/** From a moment on, in an opening of the venue. Null when there is none. */
function chooseTime(random: Random, { openings }: VenueCalendar, durationMs: number, fromMs: number) {
  const first = openings.findIndex((open) => open.startMs >= fromMs);
  if (first === -1) return null;
  const open = openings[random.int(first, openings.length - 1)]!;
  const places = Math.floor((open.endMs - open.startMs) / durationMs);
  if (places === 0) return null;
  const startMs = open.startMs + random.int(0, places - 1) * durationMs;
  return { startMs, endMs: startMs + durationMs };
}

/** Asked for up to three weeks ahead, by day; now and then given up again. */
function chooseMoments(random: Random, { startMs }: Span, sinceMs: number, nowMs: number) {
  const between = (fromMs: number, toMs: number) => Math.floor(fromMs + random.next() * (toMs - fromMs));
  const latestMs = Math.min(nowMs, startMs - hourMs);
  const earliestMs = Math.max(sinceMs, latestMs - 21 * dayMs);
  const createdAtMs = Math.max(sinceMs, whileAwake(between(earliestMs, latestMs)));
  const isCancelled = random.chance(0.12);
  const cancelledAtMs = isCancelled ? between(createdAtMs, Math.min(nowMs, startMs)) : null;
  return { createdAtMs, cancelledAtMs };
}

function wishesOf(
  random: Random,
  { customerId, venueIds, createdAtMs }: Guest,
  venues: ReadonlyMap<string, VenueCalendar>,
  nowMs: number,
): Wish[] {
  const wishes: Wish[] = [];
  const visits = random.weighted<number>([
    [0, 30],
    [1, 35],
    [2, 20],
    [3, 15],
  ]);
  for (let visit = 0; visit < visits; visit += 1) {
    const venueId = random.pick(venueIds);
    const venue = venues.get(venueId);
    if (!venue || venue.offers.length === 0) continue;
    const { id: treatmentId, durationMinutes } = random.pick(venue.offers);
    const time = chooseTime(random, venue, durationMinutes * minuteMs, createdAtMs + 2 * hourMs);
    // Nobody is at two places at once.
    if (!time || wishes.some((wish) => wish.startMs < time.endMs && time.startMs < wish.endMs)) continue;
    const moments = chooseMoments(random, time, createdAtMs, nowMs);
    wishes.push({ treatmentId, venueId, customerId, ...time, ...moments });
  }
  return wishes;
}

function rowOf({ createdAtMs, cancelledAtMs, startMs, endMs, ...concerns }: Wish): NewRow<Booking> {
  const changedAtMs = cancelledAtMs ?? createdAtMs;
  return {
    id: newId('bkg', { nowMs: () => createdAtMs }),
    ...concerns,
    ...{ startsAt: toInstant(startMs), endsAt: toInstant(endMs) },
    status: cancelledAtMs === null ? BookingStatus.BOOKED : BookingStatus.CANCELLED,
    cancelledAt: cancelledAtMs === null ? null : toInstant(cancelledAtMs),
    version: cancelledAtMs === null ? 1 : 2,
    ...{ createdAt: toInstant(createdAtMs), updatedAt: toInstant(changedAtMs) },
  };
}

async function bookedTimes(tx: TenantTransaction, treatmentId: string): Promise<Span[]> {
  const conditions = [
    { property: 'treatmentId', op: 'eq', value: treatmentId } as const,
    { property: 'status', op: 'eq', value: BookingStatus.BOOKED } as const,
  ];
  const { rows } = await tx.list<Pick<Booking, 'startsAt' | 'endsAt'>>({
    ...{ table: tableOf(Booking), properties: ['startsAt', 'endsAt'], condition: { all: conditions } },
    ...{ window: { orderBy: 'startsAt', direction: 'ASC', limit: everyRow } as const, count: false },
  });
  return rows.map(({ startsAt, endsAt }) => ({ startMs: Date.parse(startsAt), endMs: Date.parse(endsAt) }));
}

/** Those that can be had beside what is booked. Both lists are in order, and no two of `booked` overlap. */
function possible(wishes: readonly Wish[], booked: readonly Span[]): Wish[] {
  const kept: Wish[] = [];
  let [next, freeFromMs] = [0, 0];
  for (const wish of wishes) {
    while (next < booked.length && booked[next]!.endMs <= wish.startMs) next += 1;
    const nearest = booked[next];
    const isFree = wish.startMs >= freeFromMs && (!nearest || nearest.startMs >= wish.endMs);
    if (wish.cancelledAtMs === null && !isFree) continue;
    if (wish.cancelledAtMs === null) freeFromMs = wish.endMs;
    kept.push(wish);
  }
  return kept;
}

/** An empty calendar over the venues and treatments that are there. */
export async function openCalendar(ctx: Context, seed: number): Promise<BookingCalendar> {
  const venues = await readVenues(ctx);
  const nowMs = ctx.clock.nowMs();
  const wanted = new Map<string, Map<number, Wish>>();
  return {
    ask(guest) {
      const random = createRandom(mix(seed ^ 0x626b67, guest.number));
      for (const wish of wishesOf(random, guest, venues, nowMs)) {
        const ofTreatment = wanted.get(wish.treatmentId) ?? new Map<number, Wish>();
        if (!ofTreatment.has(wish.startMs)) ofTreatment.set(wish.startMs, wish);
        wanted.set(wish.treatmentId, ofTreatment);
      }
    },
    async write() {
      let written = 0;
      for (const [treatmentId, wishes] of wanted) {
        const inOrder = [...wishes.values()].sort((a, b) => a.startMs - b.startMs);
        written += await ctx.db.transaction(async (tx) => {
          // As createBooking does: the server may be taking bookings meanwhile.
          await tx.findForUpdate(Treatment, treatmentId);
          const kept = possible(inOrder, await bookedTimes(tx, treatmentId));
          return tx.insert(Booking, kept.map(rowOf));
        });
      }
      wanted.clear();
      return written;
    },
  };
}
