// Where days, weeks and months of a time zone begin, on the days when its clocks are changed above all.
import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../../src/core/errors.ts';
import { bucketBoundaries, type BucketUnit } from '../../../src/features/statistics/buckets.ts';

function boundaries(timezone: string, unit: BucketUnit, from: string, to: string): string[] {
  const instant = (text: string) => new Date(text).toISOString();
  const found = bucketBoundaries({ from: instant(from), to: instant(to), unit, timezone });
  return found.map((text) => text.replace(':00.000Z', ''));
}

function refusal(timezone: string, unit: BucketUnit, from: string, to: string): unknown {
  try {
    return boundaries(timezone, unit, from, to).length;
  } catch (error) {
    const { code, message, extensions } = error as ApiError;
    return { code, message, requested: extensions['requested'], limit: extensions['limit'] };
  }
}

describe('Statistics buckets', () => {
  it.each([
    ['23 hours', 'Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
    ['25 hours', 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['23 hours', 'America/New_York', '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
    ['23.5 hours', 'Australia/Lord_Howe', '2026-10-03T13:30Z', '2026-10-04T13:00Z'],
    ['24.5 hours', 'Australia/Lord_Howe', '2026-04-04T13:00Z', '2026-04-05T13:30Z'],
    ['23 hours, whose midnight does not exist,', 'Africa/Cairo', '2026-04-23T22:00Z', '2026-04-24T21:00Z'],
    ['25 hours, whose midnight comes twice,', 'America/Havana', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    ['24 hours at an odd offset', 'Asia/Kathmandu', '2026-05-01T18:15Z', '2026-05-02T18:15Z'],
  ])('give a day of %s in %s its own length', (_length, zone, start, next) => {
    const dayMs = 86_400_000;
    const from = new Date(Date.parse(start) - dayMs / 2).toISOString();
    const to = new Date(Date.parse(next) + dayMs / 2).toISOString();
    expect(boundaries(zone, 'day', from, to).slice(1, -1)).toEqual(
      [start, next].map((at) => at.slice(0, -1)),
    );
  });

  it('leave out a day that a zone never had', () => {
    const days = boundaries('Pacific/Apia', 'day', '2011-12-29T10:00Z', '2012-01-01T10:00Z');
    expect(days.slice(1, -1)).toEqual(['2011-12-30T10:00', '2011-12-31T10:00']);
  });

  it('begin weeks on Monday, across a change of clocks and of years', () => {
    const weeks = boundaries('Europe/Berlin', 'week', '2026-03-16T00:00+01:00', '2026-04-06T00:00+02:00');
    expect(weeks).toEqual(['2026-03-15T23:00', '2026-03-22T23:00', '2026-03-29T22:00', '2026-04-05T22:00']);
    const turn = boundaries('UTC', 'week', '2025-12-31T00:00Z', '2026-01-06T00:00Z');
    expect(turn).toEqual(['2025-12-31T00:00', '2026-01-05T00:00', '2026-01-06T00:00']);
  });

  it('begin months on the first, also after the 31st', () => {
    const months = boundaries('America/New_York', 'month', '2026-01-31T12:00Z', '2026-04-01T12:00Z');
    expect(months).toEqual([
      '2026-01-31T12:00',
      '2026-02-01T05:00',
      '2026-03-01T05:00',
      '2026-04-01T04:00',
      '2026-04-01T12:00',
    ]);
  });

  it('end before a bucket that begins where the range ends', () => {
    expect(boundaries('UTC', 'day', '2026-01-01T00:00Z', '2026-01-02T00:00Z')).toHaveLength(2);
    expect(boundaries('UTC', 'day', '2026-01-01T00:00Z', '2026-01-02T00:00:00.001Z')).toHaveLength(3);
  });

  it('are 400 at most, counted as the calendar counts them', () => {
    expect(refusal('Europe/Berlin', 'day', '2026-01-01T00:00+01:00', '2027-02-05T00:00+01:00')).toBe(401);
    expect(refusal('Europe/Berlin', 'day', '2026-01-01T00:00+01:00', '2027-02-05T00:01+01:00')).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'The range has 401 buckets; the limit is 400.',
      requested: 401,
      limit: 400,
    });
    expect(refusal('UTC', 'month', '2026-01-01T00:00Z', '2059-05-01T00:00Z')).toBe(401);
    expect(refusal('UTC', 'month', '2026-01-01T00:00Z', '2059-06-01T00:00Z')).toMatchObject({
      requested: 401,
    });
    expect(refusal('UTC', 'week', '2026-01-05T00:00Z', '2033-09-06T00:00Z')).toMatchObject({
      requested: 401,
    });
    expect(refusal('UTC', 'day', '0001-01-01T00:00Z', '9999-12-31T23:59Z')).toMatchObject({
      requested: 3_652_059,
    });
  });

  it.each(['+02:00', 'Mars/Olympus', '', 'Europe/Berlin\0', '__proto__'])(
    'need a zone that exists, and not %j',
    (zone) => {
      expect(refusal(zone, 'day', '2026-01-01T00:00Z', '2026-01-02T00:00Z')).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: '"timezone" is not an IANA time zone.',
      });
    },
  );
});
