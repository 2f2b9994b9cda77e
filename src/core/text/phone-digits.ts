// Telephone numbers as digits: how one is found by any of its digits, in the national form as in the international one. Does
// NOT know which numbers exist, nor the country of a number that names none: that would need a country for each workspace.

/** ITU-T E.164 ends at 15 digits; this leaves room for an extension. */
const maxDigits = 20;
export const minDigits = 4;

/**
 * Country codes of one and of two digits (ITU-T E.164, annex D); all others have three. None of them begins another one.
 */
const shortCountryCodes = new Set(
  (
    '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 ' +
    '81 82 84 86 90 91 92 93 94 95 98'
  ).split(' '),
);

/** What is dialled for `+`: most countries, North America, Australia, Japan, Russia. */
const internationalPrefixes = ['00', '011', '0011', '010', '810'];
/** What is dialled before a number of one's own country, and how long the two are together; most often 0, at any length. */
const trunkPrefixes = [
  { prefix: '0', length: null },
  { prefix: '1', length: 11 },
  { prefix: '8', length: 11 },
  { prefix: '06', length: 11 },
] as const;
/** Without a sign or a prefix, fewer digits are hardly a country code with a number. */
const minBareInternational = 10;

/** `+49 (0)30`: the zero is dialled within the country alone, so it stands in neither form. */
const optionalTrunk = /(?<=\d\s?)\(0\)(?=\s?\d)/g;

const digitsIn = (folded: string) => folded.replace(/[^0-9]/g, '');
export const withoutOptionalTrunk = (folded: string) => folded.replace(optionalTrunk, ' ');

/** Every way to go on from one of the digits to the last: a prefix of one of them is any digits in a row. */
export function endingsOf(folded: string): string[] {
  const forms = new Set([digitsIn(folded), digitsIn(withoutOptionalTrunk(folded))]);
  return [...forms].flatMap((digits) =>
    Array.from({ length: Math.max(0, digits.length - minDigits + 1) }, (_, start) =>
      digits.slice(start, start + maxDigits),
    ),
  );
}

function countryCodeLength(digits: string): number {
  return [1, 2].find((length) => shortCountryCodes.has(digits.slice(0, length))) ?? 3;
}

/** The forms of an international number: with the country and without. */
function international(digits: string): string[] {
  return [digits, digits.slice(countryCodeLength(digits))];
}

/**
 * The digits of a number in each form in which the number may have been written down, the given one first. Shorter forms than
 * four digits are left out.
 */
export function formsOf(digits: string, hasPlus: boolean): string[] {
  const forms = [digits];
  if (hasPlus) forms.push(...international(digits));
  for (const prefix of internationalPrefixes)
    if (!hasPlus && digits.startsWith(prefix)) forms.push(...international(digits.slice(prefix.length)));
  if (!hasPlus && !digits.startsWith('0') && digits.length >= minBareInternational)
    forms.push(...international(digits));
  for (const { prefix, length } of trunkPrefixes)
    if (!hasPlus && digits.startsWith(prefix) && (length === null || digits.length === length))
      forms.push(digits.slice(prefix.length));
  const long = forms.filter((form) => form.length >= minDigits).map((form) => form.slice(0, maxDigits));
  return [...new Set(long)];
}
