// A workspace always has an owner, whatever its owners do to each other at the same time; and what a user's requests in
// flight are worth when the user is removed or gets another role.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder, someoneWaitsForALock } from '../../support/hold.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import {
  callerWith,
  colleague,
  keyAdmin,
  verdict,
  type Colleague,
  type KeyAdmin,
} from '../../support/keys.ts';
import { ask, done, rolesIn, tokenVerdict } from '../../support/users.ts';

describeEachEngine('Owners', (engine) => {
  const holder = createHolder();
  let transactions = 0;
  let house: TestHouse;
  let elsewhere: TestHouse;
  let workspace: TestWorkspace;
  let first: KeyAdmin;
  let firstId: string;

  beforeAll(async () => {
    const beforeWrite = async () => {
      transactions += 1;
      await holder.database.beforeWrite?.();
    };
    house = await openTestHouse(engine, { database: { ...holder.database, beforeWrite } });
    const count = async () => void (transactions += 1);
    elsewhere = await openTestHouse(engine, { sharing: house, database: { beforeWrite: count } });
  });
  afterAll(async () => {
    await elsewhere.close();
    await house.close();
  });
  beforeEach(async () => {
    workspace = await house.workspace();
    first = keyAdmin(house, workspace);
    firstId = (await first.send('{ viewer { user { id } } }')).data.viewer.user.id;
  });

  const owners = async (who: Caller) =>
    Object.values(await rolesIn(who)).filter((role) => role === 'OWNER').length;
  const demote = (who: Caller, id: string) => ask(who, 'updateUserRole', { input: { id, role: 'MEMBER' } });

  it('the last one can be neither demoted nor removed, by itself or by an admin', async () => {
    const admin = await colleague(house, first, 'ADMIN');
    const before = await rolesIn(first);
    for (const who of [first, admin]) {
      for (const role of ['ADMIN', 'MEMBER']) {
        const { userErrors } = await done(who, 'updateUserRole', { input: { id: firstId, role } });
        expect(userErrors).toMatchObject([{ code: 'NOT_ALLOWED', field: ['input', 'role'] }]);
      }
      expect((await done(who, 'removeUser', { id: firstId })).userErrors).toMatchObject([
        { code: 'NOT_ALLOWED', field: ['id'] },
      ]);
    }
    expect(await rolesIn(first)).toEqual(before);
    expect(await first.auditOf(firstId)).toEqual([]);
  });

  it('an owner of another workspace does not count', async () => {
    await house.workspace();
    expect((await done(first, 'removeUser', { id: firstId })).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });

  it('one beside another may step down, and loses its power with that answer', async () => {
    const second = await colleague(house, first, 'OWNER');
    const token = await second.token();
    const answer = await demote(callerWith(house, token), second.userId);
    expect(answer.data.updateUserRole).toMatchObject({ user: { role: 'MEMBER' }, userErrors: [] });
    expect(await tokenVerdict(house, token, '{ users { totalCount } }')).toBe('403 ADMIN_ONLY');
    expect(await tokenVerdict(elsewhere, token, '{ users { totalCount } }')).toBe('403 ADMIN_ONLY');
    expect((await first.auditOf(second.userId)).map(({ action }) => action)).toContain('user.updateRole');
    expect((await done(first, 'removeUser', { id: firstId })).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });

  it('one beside another may leave', async () => {
    const second = await colleague(house, first, 'OWNER');
    const token = await second.token();
    const answer = await ask(callerWith(house, token), 'removeUser', { id: second.userId });
    expect(answer.data.removeUser).toEqual({ userId: second.userId, userErrors: [] });
    expect(await tokenVerdict(house, token)).toBe('401 INVALID_CREDENTIAL');
    const entry = (await first.auditOf(second.userId)).find(({ action }) => action === 'user.remove');
    expect(entry.actor).toEqual({ kind: 'USER', id: second.userId, label: second.email });
  });

  it('stepping down in the middle of a request ends what comes after it', async () => {
    const second = await colleague(house, first, 'OWNER');
    const { data, errors } = await callerWith(house, await second.token()).send(
      `mutation ($id: ID!, $input: CreateApiKeyInput!) {
        down: updateUserRole(input: { id: $id, role: MEMBER }) { userId }
        key: createApiKey(input: $input) { secret }
      }`,
      { id: second.userId, input: { label: 'Too late', preset: 'READ' } },
    );
    expect(data).toEqual({ down: { userId: second.userId }, key: null });
    expect(errors).toMatchObject([{ path: ['key'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await first.send('{ apiKeys { totalCount } }')).data.apiKeys.totalCount).toBe(0);
  });

  describe('who demote each other at the same time', () => {
    let second: Colleague;
    beforeEach(async () => {
      second = await colleague(house, first, 'OWNER');
      await second.send('{ viewer { kind } }');
      transactions = 0;
    });
    // A store that ends one of two who wait for each other takes a second to notice, and that one is run again.
    afterEach(() => {
      expect(transactions).toBe(2);
    });

    it('leave one of them in office, and the other reads 401 or 403', async () => {
      // On one server they would take turns before they take a connection.
      const secondElsewhere = callerWith(elsewhere, await second.token());
      transactions = 0;
      const held = holder.statement(engine === 'postgres' ? /"users".* FOR UPDATE/s : /"users"/);
      const one = demote(first, second.userId);
      await held.reached;
      const two = demote(engine === 'postgres' ? secondElsewhere : second, firstId);
      if (engine === 'postgres') await someoneWaitsForALock(elsewhere.app.database);
      held.release();
      const answers = await Promise.all([one, two]);
      const verdicts = answers.map(verdict).sort();
      expect(verdicts[1]).toBe('works');
      expect(verdicts[0]).toMatch(/^40[13] (INVALID_CREDENTIAL|ADMIN_ONLY)$/);
      const winner = verdict(answers[0]) === 'works' ? first : second;
      expect(await owners(winner)).toBe(1);
    });

    it('or both step down: one may, the other is told to stay', async () => {
      const answers = await Promise.all([demote(first, firstId), demote(second, second.userId)]);
      const outcomes = answers.map(({ data }) => data.updateUserRole.userErrors[0]?.code ?? 'done').sort();
      expect(outcomes).toEqual(['NOT_ALLOWED', 'done']);
    });

    it('or end all sign-ins of one of them twice', async () => {
      const both = [ask(first, 'signOutEverywhere', {}), ask(first, 'signOutEverywhere', {})];
      const verdicts = (await Promise.all(both)).map(verdict).sort();
      expect(verdicts).toEqual(['401 INVALID_CREDENTIAL', 'works']);
    });

    it('or remove each other, again and again: there is always exactly one left', async () => {
      const answers = await Promise.all([
        ask(first, 'removeUser', { id: second.userId }),
        ask(second, 'removeUser', { id: firstId }),
      ]);
      expect(answers.map(verdict).filter((text) => text === 'works')).toHaveLength(1);
      const winner = verdict(answers[0]) === 'works' ? first : second;
      expect(await owners(winner)).toBe(1);
    });
  });

  describe('and their requests in flight', () => {
    const createKey = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
    const input = { label: 'In flight', preset: 'READ' };
    let admin: Colleague;
    let caller: Caller;
    let boss: KeyAdmin;

    beforeEach(async () => {
      admin = await colleague(house, first, 'ADMIN');
      caller = callerWith(house, await admin.token());
      boss = keyAdmin(elsewhere, workspace);
      const { ownerEmail, ownerPassword } = workspace;
      const signedIn = await elsewhere.send(
        {},
        'mutation ($input: LoginInput!) { login(input: $input) { token } }',
        { input: { email: ownerEmail, password: ownerPassword } },
      );
      boss = { ...boss, send: callerWith(elsewhere, signedIn.data.login.token).send };
    });

    it.each(['removeUser', 'updateUserRole'] as const)('%s ends a query', async (operation) => {
      const held = holder.statement(/FROM "api_keys"/);
      const answer = caller.send('{ apiKeys { nodes { id } } }');
      await held.reached;
      const { userId: id } = admin;
      const variables = operation === 'removeUser' ? { id } : { input: { id, role: 'MEMBER' } };
      expect((await done(boss, operation, variables)).userErrors).toEqual([]);
      held.release();
      const { status, data, errors } = await answer;
      expect({ status, data }).toEqual({ status: 401, data: undefined });
      expect(errors).toMatchObject([{ extensions: { reason: 'INVALID_CREDENTIAL' } }]);
    });

    it.each(['removeUser', 'updateUserRole'] as const)('%s ends a mutation', async (operation) => {
      const held = holder.transaction();
      const answer = caller.send(createKey, { input });
      await held.reached;
      const { userId: id } = admin;
      const variables = operation === 'removeUser' ? { id } : { input: { id, role: 'MEMBER' } };
      expect((await done(boss, operation, variables)).userErrors).toEqual([]);
      held.release();
      const { status, data } = await answer;
      expect({ status, data }).toEqual({ status: 401, data: { createApiKey: null } });
      expect((await boss.send('{ apiKeys { totalCount } }')).data.apiKeys.totalCount).toBe(0);
    });
  });
});
