// Of a restriction to venues only what no row decides is told: mutations that a key of some venues may not call, and those in which a
// key of several has to name one. It must be what really happens: the key is narrowed and everything is sent again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allRows } from '../../db/support/store.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { payloadOf, signedInCaller } from '../../support/keys.ts';

const flushMs = 10_000;
const scopes = ['read:customers', 'write:customers', 'write:inquiries', 'write:followups', 'write:venues'];
const preview = `query ($id: ID!, $scopes: [Scope!], $venueIds: [ID!]) {
  previewKeyChange(id: $id, scopes: $scopes, venueIds: $venueIds, days: 1) {
    requests refusedRequests unknownRequests limits
    refused { operation { name } requests missing byVenues }
  }
}`;
const narrow = `mutation ($id: ID!, $scopes: [Scope!]!, $venueIds: [ID!]) {
  narrowApiKey(input: { id: $id, scopes: $scopes, venueIds: $venueIds, mode: ENFORCE }) { apiKeyId userErrors { code } }
}`;

interface Foretold {
  readonly operation: { readonly name: string };
  readonly requests: number;
  readonly missing: readonly string[];
  readonly byVenues: boolean;
}

type RowIds = Readonly<Record<'customerId' | 'otherId' | 'inquiryId', string>>;

interface Sent {
  readonly name: string;
  readonly query: string;
  readonly variables?: object;
}

