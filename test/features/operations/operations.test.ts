// Operations that a workspace stores: what may be kept, what is told of it, replaced and deleted.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import {
  findOperations,
  listOperations,
  placeKey,
} from '../../../src/access/authentication/operation-store.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { callerWith, colleague, keyAdmin, payloadOf, signIn, type KeyAdmin } from '../../support/keys.ts';
import { operationsOf, run, type Operations } from './support.ts';

const names = '{ customers(first: 10) { nodes { name } } }';
const search =
  'query Find($search: String!, $first: Int = 5, $ids: [ID!]) { customers(first: $first, search: $search, filter: { id: { in: $ids } }) { nodes { name } } }';

describeEachEngine('Stored operations', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let operations: Operations;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    operations = operationsOf(admin);
    await workspace.customer({ name: 'Ada' });
  });
  afterAll(() => house.close());

  it('are kept with what they are and need', async () => {
    const { operation, operationId, userErrors } = await operations.save('find', search);
    const moment = new Date(house.clock.nowMs()).toISOString();
    expect(userErrors).toEqual([]);
    expect(operation).toEqual({
      ...{ id: operationId, name: 'find', document: search, kind: 'QUERY', version: 1, problems: [] },
      requiredScopes: ['read:customers'],
      variables: [
        { name: 'search', type: 'String!', required: true },
        { name: 'first', type: 'Int', required: false },
        { name: 'ids', type: '[ID!]', required: false },
      ],
      ...{ createdAt: moment, updatedAt: moment },
    });
    const shown = payloadOf(await admin.send(contractOperation('StoredOperation'), { id: operationId }));
    expect(shown).toMatchObject({ id: operationId, name: 'find', document: search, kind: 'QUERY' });
    const list = payloadOf(await admin.send(contractOperation('StoredOperations'), { first: 50 }));
    expect(list.nodes).toContainEqual(expect.objectContaining({ id: operationId, problems: [] }));
    const mutation = 'mutation Add($name: String!) { createCustomer(input: { name: $name }) { customerId } }';
    const { operation: changing } = await operations.save('add', mutation);
    expect(changing).toMatchObject({ kind: 'MUTATION', requiredScopes: ['write:customers'] });
  });

  it.each([
    ['', 'REQUIRED'],
    [' ', 'INVALID'],
    ['9lives', 'INVALID'],
    ['with space', 'INVALID'],
    ['a/b', 'INVALID'],
    ['ä', 'INVALID'],
    ['x'.repeat(65), 'TOO_LONG'],
  ])('are not kept under the name "%s"', async (name, code) => {
    const { operation, userErrors } = await operations.save(name, names);
    expect(operation).toBeNull();
    expect(userErrors).toMatchObject([{ code, field: ['input', 'name'] }]);
  });

  it.each([
    ['nothing', '', 'INVALID', /empty/],
    ['no GraphQL', '{ customers', 'INVALID', /Syntax Error/],
    ['no operation', 'fragment F on Customer { name }', 'INVALID', /0 operations/],
    ['two operations', `query A ${names} query B ${names}`, 'INVALID', /2 operations/],
    ['a subscription', 'subscription { customers { nodes { id } } }', 'INVALID', /subscription/],
    ['an unknown field', '{ customers { nodes { shoeSize } } }', 'INVALID', /shoeSize/],
    ['a wrong variable', 'query ($id: Int!) { customer(id: $id) { name } }', 'INVALID', /\$id/],
    ['an unused variable', `query ($id: ID!) ${names}`, 'INVALID', /never used/],
    ['a type of its own', `${names} type Extra { a: Int }`, 'INVALID', /Extra/],
    ['a page that is too long', '{ customers(first: 101) { nodes { name } } }', 'INVALID', /101/],
    [
      'a depth of 11',
      `{ customers { nodes { inquiries { nodes { customer { inquiries { nodes { customer { inquiries { nodes { id } } } } } } } } } } }`,
      'INVALID',
      /depth/,
    ],
    [
      '31 aliases',
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: viewer { kind }`).join(' ')} }`,
      'INVALID',
      /aliases|root fields/,
    ],
    ['introspection', '{ __schema { types { name } } }', 'INVALID', /schema/],
    [
      'introspection of a type',
      '{ customers { totalCount } __type(name: "Customer") { name } }',
      'INVALID',
      /schema/,
    ],
    [
      'a sign-in',
      'mutation ($e: String!) { login(input: { email: $e, password: "x" }) { token } }',
      'NOT_ALLOWED',
      /login/,
    ],
    [
      'making a key',
      'mutation { createApiKey(input: { label: "x", preset: READ }) { secret } }',
      'NOT_ALLOWED',
      /createApiKey/,
    ],
    [
      'a rotation behind a fragment',
      'mutation ($id: ID!) { ...F } fragment F on Mutation { a: rotateApiKey(input: { id: $id }) { secret } }',
      'NOT_ALLOWED',
      /rotateApiKey/,
    ],
    [
      'ending sign-ins',
      'mutation { signOutEverywhere { userErrors { code } } }',
      'NOT_ALLOWED',
      /signOutEverywhere/,
    ],
    [
      'saving another',
      'mutation { saveOperation(input: { name: "a", document: "{ viewer { kind } }" }) { operationId } }',
      'NOT_ALLOWED',
      /saveOperation/,
    ],
  ])('are not kept with %s', async (_what, document, code, message) => {
    const { operation, userErrors } = await operations.save('refused', document);
    expect(operation).toBeNull();
    expect(userErrors).toMatchObject([
      { code, field: ['input', 'document'], message: expect.stringMatching(message) as string },
    ]);
  });

  it('are kept up to 10,000 characters, and as they were sent', async () => {
    const padded = (length: number) => `# ${'ä'.repeat(length - names.length - 3)}\n${names}`;
    const { operation } = await operations.save('long', padded(10_000));
    expect(operation.document).toBe(padded(10_000));
    const { userErrors } = await operations.save('longer', padded(10_001));
    expect(userErrors).toMatchObject([{ code: 'TOO_LONG', field: ['input', 'document'] }]);
  });

  it('that cost more than a minute has are not kept', async () => {
    const small = await openTestHouse(engine, {
      sharing: house,
      env: { RATE_LIMIT_COST_PER_MINUTE: '2000' },
    });
    try {
      const wide = '{ customers(first: 100) { nodes { inquiries(first: 100) { nodes { id } } } } }';
      const token = await signIn(small, workspace.ownerEmail, workspace.ownerPassword);
      const elsewhere = operationsOf({ ...admin, ...callerWith(small, token) });
      const { userErrors } = await elsewhere.save('wide', wide);
      expect(userErrors).toMatchObject([
        { code: 'INVALID', message: expect.stringContaining('2000') as string },
      ]);
    } finally {
      await small.close();
    }
  });

  it('are at most 100 of a workspace, also when many are saved at the same time', async () => {
    const full = operationsOf(keyAdmin(house, await house.workspace()));
    for (let index = 0; index < 96; index += 8)
      await Promise.all(Array.from({ length: 8 }, (_, place) => full.keep(`op${index + place}`, names)));
    const last = await Promise.all(Array.from({ length: 8 }, (_, place) => full.save(`last${place}`, names)));
    const refused = last.filter(({ operationId }) => operationId === null);
    expect(refused).toHaveLength(4);
    expect(refused[0].userErrors).toMatchObject([{ code: 'NOT_ALLOWED', field: ['input', 'name'] }]);
    expect((await full.save('op0', search)).userErrors).toEqual([]);
  });

  describe('of a name that is there', () => {
    it('get the new document, the same id and the next version', async () => {
      const id = await operations.keep('replaced', names);
      house.clock.advance(1_000);
      const { operation } = await operations.save('replaced', search);
      expect(operation).toMatchObject({ id, document: search, version: 2 });
      const entries = await admin.auditOf(id);
      expect(entries.map(({ action }) => action)).toEqual(['operation.update', 'operation.create']);
      expect(entries[0].changes).toEqual([{ field: 'document', before: names, after: search }]);
    });

    it('are left alone by the same document', async () => {
      const id = await operations.keep('same', names);
      const { operation } = await operations.save('same', names);
      expect(operation).toMatchObject({ id, version: 1 });
      expect(await admin.auditOf(id)).toHaveLength(1);
    });

    it('are replaced only in the version that was expected', async () => {
      await operations.keep('versioned', names);
      const conflict = [{ code: 'CONFLICT', field: ['input', 'expectedVersion'] }];
      expect((await operations.save('versioned', search, 2)).userErrors).toMatchObject(conflict);
      expect((await operations.save('versioned', search, 0)).userErrors).toMatchObject(conflict);
      expect((await operations.save('versioned', search, 1)).operation.version).toBe(2);
      expect((await operations.save('not there', names, 1)).userErrors).toMatchObject([{ code: 'INVALID' }]);
      const missing = [{ code: 'NOT_FOUND', field: ['input', 'name'] }];
      expect((await operations.save('notThere', names, 1)).userErrors).toMatchObject(missing);
      expect((await operations.save('notThere', names, 0)).operation.version).toBe(1);
    });

    it('are made once by twenty who save at the same time', async () => {
      const made = await Promise.all(Array.from({ length: 20 }, () => operations.save('once', names)));
      expect(new Set(made.map(({ operationId }) => operationId)).size).toBe(1);
      expect(made[0].operation.version).toBe(1);
    });

    it('are replaced once by twenty who all expect the same version; the others are told', async () => {
      await operations.keep('raced', names);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, number) => operations.save('raced', `${names} # ${number}`, 1)),
      );
      const refusals = answers.filter(({ operationId }) => operationId === null);
      expect(refusals).toHaveLength(19);
      for (const { userErrors } of refusals)
        expect(userErrors).toMatchObject([{ code: 'CONFLICT', field: ['input', 'expectedVersion'] }]);
      expect((await operations.save('raced', names)).operation.version).toBe(3);
    });

    it('may differ in case', async () => {
      const upper = await operations.keep('Case', names);
      expect(await operations.keep('case', names)).not.toBe(upper);
    });
  });

  describe('that a later version of the server cannot run any more', () => {
    /** As an upgrade leaves it: what was kept stays, and the schema is another one. */
    const outdate = (id: string) =>
      house.app.database.write((tx) =>
        tx.execute(
          sql`UPDATE stored_operations SET document = '{ customers { nodes { shoeSize } } }' WHERE id = ${id}`,
        ),
      );

    it('stay, and say why', async () => {
      const id = await operations.keep('outdated', names);
      await outdate(id);
      const shown =
        'query ($id: ID!) { storedOperation(id: $id) { name kind requiredScopes variables { name } problems } }';
      expect(payloadOf(await admin.send(shown, { id }))).toEqual({
        ...{ name: 'outdated', kind: 'QUERY', requiredScopes: null, variables: null },
        problems: [expect.stringContaining('shoeSize') as string],
      });
    });

    it('are a clear error to who runs them, which says nothing of the schema, and run again once they are saved anew', async () => {
      const id = await operations.keep('repaired', names);
      const pinned = await operations.pinnedKey([id]);
      const key = await workspace.key('read:customers');
      await outdate(id);
      for (const secret of [key.secret, pinned.secret]) {
        const { status, errors, text } = await run(house, secret, 'repaired');
        expect([status, errors![0]!.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
        expect(errors![0]!.message).toContain('"repaired" does not fit the schema');
        expect(text).not.toContain('shoeSize');
      }
      await operations.keep('repaired', names);
      for (const secret of [key.secret, pinned.secret])
        expect((await run(house, secret, 'repaired')).status).toBe(200);
    });

    it('are no operation for a new key', async () => {
      const id = await operations.keep('unfit', names);
      await outdate(id);
      const input = { label: 'x', operationIds: [id] };
      const { userErrors } = await admin.payload('CreateApiKey', { input });
      expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'operationIds', '0'] }]);
    });
  });

  it('are of their workspace alone', async () => {
    const id = await operations.keep('mine', names);
    const other = await house.workspace();
    const foreign = keyAdmin(house, other);
    expect(payloadOf(await foreign.send(contractOperation('StoredOperation'), { id }))).toBeNull();
    expect((await operationsOf(foreign).delete(id)).userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['id'] },
    ]);
    const key = await other.key('read:customers');
    expect((await run(house, key.secret, 'mine')).errors![0]!.extensions['code']).toBe('OPERATION_NOT_FOUND');
    expect(await operationsOf(foreign).keep('mine', search)).not.toBe(id);
    const list = payloadOf(await foreign.send(contractOperation('StoredOperations'), { first: 50 }));
    expect(list.nodes).toHaveLength(1);
  });

  it('are read by name for their workspace alone, one or several', async () => {
    const other = await house.workspace();
    await operationsOf(keyAdmin(house, other)).keep('shared', search);
    const ids = [await operations.keep('shared', names), await operations.keep('beside', names)];
    const { workspaceId } = workspace;
    for (const wanted of [['shared'], ['shared', 'beside', 'nothing']]) {
      const places = wanted.map((name) => placeKey({ workspaceId, name }));
      const found = [...(await findOperations(house.app.database, places)).values()];
      expect(found.map(({ id }) => id).sort()).toEqual(ids.slice(0, found.length).sort());
      expect(found).toHaveLength(Math.min(wanted.length, 2));
    }
    const listed = await listOperations(house.app.database, workspaceId);
    expect(new Set(listed.map((row) => row.workspaceId))).toEqual(new Set([workspaceId]));
  });

  it('are for owners and admins', async () => {
    const id = await operations.keep('managed', names);
    const member = await colleague(house, admin, 'MEMBER');
    const key = await workspace.key(...house.app.scopes.dataScopes);
    const documents: [string, object][] = [
      [contractOperation('SaveOperation'), { name: 'x', document: names }],
      [contractOperation('DeleteOperation'), { id }],
      [contractOperation('StoredOperations'), { first: 1 }],
      [contractOperation('StoredOperation'), { id }],
    ];
    for (const [document, variables] of documents) {
      for (const who of [member, key] as Caller[]) {
        const { status, errors } = await who.send(document, { ...variables });
        expect([status, errors![0]!.extensions['reason']]).toEqual([403, 'ADMIN_ONLY']);
      }
    }
    const boss = await colleague(house, admin, 'ADMIN');
    expect((await boss.send(documents[0]![0], { name: 'byAdmin', document: names })).status).toBe(200);
  });
});
