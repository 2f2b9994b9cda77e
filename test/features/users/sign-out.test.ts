// "Sign out everywhere": every token from before ends, on every server; keys and later sign-ins go on.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse } from '../../support/house.ts';
import { callerWith, colleague, keyAdmin, use, type Colleague, type KeyAdmin } from '../../support/keys.ts';
import { ask, done, tokenVerdict } from '../../support/users.ts';

const ended = '401 INVALID_CREDENTIAL';

describeEachEngine('Signing out everywhere', (engine) => {
  let house: TestHouse;
  let other: TestHouse;
  let owner: KeyAdmin;
  let member: Colleague;

  beforeAll(async () => {
    house = await openTestHouse(engine);
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

  const onBoth = async (token: string) => [
    await tokenVerdict(house, token),
    await tokenVerdict(other, token),
  ];

  it.each(['OWNER', 'ADMIN', 'MEMBER'] as const)(
    'ends all tokens of the %s who asks, and only them',
    async (role) => {
      const person = await colleague(house, owner, role);
      const [one, two] = [await person.token(), await person.token()];
      const bystander = await member.token();
      expect(await done(callerWith(house, one), 'signOutEverywhere', {})).toEqual({
        userId: person.userId,
        userErrors: [],
      });
      expect([await onBoth(one), await onBoth(two)]).toEqual([
        [ended, ended],
        [ended, ended],
      ]);
      expect(await onBoth(bystander)).toEqual(['200', '200']);
      expect(await onBoth(await person.token())).toEqual(['200', '200']);
      const entries = await owner.auditOf(person.userId);
      const entry = entries.find(({ action }) => action === 'user.signOutEverywhere');
      expect(entry).toMatchObject({ actor: { id: person.userId }, changes: [] });
    },
  );

  it('leaves keys alone, those that the user made too', async () => {
    const admin = await colleague(house, owner, 'ADMIN');
    const who = callerWith(house, await admin.token());
    const { data } = await who.send(
      'mutation { createApiKey(input: { label: "x", preset: READ }) { secret } }',
    );
    await done(who, 'signOutEverywhere', {});
    expect(await use(house, data.createApiKey)).toBe('works');
  });

  it('of another user is for owners and admins, and of an owner for owners', async () => {
    const admin = await colleague(house, owner, 'ADMIN');
    const second = await colleague(house, owner, 'OWNER');
    const [ofMember, ofOwner] = [await member.token(), await second.token()];
    expect(await done(admin, 'signOutEverywhere', { userId: second.userId })).toMatchObject({
      ...{ userId: null, userErrors: [{ code: 'NOT_ALLOWED', field: ['userId'] }] },
    });
    expect(await onBoth(ofOwner)).toEqual(['200', '200']);
    expect((await done(admin, 'signOutEverywhere', { userId: member.userId })).userErrors).toEqual([]);
    expect(await onBoth(ofMember)).toEqual([ended, ended]);
    expect((await done(owner, 'signOutEverywhere', { userId: second.userId })).userErrors).toEqual([]);
    expect(await onBoth(ofOwner)).toEqual([ended, ended]);
  });

  it('is refused to members for others, to keys and to nobody, and ends nothing', async () => {
    const victim = await colleague(house, owner, 'MEMBER');
    const token = await victim.token();
    const key = await owner.create({ scopes: null, preset: 'FULL_ACCESS' });
    const nobody: Caller = { send: (query, variables) => house.send({}, query, variables) };
    const attempts: [Caller, object, number][] = [
      [member, { userId: victim.userId }, 403],
      [callerWith(house, key.secret), {}, 403],
      [callerWith(house, key.secret), { userId: victim.userId }, 403],
      [nobody, { userId: victim.userId }, 401],
    ];
    for (const [who, variables, expected] of attempts) {
      const { status, data } = await ask(who, 'signOutEverywhere', { ...variables });
      expect([status, data]).toEqual([expected, undefined]);
    }
    expect(await onBoth(token)).toEqual(['200', '200']);
  });

  it('finds no user of another workspace, and says it as of one who does not exist', async () => {
    const stranger = keyAdmin(house, await house.workspace());
    const token = await member.token();
    const answers = [];
    for (const userId of [member.userId, 'usr_00000000000000000000000000', 'nonsense']) {
      answers.push(await done(stranger, 'signOutEverywhere', { userId }));
    }
    expect(answers[0].userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['userId'] }]);
    expect([answers[1], answers[2]]).toEqual([answers[0], answers[0]]);
    expect(await onBoth(token)).toEqual(['200', '200']);
  });
});
