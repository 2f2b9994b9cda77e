// A running statement ends when its caller's signal says so, and no other statement does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Database } from '../../../src/db/store/database.ts';
import { openDatabase } from '../../../src/db/data-source.ts';
import { openConnection } from '../../../src/db/sqlite/connection.ts';
import { describeEachEngine, newEngine, type Engine } from '../../support/engines.ts';
import { endless, withoutServerLimits } from '../support/endless.ts';
import { gate } from '../../support/gate.ts';
import { databaseUrl } from '../support/store.ts';

const reason = new Error('ended');
const hang = { timeout: 60_000 };

describeEachEngine('a statement that is ended', (name) => {
  let engine: Engine;
  let database: Database;
  let onStatement: (text: string) => void | Promise<void> = () => undefined;
  beforeAll(async () => {
    engine = await newEngine(name);
    const url = databaseUrl({ ...engine, url: withoutServerLimits(engine.url) });
    database = await openDatabase(url, { onStatement: (text) => onStatement(text) });
    await database.write((connection) => connection.execute(sql`CREATE TABLE "kept" ("n" integer)`));
  });
  afterAll(async () => {
    await database.close();
    await engine.remove();
  });

  const one = { workspace: 'one' };
  const two = { workspace: 'two' };
  const ask = (number: number, call = one) =>
    database.query<{ n: number }>(sql`SELECT ${number} + 0 AS "n"`, call);
  const kept = async () =>
    (await database.query<{ n: number }>(sql`SELECT "n" FROM "kept" ORDER BY "n"`)).map(({ n }) => n);

  it('rejects with the reason, running or waiting, and leaves its place to others', hang, async () => {
    const ending = new AbortController();
    const many = Array.from({ length: 30 }, () =>
      database.query(endless(database), { ...one, signal: ending.signal }),
    );
    const answers = Promise.allSettled(many);
    // The other workspace and the look-ups are served meanwhile.
    expect(await ask(7, two)).toEqual([{ n: 7 }]);
    expect(await database.query(sql`SELECT 1 AS "n"`)).toEqual([{ n: 1 }]);
    expect(await database.isResponsive()).toBe(true);
    ending.abort(reason);
    for (const answer of await answers) expect(answer).toEqual({ status: 'rejected', reason });
    expect(await Promise.all(Array.from({ length: 12 }, (_, n) => ask(n)))).toEqual(
      Array.from({ length: 12 }, (_, n) => [{ n }]),
    );
  });

  it('does not begin when its caller has gone already', async () => {
    await expect(
      database.query(endless(database), { ...one, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    const writing = database.write((connection) => connection.query(endless(connection)), {
      ...one,
      signal: AbortSignal.abort(reason),
    });
    await expect(writing).rejects.toBe(reason);
  });

  it('takes back what its transaction wrote, and the next transaction is a whole one', hang, async () => {
    const ending = new AbortController();
    const inside = gate();
    const writing = database.write(
      async (connection) => {
        await connection.execute(sql`INSERT INTO "kept" VALUES (1)`);
        inside.open();
        await connection.query(endless(connection));
      },
      { ...one, signal: ending.signal },
    );
    const waiting = database.write(
      (connection) => connection.execute(sql`INSERT INTO "kept" VALUES (2)`),
      two,
    );
    await inside.passed;
    ending.abort(reason);
    await expect(writing).rejects.toBe(reason);
    expect(await waiting).toBe(1);
    expect(await kept()).toEqual([2]);
  });

  it(
    'leaves no connection to others on which it may still be cancelled, and every other one',
    hang,
    async () => {
      if (name !== 'postgres') return;
      const process = async (connection: Connection) =>
        (await connection.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS "pid"`))[0]!.pid;
      const fail = async (ending: AbortController, isEnded: boolean) => {
        let pid = 0;
        const writing = database.write(
          async (connection) => {
            pid = await process(connection);
            if (isEnded) ending.abort(reason);
            throw reason;
          },
          { signal: ending.signal },
        );
        await expect(writing).rejects.toBe(reason);
        return pid;
      };
      const used = async () => {
        const pids: number[] = [];
        for (let turn = 0; turn < 10; turn += 1) pids.push(await database.write(process));
        return new Set(pids);
      };
      const refused = await fail(new AbortController(), false);
      expect(await used()).toContain(refused);
      const ended = await fail(new AbortController(), true);
      expect(await used()).not.toContain(ended);
    },
  );

  it('is either done or taken back, whenever the end comes', hang, async () => {
    const expected = new Set(await kept());
    for (let n = 100; n < 160; n += 1) {
      const ending = new AbortController();
      const writing = database.write(
        async (connection) => {
          await connection.execute(sql`INSERT INTO "kept" VALUES (${n})`);
          await connection.execute(sql`INSERT INTO "kept" VALUES (${n + 1_000})`);
        },
        { ...one, signal: ending.signal },
      );
      const after = database.write(
        (connection) => connection.execute(sql`INSERT INTO "kept" VALUES (${n + 2_000})`),
        one,
      );
      await wait(Math.random() * 4);
      ending.abort(reason);
      const isDone = await writing.then(
        () => true,
        (error: unknown) => {
          expect(error).toBe(reason);
          return false;
        },
      );
      expect(await after).toBe(1);
      [...(isDone ? [n, n + 1_000] : []), n + 2_000].forEach((row) => expected.add(row));
    }
    expect(await kept()).toEqual([...expected].sort((a, b) => a - b));
  });

  it('takes no later statement with it, on whatever connection that runs', hang, async () => {
    for (let round = 0; round < 150; round += 1) {
      const ending = new AbortController();
      const ended = Array.from({ length: 4 }, () =>
        database
          .query(sql`SELECT ${round} AS "n"`, { ...one, signal: ending.signal })
          .catch((error: unknown) => error),
      );
      const later = Array.from({ length: 8 }, (_, n) => ask(n));
      if (round % 2 === 0) await wait(Math.random() * 3);
      ending.abort(reason);
      const last = Array.from({ length: 8 }, (_, n) => ask(n));
      for (const answers of [await Promise.all(later), await Promise.all(last)]) {
        expect(answers).toEqual(Array.from({ length: 8 }, (_, n) => [{ n }]));
      }
      for (const answer of await Promise.all(ended))
        expect([reason, undefined]).toContain(Array.isArray(answer) ? undefined : answer);
    }
  });

  it('leaves the neighbour its turn while a workspace keeps all its places', hang, async () => {
    // One that has not kept the store busy before: that would have one place alone (turns/long-work.ts).
    const three = { workspace: 'three' };
    const ending = new AbortController();
    const begun: string[] = [];
    const mayGoOn = gate();
    onStatement = async (text) => {
      if (!/'(noisy|quiet)'/.test(text)) return;
      begun.push(/'(\w+)'/.exec(text)![1]!);
      if (text.includes('noisy')) await mayGoOn.passed;
    };
    const noisy = Array.from({ length: 40 }, () =>
      database.query(sql`SELECT 'noisy' AS "who"`, { ...three, signal: ending.signal }),
    );
    expect(await database.query(sql`SELECT 'quiet' AS "who"`, two)).toEqual([{ who: 'quiet' }]);
    // Never the last place of all: three readers or more, eight connections.
    expect(begun.filter((who) => who === 'noisy').length).toBe(name === 'postgres' ? 6 : 2);
    mayGoOn.open();
    expect((await Promise.all(noisy)).length).toBe(40);
    onStatement = () => undefined;
  });

  it("serves the neighbour's write after one of the workspace that has a hundred waiting", hang, async () => {
    const order: string[] = [];
    const mayGoOn = gate();
    const write = (workspace: string) =>
      database.write(
        async (connection) => {
          order.push(workspace);
          if (workspace === 'noisy') await mayGoOn.passed;
          await connection.execute(sql`INSERT INTO "kept" VALUES (9)`);
        },
        { workspace },
      );
    const noisy = Array.from({ length: 100 }, () => write('noisy'));
    const quiet = write('quiet');
    if (name === 'sqlite') mayGoOn.open();
    await quiet;
    // On SQLite one transaction runs at a time, and the second may have been chosen before the neighbour's came; on Postgres
    // the neighbour has a place that the others cannot take.
    expect(order.indexOf('quiet')).toBeLessThanOrEqual(name === 'sqlite' ? 2 : order.length - 1);
    expect(order.length).toBeLessThan(10);
    mayGoOn.open();
    await Promise.all(noisy);
    expect(order.length).toBe(101);
  });

  it('takes one connection alone for transactions of the same name', hang, async () => {
    let inside = 0;
    let most = 0;
    const call = { workspace: 'one', oneAtATime: 'users' };
    const named = Array.from({ length: 10 }, () =>
      database.write(async (connection) => {
        most = Math.max(most, (inside += 1));
        await connection.query(sql`SELECT 1`);
        inside -= 1;
      }, call),
    );
    await Promise.all(named);
    expect(most).toBe(1);
  });
});

describe('a SQLite connection', () => {
  it(
    'is not held by letting go of a statement while another one runs: the thread that answers goes on',
    hang,
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
      const path = join(directory, 'test.sqlite');
      writeFileSync(path, '');
      const connection = await openConnection(path, 'PRAGMA journal_mode = WAL');
      try {
        const ending = new AbortController();
        const text =
          'WITH RECURSIVE "c"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "c") SELECT count(*) AS "n" FROM "c"';
        // WITH is not kept prepared: it is let go of, and the next one begins at once.
        await connection.all('WITH "c"("n") AS (SELECT 1) SELECT "n" FROM "c"', []);
        const first = connection.all('WITH "c"("n") AS (SELECT 2) SELECT "n" FROM "c"', []);
        const running = connection.all(text, [], ending.signal).catch((error: unknown) => error);
        expect(await first).toEqual([{ n: 2 }]);
        let turns = 0;
        const timer = setInterval(() => (turns += 1), 1);
        while (turns < 50) await wait(1);
        clearInterval(timer);
        expect(connection.busyMs()).toBeGreaterThan(0);
        ending.abort(reason);
        expect(await running).toBe(reason);
        expect(connection.busyMs()).toBe(0);
      } finally {
        await connection.close();
        rmSync(directory, { recursive: true });
      }
    },
  );
});

describe('SQLite', () => {
  it('is near however many look-ups wait for their turn', hang, async () => {
    const engine = await newEngine('sqlite');
    const database = await openDatabase(databaseUrl(engine));
    try {
      let answered = 0;
      const lookUps = Array.from({ length: 1_000 }, async (_, n) => {
        await database.query(sql`SELECT ${n} + 0 AS "n"`);
        answered += 1;
      });
      // They stand in the queue by then.
      await setImmediate();
      expect(await database.isResponsive()).toBe(true);
      expect(answered).toBeLessThan(500);
      await Promise.all(lookUps);
    } finally {
      await database.close();
      await engine.remove();
    }
  });

  it('is not near while its writer does not answer, and near again afterwards', hang, async () => {
    const engine = await newEngine('sqlite');
    const database = await openDatabase(databaseUrl(engine));
    const ending = new AbortController();
    try {
      expect(await database.isResponsive()).toBe(true);
      const writing = database
        .write((connection) => connection.query(endless(connection)), { signal: ending.signal })
        .catch((error: unknown) => error);
      while (await database.isResponsive()) await wait(100);
      // Its readers do answer.
      expect(await database.query(sql`SELECT 1 AS "n"`, { workspace: 'one' })).toEqual([{ n: 1 }]);
      ending.abort(reason);
      expect(await writing).toBe(reason);
      expect(await database.isResponsive()).toBe(true);
    } finally {
      ending.abort(reason);
      await database.close();
      await engine.remove();
    }
  });
});
