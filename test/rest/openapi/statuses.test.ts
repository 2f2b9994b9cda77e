// Every status that an endpoint declares is one that it really answers: of each kind of endpoint one.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storeIsAway } from '../../../src/db/store/store-failure.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { keyAdmin } from '../../support/keys.ts';
import { operationsOf } from '../../features/operations/support.ts';
import { description, metStatuses } from '../support/declared.ts';
import { restOf, type Method, type Rest } from '../support/rest.ts';

const edit = `mutation ($id: ID!, $expectedVersion: Int) {
  updateCustomer(input: { id: $id, name: "Eva", expectedVersion: $expectedVersion }) { customerId userErrors { code field message } }
}`;

interface Made {
  readonly createCustomer: { readonly customerId: string };
}

describeEachEngine('Declared statuses', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let rest: Rest;
  let failure: (() => Error) | null = null;
  beforeAll(async () => {
    metStatuses.clear();
    const onStatement = () => {
      if (failure) throw failure();
    };
    house = await openTestHouse(engine, { database: { onStatement } });
    workspace = await house.workspace();
    rest = restOf(house.app, (await workspace.key(...house.app.scopes.dataScopes)).secret);
  });
  afterAll(() => house.close());

  const unmet = (method: Method, path: string) =>
    Object.keys(description.paths[path]![method.toLowerCase()]!.responses).filter(
      (status) => !metStatuses.has(`${method} ${path} ${status}`),
    );

  /** What every endpoint answers to the same faults. */
  async function meetCommon(method: Method, path: string, bad: string): Promise<void> {
    const body = method === 'GET' ? {} : { body: {} };
    const once = (secret: string | null, headers: Record<string, string> = {}) =>
      restOf(house.app, secret)(method, path, { ...body, headers });
    const { secret } = await workspace.key(...house.app.scopes.dataScopes);
    await once(null);
    await once((await workspace.key('read:treatments')).secret);
    await once(secret, { accept: 'text/html' });
    await once(secret, { accept: `application/json, ${'x'.repeat(2_000)}` });
    await rest(method, bad, body);
    for (const error of [storeIsAway, () => new Error('a defect')]) {
      failure = error;
      await once(secret);
      failure = null;
    }
    const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '1' };
    const limited = await openTestHouse(engine, { sharing: house, env });
    for (let sent = 0; sent < 3; sent += 1) await restOf(limited.app, secret)(method, path, body);
    await limited.close();
  }

  it('of a list are all met', async () => {
    await rest('GET', '/customers');
    await meetCommon('GET', '/customers', '/customers?limit=500');
    expect(unmet('GET', '/customers')).toEqual([]);
  });

  it('of one thing are all met', async () => {
    const id = await workspace.customer({ name: 'Ada' });
    await rest('GET', `/customers/${id}`);
    await rest('GET', `/customers/${id}`, { headers: { 'if-none-match': '"1"' } });
    await rest('GET', '/customers/cus_nothing');
    await meetCommon('GET', `/customers/${id}`, `/customers/${id}?nothing=1`);
    expect(unmet('GET', '/customers/{id}')).toEqual([]);
  });

  it('of an operation of the workspace are all met', async () => {
    const operations = operationsOf(keyAdmin(house, workspace));
    await operations.keep('names', 'query ($first: Int) { customers(first: $first) { nodes { name } } }');
    await operations.keep(
      'make',
      'mutation ($name: String!) { createCustomer(input: { name: $name }) { customerId } }',
    );
    for (const method of ['GET', 'POST'] as const) {
      await rest(method, '/operations/names');
      await rest(method, '/operations/nothing');
      await meetCommon(method, '/operations/names', '/operations/names?first=500');
    }
    await rest('GET', '/operations/make?name=Ada');
    await rest('POST', '/operations/names', { body: { first: 500 } });
    await rest('POST', '/operations/names', { raw: 'x', headers: { 'content-type': 'text/plain' } });
    await rest('POST', '/operations/names', { raw: `"${'x'.repeat(262_144)}"` });
    for (const name of ['Ada', 'Grace'])
      await rest('POST', '/operations/make', { body: { name }, headers: { 'idempotency-key': 'named' } });
    await operations.keep('edit', edit);
    const made = (await rest('POST', '/operations/make', { body: { name: 'Eve' } })).body.data as Made;
    const { customerId: id } = made.createCustomer;
    await rest('POST', '/operations/edit', { body: { id, expectedVersion: 99 } });
    expect(unmet('GET', '/operations/{name}')).toEqual([]);
    expect(unmet('POST', '/operations/{name}')).toEqual([]);
  });

  it('of a write are all met', async () => {
    const customerId = await workspace.customer({ name: 'Ada' });
    const body = { customer_id: customerId, note: 'Call', due_at: '2026-07-01T09:00:00Z' };
    const { id } = (await rest('POST', '/followups', { body })).body.data as { id: string };
    const path = `/followups/${id}`;
    const due = { due_at: '2026-07-02T09:00:00Z' };
    // What is wrong with the values is told before what the key lacks.
    await restOf(house.app, (await workspace.key('read:treatments')).secret)('PATCH', path, { body: due });
    await meetCommon('PATCH', path, path);
    const key = { 'idempotency-key': 'once' };
    await rest('PATCH', path, { body: due, headers: key });
    await rest('PATCH', path, { body: { due_at: '2026-07-03T09:00:00Z' }, headers: key });
    await rest('PATCH', path, { body: due, headers: { 'if-match': '"99"' } });
    await rest('PATCH', '/followups/fup_nothing', { body: due });
    await rest('PATCH', path, { raw: 'x', headers: { 'content-type': 'text/plain' } });
    await rest('PATCH', path, { raw: `"${'x'.repeat(262_144)}"` });
    await rest('POST', `${path}/complete`);
    await rest('PATCH', path, { body: due });
    expect(unmet('PATCH', '/followups/{id}')).toEqual([]);
  });
});
