// What a caller may do, over HTTP and on real stores: partial answers, refusals, mutations that run whole or not at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { StoredUser } from '../../src/access/authentication/tables.ts';
import { toInstant } from '../../src/core/clock.ts';
import { newId } from '../../src/core/ids.ts';
import type { Role } from '../../src/core/principal.ts';
import { describeEachEngine } from '../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type Caller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { forbiddenAs, refusalOf, storeContent, writesOf } from './support/store-content.ts';

/** A user of the workspace with this role, signed in. */
async function signedIn(
  { app, clock, send }: TestHouse,
  workspace: TestWorkspace,
  role: Role,
): Promise<Caller> {
  const userId = newId('usr', clock);
  const now = toInstant(clock.nowMs());
  const account = {
    ...{ email: `${userId}@test.example`, name: null, role },
    ...{ passwordHash: 'none', tokenVersion: 1, signedOutAt: null, version: 1 },
  };
  await systemContext(app, workspace.workspaceId).db.transaction((tx) =>
    tx.insert(StoredUser, [{ id: userId, ...account, createdAt: now, updatedAt: now }]),
  );
  const { token } = await app.credentials.tokens.issue({ userId, tokenVersion: 1 });
  return { send: (query, variables, name) => send(bearer(token), query, variables, name) };
}

const createInquiry = (selection: string) =>
  `mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { ${selection} } }`;

