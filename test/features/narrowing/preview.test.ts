// What a change of scopes would refuse is told from what was recorded. For drawn changes it must be what really happens: the key is
// narrowed and everything is sent again.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRows } from '../../db/support/store.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { colleague, dayMs, payloadOf, signedInCaller } from '../../support/keys.ts';

const flushMs = 10_000;
const allScopes = [
  ...['read:customers', 'read:inquiries', 'read:followups', 'read:venues', 'read:bookings'],
  ...['write:customers', 'write:inquiries'],
];
const preview = `query ($id: ID!, $scopes: [Scope!], $venueIds: [ID!], $days: Int!) {
  previewKeyChange(id: $id, scopes: $scopes, venueIds: $venueIds, days: $days) {
    recordedSince operations requests refusedRequests unknownRequests limits
    refused { operation { id name document } requests missing lastUsedAt }
  }
}`;
const narrow = `mutation ($id: ID!, $scopes: [Scope!]!, $mode: NarrowMode!) {
  narrowApiKey(input: { id: $id, scopes: $scopes, mode: $mode }) { apiKeyId userErrors { code } }
}`;
const undo = 'mutation ($id: ID!) { undoNarrowing(id: $id) { apiKeyId userErrors { code } } }';
const trialOf = '{ apiKeys(first: 100) { nodes { id trial { since requests wouldRefuse } } } }';

interface Sent {
  readonly name: string;
  readonly query: string;
  readonly variables?: object;
}

/** Some ask for more or less as their variables say: by a condition, an input field, an argument that is left out, an id. */
const operations = (ids: { readonly customer: string; readonly venue: string }): Sent[] => {
  const filtered =
    'query Filtered($filter: InquiryFilter) { inquiries(first: 2, filter: $filter) { nodes { id } } }';
  const included =
    'query Included($deep: Boolean!) { customers(first: 2) { nodes { name inquiries(first: 1) @include(if: $deep) { nodes { id } } } } }';
  const anything =
    'query Anything($id: ID!) { node(id: $id) { id ... on Customer { name } ... on Venue { name } } }';
  const inVenue = 'query InVenue($venue: ID) { customers(first: 1, venueId: $venue) { totalCount } }';
  return [
    { name: 'Names', query: 'query Names { customers(first: 2) { nodes { name } } }' },
    {
      name: 'Two',
      query: 'query Two { customers(first: 1) { totalCount } venues(first: 1) { totalCount } }',
    },
    {
      name: 'Deep',
      query:
        'query Deep { customers(first: 2) { nodes { followUps(first: 1) { nodes { note } } venues(first: 1) { nodes { name } } } } }',
    },
    { name: 'Me', query: 'query Me { viewer { kind scopes } }' },
    { name: 'Filtered', query: filtered, variables: { filter: { subject: { contains: 'a' } } } },
    { name: 'Filtered', query: filtered, variables: { filter: { customerId: { eq: ids.customer } } } },
    { name: 'Filtered', query: filtered },
    { name: 'Included', query: included, variables: { deep: true } },
    { name: 'Included', query: included, variables: { deep: false } },
    { name: 'Anything', query: anything, variables: { id: ids.customer } },
    { name: 'Anything', query: anything, variables: { id: ids.venue } },
    { name: 'InVenue', query: inVenue, variables: { venue: ids.venue } },
    { name: 'InVenue', query: inVenue },
    {
      name: 'Write',
      query:
        'mutation Write($n: String!) { createCustomer(input: { name: $n }) { customerId customer { name } } }',
      variables: { n: 'Written' },
    },
    {
      name: 'Ask',
      query:
        'mutation Ask($c: ID!) { createInquiry(input: { customerId: $c, channel: WEB, subject: "S", body: "B" }) { inquiryId userErrors { code } } }',
      variables: { c: ids.customer },
    },
  ];
};

