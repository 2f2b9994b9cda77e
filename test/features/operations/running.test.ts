// Operations that a workspace stores, run by their name: the same as the document, seen as it is now, on every server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/core/logger.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, send, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { colleague, keyAdmin, type KeyAdmin } from '../../support/keys.ts';
import { operationsOf, run, type Operations } from './support.ts';

const names = '{ customers(first: 10) { nodes { name } } }';
const search =
  'query Find($search: String!, $first: Int = 5, $ids: [ID!]) { customers(first: $first, search: $search, filter: { id: { in: $ids } }) { nodes { name } } }';

describeEachEngine('Stored operations that are run', (engine) => {
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

  it('have their name in the line of the log', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
    const logging = await openTestHouse(engine, { sharing: house, logger });
    try {
      await operations.keep('logged', 'query Customers { customers { totalCount } }');
      const key = await workspace.key('read:customers');
      await run(logging, key.secret, 'logged');
      await run(logging, key.secret, 'nowhere');
    } finally {
      await logging.close();
    }
    const requests = lines.map((line) => JSON.parse(line) as object).filter((line) => 'outcome' in line);
    expect(requests).toMatchObject([
      { storedOperation: 'logged', operationName: 'Customers', outcome: 'ok', cost: 1 },
      { storedOperation: 'nowhere', outcome: 'OPERATION_NOT_FOUND' },
    ]);
  });

  describe('run by name', () => {
    it('answer what their document answers, to whom its scopes let', async () => {
      await operations.keep('names', names);
      const key = await workspace.key('read:customers');
      const answer = await run(house, key.secret, 'names');
      const sent = await key.send(names);
      expect(answer.text).toBe(sent.text);
      expect(answer.cost).toMatchObject({ requestedQueryCost: sent.cost!.requestedQueryCost });
      const poor = await workspace.key('read:venues');
      expect((await run(house, poor.secret, 'names')).text.replace(/"requestId":"[^"]+"/, '')).toBe(
        (await poor.send(names)).text.replace(/"requestId":"[^"]+"/, ''),
      );
      const member = await colleague(house, admin, 'MEMBER');
      expect((await run(house, bearer(await member.token()), 'names')).status).toBe(200);
    });

    it('take variables, and say what is wrong with them', async () => {
      await operations.keep('find', search);
      const key = await workspace.key('read:customers');
      const { data } = await run(house, key.secret, 'find', { search: 'ada' });
      expect(data.customers.nodes).toEqual([{ name: 'Ada' }]);
      const wrong = await run(house, key.secret, 'find', {});
      expect([wrong.status, wrong.errors![0]!.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
      const long = await run(house, key.secret, 'find', { search: 'a', first: 500 });
      expect([long.status, long.errors![0]!.extensions['code']]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
    });

    it('do a mutation once for each Idempotency-Key', async () => {
      await operations.keep(
        'make',
        'mutation Make($name: String!) { createCustomer(input: { name: $name }) { customerId } }',
      );
      const key = await workspace.key('write:customers');
      const headers = { ...bearer(key.secret), 'idempotency-key': 'stored-1' };
      const [first, again] = [
        await run(house, headers, 'make', { name: 'Once' }),
        await run(house, headers, 'make', { name: 'Once' }),
      ];
      expect(first.data.createCustomer.customerId).toBe(again.data.createCustomer.customerId);
      const other = await run(house, headers, 'make', { name: 'Twice' });
      expect(other.status).toBe(422);
    });

    it('come by GET, and a mutation does not', async () => {
      const key = await workspace.key('read:customers', 'write:customers');
      const get = (name: string) =>
        house.app.http.inject({
          url: `/graphql?extensions=${encodeURIComponent(JSON.stringify({ operation: name }))}`,
          headers: bearer(key.secret),
        });
      const answer = await get('names');
      expect([answer.statusCode, answer.json<{ data: unknown }>().data]).toEqual([
        200,
        (await key.send(names)).data,
      ]);
      expect((await get('make')).statusCode).toBe(405);
    });

    it.each([
      ['a document beside it', { query: names }],
      [
        'a hash beside it',
        { extensions: { operation: 'names', persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
      ],
    ])('are refused with %s', async (_what, body) => {
      const key = await workspace.key('read:customers');
      const answer = await send(house.app, bearer(key.secret), {
        extensions: { operation: 'names' },
        ...body,
      });
      expect([answer.status, answer.errors![0]!.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
    });

    it('need a credential and a name that is there', async () => {
      const anonymous = await run(house, {}, 'names');
      expect([anonymous.status, anonymous.errors![0]!.extensions['reason']]).toEqual([
        401,
        'MISSING_CREDENTIAL',
      ]);
      const key = await workspace.key('read:customers');
      for (const name of ['Names', 'names ', '', 'x'.repeat(5_000), "'; DROP TABLE stored_operations"]) {
        const { status, errors } = await run(house, key.secret, name);
        expect([name, status, errors![0]!.extensions['code']]).toEqual([name, 404, 'OPERATION_NOT_FOUND']);
      }
    });

    it('see the new document at the next request, on every server, and nothing once it is deleted', async () => {
      const other = await openTestHouse(engine, { sharing: house });
      try {
        const id = await operations.keep('changing', names);
        const key = await workspace.key('read:customers', 'read:venues');
        const onBoth = async () =>
          Promise.all([house, other].map(async (server) => run(server, key.secret, 'changing')));
        for (const { data } of await onBoth()) expect(Object.keys(data as object)).toEqual(['customers']);
        await operations.keep('changing', '{ venues { totalCount } }');
        for (const { data } of await onBoth()) expect(Object.keys(data as object)).toEqual(['venues']);
        house.clock.advance(1_000);
        expect((await operations.delete(id)).userErrors).toEqual([]);
        for (const { status } of await onBoth()) expect(status).toBe(404);
        expect((await admin.auditOf(id))[0]).toMatchObject({ action: 'operation.delete' });
      } finally {
        await other.close();
      }
    });
  });
});
