// The users of a workspace: adding them, their roles, their removal, at once and on every server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { callerWith, colleague, keyAdmin, use, type KeyAdmin } from '../../support/keys.ts';
import { ask, done, login, rolesIn, tokenVerdict } from '../../support/users.ts';

const listUsers = '{ users { nodes { id } } }';
const password = 'a password of some length';
let people = 0;
const newEmail = () => `person${(people += 1)}@test.example`;

describeEachEngine('Users', (engine) => {
  let house: TestHouse;
  let other: TestHouse;
  let workspace: TestWorkspace;
  let owner: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    other = await openTestHouse(engine, { sharing: house });
    workspace = await house.workspace();
    owner = keyAdmin(house, workspace);
  });
  afterAll(async () => {
    await other.close();
    await house.close();
  });

  const onBoth = async (token: string, query?: string) => [
    await tokenVerdict(house, token, query),
    await tokenVerdict(other, token, query),
  ];

  describe('adding one', () => {
    it.each(['OWNER', 'ADMIN', 'MEMBER'])('lets a new %s sign in and shows it in the list', async (role) => {
      const email = newEmail();
      const made = await done(owner, 'createUser', { input: { email: ` ${email} `, password, role } });
      expect(made).toEqual({ userId: made.userId, user: { id: made.userId, email, role }, userErrors: [] });
      expect(await login(other, email.toUpperCase(), password)).toMatchObject({ user: { email, role } });
      expect((await rolesIn(owner))[email]).toBe(role);
      const [entry] = await owner.auditOf(made.userId);
      expect(entry).toMatchObject({ action: 'user.create', actor: { label: workspace.ownerEmail } });
      expect(entry.changes).toEqual([
        { field: 'email', before: null, after: email },
        { field: 'role', before: null, after: role },
      ]);
    });

    it.each([
      ['no address', { email: 'nobody' }, 'INVALID', 'email'],
      ['an empty address', { email: ' ' }, 'INVALID', 'email'],
      ['a short password', { password: 'seven c' }, 'INVALID', 'password'],
      ['one of the most used passwords', { password: 'sunshine' }, 'INVALID', 'password'],
      [
        'the address as the password',
        { email: 'lovelace@test.example', password: 'Lovelace1815' },
        'INVALID',
        'password',
      ],
      ['a password that is no text', { password: 'broken \ud800 text' }, 'INVALID', 'password'],
      ['a password over 256 characters', { password: 'x'.repeat(257) }, 'INVALID', 'password'],
    ])('refuses %s', async (_title, values, code, field) => {
      const before = await rolesIn(owner);
      const input = { email: newEmail(), password, role: 'MEMBER', ...values };
      const { userId, userErrors } = await done(owner, 'createUser', { input });
      expect(userId).toBeNull();
      expect(userErrors).toMatchObject([{ code, field: ['input', field] }]);
      expect(await rolesIn(owner)).toEqual(before);
    });

    it('refuses an address that is taken, in any case and in any workspace', async () => {
      const email = newEmail();
      await done(owner, 'createUser', { input: { email, password, role: 'MEMBER' } });
      const stranger = await (await house.workspace()).owner();
      const answers = [];
      for (const [who, taken] of [[owner, email.toUpperCase()] as const, [stranger, email] as const]) {
        const input = { email: taken, password, role: 'MEMBER' };
        answers.push(await done(who, 'createUser', { input }));
      }
      expect(answers[0].userErrors).toMatchObject([{ code: 'TAKEN', field: ['input', 'email'] }]);
      // That it is taken can be told; by whom and where, nobody learns.
      expect(answers[1]).toEqual(answers[0]);
      expect((await login(house, email, password)).user).toEqual({ email, role: 'MEMBER' });
    });

    it('gives an address to one of two who ask for it at the same time', async () => {
      const email = newEmail();
      const input = { email, password, role: 'MEMBER' };
      const made = await Promise.all([owner, owner].map((who) => done(who, 'createUser', { input })));
      const codes = made.map(({ userErrors }) => userErrors[0]?.code ?? 'made').sort();
      expect(codes).toEqual(['TAKEN', 'made']);
    });
  });

  describe('roles', () => {
    it('an admin adds, promotes, demotes and removes admins and members, but never touches OWNER', async () => {
      const admin = await colleague(house, owner, 'ADMIN');
      const secondOwner = await colleague(house, owner, 'OWNER');
      const member = await colleague(house, admin, 'MEMBER');
      const setRole = (id: string, role: string) => done(admin, 'updateUserRole', { input: { id, role } });
      expect(await setRole(member.userId, 'ADMIN')).toMatchObject({
        user: { role: 'ADMIN' },
        userErrors: [],
      });
      expect(await setRole(member.userId, 'MEMBER')).toMatchObject({ userErrors: [] });
      const before = await rolesIn(owner);
      const refusal = (...field: string[]) => ({ userErrors: [{ code: 'NOT_ALLOWED', field }] });
      expect(await setRole(member.userId, 'OWNER')).toMatchObject(refusal('input', 'role'));
      expect(await setRole(admin.userId, 'OWNER')).toMatchObject(refusal('input', 'role'));
      expect(await setRole(secondOwner.userId, 'MEMBER')).toMatchObject(refusal('input', 'role'));
      expect(await done(admin, 'removeUser', { id: secondOwner.userId })).toMatchObject(refusal('id'));
      const input = { email: newEmail(), password, role: 'OWNER' };
      expect(await done(admin, 'createUser', { input })).toMatchObject(refusal('input', 'role'));
      expect(await rolesIn(owner)).toEqual(before);
      expect(await done(admin, 'removeUser', { id: member.userId })).toMatchObject({ userErrors: [] });
    });

    it('a demoted admin loses its power with the token it has, at once and on every server', async () => {
      const admin = await colleague(house, owner, 'ADMIN');
      const token = await admin.token();
      expect(await onBoth(token, listUsers)).toEqual(['200', '200']);
      await done(owner, 'updateUserRole', { input: { id: admin.userId, role: 'MEMBER' } });
      expect(await onBoth(token, listUsers)).toEqual(['403 ADMIN_ONLY', '403 ADMIN_ONLY']);
      expect(await onBoth(token)).toEqual(['200', '200']);
      // Given back, it works again: the role stands in the store and not in the token.
      await done(owner, 'updateUserRole', { input: { id: admin.userId, role: 'ADMIN' } });
      expect(await onBoth(token, listUsers)).toEqual(['200', '200']);
      const entries = await owner.auditOf(admin.userId);
      expect(entries.map(({ action }) => action).sort()).toEqual([
        ...['user.create', 'user.updateRole', 'user.updateRole'],
      ]);
      const changes = entries.flatMap((entry) => entry.changes);
      expect(changes).toContainEqual({ field: 'role', before: 'ADMIN', after: 'MEMBER' });
    });

    it('giving a user the role it has writes nothing', async () => {
      const member = await colleague(house, owner, 'MEMBER');
      const input = { id: member.userId, role: 'MEMBER' };
      expect(await done(owner, 'updateUserRole', { input })).toMatchObject({ userErrors: [] });
      expect(await owner.auditOf(member.userId)).toHaveLength(1);
    });

    it.each(['usr_00000000000000000000000000', 'key_00000000000000000000000000', 'nonsense', ''])(
      'there is no user %j',
      async (id) => {
        const [update, remove] = [
          await done(owner, 'updateUserRole', { input: { id, role: 'ADMIN' } }),
          await done(owner, 'removeUser', { id }),
        ];
        expect(update.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'id'] }]);
        expect(remove.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['id'] }]);
      },
    );
  });

  describe('removing one', () => {
    it('ends its tokens at once on every server, and its sign-in', async () => {
      const admin = await colleague(house, owner, 'ADMIN');
      const token = await admin.token();
      expect(await onBoth(token)).toEqual(['200', '200']);
      const removed = await done(owner, 'removeUser', { id: admin.userId });
      expect(removed).toEqual({ userId: admin.userId, userErrors: [] });
      expect(await onBoth(token)).toEqual(['401 INVALID_CREDENTIAL', '401 INVALID_CREDENTIAL']);
      expect((await login(house, admin.email, admin.password)).userErrors).toMatchObject([
        { code: 'INVALID' },
      ]);
      expect((await rolesIn(owner))[admin.email]).toBeUndefined();
      expect((await done(owner, 'removeUser', { id: admin.userId })).userErrors).toMatchObject([
        { code: 'NOT_FOUND' },
      ]);
      const entries = await owner.auditOf(admin.userId);
      expect(entries.find(({ action }) => action === 'user.remove').changes).toEqual([
        { field: 'email', before: admin.email, after: null },
        { field: 'role', before: 'ADMIN', after: null },
      ]);
    });

    it('leaves the keys that it made, and the log still says who made them', async () => {
      const admin = await colleague(house, owner, 'ADMIN');
      const made = await done(owner, 'createUser', {
        input: { email: newEmail(), password, role: 'MEMBER' },
      });
      expect(made.userErrors).toEqual([]);
      const input = { label: 'Of a former admin', scopes: ['read:customers'] };
      const answer = await callerWith(house, await admin.token()).send(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKeyId } }',
        { input },
      );
      const { secret, apiKeyId } = answer.data.createApiKey;
      await done(owner, 'removeUser', { id: admin.userId });
      expect(await use(house, { secret })).toBe('works');
      const { data } = await owner.send(`{ apiKey(id: "${apiKeyId}") { label createdBy { email } } }`);
      expect(data.apiKey).toEqual({ label: 'Of a former admin', createdBy: null });
      const [entry] = await owner.auditOf(apiKeyId);
      expect(entry.actor).toEqual({ kind: 'USER', id: admin.userId, label: admin.email });
    });

    it('a removed user cannot be added by its old token, and its address is free again', async () => {
      const member = await colleague(house, owner, 'MEMBER');
      const token = await member.token();
      await done(owner, 'removeUser', { id: member.userId });
      const input = { email: member.email, password, role: 'MEMBER' };
      expect((await done(owner, 'createUser', { input })).userErrors).toEqual([]);
      expect(await onBoth(token)).toEqual(['401 INVALID_CREDENTIAL', '401 INVALID_CREDENTIAL']);
    });
  });

  it.each(['createUser', 'updateUserRole', 'removeUser'] as const)(
    '%s is for owners and admins: a member and a key with every scope change nothing',
    async (operation) => {
      const member = await colleague(house, owner, 'MEMBER');
      const key = await owner.create({ scopes: null, preset: 'FULL_ACCESS' });
      const before = await rolesIn(owner);
      const variables = {
        createUser: { input: { email: newEmail(), password, role: 'MEMBER' } },
        updateUserRole: { input: { id: member.userId, role: 'ADMIN' } },
        removeUser: { id: member.userId },
      }[operation];
      const callers: Caller[] = [member, callerWith(house, key.secret)];
      for (const who of callers) {
        const { status, data, errors } = await ask(who, operation, variables);
        expect({ status, data }).toEqual({ status: 403, data: undefined });
        expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'ADMIN_ONLY' });
      }
      expect(await rolesIn(owner)).toEqual(before);
    },
  );
});
