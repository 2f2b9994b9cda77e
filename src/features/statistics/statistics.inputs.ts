// Arguments of `statistics` and their limits.
import { ArgsType, Field, ID, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../../graph/scalars.ts';
import { assertBuckets, maxBuckets, type BucketRange } from './buckets.ts';

export enum StatisticsBucket {
  DAY = 'day',
  WEEK = 'week',
  MONTH = 'month',
}
registerEnumType(StatisticsBucket, {
  name: 'StatisticsBucket',
  description: 'Calendar days, weeks (from Monday, ISO 8601) or months of the time zone.',
});

@ArgsType()
export class StatisticsArguments {
  @Field(() => DateTimeScalar, { description: 'Start of the range, included.' }) from!: string;
  @Field(() => DateTimeScalar, { description: 'End of the range, not included.' }) to!: string;
  @Field(() => StatisticsBucket, { description: `Of each \`series\`: at most ${maxBuckets} of them.` })
  bucket!: StatisticsBucket;
  @Field(() => String, {
    nullable: true,
    defaultValue: 'UTC',
    description: 'IANA name, e.g. `Europe/Berlin`: where days, weeks and months begin.',
  })
  timezone?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description:
      'Only what belongs to these venues; customers that are linked to one of them. Others match nothing.',
  })
  venueIds?: string[] | null;
}

export function bucketRange({ from, to, bucket, timezone }: StatisticsArguments): BucketRange {
  return { from, to, unit: bucket, timezone: timezone ?? 'UTC' };
}

/** Throws BAD_USER_INPUT. */
export function checkStatisticsArguments(args: StatisticsArguments): void {
  assertBuckets(bucketRange(args));
}
