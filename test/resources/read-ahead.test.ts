// What hangs below rows is read with the rows or once they are known: all lists of one level together, nothing that is
// denied, left out or known already, and what fails fails in its place.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/core/errors.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../support/house.ts';

const scopes = ['read:customers', 'read:inquiries', 'write:inquiries', 'read:followups'];

const cases = (['always', 'never'] as const).map((compiledExecution) => ({ compiledExecution }));

describeEachEngine('Reading ahead', (engine) => {
  describe.each(cases)('with compiled execution $compiledExecution', ({ compiledExecution }) => {
    let house: TestHouse;
    let workspace: TestWorkspace;
    let key: KeyCaller;
    const ids: string[] = [];
    let failing: RegExp | null = null;
    let failure = new Error('made to fail');

    beforeAll(async () => {
      house = await openTestHouse(engine, {
        compiledExecution,
        database: {
          onStatement: (text) => {
            if (failing?.test(text)) throw failure;
          },
        },
      });
      workspace = await house.workspace();
      key = await workspace.key(...scopes);
      for (const name of ['Ada', 'Ben', 'Cleo']) {
        const customerId = await workspace.customer({ name });
        ids.push(customerId);
        for (const subject of ['Hours', 'Prices']) {
          const input = { customerId, subject, body: 'When?', channel: 'WEB' };
          const { data } = await key.send(
            `mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { userErrors { code } } }`,
            { input },
          );
          expect(data.createInquiry.userErrors).toEqual([]);
        }
      }
    });
    afterAll(() => house.close());
    afterEach(() => {
      failing = null;
      failure = new Error('made to fail');
    });

    /** Statements on tables of ours, without the two looks at the key. */
    async function statementsOf(query: string, caller = key, variables = {}) {
      house.statements.length = 0;
      const answer = await caller.send(query, variables);
      return {
        ...answer,
        statements: house.statements.filter((text) => !text.includes('"api_key_secrets"')),
      };
    }

    it('reads the lists of one level with their rows in one statement, each with its own arguments', async () => {
      const { data, statements } = await statementsOf(`{
      customers(orderBy: { field: NAME }) {
        nodes { name
          all: inquiries(first: 1) { totalCount nodes { channel } }
          prices: inquiries(filter: { subject: { eq: "Prices" } }) { totalCount nodes { subject } }
          followUps { totalCount nodes { note } }
        }
      }
    }`);
      expect(statements).toHaveLength(1);
      expect(data.customers.nodes).toEqual(
        ['Ada', 'Ben', 'Cleo'].map((name) => ({
          name,
          all: { totalCount: 2, nodes: [{ channel: 'WEB' }] },
          prices: { totalCount: 1, nodes: [{ subject: 'Prices' }] },
          followUps: { totalCount: 0, nodes: [] },
        })),
      );
    });

    it('reads one row with the lists below it in one statement, and below a row that is not there nothing', async () => {
      const query = `query ($id: ID!) { customer(id: $id) { name inquiries(filter: { subject: { eq: "Prices" } }) { totalCount nodes { subject } } followUps { nodes { id } } } }`;
      const { data, statements } = await statementsOf(query, key, { id: ids[0] });
      expect(statements).toHaveLength(1);
      const inquiries = { totalCount: 1, nodes: [{ subject: 'Prices' }] };
      expect(data.customer).toEqual({ name: 'Ada', inquiries, followUps: { nodes: [] } });
      const foreign = await (await house.workspace()).customer({ name: 'Not here' });
      expect((await statementsOf(query, key, { id: foreign })).data).toEqual({ customer: null });
    });

    it('reads rows with a long filter and the lists below them by two statements', async () => {
      const or = Array.from({ length: 20 }, () => ({ name: { neq: 'Zoe' } }));
      const query = `query ($filter: CustomerFilter) { customers(filter: $filter) { nodes { name inquiries { nodes { id } } } } }`;
      const { data, statements } = await statementsOf(query, key, { filter: { or } });
      expect(statements).toHaveLength(2);
      expect(data.customers.nodes).toHaveLength(3);
    });

    it('answers lists whose filters hold hundreds of empty objects', async () => {
      const names = Array.from({ length: 10 }, (_, index) => `list${index}`);
      const lists = names.map((name) => `${name}: inquiries(filter: $filter) { totalCount }`);
      const query = `query ($id: ID!, $filter: InquiryFilter) { customer(id: $id) { ${lists.join(' ')} } }`;
      const empty = Array.from({ length: 480 }, () => ({}));
      for (const filter of [
        { or: empty },
        { and: empty },
        { or: [{ subject: { eq: 'Hours' } }, ...empty] },
      ]) {
        const { data, errors } = await statementsOf(query, key, { id: ids[0], filter });
        expect(errors).toBeUndefined();
        expect(data.customer).toEqual(Object.fromEntries(names.map((name) => [name, { totalCount: 2 }])));
      }
    });

    it('lets lists with long filters have a statement each: together they would be too long for one', async () => {
      const compared = { eq: 'a', neq: 'b', contains: 'c', startsWith: 'd', in: ['e'], nin: ['f'] };
      const at = '2026-06-01T12:00:00.000Z';
      const times = { eq: at, neq: at, gt: at, gte: at, lt: at, lte: at };
      const id = { eq: 'cus_a', neq: 'cus_b', in: ['cus_c'], nin: ['cus_d'] };
      const long = { subject: compared, createdAt: times, customerId: id };
      const filter = { or: Array.from({ length: 40 }, () => long) };
      const names = Array.from({ length: 29 }, (_, index) => `list${index}`);
      const lists = names.map((name) => `${name}: inquiries(filter: $filter) { totalCount nodes { id } }`);
      const query = `query ($filter: InquiryFilter) { customers(first: 1) { nodes { ${lists.join(' ')} followUps { nodes { id } } } } }`;
      const { data, errors, statements } = await statementsOf(query, key, { filter });
      expect(errors).toBeUndefined();
      const empty = names.map((name) => [name, { totalCount: 0, nodes: [] }]);
      expect(data.customers.nodes).toEqual([{ ...Object.fromEntries(empty), followUps: { nodes: [] } }]);
      expect(statements).toHaveLength(1 + names.length + 1);
    });

    it('reads through edges and nodes alike, level by level', async () => {
      const { data, statements } = await statementsOf(`{
      customers(first: 2, orderBy: { field: NAME }) {
        edges { node { inquiries { edges { node { replies { nodes { id } } } } nodes { followUps { nodes { id } } } } } }
      }
    }`);
      const [first] = data.customers.edges;
      expect(first.node.inquiries.edges).toEqual([
        { node: { replies: { nodes: [] } } },
        { node: { replies: { nodes: [] } } },
      ]);
      expect(statements).toHaveLength(2);
    });

    it('takes a row that was read with all that is asked for from what is known', async () => {
      const known = `{ customers { nodes { name inquiries { nodes { customer { name } } } } } }`;
      expect((await statementsOf(known)).statements).toHaveLength(1);
      const more = `{ customers { nodes { name inquiries { nodes { customer { name city } } } } } }`;
      const { data, statements } = await statementsOf(more);
      expect(statements).toHaveLength(2);
      for (const { name, inquiries } of data.customers.nodes)
        for (const { customer } of inquiries.nodes) expect(customer).toEqual({ name, city: null });
    });

    it('reads a row anew after a commit of the same operation', async () => {
      const writer = await workspace.key('read:customers', 'write:customers');
      const rename = (alias: string, name: string) =>
        `${alias}: updateCustomer(input: { id: "${ids[0]}", name: "${name}" }) { customer { name } userErrors { code } }`;
      const { data, text } = await writer.send(`mutation { ${rename('a', 'Anna')} ${rename('b', 'Ada')} }`);
      expect(data.a, text).not.toBeNull();
      expect([data.a.customer.name, data.b.customer.name]).toEqual(['Anna', 'Ada']);
    });

    it('reads nothing of what the key may not see', async () => {
      const lesser = await workspace.key('read:customers', 'read:followups');
      const query = `{ customers(orderBy: { field: NAME }) { nodes { name inquiries { nodes { id } } followUps { nodes { id } } } } }`;
      const { data, statements } = await statementsOf(query, lesser);
      expect(data.customers.nodes[0]).toEqual({ name: 'Ada', inquiries: null, followUps: { nodes: [] } });
      expect(statements).toHaveLength(1);
      expect(statements.filter((text) => text.includes('"inquiries"'))).toEqual([]);
    });

    it('reads nothing of what is left out', async () => {
      const query = `query ($with: Boolean!) { customers { nodes { name inquiries @include(if: $with) { nodes { id } } } } }`;
      const without = await statementsOf(query, key, { with: false });
      expect([without.statements.length, Object.keys(without.data.customers.nodes[0])]).toEqual([
        1,
        ['name'],
      ]);
      const included = await statementsOf(query, key, { with: true });
      expect([included.statements.length, included.data.customers.nodes[0].inquiries.nodes.length]).toEqual([
        // Where nothing is compiled, a field with a directive is not read ahead.
        compiledExecution === 'always' ? 1 : 2,
        2,
      ]);
    });

    it('fails where it was asked for: rows whose lists fail are read alone', async () => {
      failing = /"inquiries"/;
      const query = `{ customers { nodes { name inquiries { nodes { id } } } } }`;
      const { data, errors, statements } = await statementsOf(query);
      expect(data.customers.nodes.map((node: { inquiries: unknown }) => node.inquiries)).toEqual([
        null,
        null,
        null,
      ]);
      expect(errors!.map(({ path }) => path)).toEqual(
        [0, 1, 2].map((index) => ['customers', 'nodes', index, 'inquiries']),
      );
      // With the rows, then once for all of them.
      expect(statements.filter((text) => text.includes('"inquiries"'))).toHaveLength(2);
    });

    it('does not ask again when the store did not answer: there is no time for it', async () => {
      failing = /"inquiries"/;
      failure = new ApiError('SERVICE_UNAVAILABLE', 'The store did not answer.');
      const query = `{ customers { nodes { name inquiries { nodes { id } } } } }`;
      const { errors, statements } = await statementsOf(query);
      expect(errors).toMatchObject([{ path: ['customers'], extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
      expect(statements).toHaveLength(1);
    });
  });
});
