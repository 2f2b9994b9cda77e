// Every list of the API, page by page: forwards, backwards, sorted by each of its fields; and which cursors are refused.
import { Buffer } from 'node:buffer';
import { getNamedType, isEnumType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { fold } from '../../../src/core/text/fold.ts';
import { createCustomer } from '../../../src/features/customers/customer.service.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Answer,
  type Caller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';

interface Edge {
  readonly cursor: string;
  readonly node: Readonly<Record<string, string | number | null>>;
}
interface Connection {
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly edges: readonly Edge[];
}

interface List {
  readonly name: string;
  readonly orderFields: readonly string[];
}

/** Every root list of the schema with the fields it can be sorted by, so that a new list is covered from its first day. */
function listsOf({ app }: TestHouse): List[] {
  const fields = Object.values(app.schema.schema.getQueryType()!.getFields());
  return fields.flatMap(({ name, args }): List[] => {
    const orderBy = getNamedType(args.find((arg) => arg.name === 'orderBy')?.type);
    const field = isInputObjectType(orderBy) ? getNamedType(orderBy.getFields()['field']!.type) : null;
    return isEnumType(field) ? [{ name, orderFields: field.getValues().map((value) => value.name) }] : [];
  });
}

/** CREATED_AT -> createdAt. */
const propertyOf = (orderField: string) =>
  orderField.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());

