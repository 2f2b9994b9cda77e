// Which texts the DateTime scalar takes, in variables and in literals, and that it answers one spelling of each instant.
import fc from 'fast-check';
import { Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DateTimeScalar } from '../../../src/resources/inputs/scalars.ts';

const parse = {
  variable: (value: string) => DateTimeScalar.parseValue(value),
  literal: (value: string) => DateTimeScalar.parseLiteral({ kind: Kind.STRING, value }, {}),
};

describe.each(Object.entries(parse))('DateTime as a %s', (_name, parseText) => {
  it.each([
    ['2026-06-01T09:00:00Z', '2026-06-01T09:00:00.000Z'],
    ['2026-06-01T09:00:00.5Z', '2026-06-01T09:00:00.500Z'],
    ['2026-06-01T09:00:00,25Z', '2026-06-01T09:00:00.250Z'],
    ['2026-06-01T09:00:00+0000', '2026-06-01T09:00:00.000Z'],
    ['2026-06-01T09:00:00+00', '2026-06-01T09:00:00.000Z'],
    ['2026-06-01T09:00:00-00:00', '2026-06-01T09:00:00.000Z'],
    ['2026-06-01T09:00:00+01', '2026-06-01T08:00:00.000Z'],
    ['2026-06-01T09:00:00-0330', '2026-06-01T12:30:00.000Z'],
    ['2026-06-01T09:00:00.123+0545', '2026-06-01T03:15:00.123Z'],
    ['2026-06-01T09:00Z', '2026-06-01T09:00:00.000Z'],
    ['2026-06-01T09:00+02:00', '2026-06-01T07:00:00.000Z'],
    ['2026-06-01T09:00-05', '2026-06-01T14:00:00.000Z'],
    ['2026-06-01t09:00:00z', '2026-06-01T09:00:00.000Z'],
    ['2026-06-01t09:00z', '2026-06-01T09:00:00.000Z'],
    ['2028-02-29T00:00+14', '2028-02-28T10:00:00.000Z'],
  ])('takes %s', (text, instant) => {
    expect(parseText(text)).toBe(instant);
  });

  it.each([
    ...['2026-06-01T24:61:00Z', '2026-06-01T24:00Z', '2026-06-01T09:60Z', '2026-06-01T09:00:61Z'],
    ...['2026-02-30T09:00:00Z', '2026-02-29T09:00Z', '2026-13-01T09:00Z', '2026-00-10T09:00Z'],
    ...['2026-06-31T09:00:00+0000', '2026-06-00T09:00+01', '2026-06-01T09:00:00+24', '2026-06-01T09:00+0160'],
    // Without an offset it is no instant; half of an offset, or of a time, is a slip.
    ...['2026-06-01T09:00:00', '2026-06-01', '2026-06-01T09Z', '2026-06-01T09:00+1', '2026-06-01T09:00+010'],
    ...['2026-06-01T09:00.5Z', '2026-06-01T9:00Z', '2026-6-1T09:00Z', '2026-06-01T09:00:00 Z', ''],
    ...['2026-06-01T09:00:00.Z', '2026-06-01T09:00:00Zx', '0000-01-01T00:00Z', '10000-01-01T00:00Z'],
    ...['0001-01-01T00:00+01', '9999-12-31T23:59-01', 'now', '1767225600'],
  ])('refuses "%s"', (text) => {
    expect(() => parseText(text)).toThrow();
  });

  it('reads every spelling of one instant as that instant', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    const at = fc.date({
      ...{ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z') },
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(at, offset, (date, minutes) => {
        const instant = new Date(Math.floor(date.getTime() / 60_000) * 60_000);
        const local = new Date(instant.getTime() + minutes * 60_000).toISOString();
        const two = (number: number) => String(number).padStart(2, '0');
        const [hours, rest] = [two(Math.floor(Math.abs(minutes) / 60)), two(Math.abs(minutes) % 60)];
        const sign = minutes < 0 ? '-' : '+';
        const offsets = [`${sign}${hours}:${rest}`, `${sign}${hours}${rest}`];
        if (rest === '00') offsets.push(`${sign}${hours}`);
        if (minutes === 0) offsets.push('Z', 'z');
        for (const time of [local.slice(0, 16), local.slice(0, 19), local.slice(0, 23)])
          for (const spelled of offsets)
            for (const text of [time + spelled, (time + spelled).toLowerCase()])
              expect(parseText(text), text).toBe(instant.toISOString());
      }),
    );
  });
});
