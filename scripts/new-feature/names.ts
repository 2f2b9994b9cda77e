// The forms of a feature's name, and how a text of the template becomes one of the new feature.
import { UsageError } from '../command-line/command.ts';

/** Words of two letters or more: a shorter one is not told apart from its neighbour in `AbTest`. */
const kebab = /^[a-z]{2,}(?:-[a-z]{2,})*$/;
/** Postgres keeps 63 characters of the name of an index or foreign key, which begins with that of its table. */
const maxLength = 40;

export interface Names {
  /** `gift-cards`: the folder and the feature. */
  readonly plural: string;
  /** `gift-card`: the files. */
  readonly singular: string;
  /** `gif`: the ids. */
  readonly prefix: string;
}

function assertKebab(text: string, what: string): void {
  if (!kebab.test(text) || text.length > maxLength) {
    throw new UsageError(
      `${what} is words of lower-case letters with hyphens between them, at most ${maxLength} characters, ` +
        `e.g. gift-cards. This is "${text}".`,
    );
  }
}

/** `companies` -> `company`, `boxes` -> `box`, `gift-cards` -> `gift-card`; null when English does not say. */
function singularOf(plural: string): string | null {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/.test(plural)) return plural.slice(0, -2);
  return /[^s]s$/.test(plural) ? plural.slice(0, -1) : null;
}

/** Three letters of the name in their order, the first one included, that no other resource has. */
function freePrefix(singular: string, taken: ReadonlySet<string>): string {
  const [first = '', ...rest] = singular.replaceAll('-', '');
  for (const [index, second] of rest.entries()) {
    for (const third of rest.slice(index + 1)) {
      if (!taken.has(first + second + third)) return first + second + third;
    }
  }
  throw new UsageError(
    `No three letters of "${singular}" are left for the ids of its rows. Take a longer name.`,
  );
}

/** Throws UsageError for a name that is not the plural of a resource, and for a singular that is the same. */
export function namesOf(
  plural: string,
  given: string | undefined,
  takenPrefixes: ReadonlySet<string>,
): Names {
  assertKebab(plural, 'NAME');
  const singular = given ?? singularOf(plural);
  if (singular === null) {
    throw new UsageError(`"${plural}" does not look like a plural. Give its singular: --singular WORD.`);
  }
  assertKebab(singular, '--singular');
  if (singular === plural) throw new UsageError('The singular and the plural are the same word.');
  return { plural, singular, prefix: freePrefix(singular, takenPrefixes) };
}

const pascal = (text: string) =>
  text.replaceAll(/(?:^|-)([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const camel = (text: string) => text.replaceAll(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());

/** Every spelling of the names. The template's name has two words, so that no two of its spellings are the same. */
export function spellings({ plural, singular, prefix }: Names) {
  return {
    ...{ pluralType: pascal(plural), type: pascal(singular) },
    ...{ list: camel(plural), one: camel(singular) },
    ...{ plural, singular },
    table: plural.replaceAll('-', '_'),
    scope: plural.replaceAll('-', ''),
    prefix: `'${prefix}'`,
    // In a pattern of the made test.
    idPattern: `^${prefix}_`,
  };
}

const templateNames: Names = { plural: 'spare-parts', singular: 'spare-part', prefix: 'spp' };
const before = spellings(templateNames);
/** Longest first: `SpareParts` is not `SparePart` with an `s`. */
const templateSpelling = new RegExp(
  Object.values(before)
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace('^', '\\^'))
    .join('|'),
  'g',
);

/** A text of the template with every spelling of its names replaced. */
export function renamed(text: string, names: Names): string {
  const after = spellings(names);
  const replacements = new Map(
    Object.entries(before).map(([kind, spelling]) => [spelling, after[kind as keyof typeof after]]),
  );
  return text.replaceAll(templateSpelling, (found) => replacements.get(found)!);
}

export const withoutTemplateNames = (code: string) => code.replaceAll(templateSpelling, '');
