// Inquiries and replies as resources of the graph, and the edges that lead from and to them.
import { scopes } from '../../access/policy/index.ts';
import { DateTimeFilter, enumFilter, IdFilter, StringFilter } from '../../resources/inputs/comparators.ts';
import { toMany, toOne } from '../../resources/edges.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { Customer, customers } from '../customers/index.ts';
import { Venue, venues } from '../venues/index.ts';
import { Inquiry, InquiryChannel, InquiryStatus, Reply } from './inquiry.entity.ts';

export const readInquiries = scopes('read:inquiries');
export const writeInquiries = scopes('write:inquiries');

export const inquiries = defineResource({
  type: Inquiry,
  prefix: 'inq',
  requirement: readInquiries,
  filter: {
    id: IdFilter,
    customerId: IdFilter,
    venueId: IdFilter,
    subject: StringFilter,
    channel: enumFilter(InquiryChannel, 'InquiryChannel'),
    status: enumFilter(InquiryStatus, 'InquiryStatus'),
    createdAt: DateTimeFilter,
    updatedAt: DateTimeFilter,
  },
  orderBy: { CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt' },
  defaultOrder: { field: 'createdAt', direction: 'DESC' },
});

export const replies = defineResource({
  type: Reply,
  prefix: 'rep',
  requirement: readInquiries,
  filter: { id: IdFilter, createdAt: DateTimeFilter },
  orderBy: { CREATED_AT: 'createdAt' },
  defaultOrder: { field: 'createdAt', direction: 'ASC' },
  // Its name stands in the reply.
  mentions: 'authorId',
});

export const inquiryQueries = rootFields(inquiries, { one: 'inquiry', list: 'inquiries' }, readInquiries);

const column = (property: string) => ({ by: 'column', property }) as const;
export const inquiryEdges = [
  toOne({ from: Inquiry, field: 'customer', to: customers, key: 'customerId' }),
  toOne({ from: Inquiry, field: 'venue', to: venues, key: 'venueId' }),
  toMany({ from: Inquiry, field: 'replies', to: replies, by: column('inquiryId') }),
  toOne({ from: Reply, field: 'inquiry', to: inquiries, key: 'inquiryId', isAlwaysThere: true }),
  toMany({ from: Customer, field: 'inquiries', to: inquiries, by: column('customerId') }),
  toMany({ from: Venue, field: 'inquiries', to: inquiries, by: column('venueId') }),
];
