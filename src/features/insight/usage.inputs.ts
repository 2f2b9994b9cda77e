// Ranges of time of what was recorded, and their limits. Hours and days are those of UTC.
import { ArgsType, Field, Int, registerEnumType } from 'type-graphql';
import type { FieldCost } from '../../access/policy/index.ts';
import { dayMs, hourMs, toInstant, toStorableInstant, type Instant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { pageArguments } from '../../resources/page.ts';

export enum UsageBucket {
  HOUR = 'HOUR',
  DAY = 'DAY',
}
registerEnumType(UsageBucket, {
  name: 'UsageBucket',
  description: 'Hours or days of UTC.',
  valuesConfig: { HOUR: { description: 'An hour.' }, DAY: { description: 'A day of UTC.' } },
});

/** 31 days of hours. */
const maxBuckets = 744;

@ArgsType()
export class RecordedRange {
  @Field(() => DateTimeScalar, {
    description: 'Start of the range; the whole hour that it lies in is counted.',
  })
  from!: Instant;
  @Field(() => DateTimeScalar, { description: 'End of the range; the hour that it lies in is counted.' })
  to!: Instant;
}

@ArgsType()
export class UsageArguments extends RecordedRange {
  @Field(() => UsageBucket, { description: `What is summed up: at most ${maxBuckets} of them.` })
  bucket!: UsageBucket;
}

@ArgsType()
export class UsedOperationsArguments extends RecordedRange {
  @Field(() => Int, { nullable: true, description: pageArguments.first.description }) first?: number | null;
  @Field(() => String, { nullable: true, description: pageArguments.after.description }) after?:
    string | null;
}

/** From `from` on and before `to`, both whole hours or days. */
export interface HourRange {
  readonly from: Instant;
  readonly to: Instant;
}

const lengthOf = (bucket: UsageBucket) => (bucket === UsageBucket.DAY ? dayMs : hourMs);
const floor = (ms: number, length: number) => Math.floor(ms / length) * length;
const ceil = (ms: number, length: number) => Math.ceil(ms / length) * length;

/** The whole hours or days that a range touches. Throws BAD_USER_INPUT for a range that is empty. */
export function hourRange({ from, to }: RecordedRange, bucket = UsageBucket.HOUR): HourRange {
  if (from >= to) throw new ApiError('BAD_USER_INPUT', '"from" must be before "to".');
  const length = lengthOf(bucket);
  return {
    from: toStorableInstant(floor(Date.parse(from), length)),
    to: toStorableInstant(ceil(Date.parse(to), length)),
  };
}

function countBuckets(range: HourRange, bucket: UsageBucket): number {
  return Math.ceil((Date.parse(range.to) - Date.parse(range.from)) / lengthOf(bucket));
}

/** The beginnings of all buckets of a range. Throws BAD_USER_INPUT for an empty one, or one with too many. */
export function bucketStarts(args: UsageArguments): readonly Instant[] {
  const range = hourRange(args, args.bucket);
  const requested = countBuckets(range, args.bucket);
  if (requested > maxBuckets) {
    const message = `The range has ${requested} buckets; the limit is ${maxBuckets}.`;
    throw new ApiError('BAD_USER_INPUT', message, { details: { requested, limit: maxBuckets } });
  }
  const startMs = Date.parse(range.from);
  return Array.from({ length: requested }, (_, index) => toInstant(startMs + index * lengthOf(args.bucket)));
}

/** While the range is not known, as in an access check. */
const assumedBuckets = 50;

/** A bucket is an object that is answered, like a row. */
export const usageCost: FieldCost = {
  sentence: 'Costs a point for each bucket.',
  points({ from, to, bucket }) {
    if (typeof from !== 'string' || typeof to !== 'string') return assumedBuckets;
    // The arguments are not checked yet: one may be no instant at all.
    const length = lengthOf(bucket === UsageBucket.DAY ? UsageBucket.DAY : UsageBucket.HOUR);
    const buckets = (ceil(Date.parse(to), length) - floor(Date.parse(from), length)) / length;
    return Number.isNaN(buckets) ? assumedBuckets : Math.min(maxBuckets, Math.max(0, buckets));
  },
};
