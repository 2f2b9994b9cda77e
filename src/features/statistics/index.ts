// The manifest of the feature statistics. It has no rows of its own.
import { authenticated, scopes } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { StatisticsQueries } from './statistics.resolver.ts';

const readCustomers = scopes('read:customers');
const readInquiries = scopes('read:inquiries');
const readFollowUps = scopes('read:followups');
const readBookings = scopes('read:bookings');

export const statisticsFeature: Feature = {
  name: 'statistics',
  operations: ['statistics'],
  tables: [],
  scopes: [],
  resources: [],
  resolvers: [StatisticsQueries],
  policy: {
    'Query.statistics': authenticated,
    // Counts of one venue over a narrow range tell to which venue a single row belongs.
    'Query.statistics(venueIds)': scopes('read:venues'),
    Statistics: authenticated,
    StatisticsBucket: authenticated,
    SeriesPoint: authenticated,
    'Statistics.customers': readCustomers,
    CustomerStatistics: readCustomers,
    'Statistics.inquiries': readInquiries,
    InquiryStatistics: readInquiries,
    InquiryStatusCount: readInquiries,
    InquiryChannelCount: readInquiries,
    'Statistics.followUps': readFollowUps,
    FollowUpStatistics: readFollowUps,
    'Statistics.bookings': readBookings,
    BookingStatistics: readBookings,
  },
};
