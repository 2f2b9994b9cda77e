// Opening hours in pieces: what touches or overlaps is one span, over midnight and from one week into the next, for bookings
// and for the times that are proposed, in whatever order the entries were given.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daily, openDesk, type Desk, type Hours } from '../../support/booking-desk.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';

const on = (weekday: string, opens: string, closes: string): Hours => ({ weekday, opens, closes });
const always = daily('00:00', '24:00');
const bar = [on('FRIDAY', '22:00', '24:00'), on('SATURDAY', '00:00', '02:00')];
const lateSunday = [on('SUNDAY', '20:00', '24:00'), on('MONDAY', '00:00', '04:00')];
const touching = [on('FRIDAY', '09:00', '12:00'), on('FRIDAY', '12:00', '18:00')];
const overlapping = [on('FRIDAY', '09:00', '13:00'), on('FRIDAY', '12:00', '18:00')];
const inside = [on('FRIDAY', '09:00', '18:00'), on('FRIDAY', '10:00', '11:00')];
const apart = [on('FRIDAY', '09:00', '12:00'), on('FRIDAY', '12:01', '18:00')];
const pieces = [...daily('12:00', '24:00'), ...daily('00:00', '06:00'), ...daily('06:00', '12:00')];

// 3 July 2026 is a Friday; Berlin is two hours before UTC then. Its clocks go back on Sunday, 25 October, at 01:00 UTC.
const cases: [string, Hours[], number, string, boolean][] = [
  ['day and night, over midnight', always, 60, '2026-07-03T23:30+02:00', true],
  ['day and night, a whole day from noon', always, 1_440, '2026-07-03T12:00+02:00', true],
  ['day and night in three pieces', pieces, 1_440, '2026-07-03T05:30+02:00', true],
  ['day and night while the clocks go back', always, 1_440, '2026-10-24T12:00+02:00', true],
  ['over midnight in two entries', bar, 60, '2026-07-03T23:30+02:00', true],
  ['over midnight, all of it', bar, 240, '2026-07-03T22:00+02:00', true],
  ['over midnight, beyond the end', bar, 60, '2026-07-04T01:30+02:00', false],
  ['from Sunday to Monday', lateSunday, 120, '2026-07-05T23:00+02:00', true],
  [
    'from Sunday to Monday, an hour longer as clocks go back',
    lateSunday,
    480,
    '2026-10-25T20:00+01:00',
    true,
  ],
  ['over the seam of two that touch', touching, 60, '2026-07-03T11:30+02:00', true],
  ['over both of two that touch', touching, 540, '2026-07-03T09:00+02:00', true],
  ['over the seam of two that overlap', overlapping, 120, '2026-07-03T11:30+02:00', true],
  ['over an entry inside another', inside, 540, '2026-07-03T09:00+02:00', true],
  ['over a minute between two', apart, 60, '2026-07-03T11:30+02:00', false],
];

describeEachEngine('A venue that is open without a break', (engine) => {
  let house: TestHouse;
  let desk: Desk;
  let customerId: string;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    desk = await openDesk(await house.workspace());
    customerId = await desk.workspace.customer();
  });
  afterAll(() => house.close());

  it.each(cases)('%s', async (_name, hours, minutes, startsAt, isBookable) => {
    for (const openingHours of [hours, hours.toReversed()]) {
      const venueId = await desk.venue(openingHours);
      const treatmentId = await desk.treatment(venueId, minutes);
      const outcome = await desk.book({ venueId, treatmentId, customerId, startsAt });
      expect(outcome).toBe(isBookable ? 'done' : 'INVALID startsAt');
    }
  });

  it('has the same proposals as one with the same hours in one entry, and each can be booked', async () => {
    const [from, to] = ['2026-07-02T22:00:00Z', '2026-07-03T22:00:00Z'];
    const proposed = async (hours: readonly Hours[]) => {
      const venueId = await desk.venue(hours);
      const treatmentId = await desk.treatment(venueId, 100);
      const slots = await desk.free(venueId, from, to);
      for (const { startsAt } of slots)
        expect(await desk.book({ venueId, treatmentId, customerId, startsAt })).toBe('done');
      return slots.map(({ startsAt }) => startsAt);
    };
    const whole = await proposed([on('FRIDAY', '09:00', '18:00')]);
    expect(whole).toHaveLength(5);
    for (const hours of [touching, overlapping, inside, touching.toReversed()])
      expect(await proposed(hours)).toEqual(whole);
    const overnight = await proposed(bar);
    expect(overnight).toEqual(['2026-07-03T20:00:00.000Z', '2026-07-03T21:40:00.000Z']);
    const neverClosed = await proposed(pieces);
    expect(neverClosed).toEqual(await proposed(always));
    // From midnight of the local day, the last one into the next day.
    expect([neverClosed[0], neverClosed.at(-1), neverClosed.length]).toEqual([
      ...['2026-07-02T22:00:00.000Z', '2026-07-03T21:20:00.000Z'],
      15,
    ]);
  });
});
