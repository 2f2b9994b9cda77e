// GraphQL names of the statistics -> service calls.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Extensions, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { selectedNames } from '../../resources/batching/selection.ts';
import { checkStatisticsArguments, StatisticsArguments, statisticsCost } from './statistics.inputs.ts';
import {
  bookingStatistics,
  customerStatistics,
  followUpStatistics,
  inquiryStatistics,
  planStatistics,
  type StatisticsPlan,
} from './statistics.service.ts';
import {
  BookingStatistics,
  CustomerStatistics,
  FollowUpStatistics,
  InquiryStatistics,
  Statistics,
} from './statistics.type.ts';

@Resolver(() => Statistics)
export class StatisticsQueries {
  @Query(() => Statistics, {
    nullable: true,
    description:
      'Figures of a range of time, counted anew at each call. Needs no scope itself; each section needs its own, for all venues and for chosen ones.',
  })
  @Extensions({ checkArguments: checkStatisticsArguments, cost: statisticsCost, isAlwaysThere: true })
  statistics(@Args(() => StatisticsArguments) args: StatisticsArguments): StatisticsPlan {
    return planStatistics(args);
  }

  @FieldResolver(() => CustomerStatistics, { nullable: true, description: 'Figures of customers.' })
  @Extensions({ isAlwaysThere: true })
  customers(@Root() plan: StatisticsPlan, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return customerStatistics(ctx, plan, selectedNames(info));
  }

  @FieldResolver(() => InquiryStatistics, { nullable: true, description: 'Figures of inquiries.' })
  @Extensions({ isAlwaysThere: true })
  inquiries(@Root() plan: StatisticsPlan, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return inquiryStatistics(ctx, plan, selectedNames(info));
  }

  @FieldResolver(() => FollowUpStatistics, { nullable: true, description: 'Figures of follow-ups.' })
  @Extensions({ isAlwaysThere: true })
  followUps(@Root() plan: StatisticsPlan, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return followUpStatistics(ctx, plan, selectedNames(info));
  }

  @FieldResolver(() => BookingStatistics, { nullable: true, description: 'Figures of bookings.' })
  @Extensions({ isAlwaysThere: true })
  bookings(@Root() plan: StatisticsPlan, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return bookingStatistics(ctx, plan, selectedNames(info));
  }
}
