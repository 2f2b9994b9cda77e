// Ranges of days of which it is asked what was read, and their limits. Days are those of UTC.
import { ArgsType, Field, ID } from 'type-graphql';
import { dayMs, minuteMs, toInstant, toStorableInstant, type Instant } from '../../../core/clock.ts';
import { ApiError } from '../../../core/errors.ts';
import { isWholeId, prefixOf } from '../../../core/ids.ts';
import type { FieldCost } from '../../../access/policy/index.ts';
import { DateTimeScalar } from '../../../resources/inputs/scalars.ts';
import { typeNameOf } from '../../../resources/noted-records.ts';

/** Of every type. A day has at most 175 KB of each. */
export const maxDaysRead = 100;
/** Of one type. */
export const maxDaysAsked = 400;

@ArgsType()
export class ReadRange {
  @Field(() => DateTimeScalar, {
    description: `Start of the range; the whole day that it lies in is counted. At most ${maxDaysRead} days.`,
  })
  from!: Instant;
  @Field(() => DateTimeScalar, { description: 'End of the range; the day that it lies in is counted.' })
  to!: Instant;
}

@ArgsType()
export class MayHaveReadArguments {
  @Field(() => ID, { description: 'The key; also one that was deleted.' }) apiKeyId!: string;
  @Field(() => ID, { description: 'The record; also one that is no more.' }) recordId!: string;
  @Field(() => DateTimeScalar, {
    description: `Start of the range; the whole day that it lies in is counted. At most ${maxDaysAsked} days.`,
  })
  from!: Instant;
  @Field(() => DateTimeScalar, { description: 'End of the range; the day that it lies in is counted.' })
  to!: Instant;
}

/** Days of UTC as `2026-01-31`, both within the range. */
export interface DayRange {
  readonly first: string;
  readonly last: string;
}

const dayOf = (instant: Instant): string => instant.slice(0, 10);
export const startOf = (day: string): Instant => `${day}T00:00:00.000Z`;

/** The days that a range touches. Throws BAD_USER_INPUT for a range that is empty or too long. */
export function dayRange({ from, to }: Pick<ReadRange, 'from' | 'to'>, maxDays: number): DayRange {
  if (from >= to) throw new ApiError('BAD_USER_INPUT', '"from" must be before "to".');
  const [first, last] = [dayOf(from), dayOf(toStorableInstant(Date.parse(to) - 1))];
  const requested = (Date.parse(last) - Date.parse(first)) / dayMs + 1;
  if (requested > maxDays) {
    const message = `The range has ${requested} days; the limit is ${maxDays}.`;
    throw new ApiError('BAD_USER_INPUT', message, { details: { requested, limit: maxDays } });
  }
  return { first, last };
}

/** What is read shortly before midnight is answered after it: no operation takes a minute. */
export function withDayBefore({ last }: DayRange, from: Instant): DayRange {
  return { first: dayOf(toStorableInstant(Date.parse(from) - minuteMs)), last };
}

/** Parts of a range, so that no statement answers much at once. */
export function* partsOf({ first, last }: DayRange, days: number): Generator<DayRange> {
  const endMs = Date.parse(last);
  for (let startMs = Date.parse(first); startMs <= endMs; startMs += days * dayMs) {
    const partEndMs = Math.min(endMs, startMs + (days - 1) * dayMs);
    yield { first: dayOf(toInstant(startMs)), last: dayOf(toInstant(partEndMs)) };
  }
}

/** The type of the record that is asked for; null when that is no id of a record, or the key's is none of a key. */
export function askedType({ apiKeyId, recordId }: MayHaveReadArguments): string | null {
  const type = typeNameOf({ id: recordId });
  const areWhole = isWholeId(apiKeyId) && isWholeId(recordId);
  return areWhole && prefixOf(apiKeyId) === 'key' && type !== '' ? type : null;
}

/** The sets of all days and types are merged. */
export const recordsReadCost: FieldCost = { sentence: 'Costs 100 points.', points: () => 100 };
export const mayHaveReadCost: FieldCost = { sentence: 'Costs 50 points.', points: () => 50 };
