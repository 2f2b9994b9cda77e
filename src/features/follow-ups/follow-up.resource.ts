// Follow-ups as a resource of the graph, and the edges that lead from and to them.
import { scopes } from '../../access/policy/index.ts';
import { DateTimeFilter, enumFilter, IdFilter } from '../../resources/inputs/comparators.ts';
import { toMany, toOne } from '../../resources/edges.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { Customer, customers } from '../customers/index.ts';
import { inquiries, Inquiry } from '../inquiries/index.ts';
import { Venue, venues } from '../venues/index.ts';
import { FollowUp, FollowUpStatus } from './follow-up.entity.ts';

export const readFollowUps = scopes('read:followups');
export const writeFollowUps = scopes('write:followups');

export const followUps = defineResource({
  type: FollowUp,
  prefix: 'fup',
  requirement: readFollowUps,
  filter: {
    id: IdFilter,
    status: enumFilter(FollowUpStatus, 'FollowUpStatus'),
    dueAt: DateTimeFilter,
    customerId: IdFilter,
    inquiryId: IdFilter,
    venueId: IdFilter,
    createdAt: DateTimeFilter,
    updatedAt: DateTimeFilter,
  },
  orderBy: { DUE_AT: 'dueAt', CREATED_AT: 'createdAt' },
  defaultOrder: { field: 'dueAt', direction: 'ASC' },
});

export const followUpQueries = rootFields(followUps, { one: 'followUp', list: 'followUps' }, readFollowUps);

const column = (property: string) => ({ by: 'column', property }) as const;
export const followUpEdges = [
  toOne({ from: FollowUp, field: 'customer', to: customers, key: 'customerId' }),
  toOne({ from: FollowUp, field: 'inquiry', to: inquiries, key: 'inquiryId' }),
  toOne({ from: FollowUp, field: 'venue', to: venues, key: 'venueId' }),
  toMany({ from: Customer, field: 'followUps', to: followUps, by: column('customerId') }),
  toMany({ from: Inquiry, field: 'followUps', to: followUps, by: column('inquiryId') }),
  toMany({ from: Venue, field: 'followUps', to: followUps, by: column('venueId') }),
];
