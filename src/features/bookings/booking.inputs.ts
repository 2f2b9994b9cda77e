// Input of createBooking and its limits.
import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import type { Instant } from '../../core/clock.ts';
import { id, inputRules } from '../../resources/inputs/input.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

@InputType({ description: 'A time for a customer at a venue.' })
export class CreateBookingInput {
  @Field(() => ID, { description: 'The customer is linked to it.' }) venueId!: string;
  @Field(() => ID, { description: 'A treatment of this venue; its duration says when the booking ends.' })
  treatmentId!: string;
  @Field(() => ID) customerId!: string;
  @Field(() => DateTimeScalar, {
    description:
      'In the future; from here to the end the venue must be open without a break, and nobody else booked. ' +
      'It need not be one of the times that `Venue.availability` proposes.',
  })
  startsAt!: Instant;
}

export const createBookingRules = inputRules(CreateBookingInput, {
  venueId: id(),
  treatmentId: id(),
  customerId: id(),
  // The scalar has parsed it.
  startsAt: z.string(),
});
