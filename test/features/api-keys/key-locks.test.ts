// Work on the same keys at the same time, on Postgres: nobody waits in a circle. SQLite has one writer and needs no order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLastUsedLog } from '../../../src/access/authentication/last-used.ts';
import { systemContext } from '../../../src/access/system-context.ts';
import { StoredApiKey, StoredApiKeySecret } from '../../../src/access/authentication/tables.ts';
import type { DatabaseOptions } from '../../../src/db/store/database.ts';
import { hasPostgres } from '../../support/engines.ts';
import { createHolder, someoneWaitsForALock } from '../../support/hold.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { keyAdmin, use, type KeyAdmin } from '../../support/keys.ts';
import { keyRow, secretRow } from '../../db/support/rows.ts';

describe.skipIf(!hasPostgres)('Locks on keys [postgres]', () => {
  const holder = createHolder();
  const otherHolder = createHolder();
  let house: TestHouse;
  let other: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;

  /** Since the test set it to 0. A circle is broken by the store and run again: one transaction too many tells. */
  let transactions = 0;
  const counted = ({ database }: typeof holder): DatabaseOptions => ({
    ...database,
    async beforeWrite() {
      transactions += 1;
      await database.beforeWrite?.();
    },
  });

  beforeAll(async () => {
    house = await openTestHouse('postgres', { database: counted(holder) });
    other = await openTestHouse('postgres', { sharing: house, database: counted(otherHolder) });
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
  });
  afterAll(async () => {
    await other.close();
    await house.close();
  });

  it.each([
    ['RegenerateApiKey', /UPDATE "api_key_secrets"/],
    ['DeleteApiKey', /DELETE FROM "api_key_secrets"/],
    ['RevokeApiKey', /UPDATE "api_key_secrets"/],
  ])('%s and the writing of last uses wait for each other in one order', async (operation, pattern) => {
    const key = await admin.create();
    expect(await use(other, key)).toBe('works');
    transactions = 0;
    const held = holder.statement(pattern);
    const changed = admin.payload(operation, { id: key.apiKeyId });
    await held.reached;
    const flushed = other.app.lastUsed.flush();
    await someoneWaitsForALock(house.app.database);
    held.release();
    const [{ userErrors }] = await Promise.all([changed, flushed]);
    expect(userErrors).toEqual([]);
    expect(transactions).toBe(2);
  });

  it('two servers that write the last uses of the same keys wait for each other in one order', async () => {
    const [first, second] = [`key_${'a'.repeat(26)}`, `key_${'b'.repeat(26)}`];
    const secrets = [
      { id: '000000000001', apiKeyId: first },
      { id: '000000000002', apiKeyId: second },
      { id: '000000000003', apiKeyId: first },
      { id: '000000000004', apiKeyId: second },
    ];
    await systemContext(house.app, workspace.workspaceId).db.transaction(async (tx) => {
      await tx.insert(StoredApiKey, [
        keyRow({ id: first, number: 101 }),
        keyRow({ id: second, number: 102 }),
      ]);
      await tx.insert(StoredApiKeySecret, secrets.map(secretRow));
    });
    const logOf = ({ app }: TestHouse, indexes: readonly number[]) => {
      const log = createLastUsedLog(app.database);
      for (const index of indexes) {
        const { id: secretId, apiKeyId } = secrets[index]!;
        log.note({ secretId, apiKeyId, nowMs: house.clock.nowMs() });
      }
      return log;
    };
    transactions = 0;
    const firstKey = holder.statement(/UPDATE "api_keys"/);
    const one = logOf(house, [0, 3]).flush();
    await firstKey.reached;
    const secondKey = holder.statement(/UPDATE "api_keys"/);
    firstKey.release();
    await secondKey.reached;
    const two = logOf(other, [1, 2]).flush();
    await someoneWaitsForALock(house.app.database);
    secondKey.release();
    await Promise.all([one, two]);
    expect(transactions).toBe(2);
    const rows = await systemContext(house.app, workspace.workspaceId).db.findAll(StoredApiKeySecret, {
      ...{ property: 'apiKeyId', op: 'in', value: [first, second] },
    });
    const usedAt = new Date(house.clock.nowMs()).toISOString();
    expect(rows.map(({ lastUsedAt }) => lastUsedAt)).toEqual([usedAt, usedAt, usedAt, usedAt]);
  });
});
