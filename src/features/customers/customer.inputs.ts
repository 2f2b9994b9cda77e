// Inputs of the customer mutations and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import {
  expectedVersion,
  id,
  inputRules,
  optionalEmail,
  optionalMessage,
  optionalText,
  text,
} from '../../resources/inputs/input.ts';

const venuesDescription =
  'Venues the customer belongs to. A key restricted to one venue gives that one by default.';

@InputType({ description: 'A new customer.' })
export class CreateCustomerInput {
  @Field(() => String, { description: 'Full name, as the business writes it.' }) name!: string;
  @Field(() => String, { nullable: true, description: 'E-mail address.' }) email?: string | null;
  @Field(() => String, { nullable: true, description: 'Phone number, in any notation.' }) phone?:
    string | null;
  @Field(() => String, { nullable: true, description: 'Town where the customer lives.' }) city?:
    string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Free text for the staff; the customer never sees it.',
  })
  notes?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Words to sort customers by, in any number of groups.',
  })
  tags?: string[] | null;
  @Field(() => [ID], { nullable: true, description: venuesDescription }) venueIds?: string[] | null;
}

@InputType({ description: 'Fields that are left out stay as they are; null clears.' })
export class UpdateCustomerInput {
  @Field(() => ID) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the customer has another version.',
  })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'Full name, as the business writes it.' })
  name?: string;
  @Field(() => String, { nullable: true, description: 'E-mail address.' }) email?: string | null;
  @Field(() => String, { nullable: true, description: 'Phone number, in any notation.' }) phone?:
    string | null;
  @Field(() => String, { nullable: true, description: 'Town where the customer lives.' }) city?:
    string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Free text for the staff; the customer never sees it.',
  })
  notes?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Words to sort customers by, in any number of groups.',
  })
  tags?: string[] | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'Replaces the venues that the caller may see; others stay.',
  })
  venueIds?: string[] | null;
}

const tags = z.array(text(50)).max(50, 'At most 50 tags.');
const venueIds = z.array(id()).max(100, 'At most 100 venues.');

export const createCustomerRules = inputRules(CreateCustomerInput, {
  name: text(200),
  email: optionalEmail(),
  phone: optionalText(50),
  city: optionalText(200),
  notes: optionalMessage(10_000),
  tags: tags.nullish(),
  venueIds: venueIds.nullish(),
});

export const updateCustomerRules = inputRules(UpdateCustomerInput, {
  id: id(),
  expectedVersion,
  name: text(200).optional(),
  email: optionalEmail(),
  phone: optionalText(50),
  city: optionalText(200),
  notes: optionalMessage(10_000),
  tags: tags.nullish(),
  venueIds: venueIds.nullish(),
});
