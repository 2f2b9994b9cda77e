// GraphQL types of the statistics. What each figure means stands in its description.
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { InquiryChannel, InquiryStatus } from '../inquiries/index.ts';

@ObjectType({ description: 'One bucket of a series.' })
export class SeriesPoint {
  @Field(() => DateTimeScalar, {
    description:
      'When the day, week or month begins in the time zone; of the first bucket `from`, if that is later.',
  })
  start!: string;
  @Field(() => Int, { description: 'How many there are in it.' }) count!: number;
}

const seriesOf = (what: string) => `${what}, bucket by bucket: without gaps, with 0 where there are none.`;

@ObjectType({ description: 'Figures of customers.' })
export class CustomerStatistics {
  @Field(() => Int, { description: 'All customers of today, whenever they were created.' }) total?: number;
  @Field(() => Int, { description: 'Customers that were created in the range.' }) created?: number;
  @Field(() => [SeriesPoint], { description: seriesOf('Created customers') }) series?: SeriesPoint[];
}

@ObjectType({ description: 'How many inquiries have a status.' })
export class InquiryStatusCount {
  @Field(() => InquiryStatus, { description: 'The status that is counted.' }) status!: InquiryStatus;
  @Field(() => Int, { description: 'How many there are.' }) count!: number;
}

@ObjectType({ description: 'How many inquiries came in by a channel.' })
export class InquiryChannelCount {
  @Field(() => InquiryChannel, { description: 'The channel that is counted.' }) channel!: InquiryChannel;
  @Field(() => Int, { description: 'How many there are.' }) count!: number;
}

@ObjectType({ description: 'Figures of inquiries.' })
export class InquiryStatistics {
  @Field(() => Int, { description: 'Inquiries that were created in the range.' }) created?: number;
  @Field(() => Int, {
    description:
      'Of the created: those with a reply, at any time until now, that the customer did not write (see `Reply.authorKind`).',
  })
  answered?: number;
  @Field(() => Float, {
    nullable: true,
    description:
      'Of the answered: the median of the time from the inquiry to its first reply that the customer did not write, to the millisecond. For an even number the mean of the middle two; null when none was answered.',
  })
  medianFirstReplySeconds?: number | null;
  @Field(() => [InquiryStatusCount], {
    description: 'The created by their status of now; every status once.',
  })
  byStatus?: InquiryStatusCount[];
  @Field(() => [InquiryChannelCount], { description: 'The created by their channel; every channel once.' })
  byChannel?: InquiryChannelCount[];
  @Field(() => [SeriesPoint], { description: seriesOf('Created inquiries') }) series?: SeriesPoint[];
}

@ObjectType({ description: 'Figures of follow-ups.' })
export class FollowUpStatistics {
  @Field(() => Int, { description: 'Follow-ups that are OPEN now, whatever the range.' }) open?: number;
  @Field(() => Int, { description: 'Of the open: those that were due before now.' }) overdue?: number;
  @Field(() => Int, { description: 'Follow-ups that were completed in the range.' }) completed?: number;
  @Field(() => [SeriesPoint], { description: seriesOf('Completed follow-ups') }) series?: SeriesPoint[];
}

@ObjectType({ description: 'Figures of bookings.' })
export class BookingStatistics {
  @Field(() => Int, {
    description: 'Bookings that were made in the range, for whatever time, also those cancelled since.',
  })
  booked?: number;
  @Field(() => Int, { description: 'Bookings that were cancelled in the range, whenever they were made.' })
  cancelled?: number;
  @Field(() => [SeriesPoint], { description: seriesOf('Bookings made') }) series?: SeriesPoint[];
}

@ObjectType({
  description: 'Figures of a range of time. Each section has its own scope and is null without it.',
})
export class Statistics {}
