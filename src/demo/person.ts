// Makes a customer's name and addresses. Which name customer i gets is a shuffle, so no e-mail repeats.
import { CULTURES } from './texts/names.ts';
import type { Culture } from './texts/names.ts';
import { itemAt, shufflePlace } from './random.ts';
import type { Random } from './random.ts';

export interface Person {
  readonly first: string;
  /** First and last name, separated by a space. */
  readonly name: string;
  /** Unique for each index under one seed; always at example.com, .org or .net. */
  readonly email: string;
  readonly phone: string;
  readonly country: string;
}

interface FullName {
  readonly culture: Culture;
  readonly first: string;
  readonly last: string;
}

const FULL_NAMES: readonly FullName[] = CULTURES.flatMap((culture) =>
  culture.people.flatMap(({ firsts, lasts }) =>
    firsts.flatMap((first) => lasts.map((last) => ({ culture, first, last }))),
  ),
);

const DOMAINS = [
  ['example.com', 5],
  ['example.org', 3],
  ['example.net', 2],
] as const;

/** Person `index` (0 or more) of the story. Names come round again after some thousands, then with a number in the e-mail. */
export function makePerson(random: Random, seed: number, index: number): Person {
  const round = Math.floor(index / FULL_NAMES.length);
  const place = shufflePlace(index % FULL_NAMES.length, FULL_NAMES.length, seed + round);
  const { culture, first, last } = itemAt(FULL_NAMES, place);
  // Unique by mailbox alone: slugs hold only a-z, so separator and number cannot make two names meet.
  const mailbox = `${slug(first)}${random.pick(['.', '.', '_', '-'])}${slug(last)}${round === 0 ? '' : round + 1}`;
  return {
    first: shown(first),
    name: `${shown(first)} ${shown(last)}`,
    email: `${mailbox}@${random.weighted(DOMAINS)}`,
    phone: culture.phone.replace(/#/g, () => String(random.int(0, 9))),
    country: culture.country,
  };
}

function shown(name: string): string {
  return name.split('|')[0] ?? name;
}

// Letters that Unicode does not take apart into a base letter and an accent.
const PLAIN_LETTERS = new Map(Object.entries({ ł: 'l', ø: 'o', đ: 'd', ß: 'ss', æ: 'ae', ı: 'i' }));

function slug(name: string): string {
  const latin = (name.split('|')[1] ?? name).toLowerCase().normalize('NFD');
  return latin.replace(/[łøđßæı]/g, (letter) => PLAIN_LETTERS.get(letter) ?? '').replace(/[^a-z]/g, '');
}
