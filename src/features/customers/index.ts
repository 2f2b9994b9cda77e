// The manifest of the feature customers, and what other rooms may import.
import type { Feature } from '../../resources/feature.ts';
import { Customer, CustomerVenue } from './customer.entity.ts';
import {
  createCustomerPayload,
  createCustomersPayload,
  CustomerMutations,
  updateCustomerPayload,
} from './customer.resolver.ts';
import { customerEdges, customerQueries, customers, writeCustomers } from './customer.resource.ts';

export { Customer, CustomerVenue } from './customer.entity.ts';
export { customers } from './customer.resource.ts';
export { linkToVenues } from './customer.service.ts';

export const customersFeature: Feature = {
  name: 'customers',
  operations: ['customers'],
  tables: [Customer, CustomerVenue],
  resources: [customers],
  resolvers: [
    ...[customerQueries.resolver, CustomerMutations, ...customerEdges],
    ...[
      ...createCustomerPayload.resolvers,
      ...createCustomersPayload.resolvers,
      ...updateCustomerPayload.resolvers,
    ],
  ],
  scopes: [
    { name: 'read:customers', kind: 'read', description: 'See customers.', status: 'AVAILABLE' },
    {
      name: 'write:customers',
      kind: 'write',
      description: 'Create and change customers.',
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...customers.policy,
    ...customerQueries.policy,
    ...createCustomerPayload.policy,
    ...createCustomersPayload.policy,
    ...updateCustomerPayload.policy,
    // An edge has no line: it asks what the type it stands in asks, and is guarded by the type that it leads to.
    'Mutation.createCustomer': writeCustomers,
    'Mutation.createCustomers': writeCustomers,
    'Mutation.updateCustomer': writeCustomers,
  },
};