describeEachEngine('A preview of a change of scopes', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let sent: Sent[];

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    sent = operations({
      customer: await workspace.customer({ name: 'Ada' }),
      venue: await workspace.venue(),
    });
  });
  afterAll(() => house.close());

  const ask = async (key: KeyCaller, scopes: readonly string[] | null, more: object = {}) => {
    await house.scheduler.elapse(flushMs);
    return payloadOf(await owner.send(preview, { id: key.apiKeyId, scopes, days: 1, ...more }));
  };
  /** How many of what is sent are denied in whole or in part, by the name of the operation; and what they lack. */
  const sendAll = async (key: KeyCaller) => {
    const refused: Record<string, { requests: number; missing: string[] }> = {};
    for (const { name, query, variables } of sent) {
      const { errors = [] } = await key.send(query, { ...variables });
      const denied = errors.filter(({ extensions }) => extensions['code'] === 'FORBIDDEN');
      if (denied.length === 0) continue;
      const known = refused[name] ?? { requests: 0, missing: [] };
      const missing = denied.flatMap(({ extensions }) => extensions['missing'] as string[]);
      refused[name] = {
        requests: known.requests + 1,
        missing: [...new Set([...known.missing, ...missing])].sort(),
      };
    }
    return refused;
  };
  const change = async (query: string, variables: object) =>
    expect(payloadOf(await owner.send(query, { ...variables })).userErrors).toEqual([]);

  it('tells exactly what is refused when it is made, and a trial counts the same', async () => {
    const key = await workspace.key(...allScopes);
    for (const { query, variables } of sent)
      expect((await key.send(query, { ...variables })).errors).toBeUndefined();
    let pairs = 0;
    const scopeSets = fc.subarray(allScopes, { minLength: 1, maxLength: allScopes.length - 1 });
    await fc.assert(
      fc.asyncProperty(scopeSets, async (scopes) => {
        const id = key.apiKeyId;
        const fresh = await workspace.key(...allScopes);
        await sendAll(fresh);
        const told = await ask(fresh, scopes);
        expect(told).toMatchObject({ requests: sent.length, unknownRequests: 0, limits: [] });
        const foretold = Object.fromEntries(
          told.refused.map(({ operation, requests, missing }: Foretold) => [
            operation.name,
            { requests, missing },
          ]),
        );
        await change(narrow, { id, scopes, mode: 'TRIAL' });
        expect(await sendAll(key)).toEqual({});
        await house.scheduler.elapse(flushMs);
        const { nodes } = payloadOf(await owner.send(trialOf)) as { nodes: { id: string; trial: object }[] };
        expect(nodes.find((node) => node.id === id)!.trial).toMatchObject({
          requests: sent.length,
          wouldRefuse: told.refusedRequests,
        });
        await change(narrow, { id, scopes, mode: 'ENFORCE' });
        expect(await sendAll(key)).toEqual(foretold);
        await change(undo, { id });
        house.clock.advance(1);
        pairs += sent.length;
      }),
      { numRuns: 25, seed: 20_261_129 },
    );
    expect(pairs).toBe(25 * sent.length);
  });

  it('looks back as many days as it is asked to, and counts each once', async () => {
    const key = await workspace.key(...allScopes);
    const names = sent[0]!.query;
    await key.send(names);
    house.clock.advance(2 * dayMs);
    await key.send(names);
    await key.send(names);
    const lastUsedAt = new Date(house.clock.nowMs()).toISOString();
    expect(await ask(key, ['read:venues'])).toMatchObject({
      ...{ operations: 1, requests: 2, refusedRequests: 2 },
      refused: [{ operation: { name: 'Names' }, requests: 2, missing: ['read:customers'], lastUsedAt }],
    });
    expect(await ask(key, ['read:venues'], { days: 2 })).toMatchObject({ requests: 2 });
    expect(await ask(key, ['read:venues'], { days: 3 })).toMatchObject({ requests: 3, refusedRequests: 3 });
    expect(await ask(key, ['read:venues'], { days: 3 })).toMatchObject({ requests: 3 });
  });

  it('does not count what is denied already, nor what never reached a decision', async () => {
    const key = await workspace.key('read:customers');
    await key.send('query Both { customers(first: 1) { totalCount } inquiries(first: 1) { totalCount } }');
    await key.send('query Denied { inquiries(first: 1) { totalCount } }');
    await key.send('{ nonsense }');
    const told = await ask(key, ['read:venues']);
    expect(told).toMatchObject({ requests: 2, refusedRequests: 1 });
    expect(told.refused).toMatchObject([{ operation: { name: 'Both' }, missing: ['read:customers'] }]);
    expect(await ask(key, ['read:customers', 'read:inquiries'])).toMatchObject({
      refusedRequests: 0,
      refused: [],
    });
  });

  it('counts nothing of a mutation that lacks another scope already: nothing of it was done', async () => {
    const key = await workspace.key('read:customers', 'write:customers');
    const { status } = await key.send(
      'mutation { createCustomer(input: { name: "X" }) { customer { name inquiries(first: 1) { totalCount } } } }',
    );
    expect(status).toBe(403);
    expect(await ask(key, ['read:customers'])).toMatchObject({ requests: 1, refusedRequests: 0 });
  });

  it('writes down no value, and says what it cannot tell of venues', async () => {
    const key = await workspace.key(...allScopes);
    const secret = 'Mahagonny-canary';
    await key.send('query Named($f: CustomerFilter) { customers(first: 1, filter: $f) { totalCount } }', {
      f: { name: { contains: secret } },
    });
    const told = await ask(key, ['read:venues'], { venueIds: [await workspace.venue()] });
    expect(told.refused).toHaveLength(1);
    expect(told.limits).toEqual([expect.stringContaining('NOT_FOUND')]);
    expect(JSON.stringify(told)).not.toContain(secret);
    const uses = await allRows(house.app.database, 'recorded_uses');
    expect(uses.length).toBeGreaterThan(3);
    expect(JSON.stringify(uses)).not.toContain(secret);
  });

  describe('is told', () => {
    it('to owners and admins of its workspace alone', async () => {
      const key = await workspace.key('read:customers');
      const variables = { id: key.apiKeyId, scopes: ['read:venues'], days: 1 };
      const member = await colleague(house, owner, 'MEMBER');
      expect((await member.send(preview, variables)).status).toBe(403);
      expect((await key.send(preview, variables)).status).toBe(403);
      const stranger = await (await house.workspace()).owner();
      expect(payloadOf(await stranger.send(preview, variables))).toBeNull();
    });

    it.each([
      ['no days', { days: 0 }],
      ['more days than are kept', { days: 367 }],
      ['a scope that is none', { scopes: ['read:everything'] }],
      ['the scope of a role', { scopes: ['workspace:manage'] }],
    ])('never for %s', async (_what, wrong) => {
      const key = await workspace.key('read:customers');
      const variables = { id: key.apiKeyId, scopes: ['read:venues'], days: 1, ...wrong };
      const { errors } = await owner.send(preview, variables);
      expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    });
  });
});

interface Foretold {
  readonly operation: { readonly name: string };
  readonly requests: number;
  readonly missing: readonly string[];
}
