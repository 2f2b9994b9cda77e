// Idempotency-Key: sent twice, done once.
import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { toInstant } from '../../src/core/clock.ts';
import { IdempotencyRecord } from '../../src/resources/idempotency.ts';
import { contractOperation } from '../support/contract.ts';
import { describeEachEngine } from '../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { signIn } from '../support/keys.ts';

const create = contractOperation('CreateCustomer');
const dayMs = 86_400_000;

describeEachEngine('Idempotency-Key', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers');
  });
  afterAll(() => house.close());

  const send = (idempotencyKey: string, name: string, caller: KeyCaller = key, query = create) =>
    house.send({ ...bearer(caller.secret), 'idempotency-key': idempotencyKey }, query, { input: { name } });
  const count = async (name: string, caller: KeyCaller = key) => {
    const query = 'query ($n: String!) { customers(filter: { name: { eq: $n } }) { totalCount } }';
    return (await caller.send(query, { n: name })).data.customers.totalCount as number;
  };

  it('makes one record of ten simultaneous requests and a late one, and answers all alike', async () => {
    const together = await Promise.all(Array.from({ length: 10 }, () => send('ten', 'Ten')));
    const late = await send('ten', 'Ten');
    const answers = new Set([...together, late].map((answer) => JSON.stringify(answer.data)));
    expect([...together, late].every((answer) => answer.status === 200)).toBe(true);
    expect(answers.size).toBe(1);
    expect(late.data.createCustomer.customer.name).toBe('Ten');
    expect(await count('Ten')).toBe(1);
  });

  it('refuses other values, or another mutation, under the same key with 422', async () => {
    await send('other', 'First');
    const values = await send('other', 'Second');
    expect(values.status).toBe(422);
    expect(values.errors![0]!.extensions['code']).toBe('IDEMPOTENCY_MISMATCH');
    const alias = create.replace('createCustomer(', 'another: createCustomer(');
    expect((await send('other', 'Second', key, alias)).status).toBe(422);
    expect(await count('Second')).toBe(0);
    const update = contractOperation('UpdateCustomer');
    const headers = { ...bearer(key.secret), 'idempotency-key': 'other' };
    const place = update.replace('updateCustomer(', 'createCustomer: updateCustomer(');
    expect((await house.send(headers, place, { input: { id: 'cus_1', name: 'x' } })).status).toBe(422);
  });

  it('keeps the keys of two callers apart', async () => {
    const other = await workspace.key('read:customers', 'write:customers');
    const [mine, theirs] = [await send('apart', 'Apart'), await send('apart', 'Apart', other)];
    expect(mine.data.createCustomer.customerId).not.toBe(theirs.data.createCustomer.customerId);
    expect(await count('Apart')).toBe(2);
  });

  it('lets a request that changed nothing be sent again', async () => {
    const refused = await send('again', ' ');
    expect(refused.data.createCustomer.userErrors).toHaveLength(1);
    expect((await send('again', 'Now right')).data.createCustomer.userErrors).toEqual([]);
    expect(await count('Now right')).toBe(1);
  });

  it('gives each mutation of an operation its own record', async () => {
    const two = `mutation ($input: CreateCustomerInput!) {
      a: createCustomer(input: $input) { customerId }
      b: createCustomer(input: $input) { customerId }
    }`;
    const [first, second] = [await send('two', 'Two', key, two), await send('two', 'Two', key, two)];
    expect(first.data.a.customerId).not.toBe(first.data.b.customerId);
    expect(second.data).toEqual(first.data);
    expect(await count('Two')).toBe(2);
  });

  it('never stores a secret: the repeated answer has everything else', async () => {
    const owner = await workspace.owner();
    const login = 'mutation ($i: LoginInput!) { login(input: $i) { token } }';
    const input = { email: workspace.ownerEmail, password: workspace.ownerPassword };
    const token = (await house.send({}, login, { i: input })).data.login.token as string;
    const headers = { ...bearer(token), 'idempotency-key': 'key' };
    const createKey = 'mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { apiKeyId secret } }';
    const variables = { i: { label: 'once', scopes: ['read:customers'] } };
    const first = (await house.send(headers, createKey, variables)).data.createApiKey;
    const again = (await house.send(headers, createKey, variables)).data.createApiKey;
    expect(first.secret).toMatch(/^lk_live_/);
    expect(again).toEqual({ apiKeyId: first.apiKeyId, secret: null });
    expect(
      (await owner.send('{ apiKeys(first: 100) { nodes { label } } }')).data.apiKeys.nodes,
    ).toContainEqual({
      label: 'once',
    });
  });

  it('keeps of the values no plain digest, from which a password could be guessed fast', async () => {
    const token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
    const headers = { ...bearer(token), 'idempotency-key': 'password' };
    const createUser = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { userId } }';
    const args = { input: { email: 'guessed@test.example', password: 'correct horse 1', role: 'MEMBER' } };
    expect((await house.send(headers, createUser, args)).data.createUser.userId).toBeTruthy();
    const guessed = createHash('sha256')
      .update(JSON.stringify(['createUser', args]))
      .digest('hex');
    const stored = await house.app.database.query(sql`SELECT "request" FROM "idempotency_records"`);
    expect(stored.length).toBeGreaterThan(0);
    expect(stored).not.toContainEqual({ request: guessed });
  });

  it('forgets after a day', async () => {
    const first = await send('old', 'Old');
    house.clock.advance(dayMs - 1);
    expect((await send('old', 'Old')).data).toEqual(first.data);
    house.clock.advance(1);
    const anew = await send('old', 'Old');
    expect(anew.data.createCustomer.customerId).not.toBe(first.data.createCustomer.customerId);
    await house.app.sweep();
    expect((await send('old', 'Old')).data).toEqual(anew.data);
  });

  it('deletes what is a day old and nothing younger, in pieces that keep no other writer waiting', async () => {
    const { app, clock } = house;
    const record = (id: string, ageMs: number) => ({
      ...{ id, request: '', answer: {}, createdAt: toInstant(clock.nowMs() - ageMs) },
    });
    const old = Array.from({ length: 2_001 }, (_, index) => record(`old-${index}`, dayMs));
    const { db } = systemContext(app, workspace.workspaceId);
    await db.transaction((tx) => tx.insert(IdempotencyRecord, [...old, record('young', dayMs - 1)]));
    house.statements.length = 0;
    await app.sweep();
    const left = sql`SELECT "id" FROM "idempotency_records" WHERE "id" LIKE 'old-%' OR "id" = 'young'`;
    expect(await app.database.query(left)).toEqual([{ id: 'young' }]);
    const deletes = house.statements.filter((text) => text.startsWith('DELETE FROM "idempotency_records"'));
    expect(deletes.length).toBeGreaterThan(2);
  });

  it('works for a key that is restricted to venues', async () => {
    const restricted = await workspace.venueKey(
      [await workspace.venue()],
      'write:customers',
      'read:customers',
    );
    const [first, again] = [await send('v', 'Venue', restricted), await send('v', 'Venue', restricted)];
    expect(first.data.createCustomer.customerId).toBeTruthy();
    expect(again.data).toEqual(first.data);
  });

  it('refuses a key that is no visible text', async () => {
    for (const bad of ['a b', 'x'.repeat(256), 'é']) {
      const answer = await send(bad, 'Bad');
      expect(answer.status).toBe(400);
    }
    expect(await count('Bad')).toBe(0);
  });
});
