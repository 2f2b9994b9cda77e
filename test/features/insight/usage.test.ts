// What a key did, hour by hour: counted for each request, however it was answered, and written by a job.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { payloadOf, signedInCaller, withOtherSecret } from '../../support/keys.ts';

const usageOf = `query ($id: ID!, $from: DateTime!, $to: DateTime!, $bucket: UsageBucket!) {
  apiKey(id: $id) { usage(from: $from, to: $to, bucket: $bucket) { start requests denied failed cost rows } }
}`;
const flushMs = 10_000;

interface Bucket {
  readonly start: string;
  readonly requests: number;
  readonly denied: number;
  readonly failed: number;
  readonly cost: number;
  readonly rows: number;
}

describeEachEngine('The usage of a key', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    await workspace.customer({ name: 'Ada' });
    await workspace.customer({ name: 'Bo' });
  });
  afterAll(() => house.close());

  const usage = async (
    { apiKeyId: id }: KeyCaller,
    from: string,
    to: string,
    bucket = 'HOUR',
  ): Promise<Bucket[]> => payloadOf(await owner.send(usageOf, { id, from, to, bucket })).usage;
  const ofDay = async (key: KeyCaller) => {
    await house.scheduler.elapse(flushMs);
    const buckets = await usage(key, '2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z');
    return buckets.filter(({ requests }) => requests > 0);
  };

  it('counts requests, what was denied and what failed, with their points and rows', async () => {
    const key = await workspace.key('read:customers');
    await key.send('{ customers(first: 10) { nodes { id } } }');
    await key.send('{ customers(first: 10) { nodes { id } } inquiries(first: 1) { nodes { id } } }');
    await key.send('{ inquiries(first: 1) { nodes { id } } }');
    await key.send('{ nonsense }');
    await key.send('{ customers(first: 0) { nodes { id } } }');
    const [bucket, ...others] = await ofDay(key);
    expect(others).toEqual([]);
    expect(bucket).toMatchObject({
      start: '2026-06-01T12:00:00.000Z',
      requests: 5,
      denied: 2,
      failed: 2,
      rows: 4,
    });
    expect(bucket!.cost).toBeGreaterThan(20);
  });

  it('counts what is refused before an operation runs, for the key whose secret was right', async () => {
    const key = await workspace.key('read:customers');
    await owner.send('mutation ($id: ID!) { revokeApiKey(id: $id) { apiKeyId } }', { id: key.apiKeyId });
    expect((await key.send('{ customers(first: 1) { nodes { id } } }')).status).toBe(401);
    // Well-formed, with its public id: whoever knows no more than that counts for nobody.
    const forged = bearer(withOtherSecret(key));
    expect((await house.send(forged, '{ viewer { kind } }')).status).toBe(401);
    expect(await ofDay(key)).toMatchObject([{ requests: 1, denied: 0, failed: 1 }]);
  });

  it('counts a 429 for the key that is over its limit', async () => {
    const made = payloadOf(
      await owner.send(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKeyId secret } }',
        { input: { label: 'limited', scopes: ['read:customers'], rateLimitPerMinute: 1 } },
      ),
    ) as { apiKeyId: string; secret: string };
    const headers = bearer(made.secret);
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1)
      statuses.push((await house.send(headers, '{ viewer { kind } }')).status);
    statuses.push((await house.app.http.inject({ url: '/api/v1/customers', headers })).statusCode);
    expect(statuses).toEqual([200, 429, 429, 429]);
    await house.scheduler.elapse(flushMs);
    const day = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z', bucket: 'DAY' };
    const buckets = payloadOf(await owner.send(usageOf, { id: made.apiKeyId, ...day })).usage as Bucket[];
    expect(buckets).toMatchObject([{ requests: 4, denied: 0, failed: 3 }]);
  });

  it('counts by the hour of the clock, and sums days up without gaps', async () => {
    const key = await workspace.key('read:customers');
    await key.send('{ viewer { kind } }');
    house.clock.advance(3_600_000);
    await key.send('{ viewer { kind } }');
    await key.send('{ viewer { kind } }');
    await house.scheduler.elapse(flushMs);
    const hours = await usage(key, '2026-06-01T12:30:00Z', '2026-06-01T14:00:00Z');
    expect(hours.map(({ start, requests }) => [start, requests])).toEqual([
      ['2026-06-01T12:00:00.000Z', 1],
      ['2026-06-01T13:00:00.000Z', 2],
    ]);
    const days = await usage(key, '2026-05-31T10:00:00Z', '2026-06-02T00:00:00Z', 'DAY');
    expect(days.map(({ start, requests }) => [start, requests])).toEqual([
      ['2026-05-31T00:00:00.000Z', 0],
      ['2026-06-01T00:00:00.000Z', 3],
    ]);
  });

  it('counts REST and MCP as well, each request once', async () => {
    const key = await workspace.key('read:customers');
    const headers = bearer(key.secret);
    const { http } = house.app;
    expect((await http.inject({ url: '/api/v1/customers?limit=1', headers })).statusCode).toBe(200);
    const all = { ...headers, accept: 'application/x-ndjson' };
    expect((await http.inject({ url: '/api/v1/customers?all=true', headers: all })).statusCode).toBe(200);
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const mcp = {
      method: 'POST',
      url: '/mcp',
      headers: { ...headers, accept: 'application/json, text/event-stream' },
    } as const;
    expect((await http.inject({ ...mcp, payload: call })).statusCode).toBe(200);
    expect(await ofDay(key)).toMatchObject([{ requests: 3, denied: 0, failed: 0 }]);
  });

  it('is exact over two servers on one store, and is written when a server ends', async () => {
    const key = await workspace.key('read:customers');
    const second = await openTestHouse(engine, { sharing: house });
    const ask = (at: TestHouse) => at.send(bearer(key.secret), '{ viewer { kind } }');
    await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index % 2 === 0 ? house : second)));
    await Promise.all([house.scheduler.elapse(flushMs), second.scheduler.elapse(flushMs)]);
    await Promise.all([ask(second), ask(second)]);
    await second.close();
    expect(await ofDay(key)).toMatchObject([{ requests: 42 }]);
  });

  it('refuses a range that is empty or has too many buckets', async () => {
    const key = await workspace.key('read:customers');
    const ask = (from: string, to: string) =>
      owner.send(usageOf, { id: key.apiKeyId, from, to, bucket: 'HOUR' });
    const empty = await ask('2026-06-01T00:00:00Z', '2026-06-01T00:00:00Z');
    expect([empty.status, empty.errors?.[0]?.message]).toEqual([400, '"from" must be before "to".']);
    const long = await ask('2026-06-01T00:00:00Z', '2026-07-02T00:00:01Z');
    expect([long.status, long.errors?.[0]?.message]).toEqual([
      400,
      'The range has 745 buckets; the limit is 744.',
    ]);
  });
});

