// Which operations a key ran and which scopes they needed; what is known of a key's health; and honest words about times of which
// nothing is known.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecordedSince } from '../../../src/features/insight/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { colleague, payloadOf, signedInCaller } from '../../support/keys.ts';

const flushMs = 10_000;
const dayMs = 86_400_000;
const insight = `query ($id: ID!, $from: DateTime!, $to: DateTime!, $first: Int!, $after: String) {
  apiKey(id: $id) {
    lastUsedIp lastUsedAgent
    usedOperations(first: $first, after: $after, from: $from, to: $to) {
      nodes { operation { id name document } requests denied lastUsedAt }
      pageInfo { hasNextPage endCursor }
    }
    scopeUse(from: $from, to: $to) { recordedSince scopes { scope requests lastUsedAt } unused }
    health { code message }
  }
}`;

describeEachEngine('What a key needed', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
  });
  afterAll(() => house.close());

  const show = async ({ apiKeyId: id }: KeyCaller, variables: object = {}) => {
    await house.scheduler.elapse(flushMs);
    const nowMs = house.clock.nowMs();
    const range = { from: new Date(nowMs - dayMs).toISOString(), to: new Date(nowMs + 1).toISOString() };
    return payloadOf(await owner.send(insight, { id, first: 20, ...range, ...variables }));
  };

  it('is one operation whatever its literals and aliases, and several by name or selection', async () => {
    const key = await workspace.key('read:customers');
    await key.send(
      'query Find { a: customers(first: 3, filter: { name: { contains: "x" } }) { totalCount } }',
    );
    await key.send(
      'query Find { b: customers(first: 9, filter: { name: { contains: "yy" } }) { totalCount } }',
    );
    await key.send('query Find { b: customers(first: 9) { totalCount } }');
    const { usedOperations } = await show(key);
    expect(usedOperations.nodes).toMatchObject([
      {
        requests: 2,
        operation: {
          document:
            'query Find {\n  a1: customers(first: 0, filter: {name: {contains: ""}}) {\n    totalCount\n  }\n}',
        },
      },
      { requests: 1, operation: { name: 'Find' } },
    ]);
  });

  it('is paged, the most used first', async () => {
    const key = await workspace.key('read:customers');
    for (const name of ['One', 'Two', 'Two', 'Three', 'Three', 'Three'])
      await key.send(`query ${name} { viewer { kind } }`);
    const names = ({ nodes }: { nodes: { operation: { name: string } }[] }) =>
      nodes.map(({ operation }) => operation.name);
    const { usedOperations: first } = await show(key, { first: 2 });
    expect([names(first), first.pageInfo.hasNextPage]).toEqual([['Three', 'Two'], true]);
    const { usedOperations: second } = await show(key, { first: 2, after: first.pageInfo.endCursor });
    expect([names(second), second.pageInfo.hasNextPage]).toEqual([['One'], false]);
  });

  it('names the scopes that were needed, those that a variable may ask for among them, and those that were not', async () => {
    const key = await workspace.key('read:customers', 'read:followups', 'read:venues', 'read:treatments');
    await key.send('{ customers(first: 1) { nodes { id } } }');
    await key.send(
      'query ($venues: [ID!]) { statistics(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", bucket: DAY, venueIds: $venues) { customers { total } } }',
    );
    await key.send('{ inquiries(first: 1) { nodes { id } } }');
    const { scopeUse } = await show(key);
    expect(scopeUse).toMatchObject({
      recordedSince: '2026-06-01T12:00:00.000Z',
      scopes: [
        { scope: 'read:customers', requests: 2 },
        { scope: 'read:followups', requests: 0, lastUsedAt: null },
        { scope: 'read:inquiries', requests: 1 },
        { scope: 'read:treatments', requests: 0 },
        { scope: 'read:venues', requests: 1 },
      ],
      unused: ['read:followups', 'read:treatments'],
    });
  });

  it('bounds the operations of one key and hour: the others are counted together, no scope is called unused, and other keys have places', async () => {
    const own = await house.workspace();
    const key = await own.key('read:customers');
    const other = await own.key('read:customers', 'read:venues');
    for (let index = 0; index < 230; index += 1) await key.send(`query Q${index} { viewer { kind } }`);
    await other.send('query Other { customers(first: 1) { nodes { id } } }');
    const ownOwner = await own.owner();
    // A hundred are described at a time.
    for (let round = 0; round < 3; round += 1) await house.scheduler.elapse(flushMs);
    const nowMs = house.clock.nowMs();
    const range = { from: new Date(nowMs - dayMs).toISOString(), to: new Date(nowMs + 1).toISOString() };
    const ask = async (after: string | null) =>
      payloadOf(await ownOwner.send(insight, { id: key.apiKeyId, first: 100, after, ...range }))
        .usedOperations;
    const whole = payloadOf(await ownOwner.send(insight, { id: key.apiKeyId, first: 1, ...range }));
    expect(whole.scopeUse).toMatchObject({ recordedSince: '2026-06-01T12:00:00.000Z', unused: null });
    const [first] = (await ask(null)).nodes;
    expect(first).toMatchObject({ operation: null, requests: 30 });
    const { pageInfo } = await ask(null);
    const second = await ask(pageInfo.endCursor);
    const third = await ask(second.pageInfo.endCursor);
    expect(third.nodes).toHaveLength(1);
    expect([...second.nodes, ...third.nodes].every(({ operation }) => operation !== null)).toBe(true);
    const ofOther = payloadOf(await ownOwner.send(insight, { id: other.apiKeyId, first: 1, ...range }));
    expect(ofOther.usedOperations.nodes).toMatchObject([{ operation: { name: 'Other' }, requests: 1 }]);
    expect(ofOther.scopeUse.unused).toEqual(['read:venues']);
  });

  it('tells from where it was called last, not by whom it was tried in vain', async () => {
    const key = await workspace.key('read:customers');
    expect(await show(key)).toMatchObject({ lastUsedIp: null, lastUsedAgent: null });
    const agent = { ...bearer(key.secret), 'user-agent': 'integration/7 lk_live_0123456789ab_secret' };
    await house.send(agent, '{ viewer { kind } }');
    expect(await show(key)).toMatchObject({ lastUsedIp: '127.0.0.1' });
    await owner.send('mutation ($id: ID!) { disableApiKey(id: $id) { apiKeyId } }', { id: key.apiKeyId });
    await house.send({ ...bearer(key.secret), 'user-agent': 'thief/1' }, '{ viewer { kind } }');
    expect((await show(key)).lastUsedAgent).toContain('integration/7');
  });

  it('says what there is to know: no end, often denied, and nothing of a key that is over', async () => {
    const key = await workspace.key('read:customers');
    await key.send('{ inquiries(first: 1) { nodes { id } } }');
    const codes = async () => (await show(key)).health.map(({ code }: { code: string }) => code);
    expect(await codes()).toEqual(['NEVER_EXPIRES', 'OFTEN_DENIED']);
    await owner.send('mutation ($id: ID!) { revokeApiKey(id: $id) { apiKeyId } }', { id: key.apiKeyId });
    expect(await codes()).toEqual([]);
  });

  it('is for owners and admins of the workspace alone', async () => {
    const key = await workspace.key('read:customers');
    await key.send('{ viewer { kind } }');
    await house.scheduler.elapse(flushMs);
    const range = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' };
    const stranger = await (await house.workspace()).owner();
    const foreign = await stranger.send(insight, { id: key.apiKeyId, first: 1, ...range });
    expect(foreign.data.apiKey).toBeNull();
    const member = await colleague(house, owner, 'MEMBER');
    const venueKey = await workspace.venueKey([await workspace.venue()], 'read:customers');
    for (const caller of [member, venueKey, key]) {
      const refused = await caller.send(insight, { id: key.apiKeyId, first: 1, ...range });
      expect([refused.status, refused.errors?.[0]?.extensions['reason']]).toEqual([403, 'ADMIN_ONLY']);
    }
  });
});

