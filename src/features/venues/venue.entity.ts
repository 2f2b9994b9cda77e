// The table and GraphQL type of a venue, with its scope.
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { canonicalTimeZone } from '../../core/text/zone-name.ts';
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
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { Node } from '../../resources/node.ts';

export enum Weekday {
  MONDAY = 'MONDAY',
  TUESDAY = 'TUESDAY',
  WEDNESDAY = 'WEDNESDAY',
  THURSDAY = 'THURSDAY',
  FRIDAY = 'FRIDAY',
  SATURDAY = 'SATURDAY',
  SUNDAY = 'SUNDAY',
}
registerEnumType(Weekday, {
  name: 'Weekday',
  description: 'A day of the week.',
  valuesConfig: {
    MONDAY: { description: 'Monday.' },
    TUESDAY: { description: 'Tuesday.' },
    WEDNESDAY: { description: 'Wednesday.' },
    THURSDAY: { description: 'Thursday.' },
    FRIDAY: { description: 'Friday.' },
    SATURDAY: { description: 'Saturday.' },
    SUNDAY: { description: 'Sunday.' },
  },
});

const hoursDescription =
  "A part of the opening hours, in the venue's time zone. Parts that touch or overlap are one, also over midnight: hours past " +
  'midnight are two parts, until `24:00` and from `00:00` of the next day.';

@ObjectType({ description: hoursDescription })
@InputType('OpeningHoursInput', { description: hoursDescription })
export class OpeningHours {
  @Field(() => Weekday, { description: 'The day on which the span begins.' }) weekday!: Weekday;
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
  @Field(() => String, { description: 'Name, as customers know it.' })
  @TextColumn({ folded: true })
  name!: string;
  @Field(() => String, { nullable: true, description: 'Town where it is.' })
  @TextColumn({ nullable: true, folded: true })
  city!: string | null;
  @Field(() => String, { nullable: true, description: 'Postal address, on one or more lines.' })
  @TextColumn({ nullable: true })
  address!: string | null;
  @Field(() => String, { description: 'IANA name in its own spelling, e.g. `Europe/Berlin`.' })
  @TextColumn({ canonical: (name) => canonicalTimeZone(name) ?? name })
  timezone!: string;
  @Field(() => [OpeningHours], {
    description: 'When it is open, in its own time zone; several spans a day are allowed.',
  })
  @JsonColumn()
  openingHours!: OpeningHours[];
  @Field(() => Int, { description: 'Goes up with each change.' }) @IntegerColumn() version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}
