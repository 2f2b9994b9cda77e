// Text as it is compared where case and accents do not count: in search, in `contains` and `startsWith`, in e-mail filters.
// Stored beside the text it stands for (`<column>_folded`), so a change here needs a migration that rewrites those columns.
import { ApiError } from '../errors.ts';

/** More than any column that is folded holds. NFKD takes time with the square of a text of combining marks. */
const maxFoldedLength = 1_000;

const plainText = /^[\x20-\x7e]*$/;

/** Characters that show nothing: joiners, variation selectors, direction marks, soft hyphens (Unicode, section 5.21). */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Accents: the marks of the alphabets that can be read without them. The vowel signs of Indic scripts are letters in all
 * but name, and か and が are two letters, so those marks stay.
 */
const accents =
  /(?![\u3099\u309A])(?=[\p{Mn}\p{Me}])[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]/gu;

/**
 * Letters whose accent is part of the letter, so that no decomposition takes it off. Unicode's root collation gives them
 * the same base letters (ð and đ are d there, þ is a letter of its own).
 */
const baseLetters: Readonly<Record<string, string>> = {
  ...{ æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ґ: 'г' },
  // Lower case writes a capital sigma differently at the end of a word, so a prefix would not find its word.
  ς: 'σ',
};
const withBaseLetters = new RegExp(`[${Object.keys(baseLetters).join('')}]`, 'gu');

const digitOfOtherScript = /(?![0-9])\p{Nd}/gu;

/** The ASCII digit of a decimal digit of any script. Each script has its ten digits in one row, from zero to nine. */
function asciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0)!;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(codePoint - before - 1))) before += 1;
  return String(before % 10);
}

/** The iota below a Greek vowel is a letter in capitals (ᾳ, ΑΙ), and so for every case. */
const iotaBelow = /\u0345/g;

const withoutAccents = (text: string) =>
  text.normalize('NFKD').replace(invisible, '').replace(iotaBelow, 'ι').replace(accents, '');

/**
 * Folds a text: full case folding (ß and ẞ are `ss`, İ and ı are `i`), no accents, no invisible characters, other forms of a
 * character as the plain one (ﬁ is `fi`, fullwidth and Arabic-Indic digits are 0-9). Folding twice changes nothing more.
 * Does NOT write umlauts out (ü is `u`, not `ue`), and is no proof that two names mean one thing: see addressKey(). Throws
 * BAD_USER_INPUT for over 1,000 characters: each field refuses a long text earlier, and in its own words.
 */
export function fold(text: string | null | undefined): string {
  if (!text) return '';
  if (text.length > maxFoldedLength) {
    const message = `A text has ${text.length} characters; at most ${maxFoldedLength} are compared.`;
    throw new ApiError('BAD_USER_INPUT', message);
  }
  if (plainText.test(text)) return text.toLowerCase();
  // By way of capitals: only they write ß, ı, ſ and the forms of Greek letters alike. First small: ẞ is a capital already.
  const cased = withoutAccents(text).toLowerCase().toUpperCase().toLowerCase();
  return withoutAccents(cased)
    .replace(withBaseLetters, (letter) => baseLetters[letter]!)
    .replace(digitOfOtherScript, asciiDigit)
    .normalize('NFC');
}
