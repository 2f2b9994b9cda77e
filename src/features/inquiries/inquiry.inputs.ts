// Inputs of the inquiry mutations and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { expectedVersion, id, inputRules, messageText, text } from '../../graph/input.ts';
import { InquiryChannel, InquiryStatus } from './inquiry.entity.ts';

const venueDescription =
  'Venue that the inquiry belongs to; its customer is linked to it. A key restricted to one venue gives that one by default.';

@InputType()
export class CreateInquiryInput {
  @Field(() => ID) customerId!: string;
  @Field(() => ID, { nullable: true, description: venueDescription }) venueId?: string | null;
  @Field(() => String) subject!: string;
  @Field(() => String) body!: string;
  @Field(() => InquiryChannel) channel!: InquiryChannel;
}

@InputType()
export class ReplyToInquiryInput {
  @Field(() => ID) inquiryId!: string;
  @Field(() => String) body!: string;
}

@InputType({ description: "The next message of the inquiry's own customer." })
export class RecordCustomerReplyInput {
  @Field(() => ID) inquiryId!: string;
  @Field(() => String) body!: string;
}

@InputType()
export class UpdateInquiryStatusInput {
  @Field(() => ID) id!: string;
  @Field(() => InquiryStatus) status!: InquiryStatus;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the inquiry has another version.',
  })
  expectedVersion?: number | null;
}

const body = messageText(20_000);

export const createInquiryRules = inputRules<CreateInquiryInput>({
  customerId: id(),
  venueId: id().nullish(),
  subject: text(200),
  body,
  channel: z.enum(InquiryChannel),
});

export const replyToInquiryRules = inputRules<ReplyToInquiryInput>({ inquiryId: id(), body });

export const recordCustomerReplyRules = inputRules<RecordCustomerReplyInput>({ inquiryId: id(), body });

export const updateInquiryStatusRules = inputRules<UpdateInquiryStatusInput>({
  id: id(),
  status: z.enum(InquiryStatus),
  expectedVersion,
});
