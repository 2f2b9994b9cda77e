// What the demo books: the same for the same seed, inside opening hours, never two at once, and bookable by the rules.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { Booking, BookingStatus, openSpans } from '../../../src/features/bookings/index.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { Treatment } from '../../../src/features/treatments/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { createTenantDb, type TenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';

const everything = { all: [] };

describeEachEngine('Bookings of the demo', (engine) => {
  let house: TestHouse;

  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  afterAll(() => house.close());

  async function seeded(...customers: number[]) {
    const { workspaceId } = await house.workspace();
    const context = systemContext(house.app, workspaceId);
    const counts = [];
    for (const count of customers) counts.push(await seedWorkspace(context, { customers: count, seed: 7 }));
    const { database, clock } = house.app;
    return { db: createTenantDb({ database, clock, scope: { workspaceId, venueIds: null } }), counts };
  }

  async function read(db: TenantDb) {
    const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));
    return {
      venues: byId(await db.findAll(Venue, everything)),
      treatments: byId(await db.findAll(Treatment, everything)),
      customers: byId(await db.findAll(Customer, everything)),
      bookings: await db.findAll(Booking, everything),
    };
  }

  it('lie inside the opening hours of a venue that offers the treatment, and last as long as it does', async () => {
    const { db, counts } = await seeded(300);
    const { venues, treatments, customers, bookings } = await read(db);
    expect(counts[0]).toMatchObject({ venues: 5, treatments: treatments.size, bookings: bookings.length });
    expect(treatments.size).toBeGreaterThan(30);
    expect(bookings.length).toBeGreaterThan(200);
    const nowMs = house.clock.nowMs();
    for (const { venueId, treatmentId, customerId, startsAt, endsAt, createdAt, ...rest } of bookings) {
      const [startMs, endMs] = [Date.parse(startsAt), Date.parse(endsAt)];
      const [treatment, customer] = [treatments.get(treatmentId)!, customers.get(customerId)!];
      expect(treatment.venueId).toBe(venueId);
      expect(endMs - startMs).toBe(treatment.durationMinutes * 60_000);
      const spans = openSpans(venues.get(venueId)!, { startMs, endMs });
      expect(spans.some((span) => span.startMs <= startMs && endMs <= span.endMs)).toBe(true);
      const moments = [Date.parse(customer.createdAt), Date.parse(createdAt), Math.min(startMs, nowMs)];
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
      expect(rest.status === BookingStatus.CANCELLED).toBe(rest.cancelledAt !== null);
      if (rest.cancelledAt !== null) expect(rest.cancelledAt >= createdAt).toBe(true);
    }
    const later = bookings.filter(({ startsAt }) => Date.parse(startsAt) > nowMs);
    expect(later.length).toBeGreaterThan(10);
    expect(bookings.filter(({ status }) => status === BookingStatus.CANCELLED).length).toBeGreaterThan(5);
  });

  it('never overlap at one treatment, also when more is seeded later', async () => {
    const { db, counts } = await seeded(300, 300);
    expect(counts[1]).toMatchObject({ venues: 0, treatments: 0, customers: 300 });
    const { bookings, treatments } = await read(db);
    expect(bookings).toHaveLength(counts[0]!.bookings + counts[1]!.bookings);
    const booked = bookings.filter(({ status }) => status === BookingStatus.BOOKED);
    for (const treatmentId of treatments.keys()) {
      const own = booked.filter((booking) => booking.treatmentId === treatmentId);
      own.sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
      own.slice(1).forEach((booking, index) => expect(booking.startsAt >= own[index]!.endsAt).toBe(true));
    }
  });

  it('are the same for the same seed', async () => {
    const told = async () => {
      const { venues, treatments, customers, bookings } = await read((await seeded(60)).db);
      const lines = bookings.map(({ venueId, treatmentId, customerId, startsAt, status, createdAt }) => {
        const names = [venues.get(venueId), treatments.get(treatmentId), customers.get(customerId)];
        return [...names.map((row) => row!.name), startsAt, status, createdAt].join(' | ');
      });
      return lines.sort();
    };
    expect(await told()).toEqual(await told());
  });
});
