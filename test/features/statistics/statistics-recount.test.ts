// The figures equal a recount in plain JavaScript, which knows days and zones from Intl alone: random ranges, zones,
// venues and callers over rows that lie close to changes of clocks.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import type { NewRow } from '../../../src/db/tenant/tenant-db.ts';
import { Booking, BookingStatus } from '../../../src/features/bookings/index.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { FollowUp, FollowUpStatus } from '../../../src/features/follow-ups/index.ts';
import {
  Inquiry,
  InquiryChannel,
  InquiryStatus,
  Reply,
  ReplyAuthorKind,
} from '../../../src/features/inquiries/index.ts';
import { Treatment } from '../../../src/features/treatments/index.ts';
import {
  bookingRow,
  customerRow,
  followUpRow,
  inquiryRow,
  replyRow,
  treatmentRow,
} from '../../db/support/rows.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'Africa/Cairo',
  'Asia/Kathmandu',
];
/** Changes of clocks in these zones, and turns of month and year. */
const turns = [
  ...['2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-03-08T07:00Z', '2026-11-01T05:00Z'],
  ...['2026-04-23T22:00Z', '2026-10-29T21:00Z', '2026-01-01T00:00Z', '2026-06-30T22:00Z'],
].map((text) => Date.parse(text));

interface World {
  readonly customers: NewRow<Customer>[];
  readonly links: { readonly customerId: string; readonly venueId: string }[];
  readonly inquiries: NewRow<Inquiry>[];
  readonly replies: NewRow<Reply>[];
  readonly followUps: NewRow<FollowUp>[];
  readonly treatments: NewRow<Treatment>[];
  readonly bookings: NewRow<Booking>[];
}

// --- Rows, the same at each run.

function randomFrom(seed: number) {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const int = (max: number) => Math.floor(next() * max);
  return { int, pick: <T>(list: readonly T[]): T => list[int(list.length)]! };
}

function worldOf(venueIds: readonly string[], seed: number): World {
  const { int, pick } = randomFrom(seed);
  const steps = [
    0,
    1,
    -1,
    1_800_000,
    hourMs,
    hourMs - 1,
    -hourMs,
    2 * hourMs,
    5 * hourMs,
    12 * hourMs,
    dayMs,
  ];
  const moment = () => new Date(pick(turns) + pick(steps) + int(4) * pick([0, dayMs, -dayMs])).toISOString();
  const venue = () => pick([...venueIds, null]);
  const many = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
  const customers = many(60, () => customerRow({ name: `Customer ${int(9)}`, createdAt: moment() }));
  const links = customers.flatMap(({ id }) =>
    venueIds.filter(() => int(3) === 0).map((venueId) => ({ customerId: id, venueId })),
  );
  const inquiries = many(120, () => {
    const kind = { status: pick(Object.values(InquiryStatus)), channel: pick(Object.values(InquiryChannel)) };
    const concerns = { customerId: pick(customers).id, venueId: venue() };
    return inquiryRow({ ...concerns, ...kind, createdAt: moment() });
  });
  const replies = inquiries.flatMap((inquiry) =>
    many(int(4), () => {
      // Names say nothing: staff is called like the customer, and the customer like staff.
      const name = customers.find(({ id }) => id === inquiry.customerId)!.name;
      const author = pick([name, 'Staff', 'API']);
      const authorKind = pick([...Object.values(ReplyAuthorKind), null]);
      const createdAt = new Date(Date.parse(inquiry.createdAt) + 1 + int(3 * dayMs)).toISOString();
      return replyRow({ inquiryId: inquiry.id, author, authorKind, createdAt });
    }),
  );
  const followUps = many(120, () => {
    const completedAt = pick([null, moment()]);
    const status = completedAt === null ? FollowUpStatus.OPEN : FollowUpStatus.DONE;
    const concerns = { customerId: pick(customers).id, venueId: venue() };
    return followUpRow({ ...concerns, status, completedAt, dueAt: moment() });
  });
  const treatments = venueIds.map((venueId) => treatmentRow({ venueId }));
  const bookings = many(120, () => {
    const { id: treatmentId, venueId } = pick(treatments);
    const cancelledAt = pick([null, moment()]);
    const status = cancelledAt === null ? BookingStatus.BOOKED : BookingStatus.CANCELLED;
    const concerns = { customerId: pick(customers).id, venueId, treatmentId };
    return bookingRow({ ...concerns, status, cancelledAt, startsAt: moment(), createdAt: moment() });
  });
  return { customers, links, inquiries, replies, followUps, treatments, bookings };
}

