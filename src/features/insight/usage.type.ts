// GraphQL types of what a key did.
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

@ObjectType({ description: 'What a key did in one hour or day.' })
export class KeyUsage {
  @Field(() => DateTimeScalar, { description: 'When the hour or day begins, in UTC.' }) start!: Instant;
  @Field(() => Int, { description: 'Requests, refused ones included.' }) requests!: number;
  @Field(() => Int, { description: 'Requests of which all or something was denied for want of a scope.' })
  denied!: number;
  @Field(() => Int, {
    description:
      'Requests that were answered by another error: a limit, a wrong value, a refused credential.',
  })
  failed!: number;
  @Field(() => Float, { description: 'Points that they cost.' }) cost!: number;
  @Field(() => Float, { description: 'Rows that were read for their answers.' }) rows!: number;
}
