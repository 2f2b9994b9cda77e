// GraphQL types of narrowing.
import { Field, ObjectType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { DateTimeScalar, ScopeScalar } from '../../resources/inputs/scalars.ts';

@ObjectType({ description: 'Narrower scopes that a key does not have yet.' })
export class KeyTrial {
  @Field(() => [ScopeScalar], { description: 'The scopes that would remain.' }) scopes!: readonly string[];
  @Field(() => DateTimeScalar, { description: 'When the trial began.' }) since!: Instant;
}