// --- The recount.

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly bucket: 'DAY' | 'WEEK' | 'MONTH';
  readonly timezone: string;
  readonly venueIds: readonly string[] | null;
}

const calendars = new Map(
  zones.map((timeZone) => [timeZone, new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })]),
);

/** The day of a zone as days since 1970. */
function localDay(instant: string, timezone: string): number {
  return Date.parse(`${calendars.get(timezone)!.format(new Date(instant))}T00:00Z`) / dayMs;
}

/** A number for each bucket: the next bucket has the next number. */
function bucketOf(instant: string, { bucket, timezone }: Asked): number {
  const day = localDay(instant, timezone);
  // 1970-01-01 was a Thursday.
  if (bucket !== 'MONTH') return bucket === 'DAY' ? day : Math.floor((day + 3) / 7);
  const date = new Date(day * dayMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function recount(world: World, asked: Asked, seen: readonly string[] | null, now: string) {
  const isVisible = (venueId: string | null) =>
    [seen, asked.venueIds].every((list) => list === null || (venueId !== null && list.includes(venueId)));
  const unlimited = seen === null && asked.venueIds === null;
  const customers = world.customers.filter(
    ({ id }) => unlimited || world.links.some((link) => link.customerId === id && isVisible(link.venueId)),
  );
  const within = (at: string | null | undefined) => at != null && at >= asked.from && at < asked.to;
  const inquiries = world.inquiries.filter((row) => isVisible(row.venueId) && within(row.createdAt));
  const followUps = world.followUps.filter((row) => isVisible(row.venueId));
  const open = followUps.filter((row) => row.status === 'OPEN');
  const waits = inquiries.flatMap((inquiry) => {
    const answers = world.replies.filter(
      (reply) => reply.inquiryId === inquiry.id && reply.authorKind !== 'CUSTOMER',
    );
    const first = answers.map((reply) => Date.parse(reply.createdAt)).sort((a, b) => a - b)[0];
    return first === undefined ? [] : [first - Date.parse(inquiry.createdAt)];
  });
  const medianMs = median(waits);
  const number = (rows: World['inquiries'], key: 'status' | 'channel', value: string) =>
    rows.filter((row) => row[key] === value).length;
  const created = customers.filter((row) => within(row.createdAt));
  const completed = followUps.filter((row) => within(row.completedAt));
  const bookings = world.bookings.filter((row) => isVisible(row.venueId));
  const booked = bookings.filter((row) => within(row.createdAt));
  return {
    figures: {
      customers: { total: customers.length, created: created.length },
      inquiries: {
        created: inquiries.length,
        answered: waits.length,
        medianFirstReplySeconds: medianMs === null ? null : medianMs / 1_000,
        byStatus: ['OPEN', 'WAITING', 'ANSWERED', 'CLOSED'].map((status) => ({
          status,
          count: number(inquiries, 'status', status),
        })),
        byChannel: ['EMAIL', 'SMS', 'WHATSAPP', 'WEB', 'PHONE'].map((channel) => ({
          channel,
          count: number(inquiries, 'channel', channel),
        })),
      },
      followUps: {
        open: open.length,
        overdue: open.filter((row) => row.dueAt < now).length,
        completed: completed.length,
      },
      bookings: {
        booked: booked.length,
        cancelled: bookings.filter((row) => within(row.cancelledAt)).length,
      },
    },
    moments: {
      customers: created.map((row) => row.createdAt),
      inquiries: inquiries.map((row) => row.createdAt),
      followUps: completed.map((row) => row.completedAt!),
      bookings: booked.map((row) => row.createdAt),
    },
  };
}

const query = `query ($from: DateTime!, $to: DateTime!, $bucket: StatisticsBucket!, $timezone: String, $venueIds: [ID!]) {
  statistics(from: $from, to: $to, bucket: $bucket, timezone: $timezone, venueIds: $venueIds) {
    customers { total created series { start count } }
    inquiries { created answered medianFirstReplySeconds byStatus { status count } byChannel { channel count } series { start count } }
    followUps { open overdue completed series { start count } }
    bookings { booked cancelled series { start count } }
  }
}`;
const scopes = ['read:customers', 'read:inquiries', 'read:followups', 'read:bookings', 'read:venues'];

/** Bucket after bucket without a gap; each begins right where another one ends; each counts what lies in it. */
function expectSeries(series: readonly { start: string; count: number }[], moments: string[], asked: Asked) {
  const numbers = series.map(({ start }) => bucketOf(start, asked));
  const last = bucketOf(new Date(Date.parse(asked.to) - 1).toISOString(), asked);
  const first = bucketOf(asked.from, asked);
  expect(numbers).toEqual(Array.from({ length: last - first + 1 }, (_, index) => first + index));
  expect(series[0]!.start).toBe(asked.from);
  for (const [index, { start }] of series.entries()) {
    const before = new Date(Date.parse(start) - 1).toISOString();
    if (index > 0) expect(bucketOf(before, asked)).toBe(numbers[index]! - 1);
  }
  const found = moments.map((at) => bucketOf(at, asked));
  const counts = numbers.map((number) => found.filter((other) => other === number).length);
  expect(series.map(({ count }) => count)).toEqual(counts);
}

describeEachEngine('Statistics', (engine) => {
  let house: TestHouse;
  let worlds: [World, World];
  const venueIds: string[] = [];
  const callers: { caller: Caller; world: 0 | 1; seen: readonly string[] | null }[] = [];

  async function write({ workspaceId }: TestWorkspace, world: World) {
    const { customers, links, inquiries, replies, followUps, treatments, bookings } = world;
    await systemContext(house.app, workspaceId).db.transaction(async (tx) => {
      await tx.insert(Customer, customers);
      await tx.insert(CustomerVenue, links);
      await tx.insert(Inquiry, inquiries);
      await tx.insert(Reply, replies);
      await tx.insert(FollowUp, followUps);
      await tx.insert(Treatment, treatments);
      await tx.insert(Booking, bookings);
    });
  }

  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' } });
    const [a, b] = [await house.workspace(), await house.workspace()];
    for (const workspace of [a, a, a, b, b]) venueIds.push(await workspace.venue());
    worlds = [worldOf(venueIds.slice(0, 3), 1), worldOf(venueIds.slice(3), 2)];
    await write(a, worlds[0]);
    await write(b, worlds[1]);
    callers.push({ caller: await a.key(...scopes), world: 0, seen: null });
    callers.push({ caller: await b.key(...scopes), world: 1, seen: null });
    for (const seen of [venueIds.slice(0, 1), venueIds.slice(1, 3)])
      callers.push({ caller: await a.venueKey(seen, ...scopes), world: 0, seen });
  });
  afterAll(() => house.close());

  const asked = fc.record({
    caller: fc.nat({ max: 3 }),
    timezone: fc.constantFrom(...zones),
    bucket: fc.constantFrom<Asked['bucket'][]>('DAY', 'WEEK', 'MONTH'),
    start: fc.record({ turn: fc.constantFrom(...turns), hours: fc.integer({ min: -72, max: 72 }) }),
    hours: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100, max: 9_000 })),
    venues: fc.option(fc.uniqueArray(fc.nat({ max: 5 })), { nil: null }),
  });

  it('equal a recount, whatever the range, the zone, the venues and the caller', async () => {
    let [answered, cancelled] = [0, 0];
    const property = fc.asyncProperty(asked, async ({ caller: number, start, hours, venues, ...rest }) => {
      const fromMs = start.turn + start.hours * hourMs;
      const from = new Date(fromMs).toISOString();
      const to = new Date(fromMs + hours * hourMs).toISOString();
      // The sixth is a venue of nobody.
      const named = venues && venues.map((index) => venueIds[index] ?? 'ven_00000000000000000000000000');
      const variables: Asked = { from, to, ...rest, venueIds: named };
      const { caller, world, seen } = callers[number]!;
      const now = new Date(house.clock.nowMs()).toISOString();
      const { figures, moments } = recount(worlds[world], variables, seen, now);
      const { data, errors } = await caller.send(query, { ...variables });
      expect(errors).toBeUndefined();
      const { statistics } = data as { statistics: Record<string, { series: never[] }> };
      expect(statistics).toMatchObject(figures);
      for (const section of Object.keys(moments) as (keyof typeof moments)[])
        expectSeries(statistics[section]!.series, moments[section], variables);
      answered += figures.inquiries.answered;
      cancelled += figures.bookings.cancelled;
    });
    await fc.assert(property, { numRuns: 120 });
    // Not a comparison of nothing with nothing.
    expect(Math.min(answered, cancelled)).toBeGreaterThan(100);
  });
});
