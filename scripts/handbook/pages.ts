// The pages of the handbook in reading order, and how an address in one of them is read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each is src/handbook/<name>.md. */
export const pageNames = [
  'start',
  'examples',
  'rest',
  'keys',
  'insight',
  'scopes',
  'errors',
  'limits',
  'clients',
  'agents',
  'settings',
  'operations',
  'scaling',
  'security',
  'speed',
  'architecture',
  'changelog',
] as const;
export type PageName = (typeof pageNames)[number];

export interface SourcePage {
  readonly name: PageName;
  readonly text: string;
  /** Its first line, without the mark. */
  readonly title: string;
  /** Its first paragraph: what it is for. */
  readonly summary: string;
}

/** `root` is the folder of package.json. Throws when a page does not begin with a title and a paragraph. */
export function readPages(root: string): readonly SourcePage[] {
  return pageNames.map((name) => {
    const text = readFileSync(join(root, 'src/handbook', `${name}.md`), 'utf8');
    const [, title, summary] = /^# (.+)\n\n([^#\n].*)\n/.exec(text) ?? [];
    if (title === undefined || summary === undefined)
      throw new Error(`src/handbook/${name}.md does not begin with a title and a paragraph.`);
    return { name, text, title, summary };
  });
}

/** The id of a heading, as GitHub makes it: `The life of a key` -> `the-life-of-a-key`. */
export function headingId(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

/** `limits.md#points` -> `{page: 'limits', id: 'points'}`; an id alone is one of the page itself. Null of any other address. */
export function pageLink(
  href: string,
): { readonly page: PageName | null; readonly id: string | null } | null {
  const [, file, id] = /^(?:([a-z]+)\.md)?(?:#(.+))?$/.exec(href) ?? [];
  if (file === undefined) return id === undefined ? null : { page: null, id };
  const page = pageNames.find((name) => name === file);
  return page ? { page, id: id ?? null } : null;
}
