// The manifest of the feature bookings, and what other rooms may import.
import { scopes } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { availabilityFields, readAvailability } from './availability.resolver.ts';
import { Booking } from './booking.entity.ts';
import { BookingMutations, cancelBookingPayload, createBookingPayload } from './booking.resolver.ts';
import { bookingEdges, bookingQueries, bookings, readBookings, writeBookings } from './booking.resource.ts';

export { Booking, BookingStatus } from './booking.entity.ts';
export { openSpans, type Span } from './opening-spans.ts';

export const bookingsFeature: Feature = {
  name: 'bookings',
  operations: ['bookings'],
  tables: [Booking],
  resources: [bookings],
  resolvers: [
    ...[bookingQueries.resolver, BookingMutations, ...bookingEdges, ...availabilityFields],
    ...[...createBookingPayload.resolvers, ...cancelBookingPayload.resolvers],
  ],
  scopes: [
    { name: 'read:bookings', kind: 'read', description: 'See bookings.', status: 'AVAILABLE' },
    {
      name: 'write:bookings',
      kind: 'write',
      description: 'Make and cancel bookings.',
      status: 'AVAILABLE',
    },
    {
      name: 'read:availability',
      kind: 'read',
      description: 'See the times at which a venue can be booked, but no booking.',
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...bookings.policy,
    ...bookingQueries.policy,
    ...createBookingPayload.policy,
    ...cancelBookingPayload.policy,
    // A caller who may not follow a link may not filter by it either: the answer would say where it leads.
    'BookingFilter.customerId': scopes('read:customers'),
    'BookingFilter.treatmentId': scopes('read:treatments'),
    'BookingFilter.venueId': scopes('read:venues'),
    BookingStatusFilter: readBookings,
    'Query.availability': readAvailability,
    'Mutation.createBooking': writeBookings,
    'Mutation.cancelBooking': writeBookings,
    Slot: readAvailability,
  },
};
