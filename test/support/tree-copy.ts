// A copy of this checkout in a temporary folder, for tests of what changes the sources: the checkout itself is never touched.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { bash, root, type Ran } from './processes/shell.ts';

/** What the tools read. dist and the compiler's notes are taken along, so that the copy builds only what changes in it. */
const copied = ['src', 'scripts', 'test', 'schema', 'dist', '.cache/typecheck.tsbuildinfo'];
const files = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'ormconfig.ts',
  'vitest.config.ts',
  'README.md',
];

export interface TreeCopy {
  readonly path: string;
  /** Runs commands there to their end, with this process's choice of stores. */
  run(text: string): Promise<Ran>;
  read(file: string): string;
  /** Path -> text of every file of the sources and tests. */
  sources(): Readonly<Record<string, string>>;
  remove(): void;
}

/** Links to the packages one by one: tools that keep something beside them keep it in the copy. */
function linkPackages(path: string): void {
  const [from, to] = [join(root, 'node_modules'), join(path, 'node_modules')];
  mkdirSync(to);
  for (const name of readdirSync(from).filter((entry) => !/^\.(?:vite|cache)/.test(entry)))
    symlinkSync(join(from, name), join(to, name));
}

function textsIn(path: string): Readonly<Record<string, string>> {
  const found = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(path, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return Object.fromEntries(found.map((file) => [relative(path, file), readFileSync(file, 'utf8')]));
}

/** Of stores, and of nothing else: a nested run of vitest must not take itself for a worker of this one. */
function storeSettings(): Record<string, string> {
  const names = ['TEST_POSTGRES_URL', 'DATABASES'];
  const set = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return Object.fromEntries(set) as Record<string, string>;
}

export function copyTree(): TreeCopy {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-tree-'));
  for (const name of [...copied, ...files].filter((one) => existsSync(join(root, one))))
    cpSync(join(root, name), join(path, name), { recursive: true });
  linkPackages(path);
  return {
    path,
    run: (text) => bash(text, { cwd: path, env: storeSettings() }),
    read: (file) => readFileSync(join(path, file), 'utf8'),
    sources: () => textsIn(path),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
