// The tables of customers and of their venues, and the GraphQL type of a customer.
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import {
  IdColumn,
  IntegerColumn,
  JsonColumn,
  ReferenceColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';
import { Node } from '../../resources/node.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { Venue } from '../venues/index.ts';

@ObjectType({ implements: Node, description: 'A person whom the business serves.' })
@StoredIn({
  name: 'customers',
  workspace: 'workspaceId',
  isCounted: true,
  venues: { by: 'link', table: () => CustomerVenue, key: 'customerId', venue: 'venueId' },
  search: ['name', 'email', 'phone'],
  numbers: ['phone'],
  indexes: [
    { name: 'customers_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'customers_updated', properties: ['workspaceId', 'updatedAt', 'id'] },
    { name: 'customers_name', properties: ['workspaceId', 'nameFolded', 'id'] },
    { name: 'customers_email', properties: ['workspaceId', 'emailFolded', 'id'] },
    { name: 'customers_city', properties: ['workspaceId', 'cityFolded', 'createdAt', 'id'] },
  ],
})
export class Customer implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @Field(() => String, { description: 'Full name, as the business writes it.' })
  @TextColumn({ folded: true })
  name!: string;
  @Field(() => String, { nullable: true, description: 'E-mail address.' })
  @TextColumn({ nullable: true, folded: true, isAddress: true })
  email!: string | null;
  @Field(() => String, { nullable: true, description: 'Phone number, in any notation.' })
  @TextColumn({ nullable: true })
  phone!: string | null;
  @Field(() => String, { nullable: true, description: 'Town where the customer lives.' })
  @TextColumn({ nullable: true, folded: true })
  city!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Free text for the staff; the customer never sees it.',
  })
  @TextColumn({ nullable: true })
  notes!: string | null;
  @Field(() => [String], { description: 'Words to sort customers by, in any number of groups.' })
  @JsonColumn()
  tags!: string[];
  @Field(() => Int, { description: 'Goes up with each change.' }) @IntegerColumn() version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}

/** A customer belongs to any number of venues; a venue-restricted key sees the customers of its venues. */
@StoredIn({
  name: 'customer_venues',
  workspace: 'workspaceId',
  venues: { by: 'column', property: 'venueId' },
  copies: { key: 'customerId', property: 'createdAt', as: 'customerCreatedAt' },
  indexes: [
    {
      name: 'customer_venues_venue',
      properties: ['workspaceId', 'venueId', 'customerCreatedAt', 'customerId'],
    },
  ],
})
export class CustomerVenue {
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @ReferenceColumn(() => Customer, { primary: true }) customerId!: string;
  @ReferenceColumn(() => Venue, { primary: true }) venueId!: string;
  /** No insert gives it: the store fills it in (migrations/70-venue-customers.ts). */
  @TimestampColumn({ nullable: true }) customerCreatedAt?: Instant | null;
}
