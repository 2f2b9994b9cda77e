// Sign-in by an external issuer, a real one on this machine: whose tokens are taken, which user they are, and what ends them.
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import sql from 'sql-template-tag';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { callerWith, colleague, keyAdmin, type Colleague, type KeyAdmin } from '../../support/keys.ts';
import { startIssuer, type TestIssuer } from '../../support/outside/oidc-issuer.ts';
import { done, tokenVerdict } from '../../support/users.ts';

const refused = '401 INVALID_CREDENTIAL';
/** One time for everybody in this process: the issuer, the library that keeps its keys, and the server. */
const clock = { nowMs: () => Date.now(), advance: (ms: number) => void vi.setSystemTime(Date.now() + ms) };
let subjects = 0;

describeEachEngine('Sign-in by an external issuer', (engine) => {
  let issuer: TestIssuer;
  let house: TestHouse;
  let other: TestHouse;
  let workspace: TestWorkspace;
  let owner: KeyAdmin;
  let member: Colleague;
  let subject: string;

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    issuer = await startIssuer();
    const env = { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: issuer.audience };
    house = await openTestHouse(engine, { env, clock });
    other = await openTestHouse(engine, { env, sharing: house });
    workspace = await house.workspace();
    owner = keyAdmin(house, workspace);
  });
  afterAll(async () => {
    await other.close();
    await house.close();
    await issuer.close();
    vi.useRealTimers();
  });
  beforeEach(async () => {
    // A sign-out ends the tokens of its own second: everything that is tested starts in a new one.
    clock.advance(2_000);
    member = await colleague(house, owner, 'MEMBER');
    subject = `subject-${(subjects += 1)}`;
    issuer.people.set(subject, { email: member.email, email_verified: true });
  });

  const tokenOf = async (whose = subject) => (await issuer.signIn(whose)).accessToken;
  const links = () =>
    house.app.database.query<{ user_id: string; subject: string }>(
      sql`SELECT "user_id", "subject" FROM user_identities ORDER BY "created_at", "id"`,
    );
  const viewerOf = async (token: string) =>
    (await house.send(bearer(token), '{ viewer { kind user { id role } scopes } }')).data?.viewer;
  /** What an access token says, to be signed with changes. */
  const claims = () => {
    const iat = Math.floor(Date.now() / 1_000);
    const facts = { email: member.email, email_verified: true };
    return { iss: issuer.issuer, aud: issuer.audience, sub: subject, iat, exp: iat + 60, ...facts };
  };

  it('is linked at first sight to the user with its verified address, and is that user from then on', async () => {
    const token = await tokenOf();
    const viewer = await viewerOf(token);
    expect(viewer).toMatchObject({ kind: 'USER', user: { id: member.userId, role: 'MEMBER' } });
    expect(viewer.scopes).toEqual(expect.arrayContaining(['read:customers', 'account:manage']));
    expect(await tokenVerdict(other, token)).toBe('200');
    expect((await links()).filter((link) => link.subject === subject)).toHaveLength(1);
    const entries = await owner.auditOf(member.userId);
    const entry = entries.find(({ action }) => action === 'user.linkIdentity');
    expect(entry.actor.kind).toBe('SYSTEM');
    expect(entry.changes).toEqual([
      { field: 'issuer', before: null, after: issuer.issuer },
      { field: 'subject', before: null, after: subject },
    ]);
  });

  it('may read and write as the user it is', async () => {
    const who = callerWith(house, await tokenOf());
    const { data } = await who.send(
      'mutation { createCustomer(input: { name: "Ada" }) { customer { name } } }',
    );
    expect(data.createCustomer.customer).toEqual({ name: 'Ada' });
    expect((await who.send('{ users { totalCount } }')).status).toBe(403);
  });

  it('stays linked, whatever address the issuer shows later', async () => {
    await tokenVerdict(house, await tokenOf());
    const another = await colleague(house, owner, 'ADMIN');
    const before = await links();
    for (const changed of [{ email: another.email, email_verified: true }, { email: 'gone' }, {}]) {
      issuer.people.set(subject, changed);
      expect((await viewerOf(await tokenOf())).user.id).toBe(member.userId);
    }
    expect(await links()).toEqual(before);
  });

  it('is not linked to a user who has a link: an address that goes to another person opens nothing', async () => {
    await tokenVerdict(house, await tokenOf());
    const before = await links();
    issuer.people.set('newcomer', { email: member.email, email_verified: true });
    expect(await tokenVerdict(house, await tokenOf('newcomer'))).toBe(refused);
    expect(await links()).toEqual(before);
    expect((await viewerOf(await tokenOf())).user.id).toBe(member.userId);
  });

  it.each([
    ['an address that is not verified', { email_verified: false }],
    ['a verification that is a text', { email_verified: 'true' }],
    ['an address of which nothing is said', { email_verified: undefined }],
    ['no address', { email: undefined }],
    ["nobody's address", { email: 'nobody@test.example' }],
    ['an address that is a list', { email: ['a@test.example'] }],
  ])('is refused and not linked with %s', async (_case, changes) => {
    issuer.people.set(subject, { email: member.email, email_verified: true, ...changes });
    const before = await links();
    expect(await tokenVerdict(house, await tokenOf())).toBe(refused);
    expect(await links()).toEqual(before);
  });

  it('takes an address in another case, and none that only looks alike', async () => {
    // A full-width `c`: folded, as the look-up at a sign-in folds it, it is the same address.
    issuer.people.set(subject, { email: member.email.replace(/^c/, '\uff43'), email_verified: true });
    expect(await tokenVerdict(house, await tokenOf())).toBe(refused);
    issuer.people.set(subject, { email: member.email.toUpperCase(), email_verified: true });
    expect(await tokenVerdict(house, await tokenOf())).toBe('200');
  });

  it('is linked once by two first requests of the same moment', async () => {
    const token = await tokenOf();
    expect(await Promise.all([tokenVerdict(house, token), tokenVerdict(other, token)])).toEqual([
      '200',
      '200',
    ]);
    expect((await links()).filter((link) => link.subject === subject)).toHaveLength(1);
  });

  it('has the role of the store at each request', async () => {
    const token = await tokenOf();
    const verdict = () => tokenVerdict(other, token, '{ users { totalCount } }');
    expect(await verdict()).toBe('403 ADMIN_ONLY');
    await done(owner, 'updateUserRole', { input: { id: member.userId, role: 'ADMIN' } });
    expect(await verdict()).toBe('200');
    await done(owner, 'updateUserRole', { input: { id: member.userId, role: 'MEMBER' } });
    expect(await verdict()).toBe('403 ADMIN_ONLY');
  });

  it('is refused at once when the user was removed, and its link is gone', async () => {
    const token = await tokenOf();
    expect(await tokenVerdict(other, token)).toBe('200');
    await done(owner, 'removeUser', { id: member.userId });
    expect([await tokenVerdict(house, token), await tokenVerdict(other, token)]).toEqual([refused, refused]);
    expect((await links()).filter((link) => link.subject === subject)).toEqual([]);
  });

  it('ends with "sign out everywhere" and with a new password; what the issuer gives out later works', async () => {
    const input = { currentPassword: member.password, newPassword: 'another long password' };
    for (const end of [
      async () => done(callerWith(house, await tokenOf()), 'signOutEverywhere', {}),
      async () => done(member, 'changePassword', { input }),
    ]) {
      const token = await tokenOf();
      expect(await tokenVerdict(other, token)).toBe('200');
      clock.advance(1_000);
      expect((await end()).userErrors).toEqual([]);
      expect([await tokenVerdict(house, token), await tokenVerdict(other, token)]).toEqual([
        refused,
        refused,
      ]);
      clock.advance(1_000);
      expect(await tokenVerdict(other, await tokenOf())).toBe('200');
    }
  });

  it('refuses tokens for another audience, sign-in receipts and tokens whose time is over', async () => {
    const elsewhere = await issuer.signIn(subject, 'https://elsewhere.example');
    const { accessToken, idToken } = await issuer.signIn(subject);
    expect(await tokenVerdict(house, elsewhere.accessToken)).toBe(refused);
    expect(await tokenVerdict(house, idToken)).toBe(refused);
    expect(await tokenVerdict(house, accessToken)).toBe('200');
    clock.advance(605_000);
    expect(await tokenVerdict(house, accessToken)).toBe(refused);
  });

  it('refuses tokens that are rightly signed and not meant for this, and takes the one they differ from', async () => {
    const good = claims();
    expect(await tokenVerdict(house, await issuer.sign(good))).toBe('200');
    expect(await tokenVerdict(house, await issuer.sign(good, { typ: 'JWT' }))).toBe('200');
    for (const changes of [
      ...[{ iss: 'latchkey' }, { iss: `${issuer.issuer}/` }, { iss: undefined }, { aud: undefined }],
      ...[{ sub: undefined }, { sub: '' }, { iat: undefined }, { exp: undefined }, { exp: good.iat - 10 }],
      ...[{ iat: good.iat - 86_500 }, { iat: good.iat + 60 }, { nbf: good.iat + 60 }],
      ...[{ cnf: { jkt: 'x' } }, { events: {} }],
    ]) {
      const token = await issuer.sign({ ...good, ...changes } as typeof good);
      expect([changes, await tokenVerdict(house, token)]).toEqual([changes, refused]);
    }
    for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'x']) {
      expect([typ, await tokenVerdict(house, await issuer.sign(good, { typ }))]).toEqual([typ, refused]);
    }
  });

  it('is 503 with Retry-After, and no statement, while the issuer is away and its keys are not known', async () => {
    const token = await tokenOf();
    const env = { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: issuer.audience };
    const fresh = await openTestHouse(engine, { env, sharing: house });
    try {
      fresh.statements.length = 0;
      issuer.manner = 'never';
      const answer = await fresh.send(bearer(token), '{ viewer { kind } }');
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
      expect(fresh.statements).toEqual([]);
      expect(await tokenVerdict(house, token)).toBe('200');
      expect(await tokenVerdict(fresh, await member.token())).toBe('200');
    } finally {
      issuer.manner = 'well';
      await fresh.close();
    }
  });

  it('means nothing to a server without these settings', async () => {
    const token = await tokenOf();
    const plain = await openTestHouse(engine, { sharing: house });
    try {
      plain.statements.length = 0;
      expect(await tokenVerdict(plain, token)).toBe(refused);
      expect(plain.statements).toEqual([]);
    } finally {
      await plain.close();
    }
  });
});
