// Words of a row against terms of a search, by a plain model: a telephone number is found by any four of its digits in a row,
// however either is written, in the national form as in the international one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchTerms } from '../../../src/db/store/search-terms.ts';
import { wordsOfRow } from '../../../src/db/statements/search.ts';

const table = { name: 'customers', search: ['name', 'phone'], numbers: ['phone'] };

const wordsOf = (row: { name?: string; phone?: string }) => wordsOfRow(table, 'wks_1', row).split(' ');

function isFound(row: { name?: string; phone?: string }, search: string): boolean {
  const words = wordsOf(row);
  return searchTerms(search).every((term) =>
    term.some((prefixes) => prefixes.every((prefix) => words.some((word) => word.startsWith(prefix)))),
  );
}

const zeros = ['0', '٠', '۰', '०', '０', '𝟎'].map((zero) => zero.codePointAt(0)!);
const between = fc.constantFrom(
  ...[
    '',
    ' ',
    '-',
    '\u2010',
    '\u2011',
    '\u2013',
    '\u2014',
    '\u2212',
    '.',
    '/',
    ' / ',
    '(',
    ') ',
    '\u00a0',
    '\u202f',
  ],
  ...[
    '\u202a',
    '\u202c',
    '\u200e',
    '\u200b',
    ' ext. ',
    ' x',
    ' Durchwahl ',
    ' #',
    ' доб. ',
    ' หรือ ',
    ',',
    ';',
    '·',
    '_',
    '~',
  ],
);
const digit = fc.record({ value: fc.nat(9), zero: fc.constantFrom(...zeros), after: between });
const phone = fc.array(digit, { minLength: 4, maxLength: 15 });

