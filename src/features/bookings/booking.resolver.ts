// GraphQL names of the booking mutations -> service calls.
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { definePayload } from '../../resources/payload.ts';
import { CreateBookingInput } from './booking.inputs.ts';
import { bookings, writeBookings } from './booking.resource.ts';
import { cancelBooking, createBooking } from './booking.service.ts';

const payload = {
  requirement: writeBookings,
  ids: ['bookingId'],
  shows: { booking: { to: bookings, key: 'bookingId' } },
};
export const createBookingPayload = definePayload('CreateBookingPayload', payload);
export const cancelBookingPayload = definePayload('CancelBookingPayload', payload);

@Resolver()
export class BookingMutations {
  @Mutation(() => createBookingPayload.type, {
    nullable: true,
    description: 'Answers TAKEN when the treatment is booked at that time already.',
  })
  createBooking(@Arg('input', () => CreateBookingInput) input: CreateBookingInput, @Ctx() ctx: Context) {
    return createBooking(ctx, input);
  }

  @Mutation(() => cancelBookingPayload.type, {
    nullable: true,
    description: 'Frees the time. Doing so again changes nothing and is no error.',
  })
  cancelBooking(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return cancelBooking(ctx, id);
  }
}
