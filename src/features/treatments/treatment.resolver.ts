// GraphQL names of the treatment mutations -> service calls.
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { definePayload } from '../../resources/payload.ts';
import { CreateTreatmentInput, UpdateTreatmentInput } from './treatment.inputs.ts';
import { treatments, writeTreatments } from './treatment.resource.ts';
import { createTreatment, updateTreatment } from './treatment.service.ts';

const payload = {
  requirement: writeTreatments,
  ids: ['treatmentId'],
  shows: { treatment: { to: treatments, key: 'treatmentId' } },
};
export const createTreatmentPayload = definePayload('CreateTreatmentPayload', payload);
export const updateTreatmentPayload = definePayload('UpdateTreatmentPayload', payload);

@Resolver()
export class TreatmentMutations {
  @Mutation(() => createTreatmentPayload.type, {
    nullable: true,
    description: 'Adds a treatment to a venue.',
  })
  createTreatment(
    @Arg('input', () => CreateTreatmentInput) input: CreateTreatmentInput,
    @Ctx() ctx: Context,
  ) {
    return createTreatment(ctx, input);
  }

  @Mutation(() => updateTreatmentPayload.type, { nullable: true, description: 'Changes a treatment.' })
  updateTreatment(
    @Arg('input', () => UpdateTreatmentInput) input: UpdateTreatmentInput,
    @Ctx() ctx: Context,
  ) {
    return updateTreatment(ctx, input);
  }
}
