// What tests of treatments, bookings and availability share: one workspace with a key for everything, and short words for
// what its desk does all day.
import { contractOperation } from './contract.ts';
import type { Caller, KeyCaller, TestWorkspace } from './house.ts';
import { payloadOf } from './keys.ts';

export interface Hours {
  readonly weekday: string;
  readonly opens: string;
  readonly closes: string;
}

export interface Slot {
  readonly treatment: { readonly id: string };
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface BookingInput {
  readonly venueId: string;
  readonly treatmentId: string;
  readonly customerId: string;
  readonly startsAt: string;
}

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
/** The same hours on every day. */
export const daily = (opens: string, closes: string): Hours[] =>
  weekdays.map((weekday) => ({ weekday, opens, closes }));

export const deskScopes = [
  ...['customers', 'venues', 'treatments', 'bookings'].flatMap((name) => [`read:${name}`, `write:${name}`]),
  'read:availability',
] as const;

export const unknownId = (prefix: string) => `${prefix}_00000000000000000000000000`;

const createVenue = contractOperation('CreateVenue');
const createTreatment = contractOperation('CreateTreatment');
const createBooking = contractOperation('CreateBooking');
const availability = `query ($id: ID!, $from: DateTime!, $to: DateTime!) { venue(id: $id) {
  availability(from: $from, to: $to) { treatment { id } startsAt endsAt } } }`;

export interface Desk {
  readonly workspace: TestWorkspace;
  readonly key: KeyCaller;
  /** Open on every day from 09:00 to 17:00 in Berlin, unless said otherwise. */
  venue(openingHours?: readonly Hours[], timezone?: string): Promise<string>;
  /** An hour long, unless said otherwise. */
  treatment(venueId: string, durationMinutes?: number, name?: string): Promise<string>;
  /** `done`, or code and field of the refusal: `TAKEN startsAt`. */
  book(input: BookingInput, caller?: Caller): Promise<string>;
  /** The id. Throws when it was refused. */
  booked(input: BookingInput): Promise<string>;
  free(venueId: string, from: string, to: string): Promise<Slot[]>;
}

export async function openDesk(workspace: TestWorkspace): Promise<Desk> {
  const key = await workspace.key(...deskScopes);
  const made = async (document: string, input: object, name: string) => {
    const payload = payloadOf(await key.send(document, { input }));
    if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
    return payload[name] as string;
  };
  return {
    workspace,
    key,
    venue: (openingHours = daily('09:00', '17:00'), timezone = 'Europe/Berlin') =>
      made(createVenue, { name: 'Venue', timezone, openingHours }, 'venueId'),
    treatment: (venueId, durationMinutes = 60, name = 'Massage') =>
      made(
        createTreatment,
        { venueId, name, durationMinutes, priceCents: 5_000, currency: 'EUR' },
        'treatmentId',
      ),
    async book(input, caller = key) {
      const { userErrors, bookingId } = payloadOf(await caller.send(createBooking, { input }));
      if (userErrors.length === 0 && bookingId !== null) return 'done';
      return (userErrors as { code: string; field: string[] }[])
        .map(({ code, field }) => `${code} ${field.at(-1)}`)
        .join(', ');
    },
    booked: (input) => made(createBooking, input, 'bookingId'),
    async free(venueId, from, to) {
      const { data, errors } = await key.send(availability, { id: venueId, from, to });
      if (errors) throw new Error(JSON.stringify(errors));
      return data.venue.availability as Slot[];
    },
  };
}
