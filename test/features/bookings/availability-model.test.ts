// Opening hours and free times against a model that shares nothing with them: it asks Node's calendar what the venue's
// clock shows, minute by minute. Mostly around the moments at which a zone changes its clocks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSpans, type Hours, type Span } from '../../../src/features/bookings/opening-spans.ts';
import { countStarts, freeSlots } from '../../../src/features/bookings/slots.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

/** At midnight, by half an hour, by two hours, near the date line, at an odd offset, and never. */
const zones = [
  ...['Europe/Berlin', 'America/New_York', 'America/Havana', 'Asia/Beirut', 'Australia/Lord_Howe'],
  ...['Antarctica/Troll', 'Pacific/Chatham', 'America/St_Johns', 'Africa/Casablanca', 'Asia/Kolkata'],
];

interface Wall {
  readonly date: string;
  readonly weekday: string;
  readonly minutes: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const walls = new Map<string, Wall>();

/** What a clock on the wall shows. */
function wallAt(timeZone: string, atMs: number): Wall {
  const key = `${timeZone} ${atMs}`;
  const known = walls.get(key);
  if (known) return known;
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'short', hourCycle: 'h23' });
  formats.set(timeZone, format);
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const wall = {
    date: `${part['year']} ${part['month']} ${part['day']}`,
    weekday: part['weekday']!.toUpperCase(),
    minutes: Number(part['hour']) * 60 + Number(part['minute']),
  };
  walls.set(key, wall);
  return wall;
}

/** Hours of a year at whose end the wall clock has not moved by an hour. */
function changesOf(timeZone: string): number[] {
  const changes = [];
  for (let atMs = Date.UTC(2026, 5, 1); atMs < Date.UTC(2027, 5, 1); atMs += hourMs) {
    const [before, after] = [wallAt(timeZone, atMs), wallAt(timeZone, atMs + hourMs)];
    if ((after.minutes - before.minutes + 1_440) % 1_440 !== 60) changes.push(atMs);
  }
  return changes.length > 0 ? changes : [Date.UTC(2026, 9, 25)];
}
const moments = zones.flatMap((timezone) => changesOf(timezone).map((changeMs) => ({ timezone, changeMs })));

const inMinutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const asTime = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const runLimit = 17 * 1_440;

/** Whether the clock on the wall shows a time of any entry. */
function isOpenAt({ timezone, openingHours }: Hours, atMs: number): boolean {
  const wall = wallAt(timezone, atMs);
  return openingHours.some(
    ({ weekday, opens, closes }) =>
      wall.weekday === weekday && wall.minutes >= inMinutes(opens) && wall.minutes < inMinutes(closes),
  );
}

/** The minute at the end of a run of open minutes, in one direction; null when it does not end. */
function endOfRun(hours: Hours, fromMs: number, stepMs: number): number | null {
  for (let count = 0, atMs = fromMs; count < runLimit; count += 1, atMs += stepMs)
    if (!isOpenAt(hours, atMs + stepMs)) return atMs;
  return null;
}

/** Runs of open minutes that touch the range; null when the venue never closes. */
function modelSpans(hours: Hours, { startMs, endMs }: Span): Span[] | null {
  const spans: Span[] = [];
  for (let atMs = startMs; atMs < endMs; atMs += minuteMs) {
    if (!isOpenAt(hours, atMs)) continue;
    const [first, last] = [endOfRun(hours, atMs, -minuteMs), endOfRun(hours, atMs, minuteMs)];
    if (first === null || last === null) return null;
    spans.push({ startMs: first, endMs: last + minuteMs });
    atMs = last;
  }
  return spans;
}

/** Starts from the beginning of each day that the clock on the wall shows, until it shows the next. */
function dailyStarts(timezone: string, durationMs: number, { startMs, endMs }: Span): number[] {
  const starts: number[] = [];
  for (let dayMs = startMs - 2_880 * minuteMs; dayMs < endMs; dayMs += minuteMs) {
    const { date } = wallAt(timezone, dayMs);
    if (wallAt(timezone, dayMs - minuteMs).date === date) continue;
    for (let atMs = dayMs; wallAt(timezone, atMs).date === date; atMs += durationMs) starts.push(atMs);
  }
  return starts;
}

function isOpenThrough(hours: Hours, fromMs: number, toMs: number): boolean {
  for (let atMs = fromMs; atMs < toMs; atMs += 30 * minuteMs) if (!isOpenAt(hours, atMs)) return false;
  return true;
}

const spanStarts = (spans: readonly Span[], durationMs: number): number[] =>
  spans.flatMap((span) => {
    const count = Math.floor((span.endMs - span.startMs) / durationMs);
    return Array.from({ length: count }, (_, index) => span.startMs + index * durationMs);
  });

function modelSlots(starts: readonly number[], durationMs: number, within: Span, booked: readonly Span[]) {
  return starts
    .filter((atMs) => atMs >= within.startMs && atMs < within.endMs)
    .filter((atMs) => !booked.some((b) => b.startMs < atMs + durationMs && atMs < b.endMs))
    .sort((a, b) => a - b)
    .map((startMs) => ({ startMs, endMs: startMs + durationMs }));
}

const time = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 16 }).map((quarter) => quarter * 15) },
  { weight: 2, arbitrary: fc.nat({ max: 1_439 }) },
);
const entry = fc
  .record({
    weekday: fc.constantFrom(...weekdays),
    opens: time,
    length: fc.oneof(fc.constantFrom(30, 60, 240, 1_440), fc.integer({ min: 1, max: 900 })),
  })
  .map(({ weekday, opens, length }) => {
    return {
      weekday,
      opens: asTime(opens),
      closes: asTime(Math.min(1_440, opens + length)),
    } as Hours['openingHours'][number];
  });
