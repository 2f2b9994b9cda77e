// The rules of inquiries: create, change the status. Replies have a file of their own.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { newId } from '../../core/ids.ts';
import { withKnownIds } from '../../db/tenant/known-ids.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { assertIdOf, assertUpdated, checkAll, checkInput } from '../../resources/inputs/input.ts';
import { mutate, mutateEach } from '../../resources/payload.ts';
import { Customer, linkToVenues } from '../customers/index.ts';
import { Venue } from '../venues/index.ts';
import { assertCustomer, onlyVenue, venueForNewRow } from './customer-and-venue.ts';
import { Inquiry, InquiryStatus } from './inquiry.entity.ts';
import {
  createInquiryRules,
  updateInquiryStatusRules,
  type CreateInquiryInput,
  type UpdateInquiryStatusInput,
} from './inquiry.inputs.ts';

export function createInquiry(ctx: Context, input: CreateInquiryInput) {
  return mutate(ctx, async (tx) => {
    const inquiry = await newInquiry(ctx, tx, checkInput(createInquiryRules, input));
    await insertInquiries(tx, [inquiry]);
    return { inquiryId: inquiry.id };
  });
}

/** All or none; the user errors of each say which one they mean. */
export function createInquiries(ctx: Context, inputs: readonly CreateInquiryInput[]) {
  return mutateEach(ctx, { rules: createInquiryRules, inputs }, async (tx, forEach) => {
    const knowing = await knowingRows(tx, inputs);
    const inquiries = await forEach((input) => newInquiry(ctx, knowing, input));
    await insertInquiries(tx, inquiries);
    return { inquiryIds: inquiries.map(({ id }) => id) };
  });
}

/** The transaction, with the customers and venues of all inputs looked up. */
async function knowingRows(
  tx: TenantTransaction,
  inputs: readonly CreateInquiryInput[],
): Promise<TenantTransaction> {
  const venueIds = [...inputs.map(({ venueId }) => venueId), onlyVenue(tx)];
  const knowing = await withKnownIds(tx, Venue, venueIds);
  return withKnownIds(
    knowing,
    Customer,
    inputs.map(({ customerId }) => customerId),
  );
}

type NewInquiry = Awaited<ReturnType<typeof newInquiry>>;

/** The row that is to be written. Throws UserErrors. */
async function newInquiry(ctx: Context, tx: TenantTransaction, input: CreateInquiryInput) {
  const { customerId, venueId: wanted, subject, body, channel } = input;
  const [, venueId] = await checkAll(
    () => assertCustomer(tx, customerId),
    () => venueForNewRow(tx, wanted),
  );
  const id = newId('inq', ctx.clock);
  const now = toInstant(ctx.clock.nowMs());
  const content = { subject, body, channel, status: InquiryStatus.OPEN };
  return { id, customerId, venueId, ...content, version: 1, createdAt: now, updatedAt: now };
}

/** Takes as few statements for many inquiries as for one. */
async function insertInquiries(tx: TenantTransaction, inquiries: readonly NewInquiry[]): Promise<void> {
  await tx.insert(Inquiry, inquiries);
  const links = inquiries.flatMap(({ customerId, venueId }) =>
    venueId === null ? [] : [{ customerId, venueId }],
  );
  await linkToVenues(tx, links);
}

export function updateInquiryStatus(ctx: Context, input: UpdateInquiryStatusInput) {
  return mutate(ctx, async (tx) => {
    const { id, status, expectedVersion } = checkInput(updateInquiryStatusRules, input);
    assertIdOf('inq', id, ['input', 'id'], 'inquiry');
    assertUpdated(await tx.update(Inquiry, id, { status }, expectedVersion), 'inquiry');
    return { inquiryId: id };
  });
}