function sortValue({ node }: Edge, property: string): string | number {
  const value = node[property];
  if (typeof value === 'number') return value;
  // Instants are compared as they stand, texts as they are folded.
  return /At$|^at$/.test(property) ? String(value) : fold(value ?? null);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const ids = ({ edges }: Connection) => edges.map(({ node }) => node['id']);

describeEachEngine('Lists of the API', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  const rowsEach = 11;

  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' } });
    workspace = await house.workspace();
    owner = await workspace.owner();
    const context = systemContext(house.app, workspace.workspaceId);
    for (let index = 0; index < rowsEach; index += 1) {
      // The clock stands still for three rows at a time: most instants are shared.
      if (index % 3 === 0) house.clock.advance(60_000);
      const name = ['Anna', 'ANNA', 'łukasz', 'Łukasz', 'Zoë'][index % 5]!;
      const venueId = await workspace.venue(name);
      const email = index % 2 === 0 ? null : `${name.toLowerCase().replace(/[^a-z]/g, 'x')}@a.example`;
      const { customerId } = (await createCustomer(context, { name, email })) as { customerId: string };
      const inquiry = { customerId, venueId, subject: name, body: 'When are you open?', channel: 'WEB' };
      const followUp = { customerId, note: name, dueAt: `2026-07-0${1 + (index % 3)}T09:00:00Z` };
      await owner.send(
        `mutation ($inquiry: CreateInquiryInput!, $followUp: CreateFollowUpInput!) {
          createInquiry(input: $inquiry) { userErrors { code } }
          createFollowUp(input: $followUp) { userErrors { code } }
        }`,
        { inquiry, followUp },
      );
      await workspace.key('read:customers');
    }
  });
  afterAll(() => house.close());

  async function page(list: string, property: string, args: string): Promise<Connection> {
    const query = `{ list: ${list}(${args}) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id ${property} } }
    } }`;
    const { data, errors } = await owner.send(query);
    expect(errors).toBeUndefined();
    return (data as { list: Connection }).list;
  }

  it('are sorted by each of their fields, give the same rows page by page in both directions, and know their ends', async () => {
    const lists = listsOf(house);
    expect(lists.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['customers', 'inquiries', 'followUps', 'venues', 'apiKeys', 'users']),
    );
    for (const { name, orderFields } of lists) {
      for (const orderField of orderFields) {
        for (const direction of ['ASC', 'DESC']) {
          const property = propertyOf(orderField);
          const orderBy = `orderBy: { field: ${orderField}, direction: ${direction} }`;
          const whole = await page(name, property, `first: 100, ${orderBy}`);
          const sign = direction === 'ASC' ? 1 : -1;
          const inOrder = [...whole.edges].sort(
            (a, b) =>
              sign *
              (compare(sortValue(a, property), sortValue(b, property)) ||
                compare(String(a.node['id']), String(b.node['id']))),
          );
          const where = `${name} by ${orderField} ${direction}`;
          expect(whole.edges, where).toEqual(inOrder);
          expect(whole.totalCount, where).toBe(whole.edges.length);
          await walk(name, property, orderBy, whole, 'forwards');
          await walk(name, property, orderBy, whole, 'backwards');
        }
      }
    }
  });

  /** Reads the whole list in pages of four and compares rows, cursors and ends. */
  async function walk(
    name: string,
    property: string,
    orderBy: string,
    whole: Connection,
    way: 'forwards' | 'backwards',
  ): Promise<void> {
    const isForward = way === 'forwards';
    const pages: Connection[] = [];
    let from = '';
    for (;;) {
      const window = isForward
        ? `first: 4${from && `, after: "${from}"`}`
        : `last: 4${from && `, before: "${from}"`}`;
      const read = await page(name, property, `${window}, ${orderBy}`);
      const { hasNextPage, hasPreviousPage, startCursor, endCursor } = read.pageInfo;
      const isLast = isForward ? !hasNextPage : !hasPreviousPage;
      expect(isForward ? hasPreviousPage : hasNextPage).toBe(pages.length > 0);
      expect(startCursor).toBe(read.edges[0]?.cursor ?? null);
      expect(endCursor).toBe(read.edges.at(-1)?.cursor ?? null);
      expect(read.totalCount).toBe(whole.totalCount);
      pages.push(read);
      if (isLast) break;
      from = (isForward ? endCursor : startCursor)!;
    }
    const inOrder = isForward ? pages : pages.reverse();
    expect(inOrder.flatMap(({ edges }) => edges)).toEqual(whole.edges);
  }

  it('go on after any row of a page, not only after its last', async () => {
    const whole = await page('customers', 'name', 'first: 100');
    const { cursor } = whole.edges[4]!;
    expect(ids(await page('customers', 'name', `first: 3, after: "${cursor}"`))).toEqual(
      ids(whole).slice(5, 8),
    );
    expect(ids(await page('customers', 'name', `last: 3, before: "${cursor}"`))).toEqual(
      ids(whole).slice(1, 4),
    );
  });

  it('leave a row out of no page and show none twice when rows come in between two pages', async () => {
    const orderBy = 'orderBy: { field: CREATED_AT, direction: DESC }';
    const before = await page('customers', 'name', `first: 100, ${orderBy}`);
    const first = await page('customers', 'name', `first: 4, ${orderBy}`);
    await workspace.customer({ name: 'Newcomer' });
    const rest = await page(
      'customers',
      'name',
      `first: 100, after: "${first.pageInfo.endCursor}", ${orderBy}`,
    );
    expect([...ids(first), ...ids(rest)]).toEqual(ids(before));
  });

  it('have an empty page after the last row', async () => {
    const whole = await page('venues', 'name', 'first: 100');
    const end = await page('venues', 'name', `first: 4, after: "${whole.pageInfo.endCursor}"`);
    expect(end.edges).toEqual([]);
    expect(end.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: null,
      endCursor: null,
    });
    expect(end.totalCount).toBe(whole.totalCount);
  });

  it("page a nested list from its own cursors, for each parent's own rows", async () => {
    const [venueId] = ids(await page('venues', 'name', 'first: 1'));
    const { data } = await owner.send(
      'query ($id: ID!) { venue(id: $id) { customers(first: 5) { edges { cursor } pageInfo { hasNextPage } totalCount } } }',
      { id: venueId },
    );
    expect(data.venue.customers).toMatchObject({ pageInfo: { hasNextPage: false }, totalCount: 1 });
    const after = data.venue.customers.edges[0].cursor as string;
    const next = await owner.send(
      'query ($id: ID!, $after: String) { venue(id: $id) { customers(first: 5, after: $after) { nodes { id } } } }',
      { id: venueId, after },
    );
    expect(next.data.venue.customers.nodes).toEqual([]);
  });

  function expectRefused({ status, errors, data }: Answer): void {
    expect(status).toBe(400);
    expect(errors![0]!.extensions['code']).toBe('BAD_USER_INPUT');
    expect(data?.list ?? null).toBeNull();
  }

  it('refuse a cursor of another sort, direction, filter or list', async () => {
    const { pageInfo } = await page('customers', 'name', 'first: 2');
    for (const args of [
      'orderBy: { field: NAME, direction: DESC }',
      'orderBy: { field: CREATED_AT, direction: ASC }',
      'filter: { name: { contains: "a" } }',
    ]) {
      expectRefused(
        await owner.send(
          `{ list: customers(first: 2, after: "${pageInfo.endCursor}", ${args}) { nodes { id } } }`,
        ),
      );
    }
    for (const list of ['inquiries', 'venues', 'apiKeys']) {
      expectRefused(
        await owner.send(`{ list: ${list}(first: 2, after: "${pageInfo.endCursor}") { nodes { id } } }`),
      );
    }
    expectRefused(
      await owner.send('query ($after: String) { list: venues(first: 2, after: $after) { nodes { id } } }', {
        after: pageInfo.endCursor,
      }),
    );
  });

  it('refuse a cursor that is garbage, or made by hand from a good one', async () => {
    const { pageInfo } = await page('customers', 'name', 'first: 2');
    const [print, , id] = JSON.parse(Buffer.from(pageInfo.endCursor!, 'base64url').toString()) as string[];
    const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const garbage = [
      '',
      ' ',
      'x',
      '!!!',
      '\0',
      'W10',
      made(),
      made(print),
      made(print, null, id),
      made(print, {}, id),
    ];
    const byHand = [
      made(print, 'yesterday', id),
      made(print, 42, id),
      made(print, '2026-02-30T00:00:00.000Z', id),
    ];
    for (const after of [...garbage, ...byHand, made(print, '2026-06-01', id), 'W'.repeat(10_000)]) {
      const query = 'query ($after: String) { list: customers(first: 2, after: $after) { nodes { id } } }';
      expectRefused(await owner.send(query, { after }));
    }
  });
});
