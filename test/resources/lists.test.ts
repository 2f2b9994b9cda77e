// Lists through the API: filters, order, pages and counts, at the root and nested.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type Variables } from '../support/house.ts';

const people = [
  { name: 'anna', email: 'anna@x.example', city: 'Berlin' },
  { name: 'Bert', email: null, city: 'BERN' },
  { name: 'Çelik', email: 'celik@y.example', city: null },
  { name: 'dora 100%', email: 'Dora@x.example', city: 'Bonn' },
  { name: 'Emil_1', email: 'emil@y.example', city: 'berlin' },
] as const;
const initials = 'ABCDE';
const start = Date.parse('2026-06-01T12:00:00.000Z');
const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();

describeEachEngine('Lists', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  const ids: string[] = [];
  const venueIds: string[] = [];
  const inquiryIds: string[] = [];
  const followUpIds: string[] = [];

  const ask = async (query: string, variables: Variables = {}) => {
    const { data, errors, status } = await key.send(query, variables);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    return data;
  };
  const write = async (mutation: string, input: object): Promise<string> => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const id = { createCustomer: 'customerId', createInquiry: 'inquiryId', createFollowUp: 'followUpId' }[
      mutation
    ];
    const shown = `${id ?? 'replyId'} userErrors { message }`;
    const data = await ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { ${shown} } }`, {
      input,
    });
    expect(data[mutation].userErrors).toEqual([]);
    return data[mutation][id ?? 'replyId'] as string;
  };

  // Five customers a minute apart. A: inquiries 0-2 (the first with replies 1-3), B: inquiry 3; A and C have follow-ups.
  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    const noise = await house.workspace();
    await noise.customer({ name: 'anna' });
    const resources = ['customers', 'inquiries', 'followups', 'venues'];
    key = await workspace.key(...resources.flatMap((name) => [`read:${name}`, `write:${name}`]));
    venueIds.push(await workspace.venue('North'));
    house.clock.advance(1);
    venueIds.push(await workspace.venue('South'));
    house.clock.advance(-1);
    for (const [index, person] of people.entries()) {
      ids.push(await write('createCustomer', { ...person, venueIds: index < 3 ? [venueIds[0]] : [] }));
      house.clock.advance(60_000);
    }
    const inquiry = { body: 'B', channel: 'EMAIL' };
    for (const [subject, of, venueId] of [
      ['one', 0, venueIds[0]],
      ['two', 0],
      ['three', 0],
      ['four', 1],
    ] as const) {
      inquiryIds.push(await write('createInquiry', { ...inquiry, subject, customerId: ids[of], venueId }));
      house.clock.advance(60_000);
    }
    for (const body of ['r1', 'r2', 'r3']) {
      await write('replyToInquiry', { inquiryId: inquiryIds[0], body });
      house.clock.advance(1_000);
    }
    for (const [of, minutes] of [
      [0, 30],
      [0, 10],
      [2, 20],
    ] as const) {
      followUpIds.push(await write('createFollowUp', { customerId: ids[of], note: 'N', dueAt: at(minutes) }));
    }
  });
  afterAll(() => house.close());

  const lettersOf = (connection: { nodes: { id: string }[] }) =>
    connection.nodes.map(({ id }) => initials[ids.indexOf(id)]).join('');
  const filtered = async (filter: unknown) => {
    const query = `query ($filter: CustomerFilter) {
      customers(filter: $filter, orderBy: { field: CREATED_AT }) { totalCount nodes { id } } }`;
    const { customers } = await ask(query, { filter });
    expect(customers.totalCount).toBe(customers.nodes.length);
    return lettersOf(customers);
  };

  it.each([
    ['no filter', null, 'ABCDE'],
    ['an empty filter', {}, 'ABCDE'],
    ['a field without comparison', { name: {} }, 'ABCDE'],
    ['eq, exact', { name: { eq: 'anna' } }, 'A'],
    ['eq, another case', { name: { eq: 'Anna' } }, ''],
    ['eq null', { email: { eq: null } }, 'B'],
    ['neq', { name: { neq: 'anna' } }, 'BCDE'],
    ['neq, and rows without a value', { city: { neq: 'Berlin' } }, 'BCDE'],
    ['neq null', { city: { neq: null } }, 'ABDE'],
    ['in', { name: { in: ['anna', 'Bert', 'nobody'] } }, 'AB'],
    ['in nothing', { name: { in: [] } }, ''],
    ['nin', { name: { nin: ['anna', 'Bert'] } }, 'CDE'],
    ['nin, and rows without a value', { city: { nin: ['Berlin'] } }, 'BCDE'],
    ['nin nothing', { name: { nin: [] } }, 'ABCDE'],
    ['contains, whatever the case', { city: { contains: 'ER' } }, 'ABE'],
    ['contains, other alphabets', { name: { contains: 'çEL' } }, 'C'],
    ['contains a percent sign', { name: { contains: '0%' } }, 'D'],
    ['contains an underscore', { name: { contains: 'L_1' } }, 'E'],
    ['startsWith', { city: { startsWith: 'ber' } }, 'ABE'],
    ['startsWith a wildcard', { name: { startsWith: '%' } }, ''],
    ['gt', { createdAt: { gt: at(3) } }, 'E'],
    ['gte', { createdAt: { gte: at(3) } }, 'DE'],
    ['lt', { createdAt: { lt: at(1) } }, 'A'],
    ['lte', { createdAt: { lte: at(1) } }, 'AB'],
    ['eq of an instant in another zone', { createdAt: { eq: '2026-06-01T14:01:00+02:00' } }, 'B'],
    ['neq of an instant', { createdAt: { neq: at(0) } }, 'BCDE'],
    ['two comparisons of one field', { createdAt: { gte: at(1), lt: at(3) } }, 'BC'],
    ['two fields', { city: { startsWith: 'b' }, email: { contains: '@x' } }, 'AD'],
    ['or', { or: [{ name: { eq: 'anna' } }, { city: { eq: null } }] }, 'AC'],
    ['and', { and: [{ city: { contains: 'ber' } }, { email: { neq: null } }] }, 'AE'],
    [
      'or beside a field',
      { email: { contains: 'x' }, or: [{ name: { eq: 'anna' } }, { name: { eq: 'Bert' } }] },
      'A',
    ],
    [
      'or of and',
      { or: [{ and: [{ name: { eq: 'anna' } }, { name: { eq: 'Bert' } }] }, { city: { eq: 'Bonn' } }] },
      'D',
    ],
    ['or of nothing', { or: [] }, ''],
    ['and of nothing', { and: [] }, 'ABCDE'],
    ['null sets no limit', { and: null, name: null, createdAt: { gt: null } }, 'ABCDE'],
  ])('filters: %s', async (_, filter, expected) => {
    expect(await filtered(filter)).toBe(expected);
  });

  it('filters by id, also of what a row belongs to', async () => {
    expect(await filtered({ id: { in: [ids[4], ids[1], 'cus_unknown'] } })).toBe('BE');
    expect(await filtered({ id: { nin: [ids[4]] } })).toBe('ABCD');
    const { inquiries } = await ask(
      'query ($f: InquiryFilter) { inquiries(filter: $f) { totalCount nodes { id } } }',
      {
        f: { customerId: { eq: ids[0] }, venueId: { eq: null } },
      },
    );
    expect(inquiries).toEqual({ totalCount: 2, nodes: [{ id: inquiryIds[2] }, { id: inquiryIds[1] }] });
  });

  it('filters by values of enums', async () => {
    const query = 'query ($f: InquiryFilter) { inquiries(filter: $f) { totalCount } }';
    const count = async (f: object) => (await ask(query, { f })).inquiries.totalCount;
    expect(await count({ status: { eq: 'ANSWERED' } })).toBe(1);
    expect(await count({ status: { neq: 'ANSWERED' } })).toBe(3);
    expect(await count({ status: { in: ['OPEN', 'ANSWERED'] } })).toBe(4);
    expect(await count({ status: { nin: ['OPEN'] }, channel: { eq: 'EMAIL' } })).toBe(1);
  });

  it('has, for every comparator that the schema offers, an answer', async () => {
    const { __schema: schema } =
      await ask(`{ __schema { queryType { fields { name args { name type { name } } } }
      types { name inputFields { name type { name kind ofType { name kind } } } } } }`);
    type Type = {
      name: string;
      inputFields: { name: string; type: { name: string | null; kind: string } }[] | null;
    };
    const inputsOf = (name: string) =>
      (schema.types as Type[]).find((type) => type.name === name)?.inputFields ?? [];
    const lists = (
      schema.queryType.fields as { name: string; args: { name: string; type: { name: string } }[] }[]
    )
      .map((field) => ({
        field: field.name,
        filter: field.args.find((arg) => arg.name === 'filter')?.type.name,
      }))
      .filter(
        ({ field, filter }) => filter && ['customers', 'inquiries', 'followUps', 'venues'].includes(field),
      );
    let asked = 0;
    for (const { field, filter } of lists) {
      for (const { name, type } of inputsOf(filter!)) {
        for (const comparator of name === 'and' || name === 'or' ? [] : inputsOf(type.name!)) {
          const value = /^DateTime/.test(type.name!) ? at(0) : /Status/.test(type.name!) ? 'OPEN' : 'EMAIL';
          const given = comparator.type.kind === 'LIST' ? [value] : value;
          await ask(`query ($f: ${filter}) { ${field}(filter: $f) { totalCount } }`, {
            f: { [name]: { [comparator.name]: given } },
          });
          asked += 1;
        }
      }
    }
    expect(lists).toHaveLength(4);
    expect(asked).toBeGreaterThan(100);
  });

  it.each([
    ['CREATED_AT', 'ABCDE'],
    ['UPDATED_AT', 'ABCDE'],
    ['NAME', 'ABCDE'],
    ['EMAIL', 'BACDE'],
  ])('sorts customers by %s, both ways, and walks the same order page by page', async (field, expected) => {
    const query = `query ($direction: OrderDirection!, $after: String) {
      customers(first: 2, after: $after, orderBy: { field: ${field}, direction: $direction }) {
        totalCount pageInfo { hasNextPage endCursor } nodes { id } } }`;
    for (const direction of ['ASC', 'DESC']) {
      let [walked, after, pages] = ['', null as string | null, 0];
      do {
        const { customers } = await ask(query, { direction, after });
        expect(customers.totalCount).toBe(5);
        walked += lettersOf(customers);
        after = customers.pageInfo.hasNextPage ? customers.pageInfo.endCursor : null;
        pages += 1;
      } while (after !== null);
      expect(walked).toBe(direction === 'ASC' ? expected : [...expected].reverse().join(''));
      expect(pages).toBe(3);
    }
  });

  it('sorts venues, inquiries and follow-ups by each of their fields', async () => {
    const data = await ask(`{
      names: venues(orderBy: { field: NAME, direction: DESC }) { nodes { name } }
      made: venues(orderBy: { field: CREATED_AT }) { nodes { id } }
      changed: inquiries(orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { subject } }
      created: inquiries(orderBy: { field: CREATED_AT }) { nodes { subject } }
      due: followUps(orderBy: { field: DUE_AT }) { nodes { id } }
      noted: followUps(orderBy: { field: CREATED_AT }) { nodes { id } } }`);
    expect(data.names.nodes).toEqual([{ name: 'South' }, { name: 'North' }]);
    expect(data.made.nodes.map((node: { id: string }) => node.id)).toEqual(venueIds);
    const subjects = (list: { nodes: { subject: string }[] }) =>
      list.nodes.map((node) => node.subject).join();
    expect(subjects(data.changed)).toBe('one,four,three,two');
    expect(subjects(data.created)).toBe('one,two,three,four');
    const [a, b, c] = followUpIds;
    expect(data.due.nodes.map((node: { id: string }) => node.id)).toEqual([b, c, a]);
    expect(data.noted.nodes.map((node: { id: string }) => node.id)).toEqual([a, b, c].sort());
  });

  it('walks backward from the end, and from a cursor, in the order of the list', async () => {
    const query = `query ($last: Int, $before: String) {
      customers(last: $last, before: $before, orderBy: { field: CREATED_AT }) {
        pageInfo { hasNextPage hasPreviousPage startCursor } nodes { id } } }`;
    const end = (await ask(query, { last: 2 })).customers;
    expect([lettersOf(end), end.pageInfo]).toMatchObject([
      'DE',
      { hasNextPage: false, hasPreviousPage: true },
    ]);
    const rest = (await ask(query, { last: 5, before: end.pageInfo.startCursor })).customers;
    expect([lettersOf(rest), rest.pageInfo]).toMatchObject([
      'ABC',
      { hasNextPage: true, hasPreviousPage: false },
    ]);
  });

  it('shows the same rows as nodes and as edges, with cursors that continue after each', async () => {
    const { customers } = await ask('{ customers { nodes { id name } edges { cursor node { id name } } } }');
    expect(customers.edges.map((edge: { node: unknown }) => edge.node)).toEqual(customers.nodes);
    for (const [index, { cursor }] of customers.edges.entries()) {
      const after = (
        await ask('query ($after: String) { customers(after: $after) { nodes { id name } } }', {
          after: cursor,
        })
      ).customers;
      expect(after.nodes).toEqual(customers.nodes.slice(index + 1));
    }
  });
});
