// The table and GraphQL type of one of the spare-parts.
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Instant } from '../../../src/core/clock.ts';
import { StoredWorkspace } from '../../../src/access/authentication/tables.ts';
import {
  IdColumn,
  IntegerColumn,
  ReferenceColumn,
  TextColumn,
  TimestampColumn,
} from '../../../src/db/store/columns.ts';
import { StoredIn } from '../../../src/db/store/table.ts';
import { Node } from '../../../src/resources/node.ts';
import { DateTimeScalar } from '../../../src/resources/inputs/scalars.ts';
import { Venue } from '../../../src/features/venues/index.ts';

@ObjectType({ implements: Node, description: 'One of the spare-parts of a venue.' })
@StoredIn({
  name: 'spare_parts',
  workspace: 'workspaceId',
  venues: { by: 'column', property: 'venueId' },
  indexes: [
    { name: 'spare_parts_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'spare_parts_name', properties: ['workspaceId', 'nameFolded', 'id'] },
    { name: 'spare_parts_venue', properties: ['venueId', 'createdAt', 'id'] },
  ],
})
export class SparePart implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @ReferenceColumn(() => Venue) venueId!: string;
  @Field(() => String, { description: 'Name, as it is shown in lists.' })
  @TextColumn({ folded: true })
  name!: string;
  @Field(() => Int, { description: 'Goes up with each change.' }) @IntegerColumn() version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}
