// The handbook as the build made it of the Markdown beside this file: pages and what they show, read once, when first asked for.
// Does NOT render: scripts/handbook/ does, at build time, so that no Markdown library is loaded by a server.
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

export interface HandbookFile {
  readonly type: string;
  readonly content: Buffer;
  readonly gzipped: Buffer;
}

export interface Handbook {
  /** By the name in the address: `limits` of `/docs/limits`; `index` of `/docs` itself. */
  readonly pages: ReadonlyMap<string, HandbookFile>;
  /** By their names, each the hash of its content. */
  readonly assets: ReadonlyMap<string, HandbookFile>;
}

const typeOf: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** From src/handbook and from dist/src/handbook. */
const folders = ['../../dist/handbook', '../../handbook'].map((up) => join(import.meta.dirname, up));

/** The names in the first folder that is there. Null where nothing was built. */
async function findBuilt(): Promise<{ folder: string; names: readonly string[] } | null> {
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => null);
    if (names) return { folder, names };
  }
  return null;
}

async function readFileOf(folder: string, name: string): Promise<readonly [string, HandbookFile] | null> {
  const type = typeOf[extname(name)];
  if (type === undefined) return null;
  const content = await readFile(join(folder, name));
  return [name, { type, content, gzipped: await compress(content) }];
}

/** Null where `npm run build` has not run. */
export async function loadHandbook(): Promise<Handbook | null> {
  const built = await findBuilt();
  if (!built) return null;
  const read = await Promise.all(built.names.map((name) => readFileOf(built.folder, name)));
  const files = read.filter((file) => file !== null);
  const isPage = ([name]: (typeof files)[number]) => name.endsWith('.html');
  return {
    pages: new Map(files.filter(isPage).map(([name, file]) => [name.slice(0, -'.html'.length), file])),
    assets: new Map(files.filter((file) => !isPage(file))),
  };
}
