// GraphQL names of the follow-up mutations -> service calls.
import { Arg, Ctx, Extensions, ID, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { namesVenue } from '../../access/policy/index.ts';
import { definePayload } from '../../resources/payload.ts';
import { CreateFollowUpInput, RescheduleFollowUpInput } from './follow-up.inputs.ts';
import { followUps, writeFollowUps } from './follow-up.resource.ts';
import { completeFollowUp, createFollowUp, rescheduleFollowUp } from './follow-up.service.ts';

const payload = {
  requirement: writeFollowUps,
  ids: ['followUpId'],
  shows: { followUp: { to: followUps, key: 'followUpId' } },
};
export const createFollowUpPayload = definePayload('CreateFollowUpPayload', payload);
export const completeFollowUpPayload = definePayload('CompleteFollowUpPayload', payload);
export const rescheduleFollowUpPayload = definePayload('RescheduleFollowUpPayload', payload);

@Resolver()
export class FollowUpMutations {
  @Mutation(() => createFollowUpPayload.type, { nullable: true, description: 'Notes something to be done.' })
  @Extensions(namesVenue('venueId', 'inquiryId'))
  createFollowUp(@Arg('input', () => CreateFollowUpInput) input: CreateFollowUpInput, @Ctx() ctx: Context) {
    return createFollowUp(ctx, input);
  }

  @Mutation(() => completeFollowUpPayload.type, {
    nullable: true,
    description: 'Marks it DONE. Doing so again changes nothing and is no error.',
  })
  completeFollowUp(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return completeFollowUp(ctx, id);
  }

  @Mutation(() => rescheduleFollowUpPayload.type, {
    nullable: true,
    description: 'Gives a follow-up another time.',
  })
  rescheduleFollowUp(
    @Arg('input', () => RescheduleFollowUpInput) input: RescheduleFollowUpInput,
    @Ctx() ctx: Context,
  ) {
    return rescheduleFollowUp(ctx, input);
  }
}
