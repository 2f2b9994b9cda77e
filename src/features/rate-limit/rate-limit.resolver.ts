// GraphQL names of the rate limit -> service calls.
import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { describeRateLimit } from './rate-limit.service.ts';
import { RateLimit } from './rate-limit.type.ts';

@Resolver()
export class RateLimitQueries {
  @Query(() => RateLimit, { nullable: true, description: 'How much may still be asked this minute.' })
  rateLimit(@Ctx() ctx: Context) {
    return describeRateLimit(ctx);
  }
}
