// The table and GraphQL type of a venue, with its scope.
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { canonicalTimeZone } from '../../core/zone-name.ts';
import { StoredWorkspace } from '../../access/tables.ts';
import {
  IdColumn,
  IntegerColumn,
  JsonColumn,
  ReferenceColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/columns.ts';
import { StoredIn } from '../../db/table.ts';
import { DateTimeScalar } from '../../graph/scalars.ts';
import { Node } from '../../graph/node.ts';

export enum Weekday {
  MONDAY = 'MONDAY',
  TUESDAY = 'TUESDAY',
  WEDNESDAY = 'WEDNESDAY',
  THURSDAY = 'THURSDAY',
  FRIDAY = 'FRIDAY',
  SATURDAY = 'SATURDAY',
  SUNDAY = 'SUNDAY',
}
registerEnumType(Weekday, { name: 'Weekday' });

const hoursDescription =
  "A part of the opening hours, in the venue's time zone. Parts that touch or overlap are one, also over midnight: hours past " +
  'midnight are two parts, until `24:00` and from `00:00` of the next day.';

@ObjectType({ description: hoursDescription })
@InputType('OpeningHoursInput', { description: hoursDescription })
export class OpeningHours {
  @Field(() => Weekday) weekday!: Weekday;
  @Field(() => String, { description: '24-hour clock, `HH:MM`.' }) opens!: string;
  @Field(() => String, { description: '24-hour clock, `HH:MM`; `24:00` is midnight at the end of the day.' })
  closes!: string;
}

@ObjectType({ implements: Node, description: 'A place where the business meets its customers.' })
@StoredIn({
  name: 'venues',
  workspace: 'workspaceId',
  venues: { by: 'id' },
  indexes: [
    { name: 'venues_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'venues_name', properties: ['workspaceId', 'nameFolded', 'id'] },
  ],
})
export class Venue implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @Field(() => String) @TextColumn({ folded: true }) name!: string;
  @Field(() => String, { nullable: true }) @TextColumn({ nullable: true, folded: true }) city!: string | null;
  @Field(() => String, { nullable: true }) @TextColumn({ nullable: true }) address!: string | null;
  @Field(() => String, { description: 'IANA name in its own spelling, e.g. `Europe/Berlin`.' })
  @TextColumn({ canonical: (name) => canonicalTimeZone(name) ?? name })
  timezone!: string;
  @Field(() => [OpeningHours]) @JsonColumn() openingHours!: OpeningHours[];
  @Field(() => Int, { description: 'Goes up with each change.' }) @IntegerColumn() version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}
