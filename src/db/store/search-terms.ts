// What a person types into a search box -> what a row must hold to be found. Pure; how an engine looks for it is in dialect.ts.
import { fold } from '../../core/text/fold.ts';
import { isPhoneLabel, withoutLabel } from '../../core/text/phone-labels.ts';
import { formsOf, minDigits, withoutOptionalTrunk } from '../../core/text/phone-digits.ts';

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
  /** The number as it was written, where a label is part of it: `tel0170` may be the name of a mailbox as well. */
  readonly written: string[];
  readonly hasPlus: boolean;
}

const isDigits = (text: string) => /^[0-9]+$/.test(text);

interface Found {
  readonly whole: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Groups of so many digits together, or a `+`, make a number of which the words beside it may be labels. */
const isNumber = ({ groups, hasPlus }: DigitRun) => hasPlus || groups.join('').length >= minDigits;

/** Finds numbers that are written together with their label (`tel0170`). */
function foundIn(folded: string): Found[] {
  return [...folded.matchAll(word)].map(({ 0: whole, index }) => {
    const text = withoutLabel(whole);
    const end = index + whole.length;
    return { whole, text, start: end - text.length, end };
  });
}

function addTo({ groups, written }: DigitRun, text: string, whole: string): void {
  groups.push(text);
  written.push(whole);
}

function partsOf(folded: string): (string | DigitRun)[] {
  const found = foundIn(folded);
  const parts: { readonly part: string | DigitRun; readonly isLabel: boolean }[] = [];
  for (const [index, { whole, text, start, end }] of found.entries()) {
    const last = parts.at(-1)?.part;
    const next = found[index + 1];
    const after = next && isDigits(next.text) ? folded.slice(end, next.start) : null;
    if (!isDigits(text)) parts.push({ part: text, isLabel: isPhoneLabel(text, after) });
    else if (typeof last === 'object') addTo(last, text, whole);
    else {
      const hasPlus = /\+[\s(]*$/.test(folded.slice(0, start));
      parts.push({ part: { groups: [text], written: [whole], hasPlus }, isLabel: false });
    }
  }
  const hasNumber = parts.some(({ part }) => typeof part === 'object' && isNumber(part));
  return parts.filter(({ isLabel }) => !isLabel || !hasNumber).map(({ part }) => part);
}

/** Fewer digits may as well be a house, a room or a year. */
const minPhoneDigits = 7;

/**
 * Several groups of digits are one number, or numbers of their own: taken apart as well unless together they are long and
 * one of them is short. (`17 05 55 00 01` taken apart is found everywhere.)
 */
function termOf({ groups, written, hasPlus }: DigitRun): SearchTerm {
  const digits = groups.join('');
  const isApart = digits.length < minPhoneDigits || groups.every((group) => group.length >= minDigits);
  const forms = formsOf(digits, hasPlus).map((form) => [form]);
  const apart = [...new Set(groups)];
  const isOneForm = forms.length > 0 && apart.length === 1;
  const asWritten = written.every(isDigits) ? [] : [[...new Set(written)]];
  return [...asWritten, ...(isApart && !isOneForm ? [apart] : []), ...forms];
}

/** In a fixed order, each once: two texts that ask for the same have the same terms. None = no condition. */
export function searchTerms(text: string | null | undefined): SearchTerm[] {
  const terms = partsOf(withoutOptionalTrunk(fold(text))).map((part): SearchTerm =>
    typeof part === 'string' ? [[Array.from(part).slice(0, maxWordLength).join('')]] : termOf(part),
  );
  const byText = new Map(terms.map((term) => [JSON.stringify(term), term]));
  return [...byText.keys()].sort().map((key) => byText.get(key)!);
}
