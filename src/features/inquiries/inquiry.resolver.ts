// GraphQL names of the inquiry mutations -> service calls.
import { Arg, Ctx, Extensions, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { namesVenue } from '../../access/policy/index.ts';
import { definePayload } from '../../resources/payload.ts';
import {
  CreateInquiryInput,
  RecordCustomerReplyInput,
  ReplyToInquiryInput,
  UpdateInquiryStatusInput,
} from './inquiry.inputs.ts';
import { inquiries, replies, writeInquiries } from './inquiry.resource.ts';
import { createInquiries, createInquiry, updateInquiryStatus } from './inquiry.service.ts';
import { recordCustomerReply, replyToInquiry } from './reply.service.ts';

const inquiry = { to: inquiries, key: 'inquiryId' };
const payload = { requirement: writeInquiries, ids: ['inquiryId'], shows: { inquiry } };
export const createInquiryPayload = definePayload('CreateInquiryPayload', payload);
export const createInquiriesPayload = definePayload('CreateInquiriesPayload', {
  ...{ requirement: writeInquiries, ids: ['inquiryIds'], isBulk: true },
  shows: { inquiries: { to: inquiries, key: 'inquiryIds' } },
});
export const updateInquiryStatusPayload = definePayload('UpdateInquiryStatusPayload', payload);
const replyPayload = {
  requirement: writeInquiries,
  ids: ['replyId'],
  shows: { inquiry, reply: { to: replies, key: 'replyId' } },
};
export const replyToInquiryPayload = definePayload('ReplyToInquiryPayload', replyPayload);
export const recordCustomerReplyPayload = definePayload('RecordCustomerReplyPayload', replyPayload);

@Resolver()
export class InquiryMutations {
  @Mutation(() => createInquiryPayload.type, {
    nullable: true,
    description: 'Adds an inquiry of a customer.',
  })
  @Extensions(namesVenue('venueId'))
  createInquiry(@Arg('input', () => CreateInquiryInput) input: CreateInquiryInput, @Ctx() ctx: Context) {
    return createInquiry(ctx, input);
  }

  @Mutation(() => createInquiriesPayload.type, {
    nullable: true,
    description: 'Up to 100 at once: all or none.',
  })
  @Extensions(namesVenue('venueId'))
  createInquiries(
    @Arg('input', () => [CreateInquiryInput]) input: CreateInquiryInput[],
    @Ctx() ctx: Context,
  ) {
    return createInquiries(ctx, input);
  }

  @Mutation(() => replyToInquiryPayload.type, {
    nullable: true,
    description: 'Adds a reply of the business to an inquiry, in the name of the caller.',
  })
  replyToInquiry(@Arg('input', () => ReplyToInquiryInput) input: ReplyToInquiryInput, @Ctx() ctx: Context) {
    return replyToInquiry(ctx, input);
  }

  @Mutation(() => recordCustomerReplyPayload.type, {
    nullable: true,
    description:
      'Records what the customer wrote next, from whatever channel it came. The inquiry is OPEN again, also when it was CLOSED.',
  })
  recordCustomerReply(
    @Arg('input', () => RecordCustomerReplyInput) input: RecordCustomerReplyInput,
    @Ctx() ctx: Context,
  ) {
    return recordCustomerReply(ctx, input);
  }

  @Mutation(() => updateInquiryStatusPayload.type, {
    nullable: true,
    description: 'Changes how far an inquiry has come.',
  })
  updateInquiryStatus(
    @Arg('input', () => UpdateInquiryStatusInput) input: UpdateInquiryStatusInput,
    @Ctx() ctx: Context,
  ) {
    return updateInquiryStatus(ctx, input);
  }
}
