// Parts of Markdown files that are generated: found by the marks around them, replaced, and formatted as `npm run format` does.
import { format, resolveConfig } from 'prettier';

/** A table with its head. A `|` in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export const code = (text: string) => `\`${text}\``;

/** `["a", "b"]` -> "`a`, `b`" */
export const codes = (texts: readonly string[]) => texts.map(code).join(', ');

/** A block of code. `name` is how its test finds it; see test/handbook/blocks.ts. */
export const block = (language: string, name: string, text: string) =>
  `\`\`\`${language} ${name}\n${text}\n\`\`\``;

const markOf = (name: string) => `<!-- generated: ${name} -->`;
const endMark = '<!-- end -->';

/** The text with each named part replaced. Throws when a mark has no part of that name. */
export function withParts(text: string, parts: Readonly<Record<string, () => string>>): string {
  return text.replaceAll(/<!-- generated: ([a-z-]+) -->\n[^]*?<!-- end -->/g, (_found, name: string) => {
    const part = parts[name];
    if (!part) throw new Error(`Nothing makes the part "${name}".`);
    return `${markOf(name)}\n\n${part()}\n\n${endMark}`;
  });
}

export async function formatted(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
