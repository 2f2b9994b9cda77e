// Run by the build (scripts/launch/bootstrap.mjs): writes dist/handbook/, all of it anew. The style sheet and the pictures have the hash
// of their content for a name.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readPages } from './pages.ts';
import { renderHandbook } from './render.ts';

/** From dist/scripts/handbook. */
const root = join(import.meta.dirname, '../../..');
const [source, target] = [join(root, 'src/handbook'), join(root, 'dist/handbook')];

const hashedName = (content: Buffer, extension: string) =>
  `${createHash('sha256').update(content).digest('hex').slice(0, 32)}${extension}`;

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

/** Puts a file into the folder, by its path from src/handbook/. Throws when there is none. */
function asset(path: string): string {
  const content = readFileSync(join(source, path));
  const name = hashedName(content, extname(path));
  writeFileSync(join(target, name), content);
  return name;
}

const pages = renderHandbook({ pages: readPages(root), style: asset('handbook.css'), picture: asset });
for (const [name, html] of pages) writeFileSync(join(target, `${name}.html`), html);