describeEachEngine('A flush that fails', (engine) => {
  const open = async (failing: (text: string) => boolean) => {
    let isBroken = false;
    const house = await openTestHouse(engine, {
      database: {
        onStatement(text) {
          if (isBroken && failing(text)) throw new Error('The store is away.');
        },
      },
    });
    return { house, breakStore: (broken: boolean) => void (isBroken = broken) };
  };

  describe.each(['key_usage_hour', 'usage_flushes', 'recorded_operations'])('at %s', (table) => {
    it('loses nothing and counts nothing twice', async () => {
      const { house, breakStore } = await open((text) => text.includes(`INSERT INTO "${table}"`));
      const workspace = await house.workspace();
      const key = await workspace.key('read:customers');
      await key.send('{ viewer { kind } }');
      breakStore(true);
      await house.scheduler.elapse(flushMs);
      await key.send('{ viewer { kind } }');
      await house.scheduler.elapse(flushMs);
      breakStore(false);
      await house.scheduler.elapse(flushMs);
      await house.scheduler.elapse(flushMs);
      const [sum] = await house.app.database.query<{ requests: number | string }>(
        sql`SELECT sum("requests") AS "requests" FROM "key_usage_hour" WHERE "caller_id" = ${key.apiKeyId}`,
      );
      expect(Number(sum!.requests)).toBe(2);
      await house.close();
    });
  });
});
