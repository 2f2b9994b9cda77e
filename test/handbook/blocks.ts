// Every block of code in README.md and the handbook, and who runs it: ```LANGUAGE NAME. A block without a runner fails claims.test.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

export interface Block {
  /** `README.md`, `clients.md` */
  readonly file: string;
  readonly language: string;
  /** Behind the language; '' when it has none, and then nobody can run it. */
  readonly name: string;
  readonly text: string;
}

const files: Readonly<Record<string, string>> = {
  'README.md': readFileSync(join(root, 'README.md'), 'utf8'),
  ...Object.fromEntries(
    readdirSync(join(root, 'src/handbook'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => [name, readFileSync(join(root, 'src/handbook', name), 'utf8')]),
  ),
};

/** A block begins with three marks or more, indented or not, and ends with the same marks on a line of their own. */
export function blocksIn(file: string, text: string): Block[] {
  const blocks: Block[] = [];
  let open: { readonly marks: string; readonly info: string; readonly lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const bare = line.trim();
    if (open && bare === open.marks) {
      const [language = '', name = ''] = open.info.split(/\s+/);
      blocks.push({ file, language, name, text: open.lines.map((one) => `${one}\n`).join('') });
      open = undefined;
    } else if (open) open.lines.push(line);
    else {
      const [marks] = /^(?:`{3,}|~{3,})/.exec(bare) ?? [];
      if (marks !== undefined) open = { marks, info: bare.slice(marks.length).trim(), lines: [] };
    }
  }
  if (open) throw new Error(`${file}: a block is not closed.`);
  return blocks;
}

export const allBlocks: readonly Block[] = Object.entries(files).flatMap(([file, text]) =>
  blocksIn(file, text),
);

export const idOf = ({ file, name }: Block) => `${file}#${name}`;

/** Throws when the file has no such block. */
export function textOf(file: string, name: string): string {
  const found = allBlocks.find((block) => block.file === file && block.name === name);
  if (!found) throw new Error(`${file} has no block "${name}".`);
  return found.text;
}

/** `README.md#first-query` -> what runs the block and compares what it says. */
export type Runners<W> = Readonly<Record<string, (block: Block, world: W) => Promise<void>>>;

/** One test for each. */
export function runBlocks<W>(runners: Runners<W>, world: () => W): void {
  it.each(Object.entries(runners))('%s', async (id, run) => {
    const block = allBlocks.find((one) => idOf(one) === id);
    expect(block, `there is no block ${id}`).toBeDefined();
    await run(block!, world());
  });
}

export interface ConsoleStep {
  readonly command: string;
  readonly output: string;
}

/** ```` ```console ```` : lines with `$ ` are typed, the others are what they print. */
export function stepsOf({ text }: Block): ConsoleStep[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...output] = step.split('\n');
      return { command, output: output.join('\n').trim() };
    });
}

/** A text of the handbook as a pattern of what may be there: `…` is any text within a line, `...` a line of its own any lines. */
export function patternOf(text: string): RegExp {
  const escaped = text.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/^\\\.\\\.\\\.$/gm, '[^]*?').replaceAll('…', '.*?')}$`);
}
