// Customers as a resource of the graph, and the edges between customers and venues.
import { scopes } from '../../access/policy/index.ts';
import { DateTimeFilter, IdFilter, StringFilter } from '../../resources/inputs/comparators.ts';
import { toMany } from '../../resources/edges.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { ofVenue, Venue, venues } from '../venues/index.ts';
import { Customer, CustomerVenue } from './customer.entity.ts';

const readCustomers = scopes('read:customers');
export const writeCustomers = scopes('write:customers');

export const customers = defineResource({
  type: Customer,
  prefix: 'cus',
  requirement: readCustomers,
  filter: {
    id: IdFilter,
    name: StringFilter,
    email: StringFilter,
    city: StringFilter,
    createdAt: DateTimeFilter,
    updatedAt: DateTimeFilter,
  },
  orderBy: { CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt', NAME: 'nameFolded', EMAIL: 'emailFolded' },
  defaultOrder: { field: 'createdAt', direction: 'DESC' },
});

const link = { by: 'link', table: () => CustomerVenue } as const;
const byVenue = { ...link, parent: 'venueId', child: 'customerId' } as const;

export const customerQueries = rootFields(customers, { one: 'customer', list: 'customers' }, readCustomers, [
  ofVenue('customers', byVenue),
]);

export const customerEdges = [
  toMany({
    from: Customer,
    field: 'venues',
    to: venues,
    by: { ...link, parent: 'customerId', child: 'venueId' },
  }),
  toMany({
    from: Venue,
    field: 'customers',
    to: customers,
    by: byVenue,
  }),
];