describeEachEngine('access', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let customerId: string;
  let inquiry: { input: Record<string, unknown> };

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    const venueId = await workspace.venue('Salon');
    customerId = await workspace.customer({ name: 'Ada', email: 'ada@test.example', venueIds: [venueId] });
    inquiry = { input: { customerId, venueId, subject: 'Hello', body: 'Is there a table?', channel: 'WEB' } };
    const writer = await workspace.key('write:inquiries');
    expect((await writer.send(createInquiry('inquiryId'), inquiry)).status).toBe(200);
  });
  afterAll(() => house.close());

  /** Sends it, and sees that neither a row nor a statement that writes came of it. */
  async function leavesNoTrace(send: () => Promise<Answer>): Promise<Answer> {
    const before = await storeContent(house);
    house.statements.length = 0;
    const answer = await send();
    expect(writesOf(house)).toEqual([]);
    expect(await storeContent(house)).toEqual(before);
    return answer;
  }

  describe('a query', () => {
    it('is answered in part, with null and one error where a scope is missing', async () => {
      const key = await workspace.key('read:customers');
      const { status, data, errors } = await key.send(
        '{ customers { nodes { name inquiries { totalCount } venues { totalCount } } } followUps { totalCount } }',
      );
      expect(status).toBe(200);
      expect(data).toEqual({
        customers: { nodes: [{ name: 'Ada', inquiries: null, venues: null }] },
        followUps: null,
      });
      expect(
        errors!.map(({ path, extensions }) => [path, extensions['coordinate'], extensions['missing']]),
      ).toEqual([
        [['customers', 'nodes', '@', 'inquiries'], 'Customer.inquiries', ['read:inquiries']],
        [['customers', 'nodes', '@', 'venues'], 'Customer.venues', ['read:venues']],
        [['followUps'], 'Query.followUps', ['read:followups']],
      ]);
      for (const { message, extensions } of errors!) {
        expect(extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'INSUFFICIENT_SCOPE' });
        expect(extensions['requestId']).toMatch(/^[\w-]+$/);
        expect(message).toContain((extensions['missing'] as string[])[0]);
      }
    });

    it('asks the store for nothing that is denied', async () => {
      const key = await workspace.key('read:venues');
      house.statements.length = 0;
      await key.send('{ venues { totalCount } customers { totalCount } inquiries { totalCount } }');
      expect(house.statements.filter((text) => /"(customers|inquiries)"/.test(text))).toEqual([]);
    });

    it('of which every root field is denied is 403 without data', async () => {
      const key = await workspace.key('write:customers');
      const answer = await key.send(
        '{ customers { totalCount } b: customers { nodes { venues { totalCount } } } }',
      );
      expect([answer.status, answer.data]).toEqual([403, undefined]);
      expect(answer.errors!.map(({ path, extensions }) => [path, extensions['missing']])).toEqual([
        [['customers'], ['read:customers']],
        [['b'], ['read:customers', 'read:venues']],
      ]);
    });

    it('by node(id) gives nothing of a type whose scope is missing, not even that the id exists', async () => {
      const key = await workspace.key('read:venues');
      const document =
        'query ($id: ID!) { viewer { kind } node(id: $id) { __typename ... on Customer { email } } }';
      const texts = [];
      for (const id of [customerId, 'cus_0000000000000000000000000a']) {
        const { status, data, errors } = await key.send(document, { id });
        expect([status, data]).toEqual([200, { viewer: { kind: 'API_KEY' }, node: null }]);
        expect(errors).toHaveLength(1);
        const { requestId: _requestId, ...facts } = errors![0]!.extensions;
        texts.push(JSON.stringify([errors![0]!.message, errors![0]!.path, facts]));
      }
      expect(texts[0]).toBe(texts[1]);
    });

    it('viewer and scopes is answered to a key without any useful scope', async () => {
      const { status, data } = await (
        await workspace.key('write:venues')
      ).send('{ viewer { kind scopes workspace { id } } scopes { name } }');
      expect(status).toBe(200);
      expect(data.viewer).toEqual({
        kind: 'API_KEY',
        scopes: ['write:venues'],
        workspace: { id: workspace.workspaceId },
      });
      expect(data.scopes.length).toBeGreaterThan(5);
    });

    it('is taken by GET, with the same refusals', async () => {
      const { secret } = await workspace.key('read:customers');
      const get = async (query: string, headers: Record<string, string>) => {
        const url = `/graphql?query=${encodeURIComponent(query)}`;
        const answer = await house.app.http.inject({
          method: 'GET',
          url,
          headers: { 'apollo-require-preflight': '1', ...headers },
        });
        const { data, errors } = answer.json() as { data?: unknown; errors?: Answer['errors'] };
        return { status: answer.statusCode, data, errors };
      };
      expect(await get('{ customers { totalCount } }', bearer(secret))).toEqual({
        status: 200,
        data: { customers: { totalCount: 1 } },
      });
      expect((await get('{ venues { totalCount } }', bearer(secret))).status).toBe(403);
      expect((await get('{ customers { totalCount } }', {})).status).toBe(401);
    });

    it('gives two keys their own answers to the same text, one after the other', async () => {
      const query = '{ customers { nodes { id } } venues { totalCount } }';
      const keys = [
        await workspace.key('read:customers'),
        await workspace.key('read:venues'),
        await workspace.key('read:customers', 'read:venues'),
      ];
      for (let round = 0; round < 3; round += 1) {
        const answers = await Promise.all(keys.map((key) => key.send(query)));
        const seen = answers.map(({ data }) => [data.customers !== null, data.venues !== null]);
        expect(seen).toEqual([
          [true, false],
          [false, true],
          [true, true],
        ]);
      }
    });
  });

  describe('a mutation', () => {
    it('of a key that may only write gives the new id, and nothing can be read', async () => {
      const key = await workspace.key('write:inquiries');
      const { status, data, errors } = await key.send(
        createInquiry('inquiryId userErrors { code }'),
        inquiry,
      );
      expect([status, errors]).toEqual([200, undefined]);
      expect(data.createInquiry).toEqual({
        inquiryId: expect.stringMatching(/^inq_/) as string,
        userErrors: [],
      });
      const { inquiryId } = data.createInquiry as { inquiryId: string };
      for (const query of [
        '{ inquiries { totalCount } }',
        `{ inquiry(id: "${inquiryId}") { id } }`,
        `{ node(id: "${inquiryId}") { id } }`,
        '{ customers { totalCount } }',
      ]) {
        expect([query, refusalOf(await key.send(query))]).toEqual([query, forbiddenAs('INSUFFICIENT_SCOPE')]);
      }
    });

    it('whose answer would show what the key may not read runs not at all', async () => {
      const key = await workspace.key('write:inquiries');
      const answer = await leavesNoTrace(() =>
        key.send(createInquiry('inquiryId inquiry { id customer { name } }'), inquiry),
      );
      expect(refusalOf(answer)).toEqual(forbiddenAs('INSUFFICIENT_SCOPE'));
      expect(answer.errors![0]!.extensions).toMatchObject({
        missing: ['read:customers', 'read:inquiries'],
        denied: [{ path: ['createInquiry', 'inquiry'], coordinate: 'CreateInquiryPayload.inquiry' }],
      });
    });

    it('of which one field of several is denied runs none of them', async () => {
      const key = await workspace.key('write:customers', 'read:customers', 'write:venues');
      const document = `mutation {
        a: createCustomer(input: { name: "First" }) { customerId customer { name } }
        b: createVenue(input: { name: "Second", timezone: "UTC" }) { venueId venue { name } }
        c: createFollowUp(input: { customerId: "${customerId}", note: "Third", dueAt: "2026-07-01T00:00:00Z" }) { followUpId }
      }`;
      const answer = await leavesNoTrace(() => key.send(document));
      expect(refusalOf(answer)).toEqual(forbiddenAs('INSUFFICIENT_SCOPE'));
      expect(answer.errors![0]!.extensions['missing']).toEqual(['read:venues', 'write:followups']);
    });

    it('runs the fields that are included, and is refused for none that is skipped', async () => {
      const key = await workspace.key('write:customers');
      const document = `mutation ($show: Boolean!) { createCustomer(input: { name: "Skipped" }) { customerId customer @include(if: $show) { id } } }`;
      expect((await leavesNoTrace(() => key.send(document, { show: true }))).status).toBe(403);
      expect((await key.send(document, { show: false })).data.createCustomer.customerId).toMatch(/^cus_/);
    });

    it('is refused for a read scope, also when it is a full set of them', async () => {
      const key = await workspace.key('read:customers', 'read:inquiries', 'read:followups', 'read:venues');
      const answer = await leavesNoTrace(() => key.send(createInquiry('inquiryId'), inquiry));
      expect(answer.errors![0]!.extensions['missing']).toEqual(['write:inquiries']);
    });

    it('by GET is refused with 405', async () => {
      const { secret } = await workspace.key('write:customers');
      const before = await storeContent(house);
      const answer = await house.app.http.inject({
        method: 'GET',
        url: `/graphql?query=${encodeURIComponent('mutation { createCustomer(input: { name: "x" }) { customerId } }')}`,
        headers: { 'apollo-require-preflight': '1', ...bearer(secret) },
      });
      expect(answer.statusCode).toBe(405);
      expect(await storeContent(house)).toEqual(before);
    });
  });

  describe('key management', () => {
    const create = (scopes = '["read:customers"]') =>
      `mutation { createApiKey(input: { label: "x", scopes: ${scopes} }) { apiKeyId secret userErrors { code field } } }`;
    const operations = (apiKeyId: string) => [
      create(),
      `mutation { revokeApiKey(id: "${apiKeyId}") { apiKeyId } }`,
      '{ apiKeys { totalCount nodes { label } } }',
      `{ apiKey(id: "${apiKeyId}") { label } }`,
      `{ node(id: "${apiKeyId}") { id } }`,
      '{ users { nodes { email } } }',
    ];

    it('is refused to every key and every MEMBER with ADMIN_ONLY, and nothing changes', async () => {
      const full = await workspace.key(...house.app.scopes.dataScopes);
      const member = await signedIn(house, workspace, 'MEMBER');
      for (const caller of [full, member, await workspace.key('write:venues')]) {
        for (const operation of operations(full.apiKeyId)) {
          const answer = await leavesNoTrace(() => caller.send(operation));
          expect([operation, refusalOf(answer)]).toEqual([operation, forbiddenAs('ADMIN_ONLY')]);
        }
      }
    });

    it('is open to owners and admins, who also have every data scope', async () => {
      for (const caller of [await workspace.owner(), await signedIn(house, workspace, 'ADMIN')]) {
        const { status, data } = await caller.send(create());
        expect([status, data.createApiKey.userErrors]).toEqual([200, []]);
        const { apiKeyId, secret } = data.createApiKey as { apiKeyId: string; secret: string };
        expect((await house.send(bearer(secret), '{ customers { totalCount } }')).status).toBe(200);
        for (const operation of operations(apiKeyId).slice(1)) {
          const answer = await caller.send(operation);
          expect([operation, answer.status, answer.errors]).toEqual([operation, 200, undefined]);
        }
        expect((await house.send(bearer(secret), '{ customers { totalCount } }')).status).toBe(401);
        expect(
          (await caller.send('{ customers { nodes { inquiries { totalCount } } } }')).errors,
        ).toBeUndefined();
      }
    });

    it('gives a MEMBER every data scope', async () => {
      const member = await signedIn(house, workspace, 'MEMBER');
      const { status, data, errors } = await member.send(
        '{ viewer { scopes } customers { nodes { inquiries { totalCount } venues { totalCount } followUps { totalCount } } } }',
      );
      expect([status, errors]).toEqual([200, undefined]);
      expect(data.viewer.scopes).toEqual(expect.arrayContaining(house.app.scopes.dataScopes as string[]));
      expect(data.viewer.scopes).not.toContain('workspace:manage');
    });

    it('reads the role from the store: a token does not outlive a demotion', async () => {
      const { app, clock } = house;
      const userId = newId('usr', clock);
      const now = toInstant(clock.nowMs());
      const db = systemContext(app, workspace.workspaceId).db;
      const person = { id: userId, email: `${userId}@test.example`, name: null, role: 'ADMIN' as const };
      const account = { passwordHash: 'none', tokenVersion: 1, signedOutAt: null, version: 1 };
      await db.transaction((tx) =>
        tx.insert(StoredUser, [{ ...person, ...account, createdAt: now, updatedAt: now }]),
      );
      const { token } = await app.credentials.tokens.issue({ userId, tokenVersion: 1 });
      const ask = () => house.send(bearer(token), '{ apiKeys { totalCount } }');
      expect((await ask()).status).toBe(200);
      await db.transaction((tx) => tx.update(StoredUser, userId, { role: 'MEMBER' }));
      expect(refusalOf(await ask())).toEqual(forbiddenAs('ADMIN_ONLY'));
      await db.transaction((tx) => tx.update(StoredUser, userId, { tokenVersion: 2 }));
      expect((await ask()).status).toBe(401);
    });

    it('can give no key the scope of managing, however it is spelt', async () => {
      const owner = await workspace.owner();
      for (const scope of ['workspace:manage', 'manage:workspace', ' WORKSPACE:manage ']) {
        const { data } = await leavesNoTrace(() => owner.send(create(`["read:customers", "${scope}"]`)));
        expect(data.createApiKey).toEqual({
          apiKeyId: null,
          secret: null,
          userErrors: [{ code: 'NOT_ALLOWED', field: ['input', 'scopes', '1'] }],
        });
      }
    });
  });
});
