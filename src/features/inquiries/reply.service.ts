// The rules of replies: the business answers, or the customer writes again. Who wrote is stored as a reference, beside the
// name of that moment.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Principal } from '../../core/principal.ts';
import type { Condition } from '../../db/statements/condition.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { tableOf } from '../../db/store/table.ts';
import { assertIdOf, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { Customer } from '../customers/index.ts';
import { Inquiry, InquiryStatus, Reply, ReplyAuthorKind } from './inquiry.entity.ts';
import {
  recordCustomerReplyRules,
  replyToInquiryRules,
  type RecordCustomerReplyInput,
  type ReplyToInquiryInput,
} from './inquiry.inputs.ts';

type Author = Pick<Reply, 'author' | 'authorKind' | 'authorId'>;

const inquiryField = ['input', 'inquiryId'];

export function replyToInquiry(ctx: Context, input: ReplyToInquiryInput) {
  return mutate(ctx, async (tx) => {
    const { inquiryId, body } = checkInput(replyToInquiryRules, input);
    await markAnswered(tx, inquiryId);
    return insertReply(ctx, tx, { inquiryId, body, ...callerAsAuthor(ctx.principal) });
  });
}

/** A message of the customer is never refused for the inquiry's status: it would be lost. */
export function recordCustomerReply(ctx: Context, input: RecordCustomerReplyInput) {
  return mutate(ctx, async (tx) => {
    const { inquiryId, body } = checkInput(recordCustomerReplyRules, input);
    assertIdOf('inq', inquiryId, inquiryField, 'inquiry');
    const isInquiry = { property: 'id', op: 'eq', value: inquiryId } as const;
    const changed = await tx.updateWhere(Inquiry, isInquiry, { status: InquiryStatus.OPEN });
    if (changed === 0) throw notFound(inquiryField, 'inquiry');
    return insertReply(ctx, tx, { inquiryId, body, ...(await customerAsAuthor(ctx, tx, inquiryId)) });
  });
}

async function insertReply(
  ctx: Context,
  tx: TenantTransaction,
  reply: Author & Pick<Reply, 'inquiryId' | 'body'>,
): Promise<{ replyId: string; inquiryId: string }> {
  const replyId = newId('rep', ctx.clock);
  await tx.insert(Reply, [{ id: replyId, ...reply, createdAt: toInstant(ctx.clock.nowMs()) }]);
  return { replyId, inquiryId: reply.inquiryId };
}

async function markAnswered(tx: TenantTransaction, inquiryId: string): Promise<void> {
  assertIdOf('inq', inquiryId, inquiryField, 'inquiry');
  // Asked and changed in one statement: an inquiry that is closed at the same moment stays closed.
  const notClosed: Condition = {
    all: [
      { property: 'id', op: 'eq', value: inquiryId },
      { property: 'status', op: 'neq', value: InquiryStatus.CLOSED },
    ],
  };
  if ((await tx.updateWhere(Inquiry, notClosed, { status: InquiryStatus.ANSWERED })) > 0) return;
  const known = await tx.byIds(tableOf(Inquiry), ['id'], [inquiryId]);
  if (!known.has(inquiryId)) throw notFound(inquiryField, 'inquiry');
  throw userError('NOT_ALLOWED', inquiryField, 'This inquiry is closed. Open it again to reply.');
}

/**
 * A user by name, a key by label; both were read when the caller was authenticated. Never an address: those of colleagues
 * are for those who manage the workspace, and replies are for every key with `read:inquiries`.
 */
function callerAsAuthor(principal: Principal): Author {
  switch (principal.kind) {
    case 'USER':
      return {
        author: principal.name ?? 'Staff',
        authorKind: ReplyAuthorKind.USER,
        authorId: principal.userId,
      };
    case 'API_KEY':
      return {
        author: principal.label,
        authorKind: ReplyAuthorKind.API_KEY,
        authorId: principal.apiKeyId,
      };
    case 'ANONYMOUS':
      throw new Error('The policy lets no caller without a credential reply.');
  }
}

/**
 * The customer by name. A caller that may not see the name leaves `Customer`: it could read the reply, and learn in this way
 * what any customer is called.
 */
async function customerAsAuthor(ctx: Context, tx: TenantTransaction, inquiryId: string): Promise<Author> {
  type Asked = Pick<Inquiry, 'customerId'>;
  const inquiries = await tx.byIds<Asked>(tableOf(Inquiry), ['customerId'], [inquiryId]);
  const { customerId } = inquiries.get(inquiryId)!;
  const ids = ctx.principal.scopes.has('read:customers') ? [customerId] : [];
  const customers = await tx.byIds<Pick<Customer, 'name'>>(tableOf(Customer), ['name'], ids);
  const author = customers.get(customerId)?.name ?? 'Customer';
  return { author, authorKind: ReplyAuthorKind.CUSTOMER, authorId: customerId };
}
