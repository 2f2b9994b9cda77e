// Every example operation, with a key that has exactly the scopes that accessCheck names: it answers in full on seeded rows,
// and with any one of those scopes fewer it is refused or answers in part.
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { allFeatures, scopeCatalogue } from '../../src/services.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { assembleSchema } from '../../src/graphql/schema.ts';
import { contractOperation, exampleNames } from '../support/contract.ts';
import { describeEachEngine } from '../support/engines.ts';
import { exampleIds, variablesOf } from '../support/example-variables.ts';
import {
  openTestHouse,
  type Answer,
  type Caller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { colleague } from '../support/keys.ts';

/** Clients send these by name; what they are called never changes. */
const fixedNames = [
  ...['Dashboard', 'Customer', 'Inbox', 'DueFollowUps', 'VenueReport', 'Statistics', 'Node'],
  ...['CreateCustomer', 'UpdateCustomer', 'IngestCustomer'],
  ...['CreateInquiry', 'ReplyToInquiry', 'UpdateInquiryStatus'],
  ...['CreateFollowUp', 'CompleteFollowUp', 'RescheduleFollowUp'],
  ...['CreateVenue', 'UpdateVenue', 'CreateTreatment', 'CreateBooking', 'CancelBooking'],
  ...['Login', 'Viewer', 'Scopes', 'CreateApiKey', 'ListApiKeys', 'GetApiKey', 'UpdateApiKey'],
  ...['DisableApiKey', 'EnableApiKey', 'RotateApiKey', 'RegenerateApiKey', 'RevokeApiKey', 'DeleteApiKey'],
  ...['AuditLog', 'AccessCheck', 'SuggestScopes'],
  ...['Requests', 'KeyInsight', 'MayHaveRead'],
  ...['SaveOperation', 'StoredOperations', 'DeleteOperation', 'CreatePinnedKey'],
];
const isMutation = (name: string) => contractOperation(name).startsWith('mutation');

/** For whoever is signed in as owner or admin. */
const managed = ['insight.graphql', 'keys.graphql', 'operations.graphql', 'users.graphql']
  .flatMap(exampleNames)
  .filter((name) => !['Login', 'Viewer', 'Scopes'].includes(name));
/** For the own account, or an owner alone. */
const personal = exampleNames('account.graphql');
/** Which of its scopes Node needs depends on its variable; see its own test. */
const scoped = exampleNames().filter((name) => ![...managed, ...personal, 'Login', 'Node'].includes(name));

describe('The examples', () => {
  it('have every operation whose name clients rely on', async () => {
    const { schema } = await assembleSchema(allFeatures, scopeCatalogue());
    const hasRateLimit = schema.getQueryType()!.getFields()['rateLimit'] !== undefined;
    const wanted = [...fixedNames, ...(hasRateLimit ? ['RateLimit'] : [])];
    expect(exampleNames()).toEqual(expect.arrayContaining(wanted));
  });
});

function expectInFull({ status, data, errors, text }: Answer): void {
  expect({ status, errors }, text).toEqual({ status: 200, errors: undefined });
  expect(Object.values(data as object), text).not.toContain(null);
  expect(text).not.toMatch(/"userErrors":\[\{/);
}

/** Whatever an answer has at a path in which `@` is each item of a list. */
function valuesAt(value: unknown, path: readonly (string | number)[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (name === '@') return (value as unknown[]).flatMap((item) => valuesAt(item, rest));
  return valuesAt((value as Record<string, unknown>)[name], rest);
}

describeEachEngine('An example operation', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let member: Caller;
  const keys = new Map<string, Promise<Caller>>();

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000', KEY_ESCROW_SECRET: 'e'.repeat(32) },
    });
    workspace = await house.workspace();
    await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 400, seed: 1 });
    owner = await workspace.owner();
    member = await colleague(house, owner, 'MEMBER');
  });
  afterAll(() => house.close());

  /** A key must have some scope: where none is asked for, it is one that opens nothing here. */
  async function keyWith(scopes: readonly string[]): Promise<Caller> {
    const held = scopes.length === 0 ? ['write:treatments'] : [...scopes].sort();
    const key = keys.get(held.join()) ?? workspace.key(...held);
    keys.set(held.join(), key);
    return key;
  }

  async function requiredScopes(document: string): Promise<string[]> {
    const answer = await owner.send(contractOperation('AccessCheck'), { document });
    expectInFull(answer);
    return answer.data.accessCheck.requiredScopes as string[];
  }

  async function send(caller: Caller, name: string): Promise<Answer> {
    expect(variablesOf, 'Every example needs its variables here.').toHaveProperty(name);
    return caller.send(contractOperation(name), variablesOf[name]!(await exampleIds(workspace, owner)));
  }

  /** `total` = there is nothing left to answer. */
  function expectRefused({ status, data, errors, text }: Answer, scope: string, total: boolean): void {
    expect([...new Set((errors ?? []).flatMap(({ extensions }) => extensions['missing']))], text).toEqual([
      scope,
    ]);
    for (const { extensions } of errors!)
      expect(extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'INSUFFICIENT_SCOPE' });
    if (total || status !== 200) expect({ status, data }, text).toEqual({ status: 403, data: undefined });
    else
      for (const { path } of errors!) {
        const there = valuesAt(data, path!);
        expect(there.length, text).toBeGreaterThan(0);
        expect([...new Set(there)], text).toEqual([null]);
      }
  }

  it.each(scoped)('%s runs with the scopes that accessCheck names, and not with one fewer', async (name) => {
    const required = await requiredScopes(contractOperation(name));
    for (const left of required) {
      const fewer = await keyWith(required.filter((scope) => scope !== left));
      expectRefused(await send(fewer, name), left, isMutation(name));
    }
    expectInFull(await send(await keyWith(required), name));
  });

  it('is asked for by name for each of these, and only a few need nothing', async () => {
    const needs = await Promise.all(
      scoped.map(async (name) => [name, await requiredScopes(contractOperation(name))] as const),
    );
    const free = needs.flatMap(([name, required]) => (required.length === 0 ? [name] : [])).sort();
    expect(free.filter((name) => name !== 'RateLimit')).toEqual([
      'AccessCheck',
      'Scopes',
      'SuggestScopes',
      'Viewer',
    ]);
  });

  it('Node needs the scope of the type that its id names', async () => {
    const required = await requiredScopes(contractOperation('Node'));
    const ids = await exampleIds(workspace, owner);
    const types = [
      ['Customer', ids.customer, 'read:customers'],
      ['Inquiry', ids.inquiry, 'read:inquiries'],
      ['FollowUp', ids.followUp, 'read:followups'],
      ['Venue', ids.venue, 'read:venues'],
    ] as const;
    expect(required).toEqual(types.map(([, , scope]) => scope).sort());
    const enough = await keyWith(required);
    for (const [type, id, left] of types) {
      const answer = await enough.send(contractOperation('Node'), { id });
      expectInFull(answer);
      expect(answer.data.node).toMatchObject({ __typename: type, id });
      const fewer = await keyWith(required.filter((scope) => scope !== left));
      expectRefused(await fewer.send(contractOperation('Node'), { id }), left, false);
    }
  });

  it('Login needs no credential', async () => {
    const { email, password } = await exampleIds(workspace, owner);
    const answer = await house.send({}, contractOperation('Login'), { email, password });
    expectInFull(answer);
    expect(answer.data.login.user).toMatchObject({ email, role: 'OWNER' });
  });

  it.each(managed)(
    '%s is for an owner, and neither for a key with every scope nor for a member',
    async (name) => {
      expect(await requiredScopes(contractOperation(name))).toContain('workspace:manage');
      const every = await owner.send('{ scopes { name } }');
      const scopes = (every.data.scopes as { name: string }[]).map((scope) => scope.name);
      const full = await keyWith(scopes.filter((scope) => /^(read|write):/.test(scope)));
      for (const caller of [full, member]) {
        const { status, data, errors } = await send(caller, name);
        expect({ status, data }).toEqual({ status: 403, data: undefined });
        expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'ADMIN_ONLY' });
      }
      expectInFull(await send(owner, name));
    },
  );

  it('of the own account is for its user, and one that shows a secret for an owner', async () => {
    const key = await workspace.key('read:customers', 'write:customers');
    for (const name of personal) {
      const { status, errors } = await key.send(contractOperation(name), {
        id: 'x',
        input: { currentPassword: 'x', newPassword: 'y' },
      });
      expect([name, status, errors![0]!.extensions['reason']]).toEqual([name, 403, 'ADMIN_ONLY']);
    }
    const { apiKeyId, secret } = await workspace.key('read:venues');
    const revealed = await owner.send(contractOperation('RevealApiKey'), { id: apiKeyId });
    expectInFull(revealed);
    expect(revealed.data.revealApiKey.secret).toBe(secret);
    const one = await colleague(house, owner, 'MEMBER');
    const passwords = { currentPassword: one.password, newPassword: 'another long password of today' };
    expectInFull(await one.send(contractOperation('ChangePassword'), { input: passwords }));
    const other = await colleague(house, owner, 'MEMBER');
    expectInFull(await other.send(contractOperation('SignOutEverywhere')));
  });
});
