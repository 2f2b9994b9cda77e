// The door of the statistics room: its manifest. It has no rows of its own.
import { authenticated, scopes } from '../../access/policy/index.ts';
import type { Feature } from '../../graph/feature.ts';
import { StatisticsQueries } from './statistics.resolver.ts';

const readCustomers = scopes('read:customers');
const readInquiries = scopes('read:inquiries');
const readFollowUps = scopes('read:followups');

export const statisticsFeature: Feature = {
  name: 'statistics',
  tables: [],
  scopes: [],
  resources: [],
  resolvers: [StatisticsQueries],
  policy: {
    // A filter by venue shows nothing that the section does not show: it asks for no scope beside the section's.
    'Query.statistics': authenticated,
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
  },
};
