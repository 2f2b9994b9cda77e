// Keys that end or fall asleep by themselves: by date, and unused for too long. The clock is the test's.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';
import { dayMs, keyAdmin, use, type HeldKey, type KeyAdmin } from '../../support/keys.ts';

describeEachEngine('Time and keys', (engine) => {
  let house: TestHouse;
  let admin: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    admin = keyAdmin(house, await house.workspace());
  });
  afterAll(() => house.close());

  const inMs = (ms: number) => new Date(house.clock.nowMs() + ms).toISOString();
  const id = (key: HeldKey) => ({ id: key.apiKeyId });
  const stateOf = async (key: HeldKey) => {
    const { status, disabledReason, inactiveAt } = await admin.show(key.apiKeyId);
    return { status, disabledReason, inactiveAt };
  };
  const entriesOf = async (key: HeldKey, action: string) =>
    (await admin.auditOf(key.apiKeyId)).filter((entry: { action: string }) => entry.action === action);

  it('ends a key at its expiry, to the millisecond, and lists it as EXPIRED', async () => {
    const key = await admin.create({ expiresAt: inMs(5_000) });
    house.clock.advance(4_999);
    expect(await use(house, key)).toBe('works');
    expect((await stateOf(key)).status).toBe('ACTIVE');
    house.clock.advance(1);
    expect(await use(house, key)).toBe('401 KEY_EXPIRED');
    expect((await stateOf(key)).status).toBe('EXPIRED');
    // Enabling is for disabled keys; an expired one gets a new date by updateApiKey, on purpose.
    await admin.payload('EnableApiKey', id(key));
    expect(await use(house, key)).toBe('401 KEY_EXPIRED');
    await admin.payload('UpdateApiKey', { input: { ...id(key), expiresAt: inMs(5_000) } });
    expect(await use(house, key)).toBe('works');
  });

  it('refuses an expiry that is over, at creation and at a change', async () => {
    for (const expiresAt of [inMs(0), inMs(-1)]) {
      const error = { code: 'INVALID', field: ['input', 'expiresAt'] };
      const input = { label: 'Late', scopes: ['read:customers'], expiresAt };
      expect((await admin.payload('CreateApiKey', { input })).userErrors).toMatchObject([error]);
      const key = await admin.create();
      const change = { input: { ...id(key), expiresAt } };
      expect((await admin.payload('UpdateApiKey', change)).userErrors).toMatchObject([error]);
      expect(await use(house, key)).toBe('works');
    }
  });

  it('counts a key that was never used from its creation, and disables it when it is used too late', async () => {
    const key = await admin.create();
    expect(await stateOf(key)).toEqual({
      ...{ status: 'ACTIVE', disabledReason: null, inactiveAt: inMs(90 * dayMs) },
    });
    house.clock.advance(90 * dayMs - 1);
    const other = await admin.create();
    expect((await stateOf(key)).status).toBe('ACTIVE');
    house.clock.advance(1);
    expect((await stateOf(key)).status).toBe('DISABLED');
    expect(await use(house, key)).toBe('401 KEY_DISABLED');
    expect(await use(house, other)).toBe('works');
    expect(await stateOf(key)).toEqual({
      ...{ status: 'DISABLED', disabledReason: 'INACTIVITY', inactiveAt: null },
    });
    // Written down: the same server with a longer patience does not wake it.
    expect(await use(house, key)).toBe('401 KEY_DISABLED');
    const entries = await entriesOf(key, 'apiKey.disable');
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      actor: { kind: 'SYSTEM', id: null },
      changes: expect.arrayContaining([
        { field: 'status', before: 'ACTIVE', after: 'DISABLED' },
        { field: 'disabledReason', before: null, after: 'INACTIVITY' },
      ]),
    });
  });

  it('says INACTIVITY as soon as a key is shown as disabled for it, written down or not', async () => {
    const key = await admin.create();
    house.clock.advance(90 * dayMs);
    expect(await stateOf(key)).toEqual({
      ...{ status: 'DISABLED', disabledReason: 'INACTIVITY', inactiveAt: null },
    });
  });

  it('starts the 90 days anew at every use', async () => {
    const key = await admin.create();
    house.clock.advance(89 * dayMs);
    expect(await use(house, key)).toBe('works');
    await house.app.lastUsed.flush();
    expect((await stateOf(key)).inactiveAt).toBe(inMs(90 * dayMs));
    house.clock.advance(90 * dayMs - 1);
    expect(await use(house, key)).toBe('works');
  });

  it('does not forget a use of the last moment that was not written yet, on any server', async () => {
    const other = await openTestHouse(engine, { sharing: house });
    try {
      const key = await admin.create();
      house.clock.advance(90 * dayMs - 1_000);
      expect(await use(house, key)).toBe('works');
      // Nobody has flushed; the row would still say "never used".
      house.clock.advance(2_000);
      expect(await use(other, key)).toBe('works');
      expect(await use(house, key)).toBe('works');
      await house.app.sweep();
      expect(await use(house, key)).toBe('works');
    } finally {
      await other.close();
    }
  });

  it('sweeps every key of every workspace that is due, and no other; twice is the same as once', async () => {
    const foreign = keyAdmin(house, await house.workspace());
    const due = [await admin.create(), await foreign.create()];
    const revoked = await admin.create();
    await admin.payload('RevokeApiKey', id(revoked));
    house.clock.advance(dayMs);
    const young = await admin.create();
    const used = await admin.create();
    house.clock.advance(89 * dayMs);
    await use(house, used);
    await house.app.lastUsed.flush();
    await house.app.sweep();
    await house.app.sweep();
    for (const [owner, key] of [[admin, due[0]!] as const, [foreign, due[1]!] as const]) {
      const { status, disabledReason } = await owner.show(key.apiKeyId);
      expect({ status, disabledReason }).toEqual({ status: 'DISABLED', disabledReason: 'INACTIVITY' });
      const actions = (await owner.auditOf(key.apiKeyId)).map(({ action }: { action: string }) => action);
      expect(actions).toEqual(['apiKey.disable', 'apiKey.create']);
      expect(await use(house, key)).toBe('401 KEY_DISABLED');
    }
    expect((await stateOf(revoked)).status).toBe('REVOKED');
    expect(await use(house, young)).toBe('works');
    expect(await use(house, used)).toBe('works');
  });

  it('gives a key that is enabled again a new 90 days', async () => {
    const key = await admin.create();
    house.clock.advance(200 * dayMs);
    expect(await use(house, key)).toBe('401 KEY_DISABLED');
    const { apiKey } = await admin.payload('EnableApiKey', id(key));
    expect(apiKey.status).toBe('ACTIVE');
    expect((await stateOf(key)).inactiveAt).toBe(inMs(90 * dayMs));
    house.clock.advance(90 * dayMs - 1);
    await house.app.sweep();
    expect((await stateOf(key)).status).toBe('ACTIVE');
    house.clock.advance(1);
    await house.app.sweep();
    expect(await use(house, key)).toBe('401 KEY_DISABLED');
  });

  it('enables a key that is due but was not written down, with something to read in the audit log', async () => {
    const key = await admin.create();
    house.clock.advance(90 * dayMs);
    await admin.payload('EnableApiKey', id(key));
    expect(await use(house, key)).toBe('works');
    const [entry] = await entriesOf(key, 'apiKey.enable');
    expect(entry.changes).not.toEqual([]);
  });

  it('takes the number of days from KEY_INACTIVITY_DAYS, and never wakes what was disabled by it', async () => {
    const strict = await openTestHouse(engine, { sharing: house, env: { KEY_INACTIVITY_DAYS: '7' } });
    try {
      const key = await admin.create();
      const sleeper = await admin.create();
      house.clock.advance(7 * dayMs - 1);
      expect(await use(strict, key)).toBe('works');
      house.clock.advance(1);
      await strict.app.lastUsed.flush();
      expect(await use(strict, sleeper)).toBe('401 KEY_DISABLED');
      // The first server would wait for 90 days; it reads what the second one wrote.
      expect(await use(house, sleeper)).toBe('401 KEY_DISABLED');
      expect(await use(house, key)).toBe('works');
    } finally {
      await strict.close();
    }
  });
});
