// The time from which a client that copies the data has to read again.
import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { commitLagMs } from '../../core/deadlines.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

const description =
  'Every change of an earlier time can be read by now: the time of the server, less what the longest write and ' +
  `the clocks of several servers can be late, ${commitLagMs / 1_000} seconds. A job that copies changed rows keeps the value of its ` +
  'first page, and asks the next time for what was changed since then.';

@Resolver()
export class SyncQueries {
  @Query(() => DateTimeScalar, { nullable: true, description })
  changesCompleteUntil(@Ctx() { clock }: Context): string {
    return toInstant(clock.nowMs() - commitLagMs);
  }
}
