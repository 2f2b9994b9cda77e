// An endpoint answers each caller the parts that its scopes open, and refuses only what it cannot do without. A preview and a trial
// say the same: for drawn changes the key is narrowed and every request is sent again.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withPartMarks } from '../../../src/access/policy/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { keyAdmin, payloadOf, signedInCaller } from '../../support/keys.ts';
import { operationsOf } from '../operations/support.ts';

const flushMs = 10_000;
const allScopes = [
  ...[
    'read:bookings',
    'read:customers',
    'read:followups',
    'read:inquiries',
    'read:treatments',
    'read:venues',
  ],
  'write:customers',
];
const preview = `query ($id: ID!, $scopes: [Scope!]) {
  previewKeyChange(id: $id, scopes: $scopes, days: 1) {
    requests refusedRequests unknownRequests limits refused { operation { name } requests missing }
  }
}`;
const narrow = `mutation ($id: ID!, $scopes: [Scope!]!, $mode: NarrowMode!) {
  narrowApiKey(input: { id: $id, scopes: $scopes, mode: $mode }) { apiKeyId userErrors { code } }
}`;
const update =
  'mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKeyId userErrors { code } } }';
const undo = 'mutation ($id: ID!) { undoNarrowing(id: $id) { apiKeyId userErrors { code } } }';
const trialOf = 'query ($id: ID!) { apiKey(id: $id) { trial { requests wouldRefuse } } }';

type Refused = Record<string, { readonly requests: number; readonly missing: readonly string[] }>;

interface Sent {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly payload?: object;
}

const requests = (venue: string, customer: string): Sent[] => {
  const range = 'from=2026-06-01T00:00:00Z&to=2026-06-02T00:00:00Z';
  return [
    { name: 'CreateCustomer', method: 'POST', path: '/customers', payload: { name: 'Bo' } },
    {
      name: 'CreateCustomer',
      method: 'POST',
      path: '/customers',
      payload: { name: 'Cy', venue_ids: [venue] },
    },
    { name: 'UpdateCustomer', method: 'PATCH', path: `/customers/${customer}`, payload: { city: 'Bonn' } },
    { name: 'GetCustomer', method: 'GET', path: `/customers/${customer}` },
    { name: 'GetStatistics', method: 'GET', path: `/statistics?${range}` },
    { name: 'GetStatistics', method: 'GET', path: `/statistics?${range}&venue_ids=${venue}` },
    { name: 'ListInquiries', method: 'GET', path: '/inquiries?limit=2' },
    { name: 'ListVenueBookings', method: 'GET', path: `/venues/${venue}/bookings?limit=2` },
    {
      name: 'ListVenueCustomerBookings',
      method: 'GET',
      path: `/venues/${venue}/customers/${customer}/bookings?limit=2`,
    },
    { name: 'GetMe', method: 'GET', path: '/me' },
  ];
};

