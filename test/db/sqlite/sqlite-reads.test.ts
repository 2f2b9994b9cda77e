// Statements stay prepared, and nothing else does: each read sees what was committed before it.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openConnection, type SqliteConnection } from '../../../src/db/sqlite/connection.ts';

const sqlite = createRequire(import.meta.url)('sqlite3') as typeof import('sqlite3');

let directory: string;
let writer: Database;
let reader: SqliteConnection;

const write = (text: string) =>
  new Promise<void>((resolve, reject) =>
    writer.exec(text, (error) => {
      if (error) reject(error);
      else resolve();
    }),
  );
const count = async (table = 't') =>
  ((await reader.all(`SELECT count(*) AS n FROM ${table}`, [])) as { n: number }[])[0]!.n;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
  const path = join(directory, 'test.sqlite');
  writer = new sqlite.Database(path);
  await write('PRAGMA journal_mode=WAL; CREATE TABLE t (a, b); INSERT INTO t VALUES (0, 0)');
  reader = await openConnection(path, 'PRAGMA busy_timeout = 100; PRAGMA query_only = ON');
});
afterEach(async () => {
  await reader.close();
  await new Promise((resolve) => writer.close(resolve));
  rmSync(directory, { recursive: true });
});

const statements: readonly [string, unknown[]][] = [
  ['SELECT "a" FROM t WHERE "b" = ? ORDER BY "a" LIMIT ?', [0, 2]],
  ['SELECT p.value, (SELECT count(*) FROM t WHERE "a" = p.value) AS "c" FROM json_each(?) AS p', ['[0,1]']],
  ['EXPLAIN QUERY PLAN SELECT "a" FROM t WHERE "b" = ? ORDER BY "a"', [0]],
  ['SELECT json_group_array(json_array("a", "b")) AS "rows" FROM t', []],
  ['SELECT "a" FROM t WHERE json("b") = ?', [0]],
];

it('sees what was committed before, whatever was read before, once, again and at the same time', async () => {
  let rows = 1;
  for (let round = 0; round < 3; round += 1) {
    for (const [text, values] of statements) {
      for (const times of [1, 2, 5]) {
        await Promise.all(Array.from({ length: times }, () => reader.all(text, values)));
        await write('INSERT INTO t VALUES (1, 0)');
        rows += 1;
        expect([text, await count()]).toEqual([text, rows]);
      }
    }
  }
});

it('sees what was committed before also after a statement that failed on its way', async () => {
  await write(`INSERT INTO t VALUES (1, '{')`);
  const failing = 'SELECT json("b") AS "b" FROM t';
  await expect(reader.all(failing, [])).rejects.toThrow(/malformed JSON/);
  await write('INSERT INTO t VALUES (2, 0)');
  expect(await count()).toBe(3);
  await expect(reader.all(failing, [])).rejects.toThrow(/malformed JSON/);
});

it('does not hold a writer up', async () => {
  for (const [text, values] of statements) await reader.all(text, values);
  await write('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; INSERT INTO t VALUES (9, 9); COMMIT');
  const checkpoint = await new Promise((resolve) =>
    writer.all('PRAGMA wal_checkpoint(TRUNCATE)', (_error, rows) => resolve(rows)),
  );
  expect(checkpoint).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
});

it('prepares a statement again that was refused at first', async () => {
  await expect(count('later')).rejects.toThrow(/no such table/);
  await write('CREATE TABLE later (a)');
  expect(await count('later')).toBe(0);
});

it('knows a table as it is after it was changed', async () => {
  const text = 'SELECT * FROM t';
  expect(await reader.all(text, [])).toEqual([{ a: 0, b: 0 }]);
  await write('ALTER TABLE t ADD COLUMN c DEFAULT 5');
  expect(await reader.all(text, [])).toEqual([{ a: 0, b: 0, c: 5 }]);
});

it('writes nothing', async () => {
  await expect(reader.all('DELETE FROM t', [])).rejects.toThrow(/readonly/);
});

it('keeps only so many statements prepared, and goes on with any of them', async () => {
  const texts = Array.from({ length: 700 }, (_, index) => `SELECT ${index} AS "n" FROM t LIMIT 1`);
  for (const round of [texts, texts.toReversed()]) {
    const answers = await Promise.all(round.map((text) => reader.all(text, [])));
    expect(answers).toEqual(round.map((text) => [{ n: Number(/\d+/.exec(text)) }]));
  }
});

it('keeps no long statement: a hundred of these would be 150 MB', async () => {
  const term = '("a" IS NULL OR "a" IN (SELECT value FROM json_each(?)) OR instr("a", ?) > 0)';
  const terms = Array.from({ length: 600 }, () => term).join(' OR ');
  const ask = (number: number) => reader.all(`SELECT ${number} AS "n" FROM t WHERE NOT (${terms})`, []);
  await ask(-1);
  const before = process.memoryUsage().rss;
  for (let number = 0; number < 100; number += 1) await ask(number);
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(80);
});
