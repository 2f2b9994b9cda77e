// Inputs of the mutations of spare-parts and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { expectedVersion, id, inputRules, text } from '../../../src/resources/inputs/input.ts';

@InputType({ description: 'What a new spare-part of a venue is made of.' })
export class CreateSparePartInput {
  @Field(() => ID) venueId!: string;
  @Field(() => String, { description: 'Name, as it is shown in lists.' }) name!: string;
}

@InputType({ description: 'Fields that are left out stay as they are. The venue never changes.' })
export class UpdateSparePartInput {
  @Field(() => ID) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the spare-part has another version.',
  })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'Name, as it is shown in lists.' }) name?: string;
}

export const createSparePartRules = inputRules(CreateSparePartInput, { venueId: id(), name: text(200) });

export const updateSparePartRules = inputRules(UpdateSparePartInput, {
  id: id(),
  expectedVersion,
  name: text(200).optional(),
});
