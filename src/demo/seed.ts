// Writes a told story into a workspace, in transactions of a few hundred customers each.
import type { Context } from '../access/context.ts';
import { toInstant } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import { tableOf, type EntityClass } from '../db/store/table.ts';
import type { TenantTransaction } from '../db/tenant/tenant-db.ts';
import { Customer, CustomerVenue } from '../features/customers/index.ts';
import { FollowUp } from '../features/follow-ups/index.ts';
import { Inquiry, Reply, ReplyAuthorKind } from '../features/inquiries/index.ts';
import { Treatment } from '../features/treatments/index.ts';
import { Venue } from '../features/venues/index.ts';
import { openCalendar, type BookingCalendar } from './bookings.ts';
import { tellStory, type CustomerStory, type Story } from './story.ts';

export interface SeedOptions {
  readonly customers: number;
  /** The same number tells the same story; customers are counted on from those that are there. */
  readonly seed: number;
  readonly onProgress?: (done: number) => void;
}

export interface SeedCounts {
  venues: number;
  treatments: number;
  customers: number;
  inquiries: number;
  replies: number;
  followUps: number;
  bookings: number;
}

const customersPerTransaction = 250;

/** An id made at the moment of the story, so that it sorts as the row does. */
const idAt = (prefix: string, nowMs: number) => newId(prefix, { nowMs: () => nowMs });

const stamps = (createdAtMs: number) => ({
  version: 1,
  createdAt: toInstant(createdAtMs),
  updatedAt: toInstant(createdAtMs),
});

async function writeVenues(ctx: Context, story: Story): Promise<string[]> {
  const nowMs = ctx.clock.nowMs();
  const rows = story.venues.map(({ name, city, address, timezone, openingHours }) => ({
    id: newId('ven', ctx.clock),
    ...{ name, city, address, timezone, openingHours: openingHours as Venue['openingHours'] },
    ...stamps(nowMs),
  }));
  await ctx.db.transaction((tx) => tx.insert(Venue, rows));
  return rows.map((row) => row.id);
}

/** The price list of each venue, its entries a millisecond apart so that they keep their order. */
async function writeTreatments(ctx: Context, story: Story, venueIds: readonly string[]): Promise<number> {
  const rows = story.venues.flatMap(({ key, treatments }) =>
    treatments.map((treatment, place) => {
      const atMs = ctx.clock.nowMs() - treatments.length + place;
      return { id: idAt('trt', atMs), venueId: venueIds[key]!, ...treatment, ...stamps(atMs) };
    }),
  );
  return ctx.db.transaction((tx) => tx.insert(Treatment, rows));
}

/** The rows of one customer, ready to insert. */
function rowsOf(story: CustomerStory, venueIds: readonly string[]) {
  const venueOf = (key: number | null) => (key === null ? null : (venueIds[key] ?? null));
  const { name, email, phone, city, notes, tags, createdAtMs } = story;
  const customerId = idAt('cus', createdAtMs);
  const customer = { id: customerId, name, email, phone, city, notes, tags, ...stamps(createdAtMs) };
  const links = story.venueKeys.map((key) => ({ customerId, venueId: venueIds[key]! }));
  const inquiries = story.inquiries.map((inquiry) => {
    const { subject, body, channel, status, venueKey, createdAtMs: atMs } = inquiry;
    const id = idAt('inq', atMs);
    const replies = inquiry.replies.map((reply) => ({
      ...{ id: idAt('rep', reply.createdAtMs), inquiryId: id, body: reply.body, author: reply.author },
      // The staff of the story are no users of the workspace.
      ...(reply.writer === 'customer'
        ? { authorKind: ReplyAuthorKind.CUSTOMER, authorId: customerId }
        : { authorKind: ReplyAuthorKind.USER, authorId: null }),
      createdAt: toInstant(reply.createdAtMs),
    }));
    const values = {
      subject,
      body,
      channel: channel as Inquiry['channel'],
      status: status as Inquiry['status'],
    };
    return { row: { id, customerId, venueId: venueOf(venueKey), ...values, ...stamps(atMs) }, replies };
  });
  const followUps = story.followUps.map(
    ({ inquiryIndex, venueKey, note, dueAtMs, status, completedAtMs, createdAtMs: atMs }) => ({
      id: idAt('fup', atMs),
      customerId,
      inquiryId: inquiryIndex === null ? null : (inquiries[inquiryIndex]?.row.id ?? null),
      venueId: venueOf(venueKey),
      note,
      dueAt: toInstant(dueAtMs),
      status: status as FollowUp['status'],
      completedAt: completedAtMs === null ? null : toInstant(completedAtMs),
      ...stamps(atMs),
    }),
  );
  return { customer, links, inquiries, followUps };
}

