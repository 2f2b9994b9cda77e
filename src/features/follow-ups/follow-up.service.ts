// The rules of follow-ups: create, complete, reschedule.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Condition } from '../../db/statements/condition.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { tableOf } from '../../db/store/table.ts';
import { assertIdOf, assertUpdated, checkAll, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { linkToVenues } from '../customers/index.ts';
import { assertCustomer, Inquiry, venueForNewRow } from '../inquiries/index.ts';
import { FollowUp, FollowUpStatus } from './follow-up.entity.ts';
import {
  createFollowUpRules,
  rescheduleFollowUpRules,
  type CreateFollowUpInput,
  type RescheduleFollowUpInput,
} from './follow-up.inputs.ts';

export function createFollowUp(ctx: Context, input: CreateFollowUpInput) {
  return mutate(ctx, async (tx) => {
    const { customerId, inquiryId, venueId: wanted, note, dueAt } = checkInput(createFollowUpRules, input);
    const [, inquiry, named] = await checkAll(
      () => assertCustomer(tx, customerId),
      async () => (inquiryId == null ? null : getInquiryOf(tx, customerId, inquiryId)),
      async () => (wanted == null ? null : venueForNewRow(tx, wanted)),
    );
    const venueId = named ?? (await venueForNewRow(tx, inquiry?.venueId));
    const followUpId = newId('fup', ctx.clock);
    const now = toInstant(ctx.clock.nowMs());
    const concerns = { customerId, inquiryId: inquiryId ?? null, venueId };
    const state = {
      status: FollowUpStatus.OPEN,
      completedAt: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await tx.insert(FollowUp, [{ id: followUpId, ...concerns, note, dueAt, ...state }]);
    if (venueId !== null) await linkToVenues(tx, [{ customerId, venueId }]);
    return { followUpId };
  });
}

/** Completing twice is no error: the first completion stays as it is. */
export function completeFollowUp(ctx: Context, id: string) {
  return mutate(ctx, async (tx) => {
    assertIdOf('fup', id, ['id'], 'follow-up');
    const completed = { status: FollowUpStatus.DONE, completedAt: toInstant(ctx.clock.nowMs()) };
    const changed = await tx.updateWhere(FollowUp, openWithId(id), completed);
    if (changed === 0 && !(await statusOf(tx, id))) throw notFound(['id'], 'follow-up');
    return { followUpId: id };
  });
}

export function rescheduleFollowUp(ctx: Context, input: RescheduleFollowUpInput) {
  return mutate(ctx, async (tx) => {
    const { id, dueAt, expectedVersion } = checkInput(rescheduleFollowUpRules, input);
    assertIdOf('fup', id, ['input', 'id'], 'follow-up');
    assertUpdated(await tx.update(FollowUp, id, { dueAt }, expectedVersion), 'follow-up');
    // Asked after the update, which holds the row: nobody can complete it in between. The error undoes the update.
    if ((await statusOf(tx, id)) === FollowUpStatus.DONE) {
      throw userError('NOT_ALLOWED', ['input', 'id'], 'This follow-up is done and cannot be rescheduled.');
    }
    return { followUpId: id };
  });
}

/** Throws NOT_FOUND, or INVALID for another customer's inquiry, at `input.inquiryId`. */
async function getInquiryOf(tx: TenantTransaction, customerId: string, inquiryId: string) {
  const field = ['input', 'inquiryId'];
  assertIdOf('inq', inquiryId, field, 'inquiry');
  type Found = Pick<Inquiry, 'customerId' | 'venueId'>;
  const known = await tx.byIds<Found>(tableOf(Inquiry), ['customerId', 'venueId'], [inquiryId]);
  const inquiry = known.get(inquiryId);
  if (!inquiry) throw notFound(field, 'inquiry');
  if (inquiry.customerId !== customerId)
    throw userError('INVALID', field, 'Is an inquiry of another customer.');
  return inquiry;
}

function openWithId(id: string): Condition {
  return {
    all: [
      { property: 'id', op: 'eq', value: id },
      { property: 'status', op: 'eq', value: FollowUpStatus.OPEN },
    ],
  };
}

async function statusOf(tx: TenantTransaction, id: string): Promise<FollowUpStatus | null> {
  const known = await tx.byIds<Pick<FollowUp, 'status'>>(tableOf(FollowUp), ['status'], [id]);
  return known.get(id)?.status ?? null;
}
