// Whoever may not manage keys and users changes nothing, by any mutation that takes a role. The mutations are read from the
// schema: a new one must be added here before the tests pass.
import type { GraphQLField } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roleScopes } from '../../../src/access/policy/index.ts';
import { tableOf } from '../../../src/db/store/table.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import {
  callerWith,
  colleague,
  keyAdmin,
  type Colleague,
  type HeldKey,
  type KeyAdmin,
} from '../../support/keys.ts';
import { allRows, entities } from '../../db/support/store.ts';

const env = { KEY_ESCROW_SECRET: 'an-escrow-secret-of-more-than-32-characters' };
const later = '2030-01-01T00:00:00.000Z';

interface Target {
  readonly key: HeldKey;
  readonly disabled: HeldKey;
  readonly member: Colleague;
  readonly venueId: string;
  readonly operationId: string;
}

/** For each mutation what it would take to succeed, were the caller an owner of the target's workspace. */
const variablesOf: Record<string, (target: Target) => Record<string, unknown>> = {
  createApiKey: ({ venueId }) => ({ input: { label: 'Mine', preset: 'FULL_ACCESS', venueIds: [venueId] } }),
  updateApiKey: ({ key }) => ({ input: { id: key.apiKeyId, label: 'Mine', expiresAt: later } }),
  disableApiKey: ({ key }) => ({ id: key.apiKeyId }),
  enableApiKey: ({ disabled }) => ({ id: disabled.apiKeyId }),
  rotateApiKey: ({ key }) => ({ input: { id: key.apiKeyId, overlapSeconds: 0 } }),
  regenerateApiKey: ({ key }) => ({ id: key.apiKeyId }),
  revokeApiKey: ({ key }) => ({ id: key.apiKeyId }),
  deleteApiKey: ({ key }) => ({ id: key.apiKeyId }),
  revealApiKey: ({ key }) => ({ id: key.apiKeyId }),
  createUser: ({ member }) => ({
    input: { email: member.email, password: 'a long password', role: 'ADMIN' },
  }),
  updateUserRole: ({ member }) => ({ input: { id: member.userId, role: 'ADMIN' } }),
  removeUser: ({ member }) => ({ id: member.userId }),
  changePassword: ({ member }) => ({
    input: { currentPassword: member.password, newPassword: 'another long password' },
  }),
  signOutEverywhere: ({ member }) => ({ userId: member.userId }),
  // With a version, so that a workspace without it makes none.
  saveOperation: () => ({ input: { name: 'theirs', document: '{ scopes { name } }', expectedVersion: 1 } }),
  deleteOperation: ({ operationId }) => ({ id: operationId }),
  narrowApiKey: ({ key }) => ({
    input: { id: key.apiKeyId, scopes: ['read:customers'], mode: 'ENFORCE' },
  }),
  undoNarrowing: ({ key }) => ({ id: key.apiKeyId }),
  updateWorkspaceSettings: () => ({ input: { requestLogRetentionDays: 7, expectedVersion: 1 } }),
};
/** What every signed-in user may do for itself. */
const ownAffairs = ['changePassword'];
const mutations = Object.keys(variablesOf);
/** What mutations that name no target answer in another workspace, where the values of these tests do not fit. */
const untargeted: Readonly<Record<string, string>> = {
  createUser: 'TAKEN',
  updateWorkspaceSettings: 'CONFLICT',
};

