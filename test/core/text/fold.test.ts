// Folding: what people take for the same text without case and accents is the same, in every alphabet, and stays what it is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../../src/core/text/fold.ts';

/** Every character that Unicode's tables say anything about. */
function* characters(): Generator<string> {
  for (let codePoint = 0; codePoint < 0x20000; codePoint += 1)
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield String.fromCodePoint(codePoint);
}

const forms = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

/** Other ways than this one. */
function waysToWrite(text: string): string[] {
  const ways = [
    fold(text),
    text.toUpperCase(),
    text.toLowerCase(),
    ...forms.map((form) => text.normalize(form)),
  ];
  return [...new Set(ways)].filter((written) => written !== text);
}

describe('fold', () => {
  it('is the same for every character in capitals, small, composed and decomposed, and when folded again', () => {
    const differing = [...characters()].filter((character) =>
      waysToWrite(character).some((written) => fold(written) !== fold(character)),
    );
    expect(differing.map((character) => character.codePointAt(0)!.toString(16))).toEqual([]);
  }, 60_000);

  it('is the same for texts in capitals, small, composed and decomposed, and when folded again', () => {
    const unit = fc.oneof(
      fc.constantFrom(
        'ß',
        'ẞ',
        'İ',
        'ı',
        'σ',
        'ς',
        'Σ',
        'e\u0301',
        'ﬁ',
        'ŉ',
        'ΐ',
        'ᾳ',
        'ǅ',
        'が',
        'ｶﾞ',
        '각',
        'a',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (text) => {
        for (const form of ['NFC', 'NFD'] as const) expect(fold(text.normalize(form))).toBe(fold(text));
        expect(fold(fold(text))).toBe(fold(text));
        expect(fold(text.toUpperCase())).toBe(fold(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives each decimal digit of each script its ASCII digit', () => {
    const digits = [...characters()].filter((character) => /\p{Nd}/u.test(character));
    expect(digits.length).toBeGreaterThan(500);
    for (const digit of digits) expect(fold(digit)).toMatch(/^[0-9]$/);
    for (const zero of ['٠', '۰', '०', '০', '๐', '０', '𝟎', '𝟘'])
      expect(
        fold(Array.from({ length: 10 }, (_, n) => String.fromCodePoint(zero.codePointAt(0)! + n)).join('')),
      ).toBe('0123456789');
  });

  it("takes the letters for ASCII letters that Unicode's root collation takes for them", () => {
    const collator = new Intl.Collator('und', { sensitivity: 'base' });
    for (const letters of ['æ', 'Œ', 'ø', 'Ł', 'đ', 'Ð', 'ħ', 'ß', 'é', 'Ǻ', 'ﬁ', 'ſ'])
      expect([letters, collator.compare(letters, fold(letters))]).toEqual([letters, 0]);
  });

  it.each([
    ['İSTANBUL', 'istanbul'],
    ['Işık', 'isik'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['Ἀθηνᾶ', 'ΑΘΗΝΑ'],
    ['Ærøskøbing', 'aeroskobing'],
    ['Łódź', 'lodz'],
    ['Đặng', 'dang'],
    ['Ёлка', 'елка'],
    ['شَمْس', 'شمس'],
    ['שָׁלוֹם', 'שלום'],
    ['An\u200bna\u00ad', 'anna'],
    ['ＡＢＣ　１２', 'abc 12'],
    ['Chloé', 'Chloe\u0301'],
  ])('takes %j and %j for the same', (one, other) => expect(fold(one)).toBe(fold(other)));

  it.each([
    ['か', 'が'],
    ['ハハ', 'パパ'],
    ['की', 'का'],
    ['Müller', 'Mueller'],
    ['a', 'а'],
    ['o', '0'],
    ["O'Brien", 'OBrien'],
  ])('does not take %j and %j for the same', (one, other) => expect(fold(one)).not.toBe(fold(other)));

  it('folds nothing to nothing', () => expect([fold(null), fold(undefined), fold('')]).toEqual(['', '', '']));
});
