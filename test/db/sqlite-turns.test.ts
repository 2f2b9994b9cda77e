// Two processes that write to one SQLite file, here as two openings of it: neither keeps the lock for itself.
import { setTimeout as wait } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, WriteConnection } from '../../src/db/store/database.ts';
import { openDatabase } from '../../src/db/data-source.ts';
import { newEngine, type Engine } from '../support/engines.ts';
import { databaseUrl } from './support/store.ts';

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

  const insert = (connection: WriteConnection) =>
    connection.execute(sql`INSERT INTO "kept" VALUES (1, ${'x'.repeat(2_000)})`);

  /** Without the room that they leave each other, one of forty waits for 60 to 175. */
  it('lets a write of one in after few of the many that the other has', { timeout: 120_000 }, async () => {
    let done = 0;
    let isOver = false;
    const flood = async () => {
      while (!isOver) {
        await busy.write(async (connection) => {
          for (let row = 0; row < 5; row += 1) await insert(connection);
        });
        done += 1;
      }
    };
    const floods = Array.from({ length: 50 }, flood);
    const passed: number[] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      const before = done;
      await other.write(insert);
      passed.push(done - before);
      await wait(20);
    }
    isOver = true;
    await Promise.all(floods);
    expect(done).toBeGreaterThan(60);
    // The two have to meet first.
    expect(Math.max(...passed.slice(5))).toBeLessThan(25);
  });
});
