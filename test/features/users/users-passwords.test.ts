// Changing one's own password: every token from before ends, the answer holds one that works.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder, someoneWaitsForALock } from '../../support/hold.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';
import {
  callerWith,
  colleague,
  keyAdmin,
  verdict,
  type Colleague,
  type KeyAdmin,
} from '../../support/keys.ts';
import { ask, done, login, tokenVerdict } from '../../support/users.ts';

const newPassword = 'another long password';

describeEachEngine('Passwords', (engine) => {
  const holder = createHolder();
  let house: TestHouse;
  let other: TestHouse;
  let owner: KeyAdmin;
  let member: Colleague;

  beforeAll(async () => {
    house = await openTestHouse(engine, { database: holder.database });
    other = await openTestHouse(engine, { sharing: house });
    owner = keyAdmin(house, await house.workspace());
  });
  afterAll(async () => {
    await other.close();
    await house.close();
  });
  beforeEach(async () => {
    member = await colleague(house, owner, 'MEMBER');
  });

  const change = (token: string, currentPassword: string, next = newPassword) =>
    done(callerWith(house, token), 'changePassword', { input: { currentPassword, newPassword: next } });

  it.each(['OWNER', 'ADMIN', 'MEMBER'] as const)(
    '%s may change it: old tokens end, the new one works',
    async (role) => {
      const person = await colleague(house, owner, role);
      const [one, two] = [await person.token(), await person.token()];
      const changed = await change(one, person.password);
      expect(changed.userErrors).toEqual([]);
      const inMs = Date.parse(changed.expiresAt) - house.clock.nowMs();
      expect(inMs).toBeGreaterThan(14 * 60_000);
      for (const server of [house, other]) {
        expect(await tokenVerdict(server, one)).toBe('401 INVALID_CREDENTIAL');
        expect(await tokenVerdict(server, two)).toBe('401 INVALID_CREDENTIAL');
        expect(await tokenVerdict(server, changed.token)).toBe('200');
      }
      expect((await login(other, person.email, person.password)).userErrors).toMatchObject([
        { code: 'INVALID' },
      ]);
      expect((await login(other, person.email, newPassword)).user).toEqual({ email: person.email, role });
      const entries = await owner.auditOf(person.userId);
      const entry = entries.find(({ action }) => action === 'user.changePassword');
      expect(entry).toMatchObject({ actor: { id: person.userId, label: person.email }, changes: [] });
    },
  );

  it('asks for the current one, and changes nothing when it is wrong', async () => {
    const token = await member.token();
    for (const wrong of ['not this one', '', `${member.password} `, newPassword]) {
      const refused = await change(token, wrong);
      expect(refused).toMatchObject({ token: null, expiresAt: null });
      expect(refused.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'currentPassword'] }]);
    }
    expect(await tokenVerdict(house, token)).toBe('200');
    expect((await login(house, member.email, member.password)).user).not.toBeNull();
    expect(await owner.auditOf(member.userId)).toHaveLength(1);
  });

  it.each(['', 'seven c', 'x'.repeat(257), 'iloveyou', 'Latchkey1', 'colleague2026'])(
    'refuses the new one %j',
    async (next) => {
      const token = await member.token();
      const refused = await change(token, member.password, next);
      expect(refused.token).toBeNull();
      expect(refused.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'newPassword'] }]);
      expect(await tokenVerdict(house, token)).toBe('200');
    },
  );

  it('refuses the names of the user and of the workspace, which everybody knows who guesses', async () => {
    const workspace = keyAdmin(house, await house.workspace('Analytical Engines'));
    const person = { email: 'countess@test.example', name: 'Ada Lovelace', role: 'MEMBER' };
    const create = (password: string) => done(workspace, 'createUser', { input: { ...person, password } });
    const refusal = [{ code: 'INVALID', field: ['input', 'password'] }];
    for (const password of ['Ada Lovelace 1815', 'lovelace!', 'analytical engines'])
      expect((await create(password)).userErrors, password).toMatchObject(refusal);
    expect((await create(newPassword)).userErrors).toEqual([]);
    const { token } = await login(house, person.email, newPassword);
    const changed = await change(token, newPassword, 'lovelace 1815');
    expect(changed.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'newPassword'] }]);
  });

  it('is for signed-in users: no key can, whatever its scopes', async () => {
    const key = await owner.create({ scopes: null, preset: 'FULL_ACCESS' });
    const input = { currentPassword: member.password, newPassword };
    const answer = await ask(callerWith(house, key.secret), 'changePassword', { input });
    expect({ status: answer.status, data: answer.data }).toEqual({ status: 403, data: undefined });
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'ADMIN_ONLY' });
    const nobody = await ask(
      { send: (query, variables) => house.send({}, query, variables) },
      'changePassword',
      {
        input,
      },
    );
    expect(verdict(nobody)).toBe('401 MISSING_CREDENTIAL');
    expect((await login(house, member.email, member.password)).user).not.toBeNull();
  });

  it('of two changes at the same time one wins, and the other one is told that its token has ended', async () => {
    const token = await member.token();
    const input = (next: string) => ({ input: { currentPassword: member.password, newPassword: next } });
    // On one server they would take turns before they take a connection.
    const caller = callerWith(engine === 'postgres' ? other : house, token);
    // Both have proven themselves and hashed; the first is inside its transaction.
    const held = holder.statement(/UPDATE "users"/);
    const one = ask(callerWith(house, token), 'changePassword', input('the first new password'));
    await held.reached;
    const two = ask(caller, 'changePassword', input('the second new password'));
    // Changes of users run one at a time: the second waits before it has read anything.
    if (engine === 'postgres') await someoneWaitsForALock(other.app.database);
    held.release();
    const answers = await Promise.all([one, two]);
    expect(answers.map(verdict).sort()).toEqual(['401 INVALID_CREDENTIAL', 'works']);
    const winner = answers.findIndex((answer) => verdict(answer) === 'works');
    const passwords = ['the first new password', 'the second new password'];
    expect((await login(house, member.email, passwords[winner]!)).user).not.toBeNull();
    expect((await login(house, member.email, passwords[1 - winner]!)).user).toBeNull();
  });

  it('a password that an admin never knew stays unknown: no list shows it or its hash', async () => {
    const { data } = await owner.send('{ __type(name: "User") { fields { name } } }');
    expect(data.__type.fields.map(({ name }: { name: string }) => name).sort()).toEqual([
      ...['createdAt', 'email', 'id', 'name', 'role'],
    ]);
  });
});
