// Names without what cannot be seen, messages without control characters; everything else as it was written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanMessage, cleanName } from '../../../src/core/text/written-text.ts';

const unseen = [
  ...[
    '\0',
    '\u0007',
    '\u001b',
    '\u007f',
    '\u0080',
    '\u009f',
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u115f',
    '\u1160',
  ],
  ...[
    '\u17b4',
    '\u180e',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u200e',
    '\u200f',
    '\u202a',
    '\u202b',
    '\u202c',
    '\u202d',
  ],
  ...[
    '\u202e',
    '\u2060',
    '\u2061',
    '\u2064',
    '\u2066',
    '\u2067',
    '\u2068',
    '\u2069',
    '\u206f',
    '\u3164',
    '\ufe00',
  ],
  ...[
    '\ufe0f',
    '\ufeff',
    '\uffa0',
    '\ufff9',
    '\ufffb',
    '\u{1d173}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e007f}',
    '\u{e0100}',
  ],
  ...['\ud83d', '\udc00'],
];

/** Whether a character shows nothing by itself. */
const isUnseen = (character: string) =>
  /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Bidi_Control}\p{Surrogate}]/u.test(character);

describe('cleanName', () => {
  it.each(unseen.map((character) => [character.codePointAt(0)!.toString(16), character]))(
    'takes U+%s out of Latin text, wherever it stands',
    (_name, character) => {
      expect(cleanName(`${character}An${character}${character}na${character} B${character}`)).toBe('Anna B');
      expect(cleanName(character.repeat(3))).toBe('');
    },
  );

  it('leaves nothing unseen in Latin text, takes out nothing else, and is done after once', () => {
    const unit = fc.oneof(
      fc.constantFrom(...unseen),
      fc.constantFrom('a', 'É', 'ß', '-', '’', '"', '.', ' b'),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const cleaned = cleanName(text);
        expect(cleaned).toBe(
          Array.from(text)
            .filter((character) => !isUnseen(character) && !/[\ufff9-\ufffb]/.test(character))
            .join('')
            .trim(),
        );
        expect(cleanName(cleaned)).toBe(cleaned);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is done after once, for any text', () => {
    const unit = fc.oneof(
      fc.constantFrom(...unseen),
      fc.constantFrom('न', '्', 'ی', '👩', '❤', '1', '葛', '🏴', '\n'),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        expect(cleanName(cleanName(text))).toBe(cleanName(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ...['👩‍💻', '👩🏽‍💻', '🧖🏽‍♀️', '👨‍👩‍👧‍👦', '🏳️‍🌈', '❤️', '☎︎', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🇺🇦'],
    ...['نیم\u200cفاصله', 'क्\u200dष', 'क्\u200cष', 'ന്\u200d', 'ශ්\u200dරී', '葛\u{e0100}城', 'ᠠ\u180b'],
    ...[
      '山田\u3000太郎',
      'M.\u00a0Dupont',
      "D'Arcy  O’Neil-Łuk",
      'Zoë',
      'Zoe\u0308',
      'علي',
      'Ⅷ',
      '日本🏯',
      'x\ufffd',
    ],
  ])('keeps %j as it is written', (name) => expect(cleanName(name)).toBe(name));

  it('makes one line of it', () => {
    expect(cleanName(' Anna\r\n\t Berg\u2028\u0085')).toBe('Anna Berg');
    expect(cleanName('\u3000Anna\u00a0')).toBe('Anna');
  });

  it.each(['', ' ', '\t\n', '\u2800', '\u2800 \u3164', '\u200b', '\u00a0'])('finds nothing in %j', (name) =>
    expect(cleanName(name)).toBe(''),
  );

  it('needs a time that grows with the text and not with its square', () => {
    for (const text of ['\n', ' ', '\u200d', '👩\u200d', 'न्', '\u{e0061}', '\ufe0f'])
      expect(cleanName(`${text.repeat(100_000)}x`).endsWith('x')).toBe(true);
  }, 30_000);
});

describe('cleanMessage', () => {
  it('takes control characters and halves of characters out, and keeps lines and marks of direction', () => {
    expect(cleanMessage('a\0b\u0007\n\tc\r\nd\u200f\u2067e\u2069\ud83d\u009f😀 ')).toBe(
      'ab\n\tc\r\nd\u200f\u2067e\u2069😀',
    );
    expect(cleanMessage('one\fpage\vline\u0085next')).toBe('one\npage\nline\nnext');
    expect(cleanMessage('\0\u0007')).toBe('');
  });
});
