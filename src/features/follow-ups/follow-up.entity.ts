// The table and GraphQL type of a follow-up.
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
import { Inquiry } from '../inquiries/index.ts';
import { Venue } from '../venues/index.ts';

export enum FollowUpStatus {
  OPEN = 'OPEN',
  DONE = 'DONE',
}
registerEnumType(FollowUpStatus, {
  name: 'FollowUpStatus',
  description: 'Whether a follow-up is still to be done.',
  valuesConfig: { OPEN: { description: 'Still to be done.' }, DONE: { description: 'Done.' } },
});

@ObjectType({
  implements: Node,
  description: 'What the business still wants to do for a customer, and until when.',
})
@StoredIn({
  name: 'follow_ups',
  workspace: 'workspaceId',
  isCounted: true,
  venues: { by: 'column', property: 'venueId' },
  indexes: [
    { name: 'follow_ups_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'follow_ups_due', properties: ['workspaceId', 'dueAt', 'id'] },
    { name: 'follow_ups_status', properties: ['workspaceId', 'status', 'dueAt', 'id'] },
    { name: 'follow_ups_completed', properties: ['workspaceId', 'completedAt', 'id'] },
    { name: 'follow_ups_customer', properties: ['customerId', 'dueAt', 'id'] },
    { name: 'follow_ups_inquiry', properties: ['inquiryId', 'dueAt', 'id'] },
    { name: 'follow_ups_venue', properties: ['workspaceId', 'venueId', 'dueAt', 'id'] },
  ],
})
export class FollowUp implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @ReferenceColumn(() => Customer) customerId!: string;
  @ReferenceColumn(() => Inquiry, { nullable: true }) inquiryId!: string | null;
  @ReferenceColumn(() => Venue, { nullable: true }) venueId!: string | null;
  @Field(() => String, { description: 'What is to be done.' }) @TextColumn() note!: string;
  @Field(() => DateTimeScalar, { description: 'When it is to be done. The past is allowed.' })
  @TimestampColumn()
  dueAt!: Instant;
  @Field(() => FollowUpStatus, { description: 'Whether it is still to be done.' })
  @TextColumn()
  status!: FollowUpStatus;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Null as long as it is OPEN.' })
  @TimestampColumn({ nullable: true })
  completedAt!: Instant | null;
  @Field(() => Int, { description: 'Goes up with each change.' }) @IntegerColumn() version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}
