// The audit log: one entry for every change, with before and after and without secrets, in the transaction of the change.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { createApiKey } from '../../../src/features/api-keys/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import {
  callerWith,
  colleague,
  dayMs,
  keyAdmin,
  payloadOf,
  prefixOf,
  signIn,
  use,
  type HeldKey,
  type KeyAdmin,
} from '../../support/keys.ts';
import { done } from '../../support/users.ts';
import { allRows } from '../../db/support/store.ts';

interface Entry {
  readonly id: string;
  readonly action: string;
  readonly targetId: string;
  readonly changes: readonly { field: string; before: string | null; after: string | null }[];
}

const page = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: AuditEntryFilter) {
  auditLog(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id at action targetId }
  }
}`;

const changes = { action: { neq: 'user.signIn' } };

describeEachEngine('The audit log', (engine) => {
  let failAtAudit = false;
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: { KEY_ESCROW_SECRET: 'an-escrow-secret-of-more-than-32-characters', TRUST_PROXY_HOPS: '1' },
      database: {
        onStatement(text) {
          if (failAtAudit && text.includes('INSERT INTO "audit_entries"'))
            throw new Error('no room for a log');
        },
      },
    });
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    failAtAudit = false;
    workspace = await house.workspace();
    owner = keyAdmin(house, workspace);
  });

  /** All but the sign-ins of those who act here. */
  const entries = async (who: Caller = owner): Promise<Entry[]> => {
    const fields =
      'id at action actor { kind id label } targetId changes { field before after } requestId ip';
    const filter = '{ action: { neq: "user.signIn" } }';
    return payloadOf(await who.send(`{ auditLog(first: 100, filter: ${filter}) { nodes { ${fields} } } }`))
      .nodes;
  };
  /** The one entry that this work adds. */
  const added = async (work: () => Promise<unknown>): Promise<Entry> => {
    const known = new Set((await entries()).map(({ id }) => id));
    house.clock.advance(1_000);
    await work();
    const fresh = (await entries()).filter(({ id }) => !known.has(id));
    expect(fresh.map(({ action }) => action)).toHaveLength(1);
    return fresh[0]!;
  };
  const inMs = (ms: number) => new Date(house.clock.nowMs() + ms).toISOString();

  it('has one entry for each step in the life of a key, with what it was before and is now', async () => {
    let key!: HeldKey;
    const venueId = await workspace.venue();
    const input = { label: 'Shop', scopes: ['read:customers'], venueIds: [venueId], rateLimitPerMinute: 5 };
    const changesOf = async (action: string, work: () => Promise<unknown>) => {
      const entry = await added(work);
      expect(entry).toMatchObject({ action, targetId: key.apiKeyId });
      return entry.changes;
    };
    const id = () => ({ id: key.apiKeyId });
    const changed = (field: string, before: string | null, after: string | null) => ({
      field,
      before,
      after,
    });

    const created = await added(async () => (key = await owner.create(input)));
    expect(created).toMatchObject({ action: 'apiKey.create', targetId: key.apiKeyId });
    expect(created.changes).toEqual([
      changed('label', null, 'Shop'),
      changed('environment', null, 'LIVE'),
      changed('scopes', null, '["read:customers"]'),
      changed('venueIds', null, JSON.stringify([venueId])),
      changed('ipAllowlist', null, '[]'),
      changed('rateLimitPerMinute', null, '5'),
      changed('status', null, 'ACTIVE'),
    ]);
    const update = { ...id(), label: 'Web shop', scopes: ['read:customers', 'read:venues'], venueIds: null };
    expect(await changesOf('apiKey.update', () => owner.payload('UpdateApiKey', { input: update }))).toEqual([
      changed('label', 'Shop', 'Web shop'),
      changed('scopes', '["read:customers"]', '["read:customers","read:venues"]'),
      changed('venueIds', JSON.stringify([venueId]), null),
    ]);
    expect(await changesOf('apiKey.disable', () => owner.payload('DisableApiKey', id()))).toEqual([
      changed('status', 'ACTIVE', 'DISABLED'),
      changed('disabledReason', null, 'ADMIN'),
    ]);
    const enabled = await changesOf('apiKey.enable', () => owner.payload('EnableApiKey', id()));
    expect(enabled).toContainEqual(changed('status', 'DISABLED', 'ACTIVE'));
    expect(enabled).toContainEqual(changed('disabledReason', 'ADMIN', null));
    let next!: HeldKey;
    const rotated = await changesOf(
      'apiKey.rotate',
      async () => (next = await owner.rotate(key.apiKeyId, 60)),
    );
    expect(rotated).toEqual([changed('prefix', null, prefixOf(next)), changed('overlapSeconds', null, '60')]);
    const activated = await added(() => use(house, next));
    expect(activated).toMatchObject({ action: 'apiKey.activateSecret', actor: { kind: 'SYSTEM', id: null } });
    expect(activated.changes).toEqual([
      changed('prefix', null, prefixOf(next)),
      changed('previousExpiresAt', null, inMs(60_000)),
    ]);
    const reveal = 'mutation ($id: ID!) { revealApiKey(id: $id) { secret } }';
    expect(await changesOf('apiKey.reveal', () => owner.send(reveal, id()))).toEqual([
      changed('prefix', null, prefixOf(next)),
    ]);
    const again = await changesOf(
      'apiKey.regenerate',
      async () => (next = await owner.regenerate(key.apiKeyId)),
    );
    expect(again).toEqual([changed('prefix', null, prefixOf(next))]);
    expect(await changesOf('apiKey.revoke', () => owner.payload('RevokeApiKey', id()))).toEqual([
      changed('status', 'ACTIVE', 'REVOKED'),
    ]);
    const deleted = await changesOf('apiKey.delete', () => owner.payload('DeleteApiKey', id()));
    expect(deleted).toContainEqual(changed('label', 'Web shop', null));
    expect(deleted).toContainEqual(changed('status', 'REVOKED', null));
  });

  it('holds no secret, digest, sealed copy, password or hash, in no entry', async () => {
    const key = await owner.create({ description: 'Everything happens to it' });
    const rotated = await owner.rotate(key.apiKeyId, 0);
    await use(house, rotated);
    const regenerated = await owner.regenerate(key.apiKeyId);
    await owner.send('mutation ($id: ID!) { revealApiKey(id: $id) { secret } }', { id: key.apiKeyId });
    const member = await colleague(house, owner, 'MEMBER');
    const token = await member.token();
    const input = { currentPassword: member.password, newPassword: 'another long password' };
    const { token: fresh } = await done(callerWith(house, token), 'changePassword', { input });
    await done(owner, 'updateUserRole', { input: { id: member.userId, role: 'ADMIN' } });
    const secrets = await allRows(house.app.database, 'api_key_secrets');
    const users = await allRows(house.app.database, 'users');
    const hidden = [
      ...[key, rotated, regenerated].map(({ secret }) => secret.slice(-38)),
      ...secrets.flatMap((row) => [row['digest'], row['sealed']]).filter((value) => value !== null),
      ...users.map((row) => row['password_hash']),
      ...[member.password, 'another long password', workspace.ownerPassword, token, fresh],
    ] as string[];
    const log = JSON.stringify(await allRows(house.app.database, 'audit_entries'));
    expect(log).toContain(prefixOf(rotated));
    for (const text of hidden) expect(log).not.toContain(text);
  });

  it('has no entry of what was refused', async () => {
    const key = await owner.create();
    await owner.payload('RevokeApiKey', { id: key.apiKeyId });
    const before = await entries();
    const input = { label: '', scopes: ['read:everything'], venueIds: [] };
    await owner.payload('CreateApiKey', { input });
    for (const operation of ['EnableApiKey', 'RotateApiKey', 'RegenerateApiKey', 'RevokeApiKey']) {
      await owner.payload(operation, { id: key.apiKeyId });
    }
    await done(owner, 'createUser', {
      input: { email: workspace.ownerEmail, password: 'some long password', role: 'ADMIN' },
    });
    await done(owner, 'removeUser', { id: 'usr_00000000000000000000000000' });
    expect(await entries()).toEqual(before);
  });

  it('and the change stand or fall together: without room for the entry nothing changes', async () => {
    const key = await owner.create();
    const member = await colleague(house, owner, 'MEMBER');
    const [keyBefore, entriesBefore] = [await owner.show(key.apiKeyId), await entries()];
    const usersBefore = payloadOf(await owner.send('{ users { nodes { id role } } }'));
    failAtAudit = true;
    const attempts: [string, Record<string, unknown>][] = [
      ['updateApiKey(input: { id: $id, label: "Other" })', { id: key.apiKeyId }],
      ...['disableApiKey', 'regenerateApiKey', 'revokeApiKey', 'deleteApiKey', 'revealApiKey'].map(
        (name): [string, Record<string, unknown>] => [`${name}(id: $id)`, { id: key.apiKeyId }],
      ),
      ['rotateApiKey(input: { id: $id })', { id: key.apiKeyId }],
      ['updateUserRole(input: { id: $id, role: ADMIN })', { id: member.userId }],
      ['removeUser(id: $id)', { id: member.userId }],
    ];
    for (const [call, variables] of attempts) {
      const { data, errors, text } = await owner.send(
        `mutation ($id: ID!) { it: ${call} { userErrors { code } } }`,
        variables,
      );
      expect(data).toEqual({ it: null });
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      expect(text).not.toContain('no room');
    }
    failAtAudit = false;
    expect(await owner.show(key.apiKeyId)).toEqual(keyBefore);
    expect(payloadOf(await owner.send('{ users { nodes { id role } } }'))).toEqual(usersBefore);
    expect(await entries()).toEqual(entriesBefore);
    expect(await use(house, key)).toBe('works');
  });

  describe('says who, from where, and in which request', () => {
    it('for a user', async () => {
      const admin = await colleague(house, owner, 'ADMIN');
      const key = await owner.create();
      const { statusCode, headers } = await house.app.http.inject({
        method: 'POST',
        url: '/graphql',
        remoteAddress: '10.0.0.1',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await signIn(house, admin.email, admin.password)}`,
          'x-request-id': 'ticket-4711',
          'x-forwarded-for': '203.0.113.9',
        },
        payload: JSON.stringify({ query: `mutation { revokeApiKey(id: "${key.apiKeyId}") { apiKeyId } }` }),
      });
      expect([statusCode, headers['x-request-id']]).toEqual([200, 'ticket-4711']);
      const [entry] = (await owner.auditOf(key.apiKeyId)).filter(({ action }) => action === 'apiKey.revoke');
      expect(entry).toMatchObject({
        at: inMs(0),
        actor: { kind: 'USER', id: admin.userId, label: admin.email },
        requestId: 'ticket-4711',
        ip: '203.0.113.9',
      });
    });

    it('for the operator at the machine, and for the server itself', async () => {
      const context = systemContext(house.app, workspace.workspaceId);
      const made = await createApiKey(context, { label: 'By command', scopes: ['read:customers'] });
      if (!('secret' in made)) throw new Error('not made');
      house.clock.advance(90 * dayMs);
      await house.app.sweep();
      for (const entry of await owner.auditOf(made.apiKeyId)) {
        expect(entry).toMatchObject({ actor: { kind: 'SYSTEM', id: null }, requestId: 'operator', ip: null });
      }
    });
  });

  it('is paged, newest first, without losing or repeating an entry', async () => {
    for (let index = 0; index < 11; index += 1) {
      house.clock.advance(1_000);
      await owner.create({ label: `Key ${index}` });
    }
    const forward: Entry[] = [];
    let after: string | null = null;
    do {
      const answer = payloadOf(await owner.send(page, { first: 4, after, filter: changes }));
      expect(answer.totalCount).toBe(11);
      forward.push(...answer.nodes);
      after = answer.pageInfo.hasNextPage ? answer.pageInfo.endCursor : null;
    } while (after !== null);
    const moments = forward.map((entry) => (entry as Entry & { at: string }).at);
    expect(moments).toEqual([...moments].sort().reverse());
    expect(new Set(forward.map(({ id }) => id)).size).toBe(11);
    expect(forward.map(({ id }) => id)).toEqual((await entries()).map(({ id }) => id));
    const last = payloadOf(await owner.send(page, { last: 3, filter: changes }));
    expect(last.nodes.map(({ id }: Entry) => id)).toEqual(forward.slice(-3).map(({ id }) => id));
  });

  it('is filtered by action, by target, by actor and by time', async () => {
    const admin = await colleague(house, owner, 'ADMIN');
    const first = await owner.create();
    house.clock.advance(60_000);
    const since = inMs(0);
    const input = { label: 'By the admin', preset: 'READ' };
    const create = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKeyId } }';
    const { apiKeyId } = payloadOf(await admin.send(create, { input }));
    const idsOf = async (filter: object) =>
      payloadOf(await owner.send(page, { first: 50, filter: { ...changes, ...filter } })).nodes.map(
        ({ targetId }: Entry) => targetId,
      );
    expect(await idsOf({ targetId: { eq: first.apiKeyId } })).toEqual([first.apiKeyId]);
    expect(await idsOf({ actorId: { eq: admin.userId } })).toEqual([apiKeyId]);
    expect(await idsOf({ at: { gte: since } })).toEqual([apiKeyId]);
    expect(await idsOf({ action: { eq: 'user.create' } })).toEqual([admin.userId]);
    const both = { action: { in: ['user.create', 'apiKey.create', 'apiKey.revoke'] } };
    expect((await idsOf(both)).sort()).toEqual([admin.userId, first.apiKeyId, apiKeyId].sort());
    expect(await idsOf({ ...both, at: { lt: since }, targetId: { neq: admin.userId } })).toEqual([
      first.apiKeyId,
    ]);
    expect(await idsOf({ action: { eq: 'apiKey' } })).toEqual([]);
    expect((await idsOf({ at: { lt: since } })).sort()).toEqual([admin.userId, first.apiKeyId].sort());
  });

  it('of a workspace is read there alone', async () => {
    await owner.create();
    const foreign = keyAdmin(house, await house.workspace());
    expect(await entries(foreign)).toEqual([]);
    const mine = await foreign.create();
    const seen = await entries(foreign);
    expect(seen.map(({ targetId }) => targetId)).toEqual([mine.apiKeyId]);
  });
});
