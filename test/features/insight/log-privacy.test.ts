// The request log is itself watched: who reads it stands in the audit log. And a workspace may have none.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allRows } from '../../db/support/store.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { colleague, payloadOf, signedInCaller } from '../../support/keys.ts';

const flushMs = 10_000;
const hourMs = 3_600_000;
const read = `query ($first: Int!, $after: String, $filter: RequestFilter) {
  requests(first: $first, after: $after, filter: $filter) { pageInfo { endCursor } nodes { id operationName } } }`;
const audited = `{ auditLog(first: 100, filter: { action: { eq: "requestLog.read" } }) {
  nodes { at actor { kind id label } targetId changes { field before after } requestId ip } } }`;
const set = `mutation ($days: Int) {
  updateWorkspaceSettings(input: { requestLogRetentionDays: $days }) { settings { requestLogRetentionDays } userErrors { code } } }`;

describeEachEngine('The request log', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  beforeEach(async () => {
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
  });
  afterAll(() => house.close());

  const page = async (caller: Caller, variables: object = {}) =>
    payloadOf(await caller.send(read, { first: 100, ...variables })) as {
      pageInfo: { endCursor: string };
      nodes: { operationName: string | null }[];
    };
  const entries = async () => payloadOf(await owner.send(audited)).nodes as Record<string, unknown>[];
  const names = async () => (await page(owner)).nodes.map(({ operationName }) => operationName);

  describe('says who read it', () => {
    it('with the names of the filter and none of its values', async () => {
      const filter = {
        or: [{ callerId: { eq: 'key_canary' } }, { reason: { eq: 'canary' }, outcome: null }],
        at: { gte: '2026-01-01T00:00:00Z' },
      };
      await page(owner, { filter });
      const id = payloadOf(await owner.send('{ viewer { user { id } } }')).user.id as string;
      expect(await entries()).toEqual([
        {
          at: new Date(house.clock.nowMs()).toISOString(),
          actor: { kind: 'USER', id, label: workspace.ownerEmail },
          targetId: workspace.workspaceId,
          changes: [{ field: 'filter', before: null, after: 'at, callerId, reason' }],
          requestId: expect.any(String),
          ip: '127.0.0.1',
        },
      ]);
      const rows = (await allRows(house.app.database, 'audit_entries')) as { action: string }[];
      const written = rows.filter(({ action }) => action === 'requestLog.read');
      expect(written.length).toBeGreaterThan(0);
      expect(JSON.stringify(written)).not.toContain('canary');
    });

    it('once a minute for each reader, also when two servers and pages of one moment are asked', async () => {
      const key = await workspace.key('read:customers');
      for (let count = 0; count < 3; count += 1) await key.send('{ customers(first: 1) { totalCount } }');
      await house.scheduler.elapse(flushMs);
      const other = await openTestHouse(engine, { sharing: house });
      try {
        const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
        const { ownerEmail: email, ownerPassword: password } = workspace;
        const { token } = payloadOf(await house.send({}, login, { input: { email, password } }));
        const { pageInfo } = await page(owner, { first: 1 });
        await page(owner, { first: 1, after: pageInfo.endCursor });
        const elsewhere: Caller = { send: (...asked) => other.send(bearer(token as string), ...asked) };
        await Promise.all([page(elsewhere), page(owner), page(owner)]);
        expect(await entries()).toHaveLength(1);
        house.clock.advance(59_999);
        await page(owner);
        expect(await entries()).toHaveLength(1);
        house.clock.advance(1);
        await page(owner);
        const both = await entries();
        expect(both.map(({ changes }) => changes)).toEqual([[], []]);
      } finally {
        await other.close();
      }
    });

    it('also when the clock of the server is set back', async () => {
      await page(owner);
      house.clock.advance(-hourMs);
      try {
        await page(await workspace.owner());
      } finally {
        house.clock.advance(hourMs);
      }
      expect(await entries()).toHaveLength(2);
    });

    it('before it answers: what cannot be written down is not read', async () => {
      let isAway = false;
      const strict = await openTestHouse(engine, {
        sharing: house,
        database: {
          onStatement: (text) => {
            if (isAway && text.includes('INTO "audit_entries"')) throw new Error('The store is away.');
          },
        },
      });
      try {
        const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
        const { ownerEmail: email, ownerPassword: password } = workspace;
        const { token } = payloadOf(await strict.send({}, login, { input: { email, password } }));
        const ask = () => strict.send(bearer(token as string), read, { first: 1 });
        isAway = true;
        const { data, errors } = await ask();
        expect([data?.requests ?? null, errors?.length]).toEqual([null, 1]);
        isAway = false;
        expect((await ask()).errors).toBeUndefined();
        expect(await entries()).toHaveLength(1);
      } finally {
        await strict.close();
      }
    });

    it('each reader for itself, and nobody who is refused or asks for something else', async () => {
      const admin = await colleague(house, owner, 'ADMIN');
      const member = await colleague(house, owner, 'MEMBER');
      const key = await workspace.key('read:customers');
      for (const caller of [member, key]) expect((await caller.send(read, { first: 1 })).status).toBe(403);
      await owner.send('{ auditLog(first: 1) { totalCount } }');
      expect(await entries()).toEqual([]);
      await page(owner);
      await page(admin);
      const labels = (await entries()).map(({ actor }) => (actor as { label: string }).label);
      expect(new Set(labels).size).toBe(2);
    });
  });

  describe('is not there where a workspace wants none', () => {
    it('from the next write on, and what was there goes within an hour; sums go on', async () => {
      const key = await workspace.key('read:customers');
      const neighbour = await house.workspace();
      const other = await neighbour.key('read:customers');
      const ask = async (name: string) => {
        for (const caller of [key, other])
          await caller.send(`query ${name} { customers(first: 1) { totalCount } }`);
        await key.send(`query ${name} { inquiries(first: 1) { totalCount } }`);
      };
      await ask('Before');
      await house.scheduler.elapse(flushMs);
      expect(await names()).toContain('Before');
      // Not written yet when the log is switched off.
      await ask('Waiting');
      expect(payloadOf(await owner.send(set, { days: 0 }))).toEqual({
        settings: { requestLogRetentionDays: 0 },
        userErrors: [],
      });
      await house.scheduler.elapse(flushMs);
      await ask('After');
      await house.scheduler.elapse(flushMs);
      const kept = await names();
      expect(kept).toContain('Before');
      expect(kept).not.toContain('Waiting');
      expect(kept).not.toContain('After');
      house.clock.advance(hourMs);
      await house.app.sweep();
      expect(await names()).toEqual([]);
      const there = (await page(await neighbour.owner())).nodes.map(({ operationName }) => operationName);
      expect(there).toEqual(expect.arrayContaining(['Before', 'Waiting', 'After']));
      const usage = `query ($id: ID!) { apiKey(id: $id) {
        usage(from: "2026-06-01T00:00:00Z", to: "2026-06-03T00:00:00Z", bucket: DAY) { requests denied }
        scopeUse(from: "2026-06-01T00:00:00Z", to: "2026-06-03T00:00:00Z") { recordedSince unused } } }`;
      const { usage: days, scopeUse } = payloadOf(await owner.send(usage, { id: key.apiKeyId }));
      const sum = (name: 'requests' | 'denied') =>
        (days as Record<typeof name, number>[]).reduce((all, day) => all + day[name], 0);
      expect([sum('requests'), sum('denied')]).toEqual([6, 3]);
      expect(scopeUse).toMatchObject({ recordedSince: expect.any(String), unused: [] });
    });

    it('until it wants one again', async () => {
      const key = await workspace.key('read:customers');
      await owner.send(set, { days: 0 });
      await key.send('query Off { customers(first: 1) { totalCount } }');
      await house.scheduler.elapse(flushMs);
      await owner.send(set, { days: null });
      await key.send('query On { customers(first: 1) { totalCount } }');
      await house.scheduler.elapse(flushMs);
      const kept = await names();
      expect(kept).toContain('On');
      expect(kept).not.toContain('Off');
    });
  });
});
