// Sign-ins in the audit log: those that went well before their answer, wrong passwords a little later, and nothing of addresses
// that are nobody's.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { colleague, dayMs, keyAdmin, payloadOf, type KeyAdmin } from '../../support/keys.ts';
import { allRows } from '../../db/support/store.ts';

const login = 'mutation ($input: LoginInput!) { login(input: $input) { token userErrors { code } } }';
const list = `query ($filter: AuditEntryFilter, $after: String) {
  auditLog(first: 100, filter: $filter, after: $after) {
    totalCount
    nodes { at action actor { kind id label } targetId changes { field } requestId ip }
    pageInfo { hasNextPage endCursor }
  }
}`;

describeEachEngine('Sign-ins in the audit log', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: KeyAdmin;
  let failAtAudit = false;
  const statements: string[] = [];

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: { TRUST_PROXY_HOPS: '1' },
      database: {
        onStatement(text) {
          statements.push(text);
          if (failAtAudit && text.includes('INSERT INTO "audit_entries"'))
            throw new Error('no room for a log');
        },
      },
    });
  });
  beforeEach(async () => {
    failAtAudit = false;
    workspace = await house.workspace();
    owner = keyAdmin(house, workspace);
  });
  afterAll(() => house.close());

  const inMs = (ms: number) => new Date(house.clock.nowMs() + ms).toISOString();
  const tryFrom = (ip: string, email: string, password: string) =>
    house.send({ 'x-forwarded-for': ip, 'x-request-id': 'try-1' }, login, { input: { email, password } });
  const failed = async () =>
    payloadOf(await owner.send(list, { filter: { action: { eq: 'user.signInFailed' } } }));
  const written = () => house.scheduler.elapse(5_000);
  const idOf = async (email: string): Promise<string> =>
    payloadOf(
      await owner.send(
        'query ($email: String) { users(filter: { email: { eq: $email } }) { nodes { id } } }',
        { email },
      ),
    ).nodes[0].id;

  it('has an entry of each sign-in before its answer: who, from where, in which request', async () => {
    const ada = await colleague(house, owner, 'MEMBER');
    const answer = await tryFrom('203.0.113.7', ada.email, ada.password);
    expect(answer.data.login.token).toBeTruthy();
    const filter = { action: { eq: 'user.signIn' }, actorId: { eq: ada.userId } };
    expect(payloadOf(await owner.send(list, { filter })).nodes).toEqual([
      {
        ...{ at: inMs(0), action: 'user.signIn', targetId: ada.userId, changes: [] },
        ...{ requestId: 'try-1', ip: '203.0.113.7' },
        actor: { kind: 'USER', id: ada.userId, label: ada.email },
      },
    ]);
  });

  it('signs nobody in of whom there would be no entry', async () => {
    failAtAudit = true;
    const { data, errors } = await tryFrom('203.0.113.7', workspace.ownerEmail, workspace.ownerPassword);
    expect(data).toEqual({ login: null });
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });

  it('has an entry of each wrong password, with the address and without the password', async () => {
    const guess = 'a guess that nobody should read';
    const at = inMs(0);
    await tryFrom('203.0.113.8', ` ${workspace.ownerEmail.toUpperCase()} `, guess);
    expect((await failed()).totalCount).toBe(0);
    house.clock.advance(3_000);
    await written();
    const { nodes } = await failed();
    expect(nodes).toEqual([
      {
        ...{ at, action: 'user.signInFailed', targetId: await idOf(workspace.ownerEmail), changes: [] },
        ...{ requestId: 'try-1', ip: '203.0.113.8' },
        actor: { kind: 'SYSTEM', id: null, label: 'not signed in' },
      },
    ]);
    expect(JSON.stringify(await allRows(house.app.database, 'audit_entries'))).not.toContain(guess);
  });

  it('sends the store the same before the answer, whether the address is known or not, and keeps nothing of an unknown one', async () => {
    const sent = async (email: string) => {
      statements.length = 0;
      const { data } = await tryFrom('203.0.113.9', email, 'not the password');
      expect(data.login.userErrors).toEqual([{ code: 'INVALID' }]);
      return [...statements];
    };
    const known = await sent(workspace.ownerEmail);
    expect(known.length).toBeGreaterThan(0);
    expect(await sent('nobody@test.example')).toEqual(known);
    const rows = (await allRows(house.app.database, 'audit_entries')).length;
    await written();
    expect((await allRows(house.app.database, 'audit_entries')).length).toBe(rows + 1);
  });

  it('grows with the passwords that are looked at, not with those that are refused: ten from one address', async () => {
    for (let time = 0; time < 30; time += 1) await tryFrom('203.0.113.10', workspace.ownerEmail, 'wrong');
    await written();
    expect((await failed()).totalCount).toBe(10);
  });

  it('loses no entry when the store cannot take it: the next turn writes it', async () => {
    await tryFrom('203.0.113.11', workspace.ownerEmail, 'wrong');
    failAtAudit = true;
    await written();
    failAtAudit = false;
    expect((await failed()).totalCount).toBe(0);
    await written();
    expect((await failed()).totalCount).toBe(1);
    await written();
    expect((await failed()).totalCount).toBe(1);
  });

  it('is written at the end of the server, and kept when the user was removed meanwhile', async () => {
    const second = await openTestHouse(engine, { sharing: house });
    const ada = await colleague(house, owner, 'MEMBER');
    await second.send({}, login, { input: { email: ada.email, password: 'wrong' } });
    await owner.send('mutation ($id: ID!) { removeUser(id: $id) { userId } }', { id: ada.userId });
    await second.close();
    expect((await failed()).nodes).toMatchObject([{ targetId: ada.userId }]);
  });

  it('belongs to the workspace of the user alone', async () => {
    await tryFrom('203.0.113.12', workspace.ownerEmail, 'wrong');
    await written();
    const stranger = keyAdmin(house, await house.workspace());
    house.clock.advance(dayMs);
    const actions = payloadOf(await stranger.send(list)).nodes.map(
      ({ action }: { action: string }) => action,
    );
    expect(actions).toEqual(['user.signIn']);
  });
});
