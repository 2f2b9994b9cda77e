// The rules of inquiries: create, reply, change the status.
import type { Context } from '../../access/context.ts';
import { StoredApiKey, StoredUser } from '../../access/tables.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Principal } from '../../core/principal.ts';
import type { Condition } from '../../db/condition.ts';
import type { TenantTransaction } from '../../db/tenant-db.ts';
import { tableOf } from '../../db/table.ts';
import { assertIdOf, assertUpdated, checkAll, checkInput, forEachInput } from '../../graph/input.ts';
import { mutate } from '../../graph/payload.ts';
import { linkToVenues } from '../customers/index.ts';
import { assertCustomer, venueForNewRow } from './customer-and-venue.ts';
import { Inquiry, InquiryStatus, Reply } from './inquiry.entity.ts';
import {
  createInquiryRules,
  replyToInquiryRules,
  updateInquiryStatusRules,
  type CreateInquiryInput,
  type ReplyToInquiryInput,
  type UpdateInquiryStatusInput,
} from './inquiry.inputs.ts';

export function createInquiry(ctx: Context, input: CreateInquiryInput) {
  return mutate(ctx, async (tx) => {
    const inquiry = await newInquiry(ctx, tx, input);
    await insertInquiries(tx, [inquiry]);
    return { inquiryId: inquiry.id };
  });
}

/** All or none; the user errors of each say which one they mean. */
export function createInquiries(ctx: Context, inputs: readonly CreateInquiryInput[]) {
  return mutate(ctx, async (tx) => {
    const inquiries = await forEachInput(inputs, (input) => newInquiry(ctx, tx, input));
    await insertInquiries(tx, inquiries);
    return { inquiryIds: inquiries.map(({ id }) => id) };
  });
}

type NewInquiry = Awaited<ReturnType<typeof newInquiry>>;

/** The row that is to be written. Throws UserErrors. */
async function newInquiry(ctx: Context, tx: TenantTransaction, input: CreateInquiryInput) {
  const { customerId, venueId: wanted, subject, body, channel } = checkInput(createInquiryRules, input);
  const [, venueId] = await checkAll(
    () => assertCustomer(tx, customerId),
    () => venueForNewRow(tx, wanted),
  );
  const id = newId('inq', ctx.clock);
  const now = toInstant(ctx.clock.nowMs());
  const content = { subject, body, channel, status: InquiryStatus.OPEN };
  return { id, customerId, venueId, ...content, version: 1, createdAt: now, updatedAt: now };
}

/** As few statements as for one of them. */
async function insertInquiries(tx: TenantTransaction, inquiries: readonly NewInquiry[]): Promise<void> {
  await tx.insert(Inquiry, inquiries);
  const links = inquiries.flatMap(({ customerId, venueId }) =>
    venueId === null ? [] : [{ customerId, venueId }],
  );
  await linkToVenues(tx, links);
}

export function replyToInquiry(ctx: Context, input: ReplyToInquiryInput) {
  return mutate(ctx, async (tx) => {
    const { inquiryId, body } = checkInput(replyToInquiryRules, input);
    await markAnswered(tx, inquiryId);
    const replyId = newId('rep', ctx.clock);
    const author = await authorName(tx, ctx.principal);
    await tx.insert(Reply, [
      { id: replyId, inquiryId, body, author, createdAt: toInstant(ctx.clock.nowMs()) },
    ]);
    return { replyId, inquiryId };
  });
}

export function updateInquiryStatus(ctx: Context, input: UpdateInquiryStatusInput) {
  return mutate(ctx, async (tx) => {
    const { id, status, expectedVersion } = checkInput(updateInquiryStatusRules, input);
    assertIdOf('inq', id, ['input', 'id'], 'inquiry');
    assertUpdated(await tx.update(Inquiry, id, { status }, expectedVersion), 'inquiry');
    return { inquiryId: id };
  });
}

async function markAnswered(tx: TenantTransaction, inquiryId: string): Promise<void> {
  const field = ['input', 'inquiryId'];
  assertIdOf('inq', inquiryId, field, 'inquiry');
  // Asked and changed in one statement: an inquiry that is closed at the same moment stays closed.
  const notClosed: Condition = {
    all: [
      { property: 'id', op: 'eq', value: inquiryId },
      { property: 'status', op: 'neq', value: InquiryStatus.CLOSED },
    ],
  };
  if ((await tx.updateWhere(Inquiry, notClosed, { status: InquiryStatus.ANSWERED })) > 0) return;
  const known = await tx.byIds(tableOf(Inquiry), ['id'], [inquiryId]);
  if (!known.has(inquiryId)) throw notFound(field, 'inquiry');
  throw userError('NOT_ALLOWED', field, 'This inquiry is closed. Open it again to reply.');
}

/**
 * What a reader sees as the author: a user's name, a key's label. Kept as text, so it outlives both. Never an address: those
 * of colleagues are for who manages the workspace, and replies are for every key with `read:inquiries`.
 */
async function authorName(tx: TenantTransaction, principal: Principal): Promise<string> {
  switch (principal.kind) {
    case 'USER': {
      const known = await tx.byIds<StoredUser>(tableOf(StoredUser), ['name'], [principal.userId]);
      return known.get(principal.userId)?.name ?? 'Staff';
    }
    case 'API_KEY': {
      const known = await tx.byIds<StoredApiKey>(tableOf(StoredApiKey), ['label'], [principal.apiKeyId]);
      // A key that is restricted to venues sees no key, not even itself.
      return known.get(principal.apiKeyId)?.label ?? 'API';
    }
    case 'ANONYMOUS':
      throw new Error('Nobody replies without a credential: the policy lets no one through.');
  }
}
