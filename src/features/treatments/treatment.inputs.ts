// Inputs of the treatment mutations and their limits.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { expectedVersion, id, inputRules, text } from '../../resources/inputs/input.ts';

const minDurationMinutes = 5;
/** A day. A search for bookings that reach into a moment need not look further back than this. */
export const maxDurationMinutes = 1_440;

const durationDescription = `${minDurationMinutes} to ${maxDurationMinutes}.`;
const priceDescription = 'Hundredths of the currency, 0 (free of charge) to 9007199254740991.';
const currencyDescription = 'ISO 4217, e.g. `EUR`.';

@InputType({ description: 'A new treatment of a venue.' })
export class CreateTreatmentInput {
  @Field(() => ID) venueId!: string;
  @Field(() => String, { description: 'Name, as customers know it.' }) name!: string;
  @Field(() => Int, { description: durationDescription }) durationMinutes!: number;
  @Field(() => GraphQLSafeInt, { description: priceDescription }) priceCents!: number;
  @Field(() => String, { description: currencyDescription }) currency!: string;
}

@InputType({
  description:
    'Fields that are left out stay as they are. Bookings keep their times; a treatment keeps its venue.',
})
export class UpdateTreatmentInput {
  @Field(() => ID) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the treatment has another version.',
  })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'Name, as customers know it.' }) name?: string;
  @Field(() => Int, { nullable: true, description: durationDescription }) durationMinutes?: number;
  @Field(() => GraphQLSafeInt, { nullable: true, description: priceDescription }) priceCents?: number;
  @Field(() => String, { nullable: true, description: currencyDescription }) currency?: string;
}

/** Node's own list decides, as it does for time zones. */
const currencies = new Set(Intl.supportedValuesOf('currency'));

const durationFault = `Must be ${minDurationMinutes} to ${maxDurationMinutes} minutes.`;
const durationMinutes = z
  .number()
  .int()
  .min(minDurationMinutes, { error: durationFault })
  .max(maxDurationMinutes, { error: durationFault });
/** The scalar has refused what a JavaScript number would not hold exactly. */
const priceCents = z.number().int().min(0, { error: 'Must not be negative.' });
const currency = z
  .string()
  .trim()
  .refine((code) => currencies.has(code), { error: 'Is not an ISO 4217 currency such as EUR.' });

export const createTreatmentRules = inputRules(CreateTreatmentInput, {
  venueId: id(),
  name: text(200),
  durationMinutes,
  priceCents,
  currency,
});

export const updateTreatmentRules = inputRules(UpdateTreatmentInput, {
  id: id(),
  expectedVersion,
  name: text(200).optional(),
  durationMinutes: durationMinutes.optional(),
  priceCents: priceCents.optional(),
  currency: currency.optional(),
});