const everyDay = (opens: string, closes: string) =>
  weekdays.map((weekday) => ({ weekday, opens, closes })) as unknown as Hours['openingHours'];
const sunday = (opens: string, closes: string) =>
  ({ weekday: 'SUNDAY', opens, closes }) as Hours['openingHours'][number];
const hours = fc.oneof(
  fc.array(entry, { minLength: 1, maxLength: 8 }),
  fc.constantFrom(everyDay('00:00', '24:00'), everyDay('00:00', '04:00'), everyDay('02:30', '10:00')),
  // Over midnight, from one week into the next, in pieces, and closed for half an hour a week.
  fc.constantFrom(
    [...everyDay('18:00', '24:00'), ...everyDay('00:00', '03:00')],
    [...everyDay('12:00', '24:00'), ...everyDay('00:00', '06:00'), ...everyDay('06:00', '12:00')],
    [...everyDay('00:00', '24:00').slice(0, 6), sunday('00:00', '02:15'), sunday('02:45', '24:00')],
    [...everyDay('00:00', '24:00').slice(0, 5)],
  ),
);
const situation = fc.record({
  moment: fc.constantFrom(...moments),
  openingHours: hours,
  offsetMinutes: fc.integer({ min: -2_160, max: 1_440 }),
  lengthMinutes: fc.integer({ min: 1, max: 2_880 }),
  durationMinutes: fc.oneof(fc.constantFrom(5, 30, 45, 60, 90, 1_440), fc.integer({ min: 5, max: 400 })),
  gaps: fc.array(fc.tuple(fc.nat({ max: 300 }), fc.integer({ min: 5, max: 180 })), { maxLength: 12 }),
});

/** Bookings one after the other, with gaps between them. */
function bookingsFrom(startMs: number, gaps: readonly (readonly [number, number])[]): Span[] {
  let endMs = startMs;
  return gaps.map(([gap, length]) => {
    const from = endMs + gap * minuteMs;
    endMs = from + length * minuteMs;
    return { startMs: from, endMs };
  });
}

describe('opening hours and free times', () => {
  it('are what the clock on the wall says, minute by minute', () => {
    let neverClosed = 0;
    fc.assert(
      fc.property(situation, (drawn) => {
        const { moment, openingHours, offsetMinutes, lengthMinutes, durationMinutes, gaps } = drawn;
        const startMs = moment.changeMs + offsetMinutes * minuteMs;
        const within = { startMs, endMs: startMs + lengthMinutes * minuteMs };
        const venue = { timezone: moment.timezone, openingHours };
        const openings = openSpans(venue, within);
        const spans = modelSpans(venue, within);
        if (spans) expect(openings).toEqual(spans);
        else
          for (const { startMs: fromMs, endMs } of openings)
            expect(isOpenThrough(venue, fromMs, endMs)).toBe(true);
        expect(openSpans({ ...venue, openingHours: openingHours.toReversed() }, within)).toEqual(openings);
        const durationMs = durationMinutes * minuteMs;
        const booked = bookingsFrom(startMs - 400 * minuteMs, gaps);
        const starts = spans
          ? spanStarts(spans, durationMs)
          : dailyStarts(moment.timezone, durationMs, within);
        expect(freeSlots(openings, durationMs, within, booked)).toEqual(
          modelSlots(starts, durationMs, within, booked),
        );
        expect(countStarts(openings, durationMs, within)).toBe(
          modelSlots(starts, durationMs, within, []).length,
        );
        if (spans === null) neverClosed += 1;
      }),
      { numRuns: 200 },
    );
    expect(neverClosed).toBeGreaterThan(3);
  }, 120_000);

  it('of zones that change at midnight, and of those that never do, are among them', () => {
    const names = moments.map(({ timezone }) => timezone);
    expect(names.filter((name) => name === 'Asia/Beirut')).toHaveLength(2);
    expect(names.filter((name) => name === 'Asia/Kolkata')).toHaveLength(1);
    expect(moments.length).toBeGreaterThanOrEqual(19);
  });

  it.each([
    ['Europe/Berlin', '2027-03-28', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Antarctica/Troll', '2027-03-28', 22],
    ['Asia/Beirut', '2027-03-28', 23],
    ['America/Havana', '2026-11-01', 25],
    ['Asia/Kolkata', '2026-10-25', 24],
  ])('a day in %s on %s is %d hours long', (timezone, date, expected) => {
    const noonMs = Date.parse(`${date}T12:00:00Z`);
    const openingHours = everyDay('00:00', '24:00').filter(
      ({ weekday }) => weekday === wallAt(timezone, noonMs).weekday,
    );
    const [span, ...others] = openSpans({ timezone, openingHours }, { startMs: noonMs, endMs: noonMs + 1 });
    expect(others).toEqual([]);
    expect((span!.endMs - span!.startMs) / hourMs).toBe(expected);
  });

  it('propose the same times whatever range is asked for', () => {
    const within = { startMs: Date.UTC(2026, 9, 20), endMs: Date.UTC(2026, 10, 3) };
    for (const openingHours of [everyDay('00:00', '24:00'), everyDay('00:00', '24:00').slice(0, 5)]) {
      const venue = { timezone: 'Europe/Berlin', openingHours };
      const slotsOf = (range: Span) => freeSlots(openSpans(venue, range), 50 * minuteMs, range, []);
      const days = Array.from({ length: 14 }, (_, day) => within.startMs + day * 24 * hourMs);
      const pieces = days.flatMap((startMs) => slotsOf({ startMs, endMs: startMs + 24 * hourMs }));
      expect(pieces).toEqual(slotsOf(within));
      expect(pieces.length).toBeGreaterThan(200);
    }
  });
});
