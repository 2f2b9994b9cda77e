// The table and GraphQL type of a treatment.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import {
  IdColumn,
  IntegerColumn,
  ReferenceColumn,
  SafeIntegerColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';
import { Node } from '../../resources/node.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { Venue } from '../venues/index.ts';

@ObjectType({ implements: Node, description: 'What a venue offers: how long it takes and what it costs.' })
@StoredIn({
  name: 'treatments',
  workspace: 'workspaceId',
  venues: { by: 'column', property: 'venueId' },
  indexes: [
    { name: 'treatments_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'treatments_name', properties: ['workspaceId', 'nameFolded', 'id'] },
    { name: 'treatments_venue', properties: ['venueId', 'createdAt', 'id'] },
  ],
})
export class Treatment implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** Never changes: bookings rely on it. */
  @ReferenceColumn(() => Venue) venueId!: string;
  @Field(() => String, { description: 'Name, as customers know it.' })
  @TextColumn({ folded: true })
  name!: string;
  @Field(() => Int, { description: 'How long it takes, in minutes.' })
  @IntegerColumn()
  durationMinutes!: number;
  @Field(() => GraphQLSafeInt, {
    description: 'Hundredths of the currency, whatever its own smallest coin is.',
  })
  @SafeIntegerColumn()
  priceCents!: number;
  @Field(() => String, { description: 'ISO 4217, e.g. `EUR`.' }) @TextColumn() currency!: string;
  @Field(() => Int, { description: 'Goes up with each change.' }) @IntegerColumn() version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}
