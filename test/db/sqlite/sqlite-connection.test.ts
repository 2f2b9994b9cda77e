// Writes through statements that stay prepared: they hold on to nothing, and tell what they did.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openConnection, type SqliteConnection } from '../../../src/db/sqlite/connection.ts';

let directory: string;
let writer: SqliteConnection;
/** Another program on the same file: it does not wait. */
let other: SqliteConnection;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
  const path = join(directory, 'test.sqlite');
  writeFileSync(path, '');
  const impatient = 'PRAGMA busy_timeout = 0';
  [writer, other] = [await openConnection(path, impatient), await openConnection(path, impatient)];
  await writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a UNIQUE, b)');
});
afterEach(async () => {
  // Refused while a statement is left.
  await Promise.all([writer.close(), other.close()]);
  rmSync(directory, { recursive: true });
});

const insert = 'INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING';
const update = 'UPDATE t SET b = b + ? WHERE a < ?';
const strict = 'INSERT INTO t VALUES (?, ?)';
const rows = (count: number) =>
  `INSERT INTO t VALUES ${Array.from({ length: count }, () => '(?, 0)').join()}`;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const all = () => writer.all('SELECT "a", "b" FROM t ORDER BY "a"', []);

/** Nobody writes or reads an old state: the WAL can be emptied. */
async function expectNothingHeld(): Promise<void> {
  await other.exec('BEGIN EXCLUSIVE; INSERT INTO t VALUES (-1, 0); DELETE FROM t WHERE a = -1; COMMIT');
  expect(await other.all('PRAGMA wal_checkpoint(TRUNCATE)', [])).toEqual([
    { busy: 0, log: 0, checkpointed: 0 },
  ]);
}

it('tells how many rows each statement touched, none too, and is not confused by the one before', async () => {
  const told = [];
  for (const _ of [1, 2]) {
    told.push(await writer.run(insert, [1, 0]), await writer.run(insert, [2, 0]));
    told.push(await writer.run(update, [1, 3]), await writer.run(update, [1, 0]));
  }
  told.push(await writer.run('DELETE FROM t', []), await writer.run('DELETE FROM t', []));
  expect(told).toEqual([1, 1, 2, 0, 0, 0, 2, 0, 2, 0]);
});

it('does the same with a statement that is too long to be kept', async () => {
  expect(await writer.run(rows(900), numbers(900))).toBe(900);
  expect(await writer.run('DELETE FROM t', [])).toBe(900);
  await expect(writer.run(rows(2), [1, 1])).rejects.toThrow(/UNIQUE/);
  await expect(
    writer.run(
      rows(900),
      Array.from({ length: 900 }, () => 1),
    ),
  ).rejects.toThrow(/UNIQUE/);
  await expect(writer.run('INSERT INTO nowhere VALUES (1)', [])).rejects.toThrow(/no such table/);
  expect(await all()).toEqual([]);
});

it('holds nothing after what was done, refused or taken back', async () => {
  for (const end of ['COMMIT', 'ROLLBACK', 'COMMIT']) {
    await writer.exec('BEGIN IMMEDIATE');
    await all();
    expect(await writer.run(strict, [5, 0])).toBe(1);
    await expect(writer.run(strict, [5, 0])).rejects.toThrow(/UNIQUE/);
    expect(await writer.run(update, [1, 9])).toBe(1);
    await writer.exec(end);
    await expectNothingHeld();
    expect(await writer.run('DELETE FROM t', [])).toBe(end === 'COMMIT' ? 1 : 0);
  }
});

it('returns the rows of a write that has some, and ends it', async () => {
  await writer.exec('BEGIN IMMEDIATE');
  const returning = 'INSERT INTO t VALUES (?, ?), (?, ?) RETURNING "a"';
  expect(await writer.all(returning, [1, 0, 2, 0])).toEqual([{ a: 1 }, { a: 2 }]);
  await writer.exec('COMMIT');
  await expectNothingHeld();
});

it('holds nothing after a transaction that could not begin', async () => {
  await other.exec('BEGIN IMMEDIATE');
  for (const _ of [1, 2]) {
    await expect(writer.exec('BEGIN IMMEDIATE')).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
  }
  await other.exec('COMMIT');
  await expectNothingHeld();
});

it('writes into a table as it is after it was changed', async () => {
  await writer.run('INSERT INTO t (a, b) VALUES (?, ?)', [1, 0]);
  await other.exec('ALTER TABLE t ADD COLUMN c DEFAULT 5');
  await writer.run('INSERT INTO t (a, b) VALUES (?, ?)', [2, 0]);
  expect(await writer.all('SELECT * FROM t', [])).toEqual([
    { a: 1, b: 0, c: 5 },
    { a: 2, b: 0, c: 5 },
  ]);
});

it('keeps no values of large writes: those of sixty would be 120 MB', async () => {
  const put = (count: number) => {
    const tuples = Array.from({ length: count }, () => '(?, 0)').join();
    const values = Array.from({ length: count }, () => 'x'.repeat(10_000));
    return writer.run(`INSERT INTO t VALUES ${tuples} ON CONFLICT DO NOTHING`, values);
  };
  await put(199);
  const before = process.memoryUsage().rss;
  for (let count = 200; count < 260; count += 1) await put(count);
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(60);
});
