// Inputs of the inquiry mutations and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { expectedVersion, id, inputRules, messageText, text } from '../../resources/inputs/input.ts';
import { InquiryChannel, InquiryStatus } from './inquiry.entity.ts';

const venueDescription =
  'Venue that the inquiry belongs to; its customer is linked to it. A key restricted to one venue gives that one by default.';

@InputType({ description: 'A new inquiry of a customer.' })
export class CreateInquiryInput {
  @Field(() => ID) customerId!: string;
  @Field(() => ID, { nullable: true, description: venueDescription }) venueId?: string | null;
  @Field(() => String, { description: 'What it is about, in one line.' }) subject!: string;
  @Field(() => String, { description: 'What the customer wrote or said.' }) body!: string;
  @Field(() => InquiryChannel, { description: 'The way it came in.' }) channel!: InquiryChannel;
}

@InputType({ description: 'A reply to an inquiry.' })
export class ReplyToInquiryInput {
  @Field(() => ID) inquiryId!: string;
  @Field(() => String, { description: 'Text of the reply.' }) body!: string;
}

@InputType({ description: "The next message of the inquiry's own customer." })
export class RecordCustomerReplyInput {
  @Field(() => ID) inquiryId!: string;
  @Field(() => String, { description: 'What the customer wrote or said.' }) body!: string;
}

@InputType({ description: 'The status that an inquiry is to have.' })
export class UpdateInquiryStatusInput {
  @Field(() => ID) id!: string;
  @Field(() => InquiryStatus, { description: 'The new status.' }) status!: InquiryStatus;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the inquiry has another version.',
  })
  expectedVersion?: number | null;
}

const body = messageText(20_000);

export const createInquiryRules = inputRules(CreateInquiryInput, {
  customerId: id(),
  venueId: id().nullish(),
  subject: text(200),
  body,
  channel: z.enum(InquiryChannel),
});

export const replyToInquiryRules = inputRules(ReplyToInquiryInput, { inquiryId: id(), body });

export const recordCustomerReplyRules = inputRules(RecordCustomerReplyInput, { inquiryId: id(), body });

export const updateInquiryStatusRules = inputRules(UpdateInquiryStatusInput, {
  id: id(),
  status: z.enum(InquiryStatus),
  expectedVersion,
});
