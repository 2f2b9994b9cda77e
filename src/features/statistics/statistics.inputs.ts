// Arguments of `statistics` and their limits.
import { ArgsType, Field, ID, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import type { FieldCost } from '../../access/policy/index.ts';
import { ApiError } from '../../core/errors.ts';
import { assertBuckets, maxBuckets, countBuckets, type BucketRange } from './buckets.ts';

export enum StatisticsBucket {
  DAY = 'day',
  WEEK = 'week',
  MONTH = 'month',
}
registerEnumType(StatisticsBucket, {
  name: 'StatisticsBucket',
  description: 'Calendar days, weeks (from Monday, ISO 8601) or months of the time zone.',
  valuesConfig: {
    DAY: { description: 'A day of the time zone.' },
    WEEK: { description: 'A week of the time zone, from Monday on.' },
    MONTH: { description: 'A month of the time zone.' },
  },
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
      'Only what belongs to these venues, 100 at most; customers that are linked to one of them. Others match nothing.',
  })
  venueIds?: string[] | null;
}

export function bucketRange({ from, to, bucket, timezone }: StatisticsArguments): BucketRange {
  return { from, to, unit: bucket, timezone: timezone ?? 'UTC' };
}

/** As many as a key can be restricted to. Each is a value of every statement. */
export const maxVenues = 100;

/** Throws BAD_USER_INPUT. */
export function checkStatisticsArguments(args: StatisticsArguments): void {
  assertBuckets(bucketRange(args));
  const requested = args.venueIds?.length ?? 0;
  if (requested <= maxVenues) return;
  const message = `"venueIds" names ${requested} venues; at most ${maxVenues} are counted together.`;
  const details = { requested, limit: maxVenues };
  throw new ApiError('BAD_USER_INPUT', message, { argument: 'venueIds', details });
}

/** While the range is not known, as in an access check. */
const assumedBuckets = 50;

/** A bucket is an object that is answered, like a row. */
export const statisticsCost: FieldCost = {
  sentence: 'Costs a point for each bucket of each `series`.',
  points({ from, to, bucket, timezone }, count) {
    const asked = count('series');
    if (asked === 0) return 0;
    if (from === undefined || to === undefined) return asked * assumedBuckets;
    const unit =
      Object.entries(StatisticsBucket).find(([name]) => name === bucket)?.[1] ?? StatisticsBucket.DAY;
    const zone = typeof timezone === 'string' ? timezone : 'UTC';
    return asked * countBuckets({ from: String(from), to: String(to), unit, timezone: zone });
  },
};
