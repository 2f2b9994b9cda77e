// The manifest of the feature venues, and what other rooms may import.
import { open } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { Venue } from './venue.entity.ts';
import { createVenuePayload, updateVenuePayload, VenueMutations } from './venue.resolver.ts';
import { readVenues, venueQueries, venues, writeVenues } from './venue.resource.ts';

export { Venue } from './venue.entity.ts';
export { ofVenue, venues } from './venue.resource.ts';

export const venuesFeature: Feature = {
  name: 'venues',
  operations: ['venues'],
  tables: [Venue],
  resources: [venues],
  resolvers: [
    venueQueries.resolver,
    VenueMutations,
    ...createVenuePayload.resolvers,
    ...updateVenuePayload.resolvers,
  ],
  scopes: [
    { name: 'read:venues', kind: 'read', description: 'See venues.', status: 'AVAILABLE' },
    {
      name: 'write:venues',
      kind: 'write',
      description: 'Create and change venues.',
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...venues.policy,
    ...venueQueries.policy,
    ...createVenuePayload.policy,
    ...updateVenuePayload.policy,
    'Mutation.createVenue': writeVenues,
    'Mutation.updateVenue': writeVenues,
    OpeningHours: readVenues,
    Weekday: open,
  },
};
