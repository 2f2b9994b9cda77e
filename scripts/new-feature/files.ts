// The files of a new feature as texts, and the two lists that get a line for it. Reads the tree; writes nothing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ApiError } from '../../src/core/errors.ts';
import { renamed, spellings, type Names } from './names.ts';

/** Path from the root -> text. */
export type Files = ReadonlyMap<string, string>;

const folder = 'scripts/new-feature/template';
/** Not beside the others: what imports the support of the tests stands below test. */
const testTemplate = 'test/scripts/new-feature/template.ts';
const featureList = 'src/features/index.ts';
const migrationList = 'src/db/migrations/index.ts';
/** What the name of a migration begins to count from, as the template's does. */
const epoch = 1_767_225_600_000;

export function templatesIn(root: string): Files {
  const paths = [...readdirSync(join(root, folder)).map((name) => `${folder}/${name}`), testTemplate];
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** Where the text of a template goes. */
function targetOf(path: string, { plural }: Names, number: number): string {
  if (path === testTemplate) return `test/features/${plural}/${plural}.test.ts`;
  if (path === `${folder}/migration.ts`) return `src/db/migrations/versions/${number}-${plural}.ts`;
  return `src/features/${plural}/${posix.basename(path)}`;
}

/** Imports that lead out of the template, as the file says them from its new place. */
function moved(text: string, from: string, to: string): string {
  return text.replaceAll(/(?<= from ')\.\.\/[^']+/g, (specifier) => {
    const path = posix.relative(posix.dirname(to), posix.join(posix.dirname(from), specifier));
    return path.startsWith('.') ? path : `./${path}`;
  });
}

/** Formats a file, because its lines have other lengths with another name. Throws when the text is not valid TypeScript. */
async function formatted(root: string, path: string, text: string): Promise<string> {
  const file = join(root, path);
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

interface List {
  readonly path: string;
  /** The line on which the list opens. */
  readonly opens: string;
  /** The file that the new import names, and what it imports. */
  readonly from: string;
  readonly entry: string;
}

const importFrom = /^import \{ \w+ \} from '(\.\/[^']+)';$/gm;

/** The text of a list with an import among those that are sorted by their file, and an entry at the end. */
function listed(text: string, { path, opens, from, entry }: List): string {
  const lines = [...text.matchAll(importFrom)];
  const start = text.indexOf(`${opens}\n`);
  const end = text.indexOf('\n];', start);
  if (lines.length === 0 || start < 0 || end < 0) {
    const missing = lines.length === 0 ? "import { … } from './…';" : start < 0 ? opens : '];';
    throw new ApiError('BAD_USER_INPUT', `${path} has no line "${missing}", so nothing was written.`);
  }
  const next = lines.find(([, other = '']) => other.localeCompare(from, 'en', { numeric: true }) > 0);
  const last = lines.at(-1)!;
  const at = next?.index ?? last.index + last[0].length + 1;
  const line = `import { ${entry} } from '${from}';\n`;
  return `${text.slice(0, at)}${line}${text.slice(at, end)}\n  ${entry},${text.slice(end)}`;
}

/** One more than the highest of the list. */
function nextMigration(list: string): number {
  const numbers = [...list.matchAll(/'\.\/versions\/(\d+)-/g)].map(([, number]) => Number(number));
  return Math.max(0, ...numbers) + 1;
}

/** The two lists with their new lines. Throws ApiError when one of them has not the lines to put them by. */
function lists(read: (path: string) => string, names: Names, number: number): Files {
  const { list, pluralType } = spellings(names);
  const both: List[] = [
    {
      ...{ path: featureList, opens: 'export const features: readonly Feature[] = [' },
      ...{ from: `./${names.plural}/index.ts`, entry: `${list}Feature` },
    },
    {
      ...{ path: migrationList, opens: 'export const migrations = [' },
      ...{ from: `./versions/${number}-${names.plural}.ts`, entry: `${pluralType}${epoch + number}` },
    },
  ];
  return new Map(both.map((one) => [one.path, listed(read(one.path), one)]));
}

export interface Plan {
  /** Files that are not there yet. */
  readonly made: Files;
  /** Files with a new import and a new line. */
  readonly changed: Files;
}

/** Folders and files in the place of which the feature would be written. */
export function placesTaken(root: string, { plural }: Names): string[] {
  return [`src/features/${plural}`, `test/features/${plural}`].filter((path) => existsSync(join(root, path)));
}

/** Throws ApiError when the tree is not as expected, or when the name is a word of TypeScript. */
export async function planFiles(root: string, templates: Files, names: Names): Promise<Plan> {
  const read = (path: string) => {
    if (existsSync(join(root, path))) return readFileSync(join(root, path), 'utf8');
    throw new ApiError('BAD_USER_INPUT', `${path} is not there, so nothing was written.`);
  };
  const number = nextMigration(read(migrationList));
  const changed = lists(read, names, number);
  const made = new Map<string, string>();
  for (const [from, template] of templates) {
    const to = renamed(targetOf(from, names, number), names);
    const text = renamed(moved(template, from, to), names).replaceAll(`${epoch}`, `${epoch + number}`);
    made.set(to, await formatted(root, to, text));
  }
  return { made, changed };
}
