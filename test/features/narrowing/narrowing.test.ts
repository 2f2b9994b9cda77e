// Rights that are taken from a key, on trial or at once, and given back: what it may do afterwards, and what is written down.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { colleague, dayMs, keyAdmin, payloadOf, type HeldKey, type KeyAdmin } from '../../support/keys.ts';

const narrow = `mutation ($input: NarrowApiKeyInput!) {
  narrowApiKey(input: $input) { apiKeyId apiKey { scopes venues { id } trial { scopes since } } userErrors { code field message } }
}`;
const undo = `mutation ($id: ID!, $expectedVersion: Int) {
  undoNarrowing(id: $id, expectedVersion: $expectedVersion) { apiKeyId apiKey { scopes venues { id } trial { scopes } } userErrors { code field message } }
}`;
const shownNarrowing =
  'query ($id: ID!) { apiKey(id: $id) { version narrowedFrom { scopes venueIds at } trial { since requests wouldRefuse } } }';
const had = ['read:customers', 'read:inquiries', 'write:customers'];

describeEachEngine('Narrowing a key', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let north: string;
  let south: string;
  let key: HeldKey;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    [north, south] = [await workspace.venue('North'), await workspace.venue('South')];
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    house.clock.advance(1_000);
    key = await admin.create({ scopes: had, venueIds: [north, south] });
  });

  const ask = async (query: string, variables: object) =>
    payloadOf(await admin.send(query, { ...variables }));
  const narrowTo = (scopes: readonly string[], rest: object = { mode: 'ENFORCE' }) =>
    ask(narrow, { input: { id: key.apiKeyId, scopes, ...rest } });
  const undoIt = (rest: object = {}) => ask(undo, { id: key.apiKeyId, ...rest });
  const narrowedNow = async (): Promise<{
    version: number;
    narrowedFrom: object | null;
    trial: object | null;
  }> => payloadOf(await admin.send(shownNarrowing, { id: key.apiKeyId }));
  const scopesNow = async () => (await admin.show(key.apiKeyId)).scopes as string[];
  const venuesNow = async () =>
    ((await admin.show(key.apiKeyId)).venues as { id: string }[]).map(({ id }) => id).sort();
  const statusOf = async (query: string) => (await house.send(bearer(key.secret), query)).status;
  const faultOf = ({
    apiKeyId,
    userErrors,
  }: {
    apiKeyId: unknown;
    userErrors: { code: string; field: string[] }[];
  }) => {
    expect(apiKeyId).toBeNull();
    return userErrors.map(({ code, field }) => `${code} ${field.join('.')}`).join();
  };

  it('holds from the next request on, and an undo gives back scopes and venues', async () => {
    const answer = await narrowTo(['customers:read'], { mode: 'ENFORCE', venueIds: [south] });
    expect(answer).toMatchObject({
      apiKey: { scopes: ['read:customers'], venues: [{ id: south }], trial: null },
      userErrors: [],
    });
    expect(await statusOf('{ customers { nodes { id } } }')).toBe(200);
    expect(await statusOf('{ inquiries { nodes { id } } }')).toBe(403);
    expect((await undoIt()).apiKey.scopes).toEqual(had);
    expect(await venuesNow()).toEqual([north, south].sort());
    expect(await statusOf('{ inquiries { nodes { id } } }')).toBe(200);
  });

  it('on trial changes nothing that the key may do', async () => {
    const answer = await narrowTo(['read:customers'], { mode: 'TRIAL' });
    const since = new Date(house.clock.nowMs()).toISOString();
    expect(answer.apiKey).toMatchObject({ scopes: had, trial: { scopes: ['read:customers'], since } });
    expect(await statusOf('{ inquiries { nodes { id } } }')).toBe(200);
    expect((await undoIt()).apiKey).toMatchObject({ scopes: had, trial: null });
  });

  it('on the same trial again goes on counting, and on another one begins anew', async () => {
    const trialNow = async () => (await narrowedNow()).trial;
    const tryIt = async (...scopes: string[]) => {
      house.clock.advance(1_000);
      expect((await narrowTo(scopes, { mode: 'TRIAL' })).userErrors).toEqual([]);
      expect(await statusOf('{ inquiries { nodes { id } } }')).toBe(200);
      await house.scheduler.elapse(10_000);
    };
    await tryIt('read:customers');
    const first = await trialNow();
    expect(first).toMatchObject({ requests: 1, wouldRefuse: 1 });
    await tryIt('customers:read', 'read:customers');
    expect(await trialNow()).toEqual({ ...first, requests: 2, wouldRefuse: 2 });
    await tryIt('read:inquiries');
    expect(await trialNow()).toMatchObject({ requests: 1, wouldRefuse: 0 });
  });

  it('on trial has a count of its own, also of one that begins in the same millisecond', async () => {
    const tryIt = async (scope: string) => {
      expect((await narrowTo([scope], { mode: 'TRIAL' })).userErrors).toEqual([]);
      expect(await statusOf('{ inquiries { nodes { id } } }')).toBe(200);
      await house.scheduler.elapse(10_000);
      return (await narrowedNow()).trial;
    };
    expect(await tryIt('read:customers')).toMatchObject({ requests: 1, wouldRefuse: 1 });
    expect(await tryIt('read:inquiries')).toMatchObject({ requests: 1, wouldRefuse: 0 });
    expect((await undoIt()).userErrors).toEqual([]);
    expect(await tryIt('read:customers')).toMatchObject({ requests: 1, wouldRefuse: 1 });
    expect((await undoIt()).userErrors).toEqual([]);
    expect(await tryIt('write:customers')).toMatchObject({ requests: 1, wouldRefuse: 1 });
  });

  it('after a trial ends the trial, and two undos are one', async () => {
    await narrowTo(['read:customers'], { mode: 'TRIAL' });
    expect((await narrowTo(['read:customers'])).apiKey).toMatchObject({
      scopes: ['read:customers'],
      trial: null,
    });
    expect((await undoIt()).apiKey.scopes).toEqual(had);
    expect(faultOf(await undoIt())).toBe('NOT_ALLOWED id');
    expect(await scopesNow()).toEqual(had);
  });

  it('is not given back by an undo that is sent twice, when the first one ended a trial', async () => {
    await narrowTo(['read:customers', 'read:inquiries']);
    await narrowTo(['read:customers'], { mode: 'TRIAL' });
    expect((await undoIt()).apiKey).toMatchObject({
      scopes: ['read:customers', 'read:inquiries'],
      trial: null,
    });
    expect(faultOf(await undoIt())).toBe('NOT_ALLOWED id');
    expect(await scopesNow()).toEqual(['read:customers', 'read:inquiries']);
    expect(await narrowedNow()).toMatchObject({ narrowedFrom: null });
  });

  it('shows what an undo gives back, as long as one does', async () => {
    expect(await narrowedNow()).toMatchObject({ narrowedFrom: null });
    const at = new Date(house.clock.nowMs()).toISOString();
    await narrowTo(['read:customers'], { mode: 'ENFORCE', venueIds: [south] });
    const narrowedFrom = { scopes: had, venueIds: [north, south].sort(), at };
    expect(await narrowedNow()).toMatchObject({ narrowedFrom });
    house.clock.advance(7 * dayMs - 1);
    expect(await narrowedNow()).toMatchObject({ narrowedFrom });
    house.clock.advance(1);
    expect(await narrowedNow()).toMatchObject({ narrowedFrom: null });
  });

  it('of another admin is not taken back by an undo of the version before it', async () => {
    await narrowTo(['read:customers', 'read:inquiries']);
    const { version: expectedVersion } = await narrowedNow();
    house.clock.advance(1_000);
    await narrowTo(['read:customers']);
    expect(faultOf(await undoIt({ expectedVersion }))).toBe('CONFLICT expectedVersion');
    expect(await scopesNow()).toEqual(['read:customers']);
    const { version } = await narrowedNow();
    expect((await undoIt({ expectedVersion: version })).apiKey.scopes).toEqual([
      'read:customers',
      'read:inquiries',
    ]);
  });

  it('is undone until seven days are over, and not one millisecond later', async () => {
    await narrowTo(['read:customers']);
    house.clock.advance(7 * dayMs - 1);
    expect((await undoIt()).userErrors).toEqual([]);
    await narrowTo(['read:customers']);
    house.clock.advance(7 * dayMs);
    expect(faultOf(await undoIt())).toBe('NOT_ALLOWED id');
    expect(await scopesNow()).toEqual(['read:customers']);
  });

  it.each([
    ['scopes', { scopes: ['read:inquiries'] }],
    ['venues', { venueIds: null }],
  ])(
    'is not undone after its %s were changed: what was taken since would come back',
    async (_name, input) => {
      await narrowTo(['read:customers']);
      await narrowTo(['read:customers'], { mode: 'TRIAL' });
      await admin.payload('UpdateApiKey', { input: { id: key.apiKeyId, ...input } });
      expect(faultOf(await undoIt())).toBe('NOT_ALLOWED id');
    },
  );

  it('is undone after a change of something else', async () => {
    await narrowTo(['read:customers']);
    await admin.payload('UpdateApiKey', { input: { id: key.apiKeyId, label: 'Renamed' } });
    expect((await undoIt()).apiKey.scopes).toEqual(had);
  });

  it('to what it has changes nothing, and the narrowing before it can be undone', async () => {
    await narrowTo(['read:customers', 'read:inquiries']);
    house.clock.advance(1_000);
    await narrowTo(['read:customers', 'read:inquiries']);
    expect(await admin.auditOf(key.apiKeyId)).toHaveLength(2);
    expect((await undoIt()).apiKey.scopes).toEqual(had);
  });

  it('never gives', async () => {
    const elsewhere = await (await house.workspace()).venue();
    await admin.payload('UpdateApiKey', { input: { id: key.apiKeyId, venueIds: [north] } });
    const enforce = { mode: 'ENFORCE' };
    expect(faultOf(await narrowTo(['read:venues']))).toBe('NOT_ALLOWED input.scopes');
    expect(faultOf(await narrowTo(['read:venues'], { mode: 'TRIAL' }))).toBe('NOT_ALLOWED input.scopes');
    expect(faultOf(await narrowTo(['workspace:manage']))).toBe('NOT_ALLOWED input.scopes.0');
    expect(faultOf(await narrowTo([]))).toBe('INVALID input.scopes');
    expect(faultOf(await narrowTo(had, { ...enforce, venueIds: [south] }))).toBe(
      'NOT_ALLOWED input.venueIds.0',
    );
    expect(faultOf(await narrowTo(had, { ...enforce, venueIds: [elsewhere] }))).toBe(
      'NOT_FOUND input.venueIds.0',
    );
    expect(faultOf(await narrowTo(had, { mode: 'TRIAL', venueIds: [north] }))).toBe('INVALID input.venueIds');
    expect(await scopesNow()).toEqual(had);
    expect(await venuesNow()).toEqual([north]);
  });

  it('is refused for a revoked key, and for a key of another workspace', async () => {
    const stranger = keyAdmin(house, await house.workspace());
    const variables = { input: { id: key.apiKeyId, scopes: ['read:customers'], mode: 'ENFORCE' } };
    expect(faultOf(payloadOf(await stranger.send(narrow, variables)))).toBe('NOT_FOUND input.id');
    expect(faultOf(payloadOf(await stranger.send(undo, { id: key.apiKeyId })))).toBe('NOT_FOUND id');
    await narrowTo(['read:customers']);
    await admin.payload('RevokeApiKey', { id: key.apiKeyId });
    expect(faultOf(await narrowTo(['read:customers']))).toBe('NOT_ALLOWED input.id');
    expect(faultOf(await undoIt())).toBe('NOT_ALLOWED id');
  });

  it('is for owners and admins alone', async () => {
    const member = await colleague(house, admin, 'MEMBER');
    const variables = { input: { id: key.apiKeyId, scopes: ['read:customers'], mode: 'ENFORCE' } };
    expect((await member.send(narrow, variables)).status).toBe(403);
    expect((await house.send(bearer(key.secret), narrow, variables)).status).toBe(403);
    expect((await member.send(undo, { id: key.apiKeyId })).status).toBe(403);
    expect(await scopesNow()).toEqual(had);
  });

  it('is in the audit log with what changed', async () => {
    house.clock.advance(1_000);
    await narrowTo(['read:customers'], { mode: 'TRIAL' });
    house.clock.advance(1_000);
    await narrowTo(['read:customers']);
    house.clock.advance(1_000);
    await undoIt();
    const [undone, narrowed, tried] = await admin.auditOf(key.apiKeyId);
    expect(tried).toMatchObject({ action: 'apiKey.narrow', changes: [{ field: 'trial', before: null }] });
    expect(narrowed.changes.map(({ field }: { field: string }) => field).sort()).toEqual(['scopes', 'trial']);
    expect(undone).toMatchObject({ action: 'apiKey.undoNarrowing', changes: [{ field: 'scopes' }] });
  });
});