describeEachEngine('A preview of what REST is asked', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let sent: Sent[];

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    const venue = await workspace.venue();
    sent = requests(venue, await workspace.customer({ name: 'Ada', venueIds: [venue] }));
  });
  afterAll(() => house.close());

  const ask = async ({ apiKeyId: id }: KeyCaller, scopes: readonly string[]) => {
    await house.scheduler.elapse(flushMs);
    return payloadOf(await owner.send(preview, { id, scopes })) as {
      readonly requests: number;
      readonly refusedRequests: number;
      readonly unknownRequests: number;
      readonly refused: { operation: { name: string }; requests: number; missing: string[] }[];
    };
  };
  /** By the name of the operation: how many of its requests are refused, and what they lack. */
  const sendAll = async ({ secret }: KeyCaller): Promise<Refused> => {
    const refused: Refused = {};
    for (const { name, method, path, payload } of sent) {
      const { statusCode, body } = await house.app.http.inject({
        ...{ method, url: `/api/v1${path}`, headers: bearer(secret) },
        ...(payload ? { payload } : {}),
      });
      if (statusCode < 300) continue;
      expect([name, statusCode]).toEqual([name, 403]);
      const known = refused[name];
      const { missing } = JSON.parse(body) as { missing: string[] };
      refused[name] = {
        requests: (known?.requests ?? 0) + 1,
        missing: [...new Set([...(known?.missing ?? []), ...missing])].sort(),
      };
    }
    return refused;
  };
  const change = async (query: string, variables: object) =>
    expect(payloadOf(await owner.send(query, { ...variables })).userErrors).toEqual([]);

  /** What is foretold, after the trial and the change were seen to do the same. */
  const compare = async (scopes: readonly string[]): Promise<Refused> => {
    const key = await workspace.key(...allScopes);
    const id = key.apiKeyId;
    expect(await sendAll(key)).toEqual({});
    const told = await ask(key, scopes);
    expect(told).toMatchObject({ requests: sent.length, unknownRequests: 0 });
    await change(narrow, { id, scopes, mode: 'TRIAL' });
    expect(await sendAll(key)).toEqual({});
    await house.scheduler.elapse(flushMs);
    expect(payloadOf(await owner.send(trialOf, { id })).trial).toEqual({
      requests: sent.length,
      wouldRefuse: told.refusedRequests,
    });
    await change(narrow, { id, scopes, mode: 'ENFORCE' });
    const foretold = Object.fromEntries(
      told.refused.map(({ operation, requests: count, missing }) => [
        operation.name,
        { requests: count, missing },
      ]),
    );
    expect(await sendAll(key)).toEqual(foretold);
    await change(undo, { id });
    house.clock.advance(1);
    return foretold;
  };

  it('foretells no refusal of a request that is answered its id alone', async () => {
    expect(await compare(allScopes.filter((scope) => scope !== 'read:customers'))).toEqual({
      GetCustomer: { requests: 1, missing: ['read:customers'] },
    });
  });

  it('foretells the refusal of statistics of which no section is left', async () => {
    const foretold = await compare(['read:venues', 'write:customers']);
    expect(foretold['GetStatistics']).toEqual({
      requests: 2,
      missing: ['read:bookings', 'read:customers', 'read:followups', 'read:inquiries'],
    });
  });

  it('says that an answer may hold less where it says that nothing is refused', async () => {
    const [inParts, whole] = [
      await workspace.key('read:inquiries', 'read:customers'),
      await workspace.key('read:inquiries', 'read:customers'),
    ];
    await house.app.http.inject({ url: '/api/v1/inquiries', headers: bearer(inParts.secret) });
    await whole.send('{ inquiries(first: 1) { nodes { subject } } }');
    const less = { refusedRequests: 0, limits: [expect.stringContaining('hold less')] };
    expect(await ask(inParts, ['read:inquiries'])).toMatchObject({ requests: 1, ...less });
    // No part is taken away by these, and there is no answer to hold less by those.
    expect(await ask(inParts, ['read:inquiries', 'read:customers'])).toMatchObject({ limits: [] });
    expect(await ask(inParts, ['read:venues'])).toMatchObject({ refusedRequests: 1, limits: [] });
    expect(await ask(whole, ['read:inquiries'])).toMatchObject({
      requests: 1,
      refusedRequests: 0,
      limits: [],
    });
  });

  it('foretells no refusal of statistics whose sections are others then', async () => {
    const key = await workspace.key('read:customers');
    const { path } = sent.find(({ name }) => name === 'GetStatistics')!;
    const get = () => house.app.http.inject({ url: `/api/v1${path}`, headers: bearer(key.secret) });
    expect((await get()).statusCode).toBe(200);
    expect(await ask(key, ['read:bookings'])).toMatchObject({ requests: 1, refusedRequests: 0 });
    expect(await ask(key, ['read:venues'])).toMatchObject({
      refused: [{ requests: 1, missing: ['read:customers'] }],
    });
    await change(update, { input: { id: key.apiKeyId, scopes: ['read:bookings'] } });
    expect((await get()).statusCode).toBe(200);
    await change(update, { input: { id: key.apiKeyId, scopes: ['read:venues'] } });
    expect((await get()).statusCode).toBe(403);
  });

  it('foretells no refusal of a query that lacked another scope already: nothing of it was answered', async () => {
    const both = 'query Both { customers(first: 1) { totalCount } inquiries(first: 1) { totalCount } }';
    await operationsOf(keyAdmin(house, workspace)).keep('both', both);
    const key = await workspace.key('read:customers', 'read:venues');
    const id = key.apiKeyId;
    await change(narrow, { id, scopes: ['read:venues'], mode: 'TRIAL' });
    const url = '/api/v1/operations/both';
    expect((await house.app.http.inject({ url, headers: bearer(key.secret) })).statusCode).toBe(403);
    const told = await ask(key, ['read:venues']);
    expect(told).toMatchObject({ requests: 1, refusedRequests: 0, unknownRequests: 0 });
    expect(payloadOf(await owner.send(trialOf, { id })).trial).toEqual({ requests: 1, wouldRefuse: 0 });
    // On /graphql the customers are answered now, and would not be then.
    expect((await key.send(both)).status).toBe(200);
    expect(await ask(key, ['read:venues'])).toMatchObject({ requests: 2, refusedRequests: 1 });
  });

  it('foretells the refusal of a change of which the key may not see the answer any more', async () => {
    const key = await workspace.key('read:customers', 'write:customers');
    const { statusCode } = await house.app.http.inject({
      ...{ method: 'POST', url: '/api/v1/customers', headers: bearer(key.secret), payload: { name: 'Bo' } },
    });
    expect(statusCode).toBe(201);
    await change(update, { input: { id: key.apiKeyId, scopes: ['write:customers'] } });
    expect(await ask(key, ['read:venues'])).toMatchObject({
      refused: [{ requests: 1, missing: ['write:customers'] }],
    });
  });

  it('takes a part of several scopes for closed when one of them is missing', () => {
    const parts = withPartMarks(['Customer.name', 'Query.viewer'], {
      used: ['Query.viewer'],
      openedBy: [['read:customers', 'read:venues']],
    });
    const missing = (...others: string[]) =>
      house.app.explainer.foretell(parts, new Set(allScopes), new Set(others)).missing;
    expect([missing('read:venues'), missing('read:customers', 'read:venues')]).toEqual([
      ['read:customers'],
      [],
    ]);
  });

  it('tells exactly what is refused when a drawn change is made', async () => {
    const scopeSets = fc.subarray(allScopes, { minLength: 1, maxLength: allScopes.length - 1 });
    await fc.assert(
      fc.asyncProperty(scopeSets, async (scopes) => {
        await compare(scopes);
      }),
      { numRuns: 6, seed: 20_261_130 },
    );
  });
});
