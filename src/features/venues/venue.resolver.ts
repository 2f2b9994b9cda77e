// GraphQL names of the venue mutations -> service calls.
import { Arg, Ctx, Extensions, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { closedToVenueKeys } from '../../access/policy/index.ts';
import { definePayload } from '../../resources/payload.ts';
import { CreateVenueInput, UpdateVenueInput } from './venue.inputs.ts';
import { venues, writeVenues } from './venue.resource.ts';
import { createVenue, updateVenue } from './venue.service.ts';

const payload = {
  requirement: writeVenues,
  ids: ['venueId'],
  shows: { venue: { to: venues, key: 'venueId' } },
};
export const createVenuePayload = definePayload('CreateVenuePayload', payload);
export const updateVenuePayload = definePayload('UpdateVenuePayload', payload);

@Resolver()
export class VenueMutations {
  @Mutation(() => createVenuePayload.type, { nullable: true, description: 'Adds a venue.' })
  @Extensions(closedToVenueKeys)
  createVenue(@Arg('input', () => CreateVenueInput) input: CreateVenueInput, @Ctx() ctx: Context) {
    return createVenue(ctx, input);
  }

  @Mutation(() => updateVenuePayload.type, { nullable: true, description: 'Changes a venue.' })
  updateVenue(@Arg('input', () => UpdateVenueInput) input: UpdateVenueInput, @Ctx() ctx: Context) {
    return updateVenue(ctx, input);
  }
}
