// An operation whose statement does not end: its time limit ends it, its caller's end does, and the server's end does.
import { setTimeout as wait } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { afterEach, expect, it } from 'vitest';
import type { Meter } from '../../../src/core/meter.ts';
import { withoutServerLimits } from '../../db/support/endless.ts';
import { describeEachEngine, type Engine } from '../../support/engines.ts';
import { bearer, openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

const names = '{ customers { nodes { name } } }';
const hang = { timeout: 60_000 };

/** From now on each statement that reads a customer runs on and on. */
async function makeEndless({ app: { database } }: TestHouse): Promise<void> {
  const forever =
    database.dialect.name === 'postgres'
      ? `pg_sleep(600)::text IS NOT NULL`
      : `(WITH RECURSIVE "c"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "c") SELECT count(*) FROM "c") > 0`;
  await database.write(async (connection) => {
    for (const statement of [
      'ALTER TABLE "customers" RENAME TO "customers_kept"',
      `CREATE VIEW "customers" AS SELECT * FROM "customers_kept" WHERE ${forever}`,
    ]) {
      await connection.query(sql`${raw(statement)}`);
    }
  });
}

describeEachEngine('an operation whose statement does not end', (engine: Engine['name']) => {
  let house: TestHouse;
  let key: KeyCaller;
  let ended = 0;
  let isClosed = false;

  async function open(operationLimitMs: number): Promise<void> {
    ended = 0;
    isClosed = false;
    const nothing = () => undefined;
    const others = {
      request: nothing,
      decision: nothing,
      waitingWrites: nothing,
      limiter: nothing,
      requestLogDropped: nothing,
      usageDropped: nothing,
      readsDropped: nothing,
    };
    const meter: Meter = { ...others, statement: () => void (ended += 1) };
    const first = await openTestHouse(engine);
    const url = withoutServerLimits(first.engine.url);
    house = await openTestHouse(engine, {
      sharing: first,
      operationLimitMs,
      meter,
      env: { DATABASE_URL: url },
    });
    const closeSecond = house.close;
    Object.assign(house, {
      async close() {
        await closeSecond();
        await first.close();
      },
    });
    const workspace = await house.workspace();
    await workspace.customer({ name: 'Ada' });
    key = await workspace.key('read:customers', 'write:customers', 'read:venues', 'write:venues');
    await makeEndless(house);
    house.statements.length = 0;
  }
  afterEach(async () => {
    if (!isClosed) await house.close();
  });

  /** Resolves when the endless statement has begun. */
  async function begun(): Promise<void> {
    while (!house.statements.some((text) => /FROM "customers"/.test(text))) await wait(5);
  }

  /** What was counted of the key: the outcome, how many requests had it, and how many failed. */
  const counted = async (): Promise<[string, number, number][]> => {
    const rows = await house.app.database.query<{
      outcome: string;
      requests: number | string;
      failed: number | string;
    }>(sql`SELECT "outcome", "requests", "failed" FROM "key_usage_hour" WHERE "caller_id" = ${key.apiKeyId}`);
    return rows.map(({ outcome, requests, failed }) => [outcome, Number(requests), Number(failed)]);
  };

  it(
    'is ended at its time limit; the server is ready meanwhile, and its neighbours are served',
    hang,
    async () => {
      await open(2_000);
      const asked = key.send(names);
      await begun();
      const ready = await house.app.http.inject({ method: 'GET', url: '/health/ready' });
      expect([ready.statusCode, ready.json()]).toMatchObject([200, { status: 'ok' }]);
      const neighbour = await (await house.workspace()).key('read:venues');
      expect((await neighbour.send('{ venues { nodes { name } } }')).data).toEqual({ venues: { nodes: [] } });
      const { status, data, errors } = await asked;
      expect([status, data, errors]).toMatchObject([
        400,
        { customers: null },
        [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', limitMs: 2_000 } }],
      ]);
      // What it held is free.
      expect((await key.send('{ venues { nodes { name } } }')).data).toEqual({ venues: { nodes: [] } });
    },
  );

  it('is ended when its caller has gone, before anything else would end it', hang, async () => {
    await open(600_000);
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const leaving = new AbortController();
    const asked = fetch(`${url}/graphql`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { 'content-type': 'application/json', ...bearer(key.secret) },
      body: JSON.stringify({ query: names }),
    });
    await begun();
    const before = ended;
    leaving.abort();
    await expect(asked).rejects.toThrow();
    while (ended === before) await wait(5);
    expect((await key.send('{ venues { nodes { name } } }')).status).toBe(200);
    const others = async () => (await counted()).filter(([outcome]) => outcome !== 'ok');
    while ((await others()).length === 0) await house.scheduler.elapse(10_000);
    expect(await others()).toEqual([['aborted', 1, 0]]);
  });

  it('does the rest of a mutation whose caller has gone', hang, async () => {
    await open(600_000);
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const leaving = new AbortController();
    const asked = fetch(`${url}/graphql`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { 'content-type': 'application/json', ...bearer(key.secret) },
      body: JSON.stringify({
        query:
          'mutation { a: createVenue(input: { name: "One", timezone: "UTC" }) { venueId } b: createVenue(input: { name: "Two", timezone: "UTC" }) { venueId } }',
      }),
    });
    while (!house.statements.some((text) => /INSERT INTO "venues"/.test(text))) await wait(1);
    leaving.abort();
    await expect(asked.then((answer) => answer.text())).rejects.toThrow();
    const written = async () =>
      (
        await house.app.database.query<{ name: string }>(sql`SELECT "name" FROM "venues" ORDER BY "name"`)
      ).map(({ name }) => name);
    while ((await written()).length < 2) await wait(5);
    expect(await written()).toEqual(['One', 'Two']);
    // It was done: that nobody heard of it is no other outcome.
    while ((await counted()).length === 0) await house.scheduler.elapse(10_000);
    expect(await counted()).toEqual([['ok', 1, 0]]);
  });

  it('is ended when the server has waited for it long enough at its end', hang, async () => {
    await open(600_000);
    const asked = key.send(names);
    await begun();
    await house.app.close();
    isClosed = true;
    expect((await asked).errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    await house.close();
  });
});