describeEachEngine('A preview of fewer venues', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let sent: Sent[];
  let first: string;
  let second: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    [first, second] = [await workspace.venue('First'), await workspace.venue('Second')];
    const customerId = await workspace.customer({ name: 'Ada', venueIds: [first] });
    const asked = `mutation { createInquiry(input: { customerId: "${customerId}", venueId: "${first}", channel: WEB, subject: "S", body: "B" }) { inquiryId } }`;
    const { inquiryId } = payloadOf(await owner.send(asked)) as { inquiryId: string };
    const otherId = await workspace.customer({ name: 'Eve', venueIds: [first] });
    sent = operations({ customerId, otherId, inquiryId });
  });
  afterAll(() => house.close());

  const errors = 'userErrors { code field }';
  const operations = ({ customerId, otherId, inquiryId }: RowIds): Sent[] => {
    const change = (name: string, venueIds?: readonly string[] | null) => ({
      name,
      query: `mutation ${name}($input: UpdateCustomerInput!) { updateCustomer(input: $input) { ${errors} } }`,
      variables: { input: { id: otherId, city: 'Bonn', ...(venueIds === undefined ? {} : { venueIds }) } },
    });
    const customer = (name: string) =>
      `mutation ${name}($input: CreateCustomerInput!) { createCustomer(input: $input) { ${errors} } }`;
    const several = `mutation Several($input: [CreateCustomerInput!]!) { createCustomers(input: $input) { ${errors} } }`;
    const inquiry = (name: string, venue: string) =>
      `mutation ${name}${venue === '' ? '' : '($venue: ID)'} { createInquiry(input: { customerId: "${customerId}", channel: WEB, subject: "S", body: "B"${venue} }) { ${errors} } }`;
    const followUp = (name: string, of: string) =>
      `mutation ${name} { createFollowUp(input: { customerId: "${customerId}", note: "N", dueAt: "2026-07-01T09:00:00Z"${of} }) { ${errors} } }`;
    return [
      { name: 'Page', query: 'query Page { customers(first: 1) { nodes { name } } }' },
      {
        name: 'NewVenue',
        query: `mutation NewVenue { createVenue(input: { name: "New", timezone: "Europe/Berlin" }) { ${errors} } }`,
      },
      { name: 'Plain', query: customer('Plain'), variables: { input: { name: 'P' } } },
      { name: 'Null', query: customer('Null'), variables: { input: { name: 'N', venueIds: null } } },
      // One document, which names a venue or none as its variables say.
      { name: 'Twice', query: customer('Twice'), variables: { input: { name: 'T', venueIds: [first] } } },
      { name: 'Twice', query: customer('Twice'), variables: { input: { name: 'T' } } },
      { name: 'Named', query: customer('Named'), variables: { input: { name: 'M', venueIds: [first] } } },
      { name: 'NewOfNone', query: customer('NewOfNone'), variables: { input: { name: 'E', venueIds: [] } } },
      change('Changed'),
      change('Emptied', []),
      {
        name: 'DefaultNone',
        query: `mutation DefaultNone($id: ID!, $of: [ID!] = []) { updateCustomer(input: { id: $id, venueIds: $of }) { ${errors} } }`,
        variables: { id: otherId },
      },
      change('LinkedAgain', [first]),
      change('Cleared', null),
      change('Relinked', [first]),
      {
        name: 'DefaultVenue',
        query: `mutation DefaultVenue($of: [ID!] = ["${first}"]) { createCustomer(input: { name: "D", venueIds: $of }) { ${errors} } }`,
      },
      {
        name: 'Literal',
        query: `mutation Literal { createCustomer(input: { name: "L" }) { ${errors} } }`,
      },
      {
        name: 'Skipped',
        query: `mutation Skipped($on: Boolean!) { createCustomer(input: { name: "L" }) @include(if: $on) { ${errors} } __typename }`,
        variables: { on: false },
      },
      {
        name: 'Several',
        query: several,
        variables: { input: [{ name: 'A', venueIds: [first] }, { name: 'B' }] },
      },
      { name: 'Inquiry', query: inquiry('Inquiry', '') },
      { name: 'ByVariable', query: inquiry('ByVariable', ', venueId: $venue'), variables: { venue: first } },
      { name: 'NoVariable', query: inquiry('NoVariable', ', venueId: $venue') },
      { name: 'FollowUp', query: followUp('FollowUp', '') },
      { name: 'OfInquiry', query: followUp('OfInquiry', `, inquiryId: "${inquiryId}"`) },
      { name: 'OfVenue', query: followUp('OfVenue', `, venueId: "${first}"`) },
    ];
  };

  const ask = async ({ apiKeyId: id }: KeyCaller, change: object) => {
    await house.scheduler.elapse(flushMs);
    return payloadOf(await owner.send(preview, { id, ...change })) as {
      requests: number;
      refusedRequests: number;
      unknownRequests: number;
      limits: string[];
      refused: Foretold[];
    };
  };
  /** Names of those that are refused for the key's venues. */
  const sendAll = async (key: KeyCaller) => {
    const refused: string[] = [];
    for (const { name, query, variables } of sent) {
      const { data, errors: failed } = await key.send(query, { ...variables });
      expect([name, failed]).toEqual([name, undefined]);
      const found = Object.values(data as Record<string, { userErrors?: { code: string }[] }>).flatMap(
        (answer) => answer.userErrors ?? [],
      );
      if (found.length > 0) refused.push(name);
    }
    return refused.sort();
  };

  /** Refused to every key of some venues. */
  const ofSome = ['Cleared', 'DefaultNone', 'Emptied', 'NewOfNone', 'NewVenue'];
  const ofSeveral = [
    'Cleared',
    'DefaultNone',
    'Emptied',
    'FollowUp',
    'Inquiry',
    'Literal',
    'NewOfNone',
    'NewVenue',
    'NoVariable',
    'Null',
    'Plain',
    'Several',
    'Twice',
  ];

  it.each([
    ['one venue', () => [first], ofSome],
    ['several venues', () => [first, second], ofSeveral],
    ['one venue, named twice', () => [first, first], ofSome],
  ])('tells exactly what a restriction to %s refuses', async (_what, venues, refused) => {
    const key = await workspace.key(...scopes);
    expect(await sendAll(key)).toEqual([]);
    const venueIds = venues();
    const told = await ask(key, { venueIds });
    expect(told.refused.map(({ operation }) => operation.name).sort()).toEqual(refused);
    expect(told.refused.every(({ missing, byVenues }) => byVenues && missing.length === 0)).toBe(true);
    expect(told).toMatchObject({
      ...{ requests: sent.length, refusedRequests: refused.length, unknownRequests: 0 },
      limits: [expect.stringContaining('NOT_FOUND')],
    });
    const done = payloadOf(await owner.send(narrow, { id: key.apiKeyId, scopes, venueIds }));
    expect(done.userErrors).toEqual([]);
    expect(await sendAll(key)).toEqual(refused);
  });

  it('counts what a key of some venues is refused already not once more, nor what its scopes refuse', async () => {
    const restricted = await workspace.venueKey([first, second], ...scopes);
    expect(await sendAll(restricted)).toEqual(ofSeveral);
    expect((await ask(restricted, { venueIds: [first] })).refused).toEqual([]);
    const one = await workspace.venueKey([first], ...scopes);
    await sendAll(one);
    const wider = (await ask(one, { venueIds: [first, second] })).refused;
    expect(wider.map(({ operation }) => operation.name).sort()).toEqual(
      ofSeveral.filter((name) => !ofSome.includes(name)),
    );
    const reader = await workspace.key('read:customers');
    const { query } = sent.find(({ name }) => name === 'NewVenue')!;
    expect((await reader.send(query)).status).toBe(403);
    expect((await ask(reader, { venueIds: [first] })).refused).toEqual([]);
    const writer = await workspace.key('write:venues');
    const shown = query.replace('userErrors', 'venue { name } userErrors');
    expect((await writer.send(shown)).status).toBe(403);
    expect((await ask(writer, { venueIds: [first] })).refused).toEqual([]);
    expect((await writer.send(query)).status).toBe(200);
    expect((await ask(writer, { venueIds: [first] })).refused).toMatchObject([
      { requests: 1, byVenues: true },
    ]);
  });

  it('tells scopes and venues of one operation together, and of scopes alone what it told before', async () => {
    const key = await workspace.key(...scopes);
    await sendAll(key);
    const remaining = scopes.filter((scope) => scope !== 'write:venues');
    const both = (await ask(key, { scopes: remaining, venueIds: [first] })).refused;
    expect(both.find(({ operation }) => operation.name === 'NewVenue')).toMatchObject({
      missing: ['write:venues'],
      byVenues: true,
    });
    expect(both.map(({ operation }) => operation.name).sort()).toEqual(ofSome);
    const { refused, limits } = await ask(key, { scopes: remaining });
    expect([refused, limits]).toMatchObject([
      [{ operation: { name: 'NewVenue' }, missing: ['write:venues'], byVenues: false }],
      [],
    ]);
  });

  it('writes down that no venue was named, and no venue', async () => {
    const uses = JSON.stringify(await allRows(house.app.database, 'recorded_uses'));
    expect(uses).toContain('Mutation.createCustomer-venue');
    expect(uses).toContain('Mutation.updateCustomer-no-venue');
    for (const id of [first, second]) expect(uses).not.toContain(id);
  });
});
