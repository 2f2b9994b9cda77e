// GraphQL type of the rate limit.
import { Field, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

@ObjectType({
  description:
    "Requests of the workspace, or of the key when its own limit is nearer, or those that the user has for managing where nothing else is asked for; as in the X-RateLimit headers. Points are in the answer's extensions.cost.",
})
export class RateLimit {
  @Field(() => Int, { description: 'Requests a minute.' }) limit!: number;
  @Field(() => Int, { description: 'Requests that are left, this one counted.' }) remaining!: number;
  @Field(() => DateTimeScalar, {
    description: 'When all of them are there again, if nothing more is asked until then.',
  })
  resetAt!: string;
  @Field(() => Int, { description: 'What this operation costs, in points.' }) cost!: number;
}
