// The manifest of the feature inquiries, and what other rooms may import.
import { scopes } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { Inquiry, Reply } from './inquiry.entity.ts';
import {
  createInquiryPayload,
  createInquiriesPayload,
  InquiryMutations,
  recordCustomerReplyPayload,
  replyToInquiryPayload,
  updateInquiryStatusPayload,
} from './inquiry.resolver.ts';
import {
  inquiries,
  inquiryEdges,
  inquiryQueries,
  readInquiries,
  replies,
  writeInquiries,
} from './inquiry.resource.ts';

export { assertCustomer, venueForNewRow } from './customer-and-venue.ts';
export { Inquiry, InquiryChannel, InquiryStatus, Reply, ReplyAuthorKind } from './inquiry.entity.ts';
export { inquiries } from './inquiry.resource.ts';

export const inquiriesFeature: Feature = {
  name: 'inquiries',
  operations: ['inquiries'],
  tables: [Inquiry, Reply],
  resources: [inquiries, replies],
  resolvers: [
    ...[inquiryQueries.resolver, InquiryMutations, ...inquiryEdges],
    ...[
      ...createInquiryPayload.resolvers,
      ...createInquiriesPayload.resolvers,
      ...replyToInquiryPayload.resolvers,
      ...recordCustomerReplyPayload.resolvers,
    ],
    ...updateInquiryStatusPayload.resolvers,
  ],
  scopes: [
    {
      name: 'read:inquiries',
      kind: 'read',
      description: 'See inquiries and their replies.',
      status: 'AVAILABLE',
    },
    {
      name: 'write:inquiries',
      kind: 'write',
      description:
        'Create inquiries, reply to them, record what customers write next, and change their status.',
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...inquiries.policy,
    ...replies.policy,
    ...inquiryQueries.policy,
    ...createInquiryPayload.policy,
    ...createInquiriesPayload.policy,
    ...replyToInquiryPayload.policy,
    ...recordCustomerReplyPayload.policy,
    ...updateInquiryStatusPayload.policy,
    // A caller who may not follow a link may not filter by it either: the answer would say where it leads.
    'InquiryFilter.customerId': scopes('read:customers'),
    'InquiryFilter.venueId': scopes('read:venues'),
    ReplyAuthorKind: readInquiries,
    InquiryChannelFilter: readInquiries,
    InquiryStatusFilter: readInquiries,
    'Mutation.createInquiry': writeInquiries,
    'Mutation.createInquiries': writeInquiries,
    'Mutation.replyToInquiry': writeInquiries,
    'Mutation.recordCustomerReply': writeInquiries,
    'Mutation.updateInquiryStatus': writeInquiries,
  },
};
