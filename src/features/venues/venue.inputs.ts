// Inputs of the venue mutations and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { canonicalTimeZone } from '../../core/text/zone-name.ts';
import {
  exactText,
  expectedVersion,
  id,
  inputRules,
  optionalMessage,
  optionalText,
  text,
} from '../../resources/inputs/input.ts';
import { OpeningHours, Weekday } from './venue.entity.ts';

const timezoneDescription = 'IANA name, e.g. `Europe/Berlin`, in any case; kept in its IANA spelling.';

@InputType({ description: 'A new venue.' })
export class CreateVenueInput {
  @Field(() => String, { description: 'Name, as customers know it.' }) name!: string;
  @Field(() => String, { nullable: true, description: 'Town where it is.' }) city?: string | null;
  @Field(() => String, { nullable: true, description: 'Postal address, on one or more lines.' }) address?:
    string | null;
  @Field(() => String, { description: timezoneDescription }) timezone!: string;
  @Field(() => [OpeningHours], {
    nullable: true,
    description: 'When it is open, in its own time zone; without it, never.',
  })
  openingHours?: OpeningHours[] | null;
}

@InputType({ description: 'Fields that are left out stay as they are; null clears.' })
export class UpdateVenueInput {
  @Field(() => ID) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the venue has another version.',
  })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'Name, as customers know it.' }) name?: string;
  @Field(() => String, { nullable: true, description: 'Town where it is.' }) city?: string | null;
  @Field(() => String, { nullable: true, description: 'Postal address, on one or more lines.' }) address?:
    string | null;
  @Field(() => String, { nullable: true, description: timezoneDescription }) timezone?: string;
  @Field(() => [OpeningHours], { nullable: true, description: 'Replaces all opening hours.' })
  openingHours?: OpeningHours[] | null;
}

/** A fault ends the look at the span: whether it closes after it opens can be asked of two times only. */
const time = (pattern: RegExp, error: string) => z.string().regex(pattern, { error, abort: true });
const opens = time(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a time such as 09:30.');
const closes = time(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'Must be a time such as 18:00.');
const openingHours = z
  .array(
    z.object({ weekday: z.enum(Weekday), opens, closes }).refine(({ opens, closes }) => opens < closes, {
      path: ['closes'],
      message: 'Must be later than "opens".',
    }),
  )
  .max(50, 'At most 50 spans.');
/** Kept in its IANA spelling (see the column). */
const timezone = exactText(64).refine(
  (name) => canonicalTimeZone(name) !== null,
  'Is not an IANA time zone.',
);

export const createVenueRules = inputRules(CreateVenueInput, {
  name: text(200),
  city: optionalText(200),
  address: optionalMessage(500),
  timezone,
  openingHours: openingHours.nullish(),
});

export const updateVenueRules = inputRules(UpdateVenueInput, {
  id: id(),
  expectedVersion,
  name: text(200).optional(),
  city: optionalText(200),
  address: optionalMessage(500),
  timezone: timezone.optional(),
  openingHours: openingHours.nullish(),
});
