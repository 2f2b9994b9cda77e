// Many who want the same time at once, through one server and through two on one store: one gets it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allRows } from '../../db/support/store.ts';
import { contractOperation } from '../../support/contract.ts';
import { openDesk, type BookingInput, type Desk } from '../../support/booking-desk.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse } from '../../support/house.ts';
import { callerWith } from '../../support/keys.ts';

const cancel = contractOperation('CancelBooking');
const minuteMs = 60_000;

describeEachEngine('Bookings under pressure', (engine) => {
  const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' };
  let house: TestHouse;
  let second: TestHouse;
  let desk: Desk;
  let day = 0;

  beforeAll(async () => {
    house = await openTestHouse(engine, { env });
    second = await openTestHouse(engine, { env, sharing: house });
    desk = await openDesk(await house.workspace());
  });
  afterAll(async () => {
    await second.close();
    await house.close();
  });

  const at = (startsAt: string, minutes: number) =>
    new Date(Date.parse(startsAt) + minutes * minuteMs).toISOString();
  async function newTreatment(durationMinutes = 60): Promise<BookingInput> {
    const venueId = await desk.venue();
    const customerId = await desk.workspace.customer({ venueIds: [venueId] });
    const startsAt = new Date(Date.UTC(2026, 6, 1, 8) + (day += 1) * 86_400_000).toISOString();
    return { venueId, customerId, startsAt, treatmentId: await desk.treatment(venueId, durationMinutes) };
  }
  const stored = async (treatmentId: string) => {
    const rows = await allRows(house.app.database, 'bookings');
    return rows.filter((row) => row['treatment_id'] === treatmentId && row['status'] === 'BOOKED');
  };
  const tally = (outcomes: readonly string[]) =>
    Object.fromEntries([...new Set(outcomes)].map((one) => [one, outcomes.filter((o) => o === one).length]));

  it('100 tries for one time make one booking, and every other is told TAKEN', async () => {
    const input = await newTreatment();
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => desk.book(input)));
    expect(tally(outcomes)).toEqual({ done: 1, 'TAKEN startsAt': 99 });
    expect(await stored(input.treatmentId)).toHaveLength(1);
  });

  it('100 tries through two servers on one store make one booking', async () => {
    const input = await newTreatment();
    const callers: Caller[] = [desk.key, callerWith(second, desk.key.secret)];
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => desk.book(input, callers[index % 2])),
    );
    expect(tally(outcomes)).toEqual({ done: 1, 'TAKEN startsAt': 99 });
    expect(await stored(input.treatmentId)).toHaveLength(1);
  });

  it('100 tries for times that all overlap leave no two that do', async () => {
    const input = await newTreatment(120);
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        desk.book({ ...input, startsAt: at(input.startsAt, (index * 37) % 240) }),
      ),
    );
    const rows = await stored(input.treatmentId);
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(rows.length);
    const starts = rows.map((row) => new Date(row['starts_at'] as string).getTime()).sort((a, b) => a - b);
    expect(starts.length).toBeGreaterThan(0);
    starts.slice(1).forEach((start, index) => {
      expect(start - starts[index]!).toBeGreaterThanOrEqual(120 * minuteMs);
    });
  });

  it('two treatments of one venue are booked at one time, each once', async () => {
    const input = await newTreatment();
    const other = { ...input, treatmentId: await desk.treatment(input.venueId) };
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => desk.book(index % 2 === 0 ? input : other)),
    );
    expect(tally(outcomes)).toEqual({ done: 2, 'TAKEN startsAt': 38 });
    expect([await stored(input.treatmentId), await stored(other.treatmentId)]).toMatchObject([
      { length: 1 },
      { length: 1 },
    ]);
  });

  it('20 cancellations at once are one, and of 20 who want the freed time one gets it', async () => {
    const input = await newTreatment();
    const id = await desk.booked(input);
    const answers = await Promise.all(Array.from({ length: 20 }, () => desk.key.send(cancel, { id })));
    for (const { data } of answers) {
      expect(data.cancelBooking).toMatchObject({ bookingId: id, userErrors: [] });
    }
    const rows = await allRows(house.app.database, 'bookings');
    expect(rows.find((row) => row['id'] === id)).toMatchObject({ status: 'CANCELLED', version: 2 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => desk.book(input)));
    expect(tally(outcomes)).toEqual({ done: 1, 'TAKEN startsAt': 19 });
  });
});
