// Sums are kept for as many days as the setting says, by the clock that the server is given; then they go, and with them what
// only they named.
import sql, { raw } from 'sql-template-tag';
import { afterEach, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

const dayMs = 86_400_000;
const flushMs = 10_000;

describeEachEngine('What was counted', (engine) => {
  let house: TestHouse;
  afterEach(() => house.close());

  const values = async (column: string, table: string, condition = sql`1 = 1`): Promise<string[]> => {
    const rows = await house.app.database.query<{ value: string }>(
      sql`SELECT DISTINCT ${raw(`"${column}"`)} AS "value" FROM ${raw(`"${table}"`)} WHERE ${condition}`,
    );
    return rows.map(({ value }) => value).sort();
  };
  /** Noon of each of these days of June: an operation of its own, and one that is run every day. */
  const use = async (key: KeyCaller, days: readonly number[]) => {
    for (const day of days) {
      await key.send(`query Day${day} { customers(first: ${day}) { nodes { ${fields[day]!} } } }`);
      await key.send('query Daily { viewer { kind } }');
      await house.scheduler.elapse(flushMs);
      house.clock.advance(dayMs);
    }
  };
  const fields = ['', 'id', 'name', 'email', 'phone', 'city'];

  it('is forgotten after the days of the setting: sums, ways of use, operations and ids of batches', async () => {
    house = await openTestHouse(engine, { env: { USAGE_DAYS: '3' } });
    const key = await (await house.workspace()).key('read:customers');
    const own = sql`"caller_id" = ${key.apiKeyId}`;
    await use(key, [1, 2, 3, 4, 5]);
    const usesBefore = await values('id', 'recorded_uses');
    expect(await values('day', 'key_usage_hour', own)).toHaveLength(5);
    await house.app.sweep();
    // Noon of the sixth: three days before is noon of the third, whose hour is still in the range.
    const kept = ['2026-06-03', '2026-06-04', '2026-06-05'];
    expect(await values('day', 'key_usage_hour', own)).toEqual(kept);
    expect(await values('day', 'key_uses_day', own)).toEqual(kept);
    // What is run every day is as old as the first, and stays because a sum names it.
    expect(await values('name', 'recorded_operations')).toEqual(['Daily', 'Day3', 'Day4', 'Day5']);
    expect(usesBefore).toHaveLength(6);
    expect(await values('id', 'recorded_uses')).toHaveLength(4);
  });

  it('forgets ids of batches after two days, and nothing else while the setting keeps it', async () => {
    house = await openTestHouse(engine, { env: { USAGE_DAYS: '400' } });
    const key = await (await house.workspace()).key('read:customers');
    await use(key, [1, 2, 3, 4, 5]);
    const before = (await values('id', 'usage_flushes')).length;
    await house.app.sweep();
    expect(await values('day', 'key_usage_hour', sql`"caller_id" = ${key.apiKeyId}`)).toHaveLength(5);
    expect(await values('name', 'recorded_operations')).toHaveLength(6);
    const after = (await values('id', 'usage_flushes')).length;
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(before);
  });

  it('is forgotten with the address and the trials of a key that calls no more, or is no more', async () => {
    house = await openTestHouse(engine, { env: { USAGE_DAYS: '3' } });
    const workspace = await house.workspace();
    const scopes = ['read:customers', 'read:venues'];
    const silent = await workspace.key(...scopes);
    const lively = await workspace.key(...scopes);
    const gone = await workspace.key(...scopes);
    const owner = await workspace.owner();
    for (const { apiKeyId: id } of [silent, lively, gone]) {
      const input = { id, scopes: ['read:customers'], mode: 'TRIAL' };
      const narrow = 'mutation ($input: NarrowApiKeyInput!) { narrowApiKey(input: $input) { apiKeyId } }';
      expect((await owner.send(narrow, { input })).errors).toBeUndefined();
    }
    await silent.send('{ viewer { kind } }');
    await use(lively, [1, 2, 3, 4]);
    await gone.send('{ viewer { kind } }');
    await use(lively, [5]);
    const own = sql`"caller_id" IN (${silent.apiKeyId}, ${lively.apiKeyId}, ${gone.apiKeyId})`;
    for (const table of ['key_last_seen', 'key_trials'])
      expect(await values('caller_id', table, own)).toHaveLength(3);
    await house.app.database.write(async (connection) => {
      await connection.execute(sql`DELETE FROM "api_key_secrets" WHERE "api_key_id" = ${gone.apiKeyId}`);
      await connection.execute(sql`DELETE FROM "api_keys" WHERE "id" = ${gone.apiKeyId}`);
    });
    await house.app.sweep();
    for (const table of ['key_last_seen', 'key_trials'])
      expect(await values('caller_id', table, own)).toEqual([lively.apiKeyId]);
  });
});
