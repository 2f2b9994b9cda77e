// Free times, of a venue and at the root, and the slots that it answers.
import { Args, ArgsType, Field, FieldResolver, ID, ObjectType, Query, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { scopes } from '../../access/policy/index.ts';
import { perRequest } from '../../core/per-request.ts';
import { tableOf } from '../../db/store/table.ts';
import { toOne } from '../../resources/edges.ts';
import { loaderAt, type FieldPosition } from '../../resources/batching/loaders.ts';
import { declareField } from '../../resources/derived-field.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { treatments } from '../treatments/index.ts';
import { Venue } from '../venues/index.ts';
import {
  assertRange,
  availabilityCost,
  loadAvailability,
  maxRangeDays,
  maxSlots,
  maxSlotsOfOperation,
  maxTreatments,
  type Range,
  type VenueHours,
} from './availability.service.ts';

export const readAvailability = scopes('read:availability');

@ObjectType({ description: 'A time at which a treatment can be booked.' })
class Slot {
  treatmentId!: string;
  @Field(() => DateTimeScalar, { description: 'When it would begin.' }) startsAt!: string;
  @Field(() => DateTimeScalar, { description: 'When it would end.' }) endsAt!: string;
}

@ArgsType()
class AvailabilityArguments {
  @Field(() => DateTimeScalar, { description: 'Slots that start here or later, and not before now.' })
  from!: string;
  @Field(() => DateTimeScalar, { description: 'Slots that start before this.' })
  to!: string;
}

const description =
  "Free times, in order: for each treatment of the venue one after the other, from each opening in the venue's time " +
  `zone on (at a venue that never closes, from the beginning of each day), without those that are booked. At most ${maxRangeDays} days, and ${maxSlots} times to look at, at once; ${maxTreatments} treatments of a venue. A whole operation may look at ${maxSlotsOfOperation} times.`;

/** The loader is handed ids; what was read of their venues is looked up here. */
const hoursById = perRequest<Context, Map<string, VenueHours>>(() => new Map());

/** What a VenueHours is made of. */
const hourColumns = ['id', 'timezone', 'openingHours'];

@Resolver(() => Venue)
class VenueAvailability {}

declareField(VenueAvailability.prototype, 'availability', {
  field: FieldResolver(() => [Slot], { nullable: true, description }),
  args: Args(() => AvailabilityArguments),
  needs: hourColumns,
  isAlwaysThere: true,
  // declareField() knows the arguments of lists; these are what AvailabilityArguments declares.
  checkArguments: (range) => assertRange(range as unknown as Range),
  cost: availabilityCost,
  resolve(venue: VenueHours, range: Range, context: Context, place: FieldPosition) {
    const known = hoursById.get(context);
    known.set(venue.id, venue);
    return loaderAt(context, place, 'Venue.availability', (ids) =>
      loadAvailability(
        context,
        ids.map((id) => known.get(id)!),
        range,
      ),
    ).load(venue.id);
  },
});

@ArgsType()
class VenueAvailabilityArguments extends AvailabilityArguments {
  @Field(() => ID, { description: 'The venue.' }) venueId!: string;
}

@Resolver()
class AvailabilityQueries {}

declareField(AvailabilityQueries.prototype, 'availability', {
  field: Query(() => [Slot], {
    nullable: true,
    description: `Free times of one venue, for callers who may see nothing else of it; null when it is not there, or not the caller's. As \`Venue.availability\`.`,
  }),
  args: Args(() => VenueAvailabilityArguments),
  checkArguments: (range) => assertRange(range as unknown as Range),
  cost: availabilityCost,
  async resolve(_root, { venueId, ...range }: Range & { venueId: string }, context: Context) {
    const venues = await context.db.byIds<VenueHours>(tableOf(Venue), hourColumns, [venueId]);
    return (await loadAvailability(context, [...venues.values()], range)).get(venueId) ?? null;
  },
});

export const availabilityFields = [
  ...[VenueAvailability, AvailabilityQueries],
  toOne({ from: Slot, field: 'treatment', to: treatments, key: 'treatmentId', isAlwaysThere: true }),
];
