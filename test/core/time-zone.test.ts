// Offsets of time zones against what Node's calendar shows on their clocks.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstInstants, localMs, offsetPeriods, zoneNamed } from '../../src/core/time-zone.ts';

const zones = Intl.supportedValuesOf('timeZone');
const dayMs = 86_400_000;

/** The clock of the zone as if it were UTC, read from its parts. */
function wallMs(timeZone: string, atMs: number): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  } as const);
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
}

const zone = fc.constantFrom(...zones);
/** Whole seconds, from the days of local mean times to long after now. */
const moment = fc
  .integer({ min: Date.UTC(1850, 0, 1) / 1_000, max: Date.UTC(2150, 0, 1) / 1_000 })
  .map((s) => s * 1_000);

it('are what the clocks show, in every zone', () => {
  for (const name of zones) {
    for (const atMs of [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15), Date.UTC(1890, 3, 4)]) {
      expect(localMs(zoneNamed(name)!, atMs), `${name} ${atMs}`).toBe(wallMs(name, atMs));
    }
  }
});

it('are what the clocks show at any time', () => {
  fc.assert(
    fc.property(zone, moment, (name, atMs) => {
      expect(localMs(zoneNamed(name)!, atMs)).toBe(wallMs(name, atMs));
    }),
    { numRuns: 300 },
  );
});

it('cover a time without gaps, and change from one period to the next', () => {
  fc.assert(
    fc.property(zone, moment, fc.integer({ min: 1, max: 900 }), (name, startMs, days) => {
      const endMs = startMs + days * dayMs;
      const periods = offsetPeriods(zoneNamed(name)!, { startMs, endMs });
      expect([periods[0]!.startMs, periods.at(-1)!.endMs]).toEqual([startMs, endMs]);
      for (const [index, period] of periods.entries()) {
        const next = periods[index + 1];
        if (next) expect([next.startMs, next.offsetMs === period.offsetMs]).toEqual([period.endMs, false]);
      }
    }),
    { numRuns: 100 },
  );
});

it('tell the first instant at which the clocks show a time, or a later one when it is skipped', () => {
  fc.assert(
    fc.property(zone, moment, fc.integer({ min: 0, max: 900 * dayMs }), (name, local, around) => {
      const found = firstInstants(zoneNamed(name)!, { startMs: local - around, endMs: local + 1 })(local);
      expect(wallMs(name, found)).toBeGreaterThanOrEqual(local);
      // A second earlier they showed less: nothing before it is as late.
      expect(wallMs(name, found - 1_000)).toBeLessThan(local);
    }),
    { numRuns: 300 },
  );
});

it.each([
  ['comes twice', 'America/Havana', '2026-11-01T00:00', '2026-11-01T04:00'],
  ['does not exist', 'Africa/Cairo', '2026-04-24T00:00', '2026-04-23T22:00'],
])('tell when a midnight is that %s', (_what, name, local, expected) => {
  expect(
    new Date(
      firstInstants(name, { startMs: Date.parse(`${local}Z`), endMs: Date.parse(`${local}Z`) })(
        Date.parse(`${local}Z`),
      ),
    ).toISOString(),
  ).toBe(`${expected}:00.000Z`);
});

it('are known for zones alone', () => {
  expect(
    ['+02:00', '', 'Mars/Olympus', 'Europe/Berlin\0', '__proto__', 'a'.repeat(100_000)].map(zoneNamed),
  ).toEqual(Array<null>(6).fill(null));
  expect(zoneNamed('europe/berlin')).toBe('Europe/Berlin');
});
