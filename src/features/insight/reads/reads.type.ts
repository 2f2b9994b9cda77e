// GraphQL types of the records that a key was answered.
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import type { Instant } from '../../../core/clock.ts';
import { DateTimeScalar } from '../../../resources/inputs/scalars.ts';

@ObjectType({ description: 'Records of one type that a key was answered on a day.' })
export class ReadDay {
  @Field(() => DateTimeScalar, { description: 'When the day begins, in UTC.' }) day!: Instant;
  @Field(() => Float, { description: 'How many different records.' }) count!: number;
}

@ObjectType({ description: 'Records of one type that a key was answered.' })
export class RecordsRead {
  @Field(() => String, { description: 'Name of the type, e.g. `Customer`.' }) type!: string;
  @Field(() => Float, {
    description: 'How many different records in the whole range, each once.',
  })
  count!: number;
  @Field(() => Boolean, {
    description:
      'Whether every count is exact. It is up to 2,048 records of the type; what is beyond is counted by a filter, with an error of about one in a hundred.',
  })
  isExact!: boolean;
  @Field(() => [ReadDay], { description: 'The days on which there were any, the first of them first.' })
  days!: readonly ReadDay[];
}

export enum MayHaveReadAnswer {
  NO = 'NO',
  MAYBE = 'MAYBE',
  YES = 'YES',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(MayHaveReadAnswer, {
  name: 'MayHaveReadAnswer',
  description: 'Whether a key was answered a record.',
  valuesConfig: {
    NO: { description: 'It was not. Said only of a time in which everything was noted.' },
    MAYBE: {
      description:
        'A filter says so. It says the same of some records that were not read: of one in 150 on a day with 100,000 records of the type, of fewer when there were fewer.',
    },
    YES: { description: 'The record was read for one of its answers.' },
    UNKNOWN: {
      description:
        'Nothing says that it was, but not all of the range was recorded, or the key is not known here.',
    },
  },
});

@ObjectType({ description: 'Whether a key was answered a record.' })
export class MayHaveRead {
  @Field(() => MayHaveReadAnswer, { description: 'NO, MAYBE, YES or UNKNOWN.' })
  answer!: MayHaveReadAnswer;
  @Field(() => [DateTimeScalar], {
    description: 'The days of UTC on which it was, or may have been; each by its beginning.',
  })
  days!: readonly Instant[];
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Since when every record is noted. Null = they are not noted now: what was noted before still counts.',
  })
  recordedSince!: Instant | null;
}
