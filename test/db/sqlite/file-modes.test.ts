// Who may read the files of a SQLite store: its owner alone, unless somebody chose otherwise before.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../../src/db/data-source.ts';

let parent: string;
let mask: number;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'latchkey-modes-'));
  mask = process.umask(0o000);
});
afterEach(() => {
  process.umask(mask);
  rmSync(parent, { recursive: true, force: true });
});

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** Modes of the files beside a database that is open and was written to. */
async function modesIn(folder: string): Promise<Record<string, string>> {
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'x.sqlite') });
  try {
    await database.migrate();
    return Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));
  } finally {
    await database.close();
  }
}

it('a new store and the folders made for it are open to their owner only, whatever the umask', async () => {
  const folder = join(parent, 'some', 'where');
  expect(await modesIn(folder)).toEqual({ 'x.sqlite': '600', 'x.sqlite-shm': '600', 'x.sqlite-wal': '600' });
  expect([modeOf(folder), modeOf(join(parent, 'some'))]).toEqual(['700', '700']);
});

it('a folder and a store that were there keep their modes', async () => {
  const folder = join(parent, 'chosen');
  mkdirSync(folder, { mode: 0o755 });
  await modesIn(folder);
  chmodSync(join(folder, 'x.sqlite'), 0o640);
  expect((await modesIn(folder))['x.sqlite']).toBe('640');
  expect(modeOf(folder)).toBe('755');
});
