// What people write, made fit to be stored: names without what cannot be seen, messages without control characters.
// Everything else stays as it was written: spelling, accents, case, and the spaces of other alphabets.

/** Half of a character: what a program leaves that cuts a text in the middle of an emoji. No store can hold it. */
const loneSurrogate = '\\p{Surrogate}';

/** Runs of spaces, and what begins a new line or a column in one of them: a name has one line. */
const spaces = /[\s\u0085]+/gu;
const lineBreak = /[\t\n\v\f\r\u0085\u2028\u2029]/u;

// A character of a script in which a joiner or non-joiner changes the letters beside it (RFC 5892, appendix A.1 and A.2).
const joining =
  '(?!\\p{Default_Ignorable_Code_Point})[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Nko}\\p{Script=Devanagari}\\p{Script=Bengali}' +
  '\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}' +
  '\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}]';
const virama = '[\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D4D\\u0DCA]';
const pictograph = '\\p{Extended_Pictographic}[\\uFE0F\\p{Emoji_Modifier}]?';

/** Invisible characters that are part of what is seen, each by the characters beside it. */
const meaningful = [
  // 👩‍💻: one picture of two.
  `(?<=${pictograph})\\u200D(?=\\p{Extended_Pictographic})`,
  // Persian and Indic spelling. After a virama also at the end of a word.
  `(?<=${joining})[\\u200C\\u200D](?=${joining})|(?<=${virama})[\\u200C\\u200D](?![\\u200C\\u200D])`,
  // The coloured or the plain form of a sign, and keycaps.
  '(?<=\\p{Extended_Pictographic}|\\p{Emoji_Modifier})[\\uFE0E\\uFE0F]|(?<=[0-9#*])\\uFE0F(?=\\u20E3)',
  // Forms of Chinese characters that names are registered with; forms of Mongolian letters.
  '(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]|(?<=(?=\\p{L})\\p{Script=Mongolian})[\\u180B-\\u180F]',
  // Flags of regions such as Scotland.
  '(?<=\\u{1F3F4})[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{3,6}\\u{E007F}',
].join('|');

// Beside Unicode's own list: controls, and the anchors of interlinear notes.
const unseen = `\\p{Default_Ignorable_Code_Point}\\p{Cc}\\uFFF9-\\uFFFB${loneSurrogate}`;
const unseenInNames = new RegExp(`(${meaningful})|[${unseen}]`, 'gu');
/** Tab and line breaks are part of a message; so are marks of direction, which set off a number or a name in it. */
const unseenInMessages = new RegExp(`(?![\\t\\n\\r])[\\p{Cc}${loneSurrogate}]`, 'gu');

/** Looks empty: no more than spaces, with the blank of Braille. */
const blank = /^[\s\u2800]*$/u;

/**
 * A name, an address, a subject: text of one line. Invisible characters (zero width, marks of direction, tags, soft hyphens)
 * go, but for those by which emoji and the scripts that need them are written; line breaks and tabs become a space; the ends
 * are trimmed. What nobody can see is ''.
 */
export function cleanName(text: string): string {
  const seen = text
    .replace(spaces, (run) => (lineBreak.test(run) ? ' ' : run))
    .replace(unseenInNames, (_found, kept: string | undefined) => kept ?? '')
    .trim();
  return blank.test(seen) ? '' : seen;
}

/** Text of several lines: NUL and other control characters go, its lines stay. The ends are trimmed. */
export function cleanMessage(text: string): string {
  return text
    .replace(/[\v\f\u0085]/g, '\n')
    .replace(unseenInMessages, '')
    .trim();
}
