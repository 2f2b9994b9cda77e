// Nine ways in which one workspace can do its worst within the default limits, as request bodies.

export const noiseNames = [
  ...['search', 'nested', 'counts', 'bulk', 'bookings', 'sign-out', 'users', 'availability', 'statistics'],
] as const;
export type NoiseName = (typeof noiseNames)[number];

/** The rows of the noisy workspace that its requests name. */
export interface NoisyRows {
  readonly customerId: string;
  readonly venueId: string;
  readonly treatmentId: string;
  /** Of a member whose role can be changed. */
  readonly memberId: string;
}

export interface Noise {
  /** Requests at the same time. */
  readonly connections: number;
  /** Sent by the owner, with a sign-in token, and not by a key. */
  readonly isOwner?: true;
  body(turn: number): string;
}

const list = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const body = (query: string, variables: object = {}) => JSON.stringify({ query, variables });
const read =
  (query: string): Noise['body'] =>
  () =>
    body(query);

const inquiries = (count: number, customerId: string, turn: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{
      customerId,
      subject: `Noise ${turn} ${index}`,
      body: 'a text of no use '.repeat(20),
      channel: 'WEB',
    },
  }));

const dayMs = 86_400_000;
const openedMs = 9 * 3_600_000;

/** A time of its own for each turn: ten a day. */
function startsAt(turn: number): string {
  const tomorrow = Math.ceil(Date.now() / dayMs + 1) * dayMs;
  return new Date(
    tomorrow + Math.floor(turn / 10) * dayMs + openedMs + (turn % 10) * 1_800_000,
  ).toISOString();
}

const month = () => ({
  from: new Date(Date.now() + dayMs).toISOString(),
  to: new Date(Date.now() + 30 * dayMs).toISOString(),
});
const year = `from: "2025-12-01T00:00:00Z", to: "2026-11-28T00:00:00Z"`;
const figures =
  'customers { created series { count } } inquiries { created answered medianFirstReplySeconds }';

/** The worst that the default limits allow, found by trial. */
function readingNoise({ venueId }: NoisyRows) {
  return {
    search: {
      connections: 20,
      body: read(
        `{ ${list(10, (n) => `c${n}: customers(first: 1, search: "a", filter: { name: { contains: "zq${n}" } }) { nodes { name } }`)} }`,
      ),
    },
    nested: {
      connections: 20,
      body: read(
        '{ customers(first: 50) { nodes { name inquiries(first: 5) { nodes { subject replies(first: 2) { nodes { body } } } } followUps(first: 5) { nodes { note } } } } }',
      ),
    },
    counts: {
      connections: 20,
      body: read(
        `{ ${list(15, (n) => `i${n}: inquiries(first: 1, filter: { subject: { contains: "q${n}z" } }) { totalCount }`)} }`,
      ),
    },
    availability: {
      connections: 20,
      body: () =>
        body(
          `query ($id: ID!, $from: DateTime!, $to: DateTime!) { venue(id: $id) { ${list(10, (n) => `a${n}: availability(from: $from, to: $to) { startsAt }`)} } }`,
          { id: venueId, ...month() },
        ),
    },
    statistics: {
      connections: 20,
      body: read(
        `{ ${list(5, (n) => `s${n}: statistics(${year}, bucket: DAY, timezone: "Europe/Berlin") { ${figures} }`)} }`,
      ),
    },
  } satisfies Partial<Record<NoiseName, Noise>>;
}

function writingNoise({ customerId, venueId, treatmentId, memberId }: NoisyRows) {
  return {
    bulk: {
      connections: 120,
      body: (turn) =>
        body('mutation ($input: [CreateInquiryInput!]!) { createInquiries(input: $input) { inquiryIds } }', {
          input: inquiries(100, customerId, turn),
        }),
    },
    bookings: {
      connections: 560,
      body: (turn) =>
        body('mutation ($input: CreateBookingInput!) { createBooking(input: $input) { bookingId } }', {
          input: { venueId, treatmentId, customerId, startsAt: startsAt(turn) },
        }),
    },
    'sign-out': {
      connections: 500,
      isOwner: true,
      body: () => body('mutation ($id: ID) { signOutEverywhere(userId: $id) { userId } }', { id: memberId }),
    },
    users: {
      connections: 10,
      isOwner: true,
      body: (turn) =>
        body('mutation ($input: UpdateUserRoleInput!) { updateUserRole(input: $input) { userId } }', {
          input: { id: memberId, role: turn % 2 === 0 ? 'ADMIN' : 'MEMBER' },
        }),
    },
  } satisfies Partial<Record<NoiseName, Noise>>;
}

export function noiseOf(name: NoiseName, rows: NoisyRows): Noise {
  const all: Record<NoiseName, Noise> = { ...readingNoise(rows), ...writingNoise(rows) };
  return all[name];
}
