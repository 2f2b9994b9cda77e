// Two processes that write to one SQLite file, here as two openings of it: neither keeps the lock for itself.
import { setTimeout as wait } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, WriteConnection } from '../../../src/db/store/database.ts';
import { openDatabase } from '../../../src/db/data-source.ts';
import { beginImmediate, createTurns } from '../../../src/db/sqlite/begin.ts';
import { openConnection } from '../../../src/db/sqlite/connection.ts';
import { newEngine, type Engine } from '../../support/engines.ts';
import { databaseUrl } from '../support/store.ts';

describe('SQLite with two writing processes', () => {
  let engine: Engine;
  let busy: Database;
  let other: Database;
  beforeAll(async () => {
    engine = await newEngine('sqlite');
    busy = await openDatabase(databaseUrl(engine));
    other = await openDatabase(databaseUrl(engine));
    await busy.write((connection) => connection.execute(sql`CREATE TABLE "kept" ("n" integer, "text" text)`));
  });
  afterAll(async () => {
    await Promise.all([busy.close(), other.close()]);
    await engine.remove();
  });

  const insert = (connection: WriteConnection, n: number) =>
    connection.execute(sql`INSERT INTO "kept" VALUES (${n}, ${'x'.repeat(2_000)})`);

  const stored = async (n: number) => {
    const [row] = await other.query<{ rows: number }>(
      sql`SELECT count(*) AS "rows" FROM "kept" WHERE "n" = ${n}`,
    );
    return row!.rows;
  };

  /**
   * A write that never meets the moment between two transactions of the other ends with 503 after 2.5 s. How many pass before
   * it is a matter of the machine, and measured by `npm run faults -- neighbours --processes 2`.
   */
  it('lets every write of one in beside the many that the other has', { timeout: 120_000 }, async () => {
    let done = 0;
    let isOver = false;
    const flood = async () => {
      while (!isOver) {
        await busy.write(async (connection) => {
          for (let row = 0; row < 5; row += 1) await insert(connection, 1);
        });
        done += 1;
      }
    };
    const floods = Array.from({ length: 50 }, flood);
    for (let turn = 0; turn < 60; turn += 1) {
      await other.write((connection) => insert(connection, 2));
      await wait(20);
    }
    isOver = true;
    await Promise.all(floods);
    expect(await stored(2)).toBe(60);
    expect(await stored(1)).toBe(done * 5);
    expect(done).toBeGreaterThan(60);
  });

  /** The wait is what lets the other in: a lower bound, which no busy machine can break. */
  it('leaves a process that it met the lock for as long as it had it, up to 25 ms', async () => {
    const path = engine.url.slice('sqlite:'.length);
    const [own, theirs] = [await openConnection(path, ''), await openConnection(path, '')];
    const turns = createTurns(own);
    const begin = () => turns.begin({ sinceMs: performance.now(), signal: undefined });
    await theirs.exec(beginImmediate);
    const first = begin();
    await wait(20);
    await theirs.exec('COMMIT');
    await first;
    await wait(40);
    await own.exec('COMMIT');
    turns.ended();
    const endedMs = performance.now();
    await begin();
    // Timers count in whole milliseconds.
    expect(performance.now() - endedMs).toBeGreaterThan(23);
    await own.exec('COMMIT');
    turns.ended();
    await Promise.all([own.close(), theirs.close()]);
  });
});
