// When a key was last used: collected in memory, written now and then, never backwards, never lost by a failed write.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLastUsedLog } from '../../../src/access/authentication/last-used.ts';
import { StoredApiKey, StoredApiKeySecret } from '../../../src/access/authentication/tables.ts';
import { toInstant } from '../../../src/core/clock.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { failWhere, stopFailing } from '../../db/support/failing-store.ts';
import { keyRow, secretRow } from '../../db/support/rows.ts';
import { allRows, openStore, type Store } from '../../db/support/store.ts';

const ask = '{ customers { totalCount } }';
const atMs = (time: string) => Date.parse(`2026-06-01T${time}Z`);

describeEachEngine('The last use of a key, through the API', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key('read:customers');
  });
  afterAll(() => house.close());

  async function lastUsedOf(apiKeyId: string): Promise<unknown> {
    const query = 'query ($id: ID!) { apiKey(id: $id) { lastUsedAt } }';
    return (await (await workspace.owner()).send(query, { id: apiKeyId })).data.apiKey.lastUsedAt;
  }

  it('costs a query no write: a read stays a read', async () => {
    house.statements.length = 0;
    for (let index = 0; index < 20; index += 1) expect((await key.send(ask)).status).toBe(200);
    expect(house.statements.filter((text) => !text.startsWith('SELECT '))).toEqual([]);
    expect(await lastUsedOf(key.apiKeyId)).toBeNull();
  });

  it('is written by a flush, once for all uses since the last, and a flush without uses writes nothing', async () => {
    house.clock.advance(1_234);
    await key.send(ask);
    house.statements.length = 0;
    await house.app.lastUsed.flush();
    expect(house.statements.filter((text) => text.startsWith('UPDATE '))).toHaveLength(2);
    expect(await lastUsedOf(key.apiKeyId)).toBe(toInstant(house.clock.nowMs()));
    house.statements.length = 0;
    await house.app.lastUsed.flush();
    expect(house.statements).toEqual([]);
  });

  it('is not noted for a key that was refused', async () => {
    const revoked = await workspace.key('read:customers');
    await (
      await workspace.owner()
    ).send('mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }', { id: revoked.apiKeyId });
    expect((await revoked.send(ask)).status).toBe(401);
    expect((await house.send({ authorization: `Bearer ${key.secret.slice(0, -1)}!` }, ask)).status).toBe(401);
    await house.app.lastUsed.flush();
    expect(await lastUsedOf(revoked.apiKeyId)).toBeNull();
  });

  it('is written when the server stops', async () => {
    const second = await openTestHouse(engine, { sharing: house });
    const fresh = await workspace.key('read:customers');
    await second.send({ 'x-api-key': fresh.secret }, ask);
    await second.close();
    expect(await lastUsedOf(fresh.apiKeyId)).toBe(toInstant(house.clock.nowMs()));
  });
});

describeEachEngine('The log of last uses', (engine) => {
  let store: Store;
  let use: { apiKeyId: string; secretId: string };
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    const key = keyRow();
    const secret = secretRow({ apiKeyId: key.id });
    use = { apiKeyId: key.id, secretId: secret.id };
    await store.db(await store.workspace()).transaction(async (tx) => {
      await tx.insert(StoredApiKey, [key]);
      await tx.insert(StoredApiKeySecret, [secret]);
    });
  });

  /** Of the key and of its secret, as instants. */
  async function stored(): Promise<unknown[]> {
    const [key] = (await allRows(store.database, 'api_keys')).filter((row) => row['id'] === use.apiKeyId);
    const [secret] = (await allRows(store.database, 'api_key_secrets')).filter(
      (row) => row['id'] === use.secretId,
    );
    return [key, secret].map((row) => {
      const moment = row!['last_used_at'];
      return moment === null ? null : new Date(moment as string | Date).toISOString();
    });
  }
  const both = (time: string) => [`2026-06-01T${time}Z`, `2026-06-01T${time}Z`];

  it('keeps the latest of many uses, in whatever order they were noted', async () => {
    const log = createLastUsedLog(store.database);
    for (const time of ['12:00:01.000', '12:00:03.000', '12:00:02.000'])
      log.note({ ...use, nowMs: atMs(time) });
    await log.flush();
    expect(await stored()).toEqual(both('12:00:03.000'));
  });

  it('never moves a moment back that another server wrote', async () => {
    const [early, late] = [createLastUsedLog(store.database), createLastUsedLog(store.database)];
    early.note({ ...use, nowMs: atMs('12:00:01.000') });
    late.note({ ...use, nowMs: atMs('12:00:09.000') });
    await late.flush();
    await early.flush();
    expect(await stored()).toEqual(both('12:00:09.000'));
  });

  it('keeps what a failed write did not store, and a later use replaces it', async () => {
    const log = createLastUsedLog(store.database);
    await failWhere(store.database, ['UPDATE', 'api_keys'], `NEW.id = '${use.apiKeyId}'`);
    log.note({ ...use, nowMs: atMs('12:00:01.000') });
    await expect(log.flush()).rejects.toThrow('made_to_fail');
    // Not half of it either: the secret's row is written first, in the same transaction.
    expect(await stored()).toEqual([null, null]);
    await expect(log.flush()).rejects.toThrow('made_to_fail');
    await stopFailing(store.database, 'api_keys');
    await log.flush();
    expect(await stored()).toEqual(both('12:00:01.000'));
  });

  it('is written in portions that hold few keys at a time; what one of them failed to store is kept', async () => {
    const keys = Array.from({ length: 250 }, (_, number) => keyRow({ number }));
    const secrets = keys.map(({ id }) => secretRow({ apiKeyId: id }));
    await store.db(await store.workspace()).transaction(async (tx) => {
      await tx.insert(StoredApiKey, keys);
      await tx.insert(StoredApiKeySecret, secrets);
    });
    const written = async () => {
      const rows = (await allRows(store.database, 'api_key_secrets')).filter(
        (row) => row['last_used_at'] !== null && secrets.some(({ id }) => id === row['id']),
      );
      return rows.length;
    };
    const log = createLastUsedLog(store.database);
    secrets.forEach(({ id }, index) =>
      log.note({ apiKeyId: keys[index]!.id, secretId: id, nowMs: atMs('12:00:01.000') }),
    );
    const last = keys.map(({ id }) => id).sort()[249]!;
    await failWhere(store.database, ['UPDATE', 'api_keys'], `NEW.id = '${last}'`);
    await expect(log.flush()).rejects.toThrow('made_to_fail');
    expect(await written()).toBe(200);
    await stopFailing(store.database, 'api_keys');
    await log.flush();
    expect(await written()).toBe(250);
  });

  it('keeps a use that was noted while a write failed', async () => {
    const log = createLastUsedLog(store.database);
    await failWhere(store.database, ['UPDATE', 'api_keys'], `NEW.id = '${use.apiKeyId}'`);
    log.note({ ...use, nowMs: atMs('12:00:01.000') });
    const failing = log.flush();
    log.note({ ...use, nowMs: atMs('12:00:05.000') });
    await expect(failing).rejects.toThrow('made_to_fail');
    await stopFailing(store.database, 'api_keys');
    await log.flush();
    expect(await stored()).toEqual(both('12:00:05.000'));
  });

  it('leaves a key that was deleted meanwhile deleted', async () => {
    const log = createLastUsedLog(store.database);
    log.note({ apiKeyId: 'key_gone', secretId: 'gone', nowMs: atMs('12:00:01.000') });
    await log.flush();
    expect((await allRows(store.database, 'api_keys')).map((row) => row['id'])).not.toContain('key_gone');
  });
});
