// What a person types into a search box -> what a row must hold to be found. Pure; how an engine looks for it is in dialect.ts.
import { fold } from '../core/fold.ts';
import { formsOf, minDigits, withoutOptionalTrunk } from '../core/phone-digits.ts';

/** Any of these, each of which is words that are all begun by a word of the row. */
export type SearchTerm = readonly (readonly string[])[];

const word = /[\p{L}\p{M}\p{N}]+/gu;
const maxWordLength = 100;

/** The words of a folded text, each once: letters and digits in a row. */
export function wordsOf(folded: string): string[] {
  const found = folded.match(word) ?? [];
  return [...new Set(found.map((long) => Array.from(long).slice(0, maxWordLength).join('')))];
}

/** Groups of digits that follow each other, with nothing but signs and spaces between them. */
interface DigitRun {
  readonly groups: string[];
  readonly hasPlus: boolean;
}

const isDigits = (text: string) => /^[0-9]+$/.test(text);

function partsOf(folded: string): (string | DigitRun)[] {
  const parts: (string | DigitRun)[] = [];
  for (const { 0: found, index } of folded.matchAll(word)) {
    const last = parts.at(-1);
    if (!isDigits(found)) parts.push(found);
    else if (typeof last === 'object') last.groups.push(found);
    else parts.push({ groups: [found], hasPlus: /\+[\s(]*$/.test(folded.slice(0, index)) });
  }
  return parts;
}

/** Fewer digits may as well be a house, a room or a year. */
const minPhoneDigits = 7;

/**
 * Several groups of digits are one number, or numbers of their own: taken apart as well unless together they are long and
 * one of them is short. (`17 05 55 00 01` taken apart is found everywhere.)
 */
function termOf({ groups, hasPlus }: DigitRun): SearchTerm {
  const digits = groups.join('');
  const isApart = digits.length < minPhoneDigits || groups.every((group) => group.length >= minDigits);
  const forms = formsOf(digits, hasPlus).map((form) => [form]);
  const apart = [...new Set(groups)];
  const isOneForm = forms.length > 0 && apart.length === 1;
  return isApart && !isOneForm ? [apart, ...forms] : forms;
}

/** In a fixed order, each once: two texts that ask for the same have the same terms. None = no condition. */
export function searchTerms(text: string | null | undefined): SearchTerm[] {
  const terms = partsOf(withoutOptionalTrunk(fold(text))).map((part): SearchTerm =>
    typeof part === 'string' ? [[Array.from(part).slice(0, maxWordLength).join('')]] : termOf(part),
  );
  const byText = new Map(terms.map((term) => [JSON.stringify(term), term]));
  return [...byText.keys()].sort().map((key) => byText.get(key)!);
}