describeEachEngine('Management', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: KeyAdmin;
  let target: Target;

  beforeAll(async () => {
    house = await openTestHouse(engine, { env });
    workspace = await house.workspace();
    owner = keyAdmin(house, workspace);
    const kept = { name: 'theirs', document: '{ viewer { kind } }' };
    const { operation } = await owner.payload('SaveOperation', kept);
    target = {
      operationId: operation.id,
      key: await owner.create({ label: 'Theirs' }),
      disabled: await owner.create({ label: 'Off' }),
      member: await colleague(house, owner, 'MEMBER'),
      venueId: await workspace.venue(),
    };
    await owner.payload('DisableApiKey', { id: target.disabled.apiKeyId });
  });
  afterAll(() => house.close());

  /** Every row of every table. */
  async function everything(): Promise<Record<string, string[]>> {
    // What is in memory about last uses is written by a timer otherwise, at any moment.
    await house.app.lastUsed.flush();
    const dump: Record<string, string[]> = {};
    for (const entity of entities) {
      const { name } = tableOf(entity);
      dump[name] = (await allRows(house.app.database, name)).map((row) => JSON.stringify(row)).sort();
    }
    return dump;
  }

  function documentOf(name: string): string {
    const field = house.app.schema.schema.getMutationType()!.getFields()[name] as GraphQLField<
      unknown,
      unknown
    >;
    const declared = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
    const passed = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    return `mutation (${declared}) { ${name}(${passed}) { userErrors { code } } }`;
  }
  /** So that the attempt itself does not leave the moment of a first use behind. */
  const firstUse = (who: Caller) => who.send('{ viewer { kind } }');
  const attempt = (who: Caller, name: string) => who.send(documentOf(name), variablesOf[name]!(target));

  async function expectRefusal(who: Caller, name: string, status: number, extensions: object): Promise<void> {
    await firstUse(who);
    const before = await everything();
    const answer = await attempt(who, name);
    expect({ status: answer.status, data: answer.data }).toEqual({ status, data: undefined });
    expect(answer.errors!.map((error) => error.extensions)).toMatchObject([extensions]);
    expect(await everything()).toEqual(before);
  }

  it('this list is what the schema has: every mutation that takes a role, and no other', () => {
    const { policy, schema } = house.app.schema;
    const ofRoles = new Set(roleScopes.OWNER);
    const managing = Object.keys(schema.getMutationType()!.getFields()).filter((name) =>
      policy.ofField('Mutation', name).anyOf.every((all) => all.some((scope) => ofRoles.has(scope))),
    );
    expect(managing.sort()).toEqual([...mutations].sort());
    expect(house.app.scopes.dataScopes.filter((scope) => ofRoles.has(scope))).toEqual([]);
  });

  describe.each(mutations)('%s', (name) => {
    it('by a key with every scope: 403', async () => {
      const key = await owner.create({ scopes: null, preset: 'FULL_ACCESS' });
      await expectRefusal(callerWith(house, key.secret), name, 403, {
        code: 'FORBIDDEN',
        reason: 'ADMIN_ONLY',
      });
    });

    it('by a key with every scope of one venue: 403', async () => {
      const input = { scopes: null, preset: 'FULL_ACCESS', venueIds: [target.venueId] };
      const key = await owner.create(input);
      await expectRefusal(callerWith(house, key.secret), name, 403, {
        code: 'FORBIDDEN',
        reason: 'ADMIN_ONLY',
      });
    });

    it('by nobody: 401', async () => {
      const nobody: Caller = { send: (query, variables) => house.send({}, query, variables) };
      await expectRefusal(nobody, name, 401, { code: 'UNAUTHENTICATED', reason: 'MISSING_CREDENTIAL' });
    });

    if (!ownAffairs.includes(name)) {
      it('by a member: 403', async () => {
        const member = await colleague(house, owner, 'MEMBER');
        await expectRefusal(member, name, 403, { code: 'FORBIDDEN', reason: 'ADMIN_ONLY' });
      });

      it('by owner and admin of another workspace: as if the target did not exist', async () => {
        const foreign = await (await house.workspace()).owner();
        const admin = await colleague(house, foreign, 'ADMIN');
        await admin.send('{ viewer { kind } }');
        const before = await everything();
        for (const who of name === 'revealApiKey' ? [foreign] : [foreign, admin]) {
          const { status, data } = await attempt(who, name);
          expect(status).toBe(200);
          const expected = untargeted[name] ?? 'NOT_FOUND';
          expect(data[name].userErrors).toEqual([{ code: expected }]);
        }
        expect(await everything()).toEqual(before);
      });
    }
  });

  it('in the middle of other work of a key, nothing of all of it is done', async () => {
    const key = callerWith(house, (await owner.create({ scopes: null, preset: 'FULL_ACCESS' })).secret);
    await firstUse(key);
    const before = await everything();
    const { status, data } = await key.send(
      `mutation ($id: ID!) {
        createCustomer(input: { name: "Decoy" }) { customerId }
        ...More
      }
      fragment More on Mutation { x: revokeApiKey(id: $id) { apiKeyId } }`,
      { id: target.key.apiKeyId },
    );
    expect({ status, data }).toEqual({ status: 403, data: undefined });
    expect(await everything()).toEqual(before);
  });

  it('lists of keys, users and changes are for owners and admins of the workspace', async () => {
    const key = await owner.create({ scopes: null, preset: 'FULL_ACCESS' });
    const queries = ['apiKeys', 'users', 'auditLog'].map((list) => `{ ${list} { nodes { id } } }`);
    const [member, admin] = [await colleague(house, owner, 'MEMBER'), await colleague(house, owner, 'ADMIN')];
    const foreign = await (await house.workspace()).owner();
    const mine = new Set<string>();
    for (const query of queries) {
      for (const who of [member, callerWith(house, key.secret)]) {
        const { status, errors } = await who.send(query);
        expect(status).toBe(403);
        expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'ADMIN_ONLY' } }]);
      }
      const { data } = await admin.send(query);
      const [{ nodes }] = Object.values(data) as [{ nodes: { id: string }[] }];
      expect(nodes.length).toBeGreaterThan(0);
      nodes.forEach(({ id }) => mine.add(id));
    }
    for (const id of mine) {
      const { data } = await foreign.send(
        'query ($id: ID!) { node(id: $id) { id } apiKey(id: $id) { id } user(id: $id) { id } auditEntry(id: $id) { id } }',
        { id },
      );
      expect(data).toEqual({ node: null, apiKey: null, user: null, auditEntry: null });
    }
  });
});
