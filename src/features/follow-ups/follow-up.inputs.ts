// Inputs of the follow-up mutations and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import type { Instant } from '../../core/clock.ts';
import { expectedVersion, id, inputRules, messageText } from '../../resources/inputs/input.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

const venueDescription =
  "The inquiry's venue when it is left out. A key restricted to one venue gives that one by default.";

@InputType({ description: 'Something to be done for a customer.' })
export class CreateFollowUpInput {
  @Field(() => ID) customerId!: string;
  @Field(() => ID, { nullable: true, description: 'An inquiry of this customer.' }) inquiryId?: string | null;
  @Field(() => ID, { nullable: true, description: venueDescription }) venueId?: string | null;
  @Field(() => String, { description: 'What is to be done.' }) note!: string;
  @Field(() => DateTimeScalar, { description: 'When it is to be done. The past is allowed.' })
  dueAt!: Instant;
}

@InputType({ description: 'Another time for a follow-up.' })
export class RescheduleFollowUpInput {
  @Field(() => ID) id!: string;
  @Field(() => DateTimeScalar, { description: 'When it is to be done now.' }) dueAt!: Instant;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the follow-up has another version.',
  })
  expectedVersion?: number | null;
}

/** The scalar has parsed it. The past is allowed: what was due yesterday can be noted today. */
const dueAt = z.string();

export const createFollowUpRules = inputRules(CreateFollowUpInput, {
  customerId: id(),
  inquiryId: id().nullish(),
  venueId: id().nullish(),
  note: messageText(5_000),
  dueAt,
});

export const rescheduleFollowUpRules = inputRules(RescheduleFollowUpInput, {
  id: id(),
  dueAt,
  expectedVersion,
});
