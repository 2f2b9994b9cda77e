// Bookings as a resource of the graph, and the edges that lead from and to them.
import { scopes } from '../../access/policy/index.ts';
import { DateTimeFilter, enumFilter, IdFilter } from '../../resources/inputs/comparators.ts';
import { toMany, toOne } from '../../resources/edges.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { Customer, customers } from '../customers/index.ts';
import { treatments } from '../treatments/index.ts';
import { Venue, ofVenue, venues } from '../venues/index.ts';
import { Booking, BookingStatus } from './booking.entity.ts';

export const readBookings = scopes('read:bookings');
export const writeBookings = scopes('write:bookings');

export const bookings = defineResource({
  type: Booking,
  prefix: 'bkg',
  requirement: readBookings,
  filter: {
    id: IdFilter,
    startsAt: DateTimeFilter,
    endsAt: DateTimeFilter,
    status: enumFilter(BookingStatus, 'BookingStatus'),
    customerId: IdFilter,
    venueId: IdFilter,
    treatmentId: IdFilter,
    createdAt: DateTimeFilter,
    updatedAt: DateTimeFilter,
  },
  orderBy: { STARTS_AT: 'startsAt', CREATED_AT: 'createdAt' },
  defaultOrder: { field: 'startsAt', direction: 'ASC' },
});

const column = (property: string) => ({ by: 'column', property }) as const;

/** Fewer than those of a venue: given both, these are looked through. */
const ofCustomer = {
  argument: 'customerId',
  description:
    "Only the bookings of this customer; of one who is not there, or not the caller's, there are none.",
  by: column('customerId'),
};

export const bookingQueries = rootFields(bookings, { one: 'booking', list: 'bookings' }, readBookings, [
  ofCustomer,
  ofVenue('bookings', column('venueId')),
]);

export const bookingEdges = [
  toOne({ from: Booking, field: 'customer', to: customers, key: 'customerId' }),
  toOne({ from: Booking, field: 'venue', to: venues, key: 'venueId', isAlwaysThere: true }),
  toOne({ from: Booking, field: 'treatment', to: treatments, key: 'treatmentId', isAlwaysThere: true }),
  toMany({ from: Customer, field: 'bookings', to: bookings, by: column('customerId') }),
  toMany({ from: Venue, field: 'bookings', to: bookings, by: column('venueId') }),
];