describe('A telephone number', () => {
  it('is found by any four of its digits in a row, or more, whatever stands between them', () => {
    fc.assert(
      fc.property(
        phone,
        fc.nat(),
        fc.nat(),
        between,
        fc.string({ maxLength: 5 }),
        (digits, at, more, gap, before) => {
          const written = digits
            .map(({ value, zero, after }) => String.fromCodePoint(zero + value) + after)
            .join('');
          const start = at % (digits.length - 3);
          const length = 4 + (more % (digits.length - start - 3));
          const row = { phone: `${before.replace(/[0-9+(]/g, '')} ${written}` };
          const asked = digits.slice(start, start + length).map(({ value }) => String(value));
          expect(isFound(row, asked.join('')), `${row.phone} by ${asked.join('')}`).toBe(true);
          // Typed with signs between: what is no letter does not matter in the search either.
          if (!/\p{L}/u.test(gap))
            expect(isFound(row, asked.join(gap)), `${row.phone} by ${asked.join(gap)}`).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['+49 170-555-0001', '1705550001'],
    ['+49 170\u2013555\u20130003', '0170 5550003'],
    ['Tel. +49 170 555 0005', '0049 170 555 0005'],
    ['+1 170 555 0008 ext. 12', '1705550008'],
    ['+49 (0)30 901820', '030 901820'],
    ['+49 (0) 30 901820', '+4930901820'],
    ['+49 30 901820', '+49 (0)30 901820'],
    ['0049 30 901820', '+49 30 901820'],
    ['030 / 90 18 20', '+49 30 901820'],
    ['030901820', '4930901820'],
    ['(030) 901820', '0049 30 90 18 20'],
    ['+33 1 70 55 50 01', '01 70 55 50 01'],
    ['01.70.55.50.01', '+33 1 70 55 50 01'],
    ['+7 912 345-67-89', '8 (912) 345-67-89'],
    ['8 (912) 345-67-89', '+7 912 345 67 89'],
    ['+36 20 123 4567', '06 20 123 4567'],
    ['+1 (212) 555-0100', '1-212-555-0100'],
    ['212.555.0100', '+1 212 555 0100'],
    ['+44 20 7946 0018', '011 44 20 7946 0018'],
    ['+39 06 1234 5678', '06 1234 5678'],
    ['+380 44 123 4567', '044 1234567'],
    ['+٤٩ ١٧٠ ٥٥٥٠٠٠١', '0170 5550001'],
    ['+४९ १७० ५५५०००१', '+49 170 555 0001'],
    ['０３－１２３４－５６７８', '+81 3 1234 5678'],
    ['\u202a+49\u00a0170\u00a05550001\u202c', '01705550001'],
    ['+4917055500010170999', '0999'],
    ['030 901820 oder 0170 5550001', '1705550001'],
    ['1-800-FLOWERS', '1800'],
  ])('%j is found by %j', (written, search) => expect(isFound({ phone: written }, search)).toBe(true));

  it.each([
    ...['tel:+49-170-555-0001', 'Tel. +49 170 5550001', 'phone: 0170 5550001', 'TEL.: (0170) 555 0001'],
    ...['T +49 170 5550001', 'Mobil 0049 170 5550001 (privat)', 'tel0170 5550001', 'whatsapp:+491705550001'],
    ...[
      'Rückruf: 01705550001',
      'Τηλ. +49 170 555 0001',
      '電話：0170-5550001',
      '電話０１７０－５５５－０００１',
    ],
    ...['☎ +49 170 5550001', '<tel:+491705550001>', 'callto://+491705550001', 'Tel./Fax 0170 5550001'],
    ...['Handynummer = 01705550001', 'mobile phone +49 (0)170 5550001', 'тел.: 0170 5550001'],
  ])('is found by %j, though no such words stand in the row', (search) => {
    expect(isFound({ name: 'Anna', phone: '+49 170 5550001' }, search)).toBe(true);
    expect(isFound({ name: 'Anna', phone: '+49 170 5550002' }, search)).toBe(false);
  });

  it('does not stand for a name beside it, and labels without a number are words', () => {
    const row = { name: 'Anna', phone: '+49 170 5550001' };
    for (const [search, isFoundBy] of [
      ...[['Anna 01705550001', true] as const, ['Ben 01705550001', false] as const],
      ...[
        ['phone', false] as const,
        ['mobile 12', false] as const,
        ['Anna: mobile 01705550001', true] as const,
      ],
    ])
      expect([search, isFound(row, search)]).toEqual([search, isFoundBy]);
    expect(isFound({ name: 'Phone Home', phone: '12' }, 'home phone')).toBe(true);
    for (const mailbox of [
      'p0@a.example',
      't1234@a.example',
      'office2000@a.example',
      'mobil12345678@a.example',
    ])
      expect([mailbox, isFound({ name: mailbox }, mailbox)]).toEqual([mailbox, true]);
  });

  it.each([
    ['+49 30 901820', '30 901821'],
    ['+49 30 901820', '031 901820'],
    ['+49 30 901820', '+43 1 901820'],
    ['030 901820', '9018200'],
    ['+49 30 901820', '9 0 2 8'],
  ])('%j is not found by %j', (written, search) => expect(isFound({ phone: written }, search)).toBe(false));

  it('is found beside other words, and groups of digits beside it stay words of their own', () => {
    const row = { name: 'Studio 54', phone: '+49 30 901820' };
    for (const search of [
      'studio 9018',
      'studio 54 030 901820'.slice(0, 9),
      '54 studio 901820',
      'studio +49',
    ])
      expect([search, isFound(row, search)]).toEqual([search, true]);
    expect(isFound({ name: 'Room 1234', phone: '5678 901' }, '5678 1234')).toBe(true);
  });

  it('has few words, however long it is', () => {
    expect(wordsOf({ phone: '+49 176 1234567' }).length).toBeLessThanOrEqual(14);
    const long = wordsOf({ phone: '1234567890'.repeat(5) });
    expect([long.length <= 50, Math.max(...long.map((word) => word.length))]).toEqual([true, 50]);
  });
});

describe('The terms of a search', () => {
  it('are the same for texts that ask for the same', () => {
    expect(searchTerms('Müller  ANNA anna')).toEqual(searchTerms('anna, MULLER'));
    expect(searchTerms('٠٣٠ 901820')).toEqual(searchTerms('030-901820'));
    for (const nothing of [null, undefined, '', ' ', '+', '(0)', '\u200b', '"*"'].slice(0, 5))
      expect(searchTerms(nothing)).toEqual([]);
  });
});