describeEachEngine('A server that records nothing', (engine) => {
  it('counts and logs nothing, says so, and ends what was known to be whole', async () => {
    const first = await openTestHouse(engine);
    const workspace = await first.workspace();
    const key = await workspace.key('read:customers', 'read:venues');
    const owner = await workspace.owner();
    const range = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' };
    const ask = async (caller: Caller) =>
      payloadOf(await caller.send(insight, { id: key.apiKeyId, first: 1, ...range }));
    await key.send('{ customers(first: 1) { nodes { id } } }');
    await first.scheduler.elapse(flushMs);
    expect((await ask(owner)).scopeUse).toMatchObject({
      recordedSince: '2026-06-01T12:00:00.000Z',
      unused: ['read:venues'],
    });

    const off = await openTestHouse(engine, { sharing: first, env: { RECORDING: 'off' } });
    await off.send(bearer(key.secret), '{ venues(first: 1) { nodes { id } } }');
    await off.scheduler.elapse(flushMs);
    expect((await ask(owner)).scopeUse).toMatchObject({ recordedSince: null, unused: null });
    expect((await ask(owner)).usedOperations.nodes).toMatchObject([{ requests: 1 }]);
    await off.close();

    first.clock.advance(3_600_000);
    await first.scheduler.elapse(flushMs);
    const again = await workspace.owner();
    expect((await ask(again)).scopeUse).toMatchObject({ recordedSince: '2026-06-01T13:00:00.000Z' });
    await first.close();
  });

  it('says so before its first answer: it may be killed before its first write', async () => {
    const first = await openTestHouse(engine);
    await first.scheduler.elapse(flushMs);
    const noon = '2026-06-01T12:00:00.000Z';
    const since = async (row?: 'reads') => readRecordedSince(first.app.database, row);
    expect([await since(), await since('reads')]).toEqual([noon, noon]);
    const noReads = await openTestHouse(engine, { sharing: first, env: { RECORD_READS: 'off' } });
    expect([await since(), await since('reads')]).toEqual([noon, null]);
    const off = await openTestHouse(engine, { sharing: first, env: { RECORDING: 'off' } });
    expect([await since(), await since('reads')]).toEqual([null, null]);
    await off.close();
    await noReads.close();
    await first.close();
  });

  it('is not whole from the start of a server on beside which another one still recorded nothing', async () => {
    const off = await openTestHouse(engine, { env: { RECORDING: 'off' } });
    const on = await openTestHouse(engine, { sharing: off, env: { RECORD_READS: 'on' } });
    // Until here it may answer requests that are recorded nowhere.
    off.clock.advance(4_000);
    await off.scheduler.elapse(flushMs);
    off.clock.advance(1_000);
    await on.scheduler.elapse(flushMs);
    const firstWrite = '2026-06-01T12:00:05.000Z';
    const since = async (row?: 'reads') => readRecordedSince(off.app.database, row);
    expect([await since(), await since('reads')]).toEqual([firstWrite, firstWrite]);
    await on.close();
    await off.close();
  });

  it('starts also when the store does not take that, and says it with its first write', async () => {
    const first = await openTestHouse(engine);
    await first.scheduler.elapse(flushMs);
    let isAway = true;
    const off = await openTestHouse(engine, {
      sharing: first,
      env: { RECORDING: 'off' },
      database: {
        onStatement: (text) => {
          if (isAway && text.includes('INTO "recording"')) throw new Error('The store is away.');
        },
      },
    });
    const since = () =>
      Promise.all([readRecordedSince(first.app.database), readRecordedSince(first.app.database, 'reads')]);
    expect(await since()).toEqual(['2026-06-01T12:00:00.000Z', '2026-06-01T12:00:00.000Z']);
    isAway = false;
    await off.scheduler.elapse(flushMs);
    expect(await since()).toEqual([null, null]);
    await off.close();
    await first.close();
  });
});
