// The table and GraphQL type of a booking.
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import {
  IdColumn,
  IntegerColumn,
  ReferenceColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';
import { Node } from '../../resources/node.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { Customer } from '../customers/index.ts';
import { Treatment } from '../treatments/index.ts';
import { Venue } from '../venues/index.ts';

export enum BookingStatus {
  BOOKED = 'BOOKED',
  CANCELLED = 'CANCELLED',
}
registerEnumType(BookingStatus, {
  name: 'BookingStatus',
  description: 'A CANCELLED booking no longer occupies its time.',
  valuesConfig: {
    BOOKED: { description: 'It takes place.' },
    CANCELLED: { description: 'It was cancelled, and its time is free.' },
  },
});

@ObjectType({ implements: Node, description: 'A time at which a customer gets a treatment.' })
@StoredIn({
  name: 'bookings',
  workspace: 'workspaceId',
  isCounted: true,
  venues: { by: 'column', property: 'venueId' },
  indexes: [
    { name: 'bookings_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'bookings_cancelled', properties: ['workspaceId', 'cancelledAt', 'id'] },
    { name: 'bookings_starts', properties: ['workspaceId', 'startsAt', 'id'] },
    { name: 'bookings_status', properties: ['workspaceId', 'status', 'startsAt', 'id'] },
    { name: 'bookings_customer', properties: ['customerId', 'startsAt', 'id'] },
    { name: 'bookings_venue', properties: ['workspaceId', 'venueId', 'startsAt', 'id'] },
    { name: 'bookings_treatment', properties: ['treatmentId', 'startsAt', 'id'] },
  ],
})
export class Booking implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** The treatment's venue, kept here too: it is what limits the rows of a venue-restricted key. */
  @ReferenceColumn(() => Venue) venueId!: string;
  @ReferenceColumn(() => Treatment) treatmentId!: string;
  @ReferenceColumn(() => Customer) customerId!: string;
  @Field(() => DateTimeScalar, { description: 'When it begins.' }) @TimestampColumn() startsAt!: Instant;
  @Field(() => DateTimeScalar, {
    description: 'The start and the duration that the treatment had when it was booked. Not occupied itself.',
  })
  @TimestampColumn()
  endsAt!: Instant;
  @Field(() => BookingStatus, { description: 'Whether it takes place.' })
  @TextColumn()
  status!: BookingStatus;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Null as long as it is BOOKED.' })
  @TimestampColumn({ nullable: true })
  cancelledAt!: Instant | null;
  @Field(() => Int, { description: 'Goes up with each change.' }) @IntegerColumn() version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}
