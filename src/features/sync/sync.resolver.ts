// The time from which a client that copies the data has to read again.
import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { commitLagMs } from '../../core/deadlines.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

const description =
  'Every change with an earlier `updatedAt` can be read by now: the time of the server, less what the longest write and ' +
  `the clocks of several servers can be late, ${commitLagMs / 1_000} seconds. A job that copies changed rows keeps the value of its ` +
  'first page, and asks with it the next time for `updatedAt: { gte: … }`.';

@Resolver()
export class SyncQueries {
  @Query(() => DateTimeScalar, { nullable: true, description })
  changesCompleteUntil(@Ctx() { clock }: Context): string {
    return toInstant(clock.nowMs() - commitLagMs);
  }
}
