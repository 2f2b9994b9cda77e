// Comparator inputs (`{ eq, in, gte, contains, … }`), and filters of a resource as conditions.
import { GraphQLID } from 'graphql';
import { Field, InputType, Int } from 'type-graphql';
import type { Comparator, Condition } from '../../db/statements/condition.ts';
import { simplified } from '../../db/statements/simplified-condition.ts';
import type { EntityClass } from '../../db/store/table.ts';
import { DateTimeScalar, ScopeScalar } from './scalars.ts';

const nullMeaning = '`null` asks for no value.';

@InputType({
  description:
    'Compares a text. `eq`, `neq`, `in`, `nin` are exact, but of an e-mail address ignore case and accents; `contains` and `startsWith` always do.',
})
export class StringFilter {
  @Field(() => String, { nullable: true, description: nullMeaning }) eq?: string | null;
  @Field(() => String, { nullable: true, description: nullMeaning }) neq?: string | null;
  @Field(() => [String], { nullable: true }) in?: string[] | null;
  @Field(() => [String], { nullable: true }) nin?: string[] | null;
  @Field(() => String, { nullable: true }) contains?: string | null;
  @Field(() => String, { nullable: true }) startsWith?: string | null;
}

@InputType({ description: 'Compares a text that is searched by whole values only.' })
export class ExactStringFilter {
  @Field(() => String, { nullable: true, description: nullMeaning }) eq?: string | null;
  @Field(() => String, { nullable: true, description: nullMeaning }) neq?: string | null;
  @Field(() => [String], { nullable: true }) in?: string[] | null;
  @Field(() => [String], { nullable: true }) nin?: string[] | null;
}

@InputType({ description: 'Compares an id.' })
export class IdFilter {
  @Field(() => GraphQLID, { nullable: true, description: nullMeaning }) eq?: string | null;
  @Field(() => GraphQLID, { nullable: true, description: nullMeaning }) neq?: string | null;
  @Field(() => [GraphQLID], { nullable: true }) in?: string[] | null;
  @Field(() => [GraphQLID], { nullable: true }) nin?: string[] | null;
}

@InputType({ description: 'Compares a whole number.' })
export class IntFilter {
  @Field(() => Int, { nullable: true, description: nullMeaning }) eq?: number | null;
  @Field(() => Int, { nullable: true, description: nullMeaning }) neq?: number | null;
  @Field(() => [Int], { nullable: true }) in?: number[] | null;
  @Field(() => Int, { nullable: true }) gte?: number | null;
  @Field(() => Int, { nullable: true }) lte?: number | null;
}

@InputType({ description: 'Compares an instant.' })
export class DateTimeFilter {
  @Field(() => DateTimeScalar, { nullable: true, description: nullMeaning }) eq?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: nullMeaning }) neq?: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) gt?: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) gte?: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) lt?: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) lte?: string | null;
}

const listMeaning = {
  hasAny: 'At least one of these is in the list.',
  hasAll: 'Each of these is in the list.',
  hasNone: 'None of these is in the list.',
} as const;

@InputType({ description: 'Looks for ids in a list of them.' })
export class IdListFilter {
  @Field(() => [GraphQLID], { nullable: true, description: listMeaning.hasAny }) hasAny?: string[] | null;
  @Field(() => [GraphQLID], { nullable: true, description: listMeaning.hasAll }) hasAll?: string[] | null;
  @Field(() => [GraphQLID], { nullable: true, description: listMeaning.hasNone }) hasNone?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether there is no list at all.' })
  isNull?: boolean | null;
}

@InputType({ description: 'Looks for scopes in a list of them, in either spelling.' })
export class ScopeListFilter {
  @Field(() => [ScopeScalar], { nullable: true, description: listMeaning.hasAny }) hasAny?: string[] | null;
  @Field(() => [ScopeScalar], { nullable: true, description: listMeaning.hasAll }) hasAll?: string[] | null;
  @Field(() => [ScopeScalar], { nullable: true, description: listMeaning.hasNone }) hasNone?: string[] | null;
}

/**
 * `{ eq, neq, in, nin }` for an enum that registerEnumType() knows.
 *
 * @example
 * const filter = { status: enumFilter(InquiryStatus, 'InquiryStatus') };
 */
export function enumFilter(enumObject: object, name: string): EntityClass {
  class EnumFilter {}
  InputType(`${name}Filter`, { description: `Compares a ${name}.` })(EnumFilter);
  for (const comparator of ['eq', 'neq'])
    Field(() => enumObject, { nullable: true })(EnumFilter.prototype, comparator);
  for (const comparator of ['in', 'nin'])
    Field(() => [enumObject], { nullable: true })(EnumFilter.prototype, comparator);
  return EnumFilter;
}

export type FilterValue = Readonly<Record<string, unknown>>;

function fieldCondition(property: string, comparisons: FilterValue): Condition[] {
  return Object.entries(comparisons).flatMap(([op, value]): Condition[] => {
    const asksForNull = value === null && (op === 'eq' || op === 'neq');
    // A variable that was left out or null sets no limit, so that one document serves with and without it.
    if (value === undefined || (value === null && !asksForNull)) return [];
    if (op === 'isNull') return [{ property, op: value === true ? 'eq' : 'neq', value: null }];
    return [{ property, op: op as Comparator, value }];
  });
}

/** All fields of a filter hold together; `and` and `or` nest. */
function partsOf(filter: FilterValue): Condition {
  const parts = Object.entries(filter).flatMap(([name, value]): Condition[] => {
    if (value === null || value === undefined) return [];
    if (name === 'and') return [{ all: (value as FilterValue[]).map(partsOf) }];
    if (name === 'or') return [{ any: (value as FilterValue[]).map(partsOf) }];
    return fieldCondition(name, value as FilterValue);
  });
  return { all: parts };
}

/** A list of parts, also of one: the ways to a list's rows look for them there. No filter = every row, `all: []`. */
export function filterCondition(filter: FilterValue | null | undefined): Condition {
  const condition = simplified(partsOf(filter ?? {}));
  return 'all' in condition ? condition : { all: [condition] };
}
