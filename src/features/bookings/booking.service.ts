// The rules of bookings: create and cancel.
import type { Context } from '../../access/context.ts';
import { minuteMs, toInstant } from '../../core/clock.ts';
import { notFound, userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { tableOf } from '../../db/store/table.ts';
import { assertIdOf, checkAll, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { linkToVenues } from '../customers/index.ts';
import { assertCustomer } from '../inquiries/index.ts';
import { getVenue, Treatment } from '../treatments/index.ts';
import type { Venue } from '../venues/index.ts';
import { Booking, BookingStatus } from './booking.entity.ts';
import { createBookingRules, type CreateBookingInput } from './booking.inputs.ts';
import { bookedWithin } from './booked.ts';
import { openSpans, type Span } from './opening-spans.ts';
import { isFutureStart } from './slots.ts';

export function createBooking(ctx: Context, input: CreateBookingInput) {
  return mutate(ctx, async (tx) => {
    const { venueId, treatmentId, customerId, startsAt } = checkInput(createBookingRules, input);
    const [venue, , treatment] = await checkAll(
      () => getVenue(tx, venueId),
      () => assertCustomer(tx, customerId),
      () => holdTreatment(tx, treatmentId),
    );
    if (treatment.venueId !== venueId)
      throw userError('INVALID', ['input', 'treatmentId'], 'Is a treatment of another venue.');
    const nowMs = ctx.clock.nowMs();
    const startMs = Date.parse(startsAt);
    const span = { startMs, endMs: startMs + treatment.durationMinutes * minuteMs };
    assertBookable(venue, span, nowMs);
    await assertFree(tx, treatmentId, span);
    const bookingId = newId('bkg', ctx.clock);
    const [times, now] = [{ startsAt, endsAt: toInstant(span.endMs) }, toInstant(nowMs)];
    const state = { status: BookingStatus.BOOKED, cancelledAt: null };
    await tx.insert(Booking, [
      {
        id: bookingId,
        ...{ venueId, treatmentId, customerId },
        ...times,
        ...state,
        ...{ version: 1, createdAt: now, updatedAt: now },
      },
    ]);
    await linkToVenues(tx, [{ customerId, venueId }]);
    return { bookingId };
  });
}

/** Cancelling twice is no error: the first cancellation stays as it is. */
export function cancelBooking(ctx: Context, id: string) {
  return mutate(ctx, async (tx) => {
    assertIdOf('bkg', id, ['id'], 'booking');
    const isBooked = [
      { property: 'id', op: 'eq', value: id } as const,
      { property: 'status', op: 'eq', value: BookingStatus.BOOKED } as const,
    ];
    const cancelled = { status: BookingStatus.CANCELLED, cancelledAt: toInstant(ctx.clock.nowMs()) };
    const changed = await tx.updateWhere(Booking, { all: isBooked }, cancelled);
    if (changed === 0 && (await tx.byIds(tableOf(Booking), ['id'], [id])).size === 0)
      throw notFound(['id'], 'booking');
    return { bookingId: id };
  });
}

/**
 * The treatment, held until the transaction ends: of two callers who want the same time the second looks for bookings
 * only after the first has committed, in whatever process each of them runs. On SQLite the one writer does the same.
 *
 * Not an exclusion constraint: Postgres needs an extension for it that its owner would have to allow (btree_gist), and
 * SQLite has none, so the rule would live in two places.
 */
async function holdTreatment(tx: TenantTransaction, treatmentId: string): Promise<Treatment> {
  const field = ['input', 'treatmentId'];
  assertIdOf('trt', treatmentId, field, 'treatment');
  const treatment = await tx.findForUpdate(Treatment, treatmentId);
  if (!treatment) throw notFound(field, 'treatment');
  return treatment;
}

const startsAtField = ['input', 'startsAt'];

function assertBookable(venue: Venue, span: Span, nowMs: number): void {
  if (!isFutureStart(span.startMs, nowMs))
    throw userError('INVALID', startsAtField, 'Must lie in the future.');
  const isOpen = openSpans(venue, span).some(
    ({ startMs, endMs }) => startMs <= span.startMs && span.endMs <= endMs,
  );
  if (!isOpen) {
    const message = "The treatment would not lie within the venue's opening hours, without a break in them.";
    throw userError('INVALID', startsAtField, message);
  }
}

/** Throws TAKEN. Only under holdTreatment() does the answer stay true. */
async function assertFree(tx: TenantTransaction, treatmentId: string, span: Span): Promise<void> {
  const ofTreatment = { property: 'treatmentId', op: 'eq', value: treatmentId } as const;
  const { rows } = await tx.list({
    table: tableOf(Booking),
    properties: ['id'],
    condition: { all: [ofTreatment, bookedWithin(span)] },
    window: { orderBy: 'startsAt', direction: 'ASC', limit: 1 },
    count: false,
  });
  if (rows.length > 0) throw userError('TAKEN', startsAtField, 'This time is taken.');
}
