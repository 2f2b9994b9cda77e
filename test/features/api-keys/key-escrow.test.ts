// Showing a secret again: off unless KEY_ESCROW_SECRET is set, and then for owners only, each time in the audit log.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse } from '../../support/house.ts';
import {
  callerWith,
  colleague,
  keyAdmin,
  payloadOf,
  prefixOf,
  signIn,
  use,
  type HeldKey,
  type KeyAdmin,
} from '../../support/keys.ts';

const revealKey =
  'mutation ($id: ID!) { revealApiKey(id: $id) { apiKeyId secret userErrors { code field message } } }';
const env = { KEY_ESCROW_SECRET: 'an-escrow-secret-of-more-than-32-characters' };

describeEachEngine('Showing a secret again', (engine) => {
  let plain: TestHouse;
  let house: TestHouse;
  let admin: KeyAdmin;
  let before: HeldKey;

  beforeAll(async () => {
    plain = await openTestHouse(engine);
    const workspace = await plain.workspace();
    before = await keyAdmin(plain, workspace).create();
    house = await openTestHouse(engine, { sharing: plain, env });
    // The same workspace through the server that keeps sealed copies.
    const { ownerEmail, ownerPassword } = workspace;
    const owner = async () => callerWith(house, await signIn(house, ownerEmail, ownerPassword));
    admin = keyAdmin(house, { ...workspace, owner });
  });
  afterAll(async () => {
    await house.close();
    await plain.close();
  });

  const reveal = async (who: Caller, key: HeldKey) =>
    payloadOf(await who.send(revealKey, { id: key.apiKeyId }));
  const sealedOf = async (key: HeldKey) => {
    const rows = await house.app.database.query<{ prefix: string; sealed: string | null }>(
      sql`SELECT "prefix", "sealed" FROM "api_key_secrets" WHERE "api_key_id" = ${key.apiKeyId}`,
    );
    return Object.fromEntries(rows.map(({ prefix, sealed }) => [prefix, sealed]));
  };
  const refused = { secret: null, userErrors: [{ code: 'NOT_ALLOWED', field: ['id'] }] };

  it('shows the secret in use to an owner, and writes down that it did', async () => {
    const key = await admin.create();
    expect(await reveal(admin, key)).toEqual({ apiKeyId: key.apiKeyId, secret: key.secret, userErrors: [] });
    const entries = await admin.auditOf(key.apiKeyId);
    const revealed = entries.filter(({ action }) => action === 'apiKey.reveal');
    expect(revealed).toHaveLength(1);
    expect(revealed[0]).toMatchObject({
      actor: { kind: 'USER' },
      changes: [{ field: 'prefix', before: null, after: prefixOf(key) }],
    });
    expect(JSON.stringify(entries)).not.toContain(key.secret.slice(-38));
    expect(await use(house, key)).toBe('works');
  });

  it('is refused to an admin, a member and the key itself, without a trace', async () => {
    const key = await admin.create({ preset: 'FULL_ACCESS' });
    const admins = await colleague(house, admin, 'ADMIN');
    const member = await colleague(house, admin, 'MEMBER');
    for (const who of [admins, member, callerWith(house, key.secret)]) {
      const { status, data, errors, text } = await who.send(revealKey, { id: key.apiKeyId });
      expect({ status, data }).toEqual({ status: 403, data: undefined });
      expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'ADMIN_ONLY' });
      expect(text).not.toContain(key.secret.slice(-38));
    }
    expect(await admin.auditOf(key.apiKeyId)).toHaveLength(1);
  });

  it('is refused where the setting is off, and keeps no copy there', async () => {
    const owner = keyAdmin(plain, await plain.workspace());
    const key = await owner.create();
    expect(await sealedOf(key)).toEqual({ [prefixOf(key)]: null });
    expect(await reveal(owner, key)).toMatchObject(refused);
    expect(await owner.auditOf(key.apiKeyId)).toHaveLength(1);
  });

  it('is refused for a key from before the setting', async () => {
    expect(await reveal(admin, before)).toMatchObject(refused);
  });

  it('is refused for a key that does not work any more, and its copies are gone', async () => {
    const key = await admin.create();
    await admin.payload('DisableApiKey', { id: key.apiKeyId });
    expect(await reveal(admin, key)).toMatchObject(refused);
    await admin.payload('EnableApiKey', { id: key.apiKeyId });
    expect(await reveal(admin, key)).toMatchObject({ secret: key.secret });
    await admin.payload('RevokeApiKey', { id: key.apiKeyId });
    expect(await reveal(admin, key)).toMatchObject(refused);
    expect(await sealedOf(key)).toEqual({ [prefixOf(key)]: null });
  });

  it('forgets the old secret when it is regenerated, and shows the new one', async () => {
    const old = await admin.create();
    const next = await admin.regenerate(old.apiKeyId);
    expect(await sealedOf(old)).toEqual({
      ...{ [prefixOf(old)]: null, [prefixOf(next)]: expect.any(String) },
    });
    expect(await reveal(admin, old)).toMatchObject({ secret: next.secret });
  });

  it('shows the secret that is in use, and forgets it when its successor is used', async () => {
    const old = await admin.create();
    const cancelled = await admin.rotate(old.apiKeyId);
    const next = await admin.rotate(old.apiKeyId);
    expect(await reveal(admin, old)).toMatchObject({ secret: old.secret });
    await use(house, next);
    expect(await reveal(admin, old)).toMatchObject({ secret: next.secret });
    expect(await sealedOf(old)).toEqual({
      ...{ [prefixOf(old)]: null, [prefixOf(cancelled)]: null },
      [prefixOf(next)]: expect.any(String),
    });
  });

  it('shows nothing when a sealed copy was moved to another row', async () => {
    const [mine, other] = [await admin.create(), await admin.create()];
    const copy = (await sealedOf(other))[prefixOf(other)];
    await house.app.database.write((connection) =>
      connection.execute(
        sql`UPDATE "api_key_secrets" SET "sealed" = ${copy} WHERE "api_key_id" = ${mine.apiKeyId}`,
      ),
    );
    expect(await reveal(admin, mine)).toMatchObject(refused);
    expect(await admin.auditOf(mine.apiKeyId)).toHaveLength(1);
  });
});