type CustomerRows = ReturnType<typeof rowsOf>;

type WrittenCounts = Pick<SeedCounts, 'customers' | 'inquiries' | 'replies' | 'followUps'>;

/** Answers what was written and adds it up nowhere: a transaction's work may be run again (see Database#write). */
async function writeCustomers(tx: TenantTransaction, rows: readonly CustomerRows[]): Promise<WrittenCounts> {
  const inquiries = rows.flatMap((row) => row.inquiries);
  const customers = await tx.insert(
    Customer,
    rows.map((row) => row.customer),
  );
  await tx.insert(
    CustomerVenue,
    rows.flatMap((row) => row.links),
  );
  return {
    customers,
    inquiries: await tx.insert(
      Inquiry,
      inquiries.map((inquiry) => inquiry.row),
    ),
    replies: await tx.insert(
      Reply,
      inquiries.flatMap((inquiry) => inquiry.replies),
    ),
    followUps: await tx.insert(
      FollowUp,
      rows.flatMap((row) => row.followUps),
    ),
  };
}

async function countRows(ctx: Context, entity: EntityClass): Promise<number> {
  const window = { orderBy: 'id', direction: 'ASC', limit: 1 } as const;
  const query = { table: tableOf(entity), properties: ['id'], condition: { all: [] }, window, count: true };
  return (await ctx.db.list(query)).total ?? 0;
}

/** Venues with their price lists, where there are none. */
async function seedVenues(ctx: Context, story: Story, counts: SeedCounts): Promise<string[]> {
  let venueIds = (await ctx.db.findAll(Venue, { all: [] })).map((venue) => venue.id);
  if (venueIds.length < story.venues.length) {
    venueIds = await writeVenues(ctx, story);
    counts.venues = venueIds.length;
  }
  if ((await countRows(ctx, Treatment)) === 0)
    counts.treatments = await writeTreatments(ctx, story, venueIds);
  return venueIds;
}

/** Adds venues, when the workspace has none, and customers with their threads and bookings. Returns what was added. */
export async function seedWorkspace(
  ctx: Context,
  { customers, seed, onProgress }: SeedOptions,
): Promise<SeedCounts> {
  const none = {
    venues: 0,
    treatments: 0,
    customers: 0,
    inquiries: 0,
    replies: 0,
    followUps: 0,
    bookings: 0,
  };
  const counts: SeedCounts = none;
  const story = tellStory({ seed, nowMs: ctx.clock.nowMs() });
  const venueIds = await seedVenues(ctx, story, counts);
  const calendar = await openCalendar(ctx, seed);
  const there = await countRows(ctx, Customer);
  const told = story.customers(there + customers);
  for (let index = 0; index < there; index += 1) told.next();
  for (
    let next = take(told, customersPerTransaction);
    next.length > 0;
    next = take(told, customersPerTransaction)
  ) {
    const rows = next.map((customer) => rowsOf(customer, venueIds));
    askForBookings(calendar, rows, there + counts.customers);
    const written = await ctx.db.transaction((tx) => writeCustomers(tx, rows));
    for (const name of Object.keys(written) as (keyof WrittenCounts)[]) counts[name] += written[name];
    onProgress?.(counts.customers);
  }
  counts.bookings = await calendar.write();
  return counts;
}

function askForBookings(calendar: BookingCalendar, rows: readonly CustomerRows[], before: number): void {
  for (const [index, { customer, links }] of rows.entries()) {
    const venueIds = links.map((link) => link.venueId);
    const createdAtMs = Date.parse(customer.createdAt);
    calendar.ask({ customerId: customer.id, venueIds, createdAtMs, number: before + index });
  }
}

function take<T>(source: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = source.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
