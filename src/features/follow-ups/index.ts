// The manifest of the feature follow-ups, and what other rooms may import.
import { scopes } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { FollowUp } from './follow-up.entity.ts';
import {
  completeFollowUpPayload,
  createFollowUpPayload,
  FollowUpMutations,
  rescheduleFollowUpPayload,
} from './follow-up.resolver.ts';
import {
  followUpEdges,
  followUpQueries,
  followUps,
  readFollowUps,
  writeFollowUps,
} from './follow-up.resource.ts';

export { FollowUp, FollowUpStatus } from './follow-up.entity.ts';

export const followUpsFeature: Feature = {
  name: 'follow-ups',
  operations: ['follow-ups'],
  tables: [FollowUp],
  resources: [followUps],
  resolvers: [
    ...[followUpQueries.resolver, FollowUpMutations, ...followUpEdges],
    ...[...createFollowUpPayload.resolvers, ...completeFollowUpPayload.resolvers],
    ...rescheduleFollowUpPayload.resolvers,
  ],
  scopes: [
    { name: 'read:followups', kind: 'read', description: 'See follow-ups.', status: 'AVAILABLE' },
    {
      name: 'write:followups',
      kind: 'write',
      description: 'Create, complete and reschedule follow-ups.',
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...followUps.policy,
    ...followUpQueries.policy,
    ...createFollowUpPayload.policy,
    ...completeFollowUpPayload.policy,
    ...rescheduleFollowUpPayload.policy,
    // A caller who may not follow a link may not filter by it either: the answer would say where it leads.
    'FollowUpFilter.customerId': scopes('read:customers'),
    'FollowUpFilter.inquiryId': scopes('read:inquiries'),
    'FollowUpFilter.venueId': scopes('read:venues'),
    FollowUpStatusFilter: readFollowUps,
    'Mutation.createFollowUp': writeFollowUps,
    'Mutation.completeFollowUp': writeFollowUps,
    'Mutation.rescheduleFollowUp': writeFollowUps,
  },
};
