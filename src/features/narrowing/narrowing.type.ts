// GraphQL types of narrowing.
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { DateTimeScalar, ScopeScalar } from '../../resources/inputs/scalars.ts';

@ObjectType({ description: 'Narrower scopes that a key does not have yet.' })
export class KeyTrial {
  @Field(() => [ScopeScalar], { description: 'The scopes that would remain.' }) scopes!: readonly string[];
  @Field(() => DateTimeScalar, { description: 'When the trial began.' }) since!: Instant;
}

@ObjectType({ description: 'What a key had before it was narrowed.' })
export class NarrowedFrom {
  @Field(() => [ScopeScalar], { description: 'Its scopes then.' }) scopes!: readonly string[];
  @Field(() => [ID], { nullable: true, description: 'Its venues then; null = all venues of the workspace.' })
  venueIds!: readonly string[] | null;
  @Field(() => DateTimeScalar, { description: 'When it was narrowed.' }) at!: Instant;
}

@ObjectType({ description: 'An operation of which a change would refuse something.' })
export class RefusedOperation {
  operationId!: string;
  @Field(() => Float, { description: 'Requests of it that would be refused, in whole or in part.' })
  requests!: number;
  @Field(() => [ScopeScalar], {
    description: 'The scopes that would be missing; empty = its venues alone refuse it.',
  })
  missing!: readonly string[];
  @Field(() => Boolean, {
    description:
      'Whether it calls a mutation that a key of these venues may not call, gives one an empty list of venues, or names none of several venues where it has to.',
  })
  byVenues!: boolean;
  @Field(() => DateTimeScalar, { description: 'When it was last asked so.' }) lastUsedAt!: Instant;
}

@ObjectType({
  description:
    'What a change would refuse of what a key asked for. Each recorded way of running an operation is decided again, by the same rules as a request; requests that were denied already are not counted as refused.',
})
export class KeyChangePreview {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Nothing is known of the time before; null = nothing is recorded now, and nothing is known.',
  })
  recordedSince!: Instant | null;
  @Field(() => Int, { description: 'Operations that were decided again.' }) operations!: number;
  @Field(() => Float, { description: 'Requests of the key in these days that reached a decision.' })
  requests!: number;
  @Field(() => Float, { description: 'Those that would be refused, in whole or in part.' })
  refusedRequests!: number;
  @Field(() => Float, {
    description:
      'Those of which it is not known: they used something that the schema has no more, or are more different ones than are kept.',
  })
  unknownRequests!: number;
  @Field(() => [RefusedOperation], { description: 'The most asked first; 100 at most.' })
  refused!: readonly RefusedOperation[];
  @Field(() => [String], { description: 'What this cannot tell, in sentences.' })
  limits!: readonly string[];
}
