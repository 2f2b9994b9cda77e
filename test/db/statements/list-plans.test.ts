// Every filter that the schema allows, in every order, for a caller of all venues and of one: the engine reads nothing but what
// an index leads to, on each of the ways to a list. What a way examines is bounded then (see src/db/statements/list-paths.ts), so that the
// number of rows in the store is of no matter, and statistics are not either.
import { isEnumType, isInputObjectType, type GraphQLSchema } from 'graphql';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import type { Comparator, Condition } from '../../../src/db/statements/condition.ts';
import { pathsOf, type Path } from '../../../src/db/statements/list-paths.ts';
import { examineLimits, type ListQuery, type ParentLink } from '../../../src/db/statements/list-query.ts';
import { listsPerParentStatement, listStatement } from '../../../src/db/statements/select.ts';
import { tableOf, type Table } from '../../../src/db/store/table.ts';
import type { TenantScope } from '../../../src/db/statements/tenancy.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { Booking } from '../../../src/features/bookings/index.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { features } from '../../../src/features/index.ts';
import { FollowUp } from '../../../src/features/follow-ups/index.ts';
import { Inquiry, Reply } from '../../../src/features/inquiries/index.ts';
import { Treatment } from '../../../src/features/treatments/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';
import { planOf } from '../support/plans.ts';

const resources = features.flatMap((feature) => feature.resources);
const at = '2026-06-01T12:00:00.000Z';

function valueOf({ kind }: { kind: string }, op: Comparator): unknown {
  const value = kind === 'timestamp' ? at : 'Value';
  return ['in', 'nin', 'hasAny', 'hasAll', 'hasNone'].includes(op) ? [value, `${value} 2`] : value;
}

/** Each comparison that the filter of a resource allows. */
function comparisonsOf(schema: GraphQLSchema, name: string, table: Table): Condition[] {
  const filter = schema.getType(`${name}Filter`);
  if (!isInputObjectType(filter)) return [];
  return Object.values(filter.getFields()).flatMap((field): Condition[] => {
    const comparator = field.type;
    if (field.name === 'and' || field.name === 'or' || !isInputObjectType(comparator)) return [];
    const column = table.columns.find(({ property }) => property === field.name);
    // Of what another table knows: it is a list of ids when the list is read.
    if (!column) return [];
    return Object.keys(comparator.getFields()).map((op) =>
      op === 'isNull'
        ? { property: field.name, op: 'eq', value: null }
        : { property: field.name, op: op as Comparator, value: valueOf(column, op as Comparator) },
    );
  });
}

function ordersOf(schema: GraphQLSchema, name: string): string[] {
  const order = schema.getType(`${name}OrderField`);
  return isEnumType(order) ? order.getValues().map(({ value }) => value as string) : [];
}

/** The running number is unique in its workspace, but only SQLite knows that there is nothing left to sort by the id. */
const isUnique = ({ table, window }: ListQuery) => table.name === 'api_keys' && window.orderBy === 'number';

const linked = { by: 'link', table: () => CustomerVenue } as const;
const nested = [
  {
    ...{ from: 'Venue', to: 'Customer', table: tableOf<unknown>(Customer) },
    link: { ...linked, parent: 'venueId', child: 'customerId' } as ParentLink,
    orders: ['createdAt', 'updatedAt', 'nameFolded', 'emailFolded'],
  },
  {
    ...{ from: 'Customer', to: 'Venue', table: tableOf<unknown>(Venue) },
    link: { ...linked, parent: 'customerId', child: 'venueId' } as ParentLink,
    orders: ['createdAt', 'nameFolded'],
  },
  ...(
    [
      ['Customer', 'customerId', Inquiry, ['createdAt', 'updatedAt']],
      ['Venue', 'venueId', Inquiry, ['createdAt', 'updatedAt']],
      ['Customer', 'customerId', Booking, ['startsAt', 'createdAt']],
      ['Venue', 'venueId', Booking, ['startsAt', 'createdAt']],
      ['Customer', 'customerId', FollowUp, ['dueAt', 'createdAt']],
      ['Inquiry', 'inquiryId', FollowUp, ['dueAt', 'createdAt']],
      ['Inquiry', 'inquiryId', Reply, ['createdAt']],
      ['Venue', 'venueId', Treatment, ['createdAt']],
    ] as const
  ).map(([from, property, entity, orders]) => ({
    ...{ from, to: entity.name, table: tableOf<unknown>(entity), orders },
    link: { by: 'column', property } as ParentLink,
  })),
];

/** Whether a way below a parent begins with the parent: then it must not read more than what is below it. */
const isOfParent = (path: Path) =>
  path.kind === 'exact' ||
  path.kind === 'links' ||
  (path.kind === 'order' && path.ofParent) ||
  (path.kind === 'driver' &&
    (path.driver.by === 'link' || (path.driver.by === 'index' && path.driver.ofParent)));

/** The ids of the parents are read in full, as they should be. */
const isOfRows = (scan: string) => !/parent|Function Scan/.test(scan);

describeEachEngine('Every list', (engine) => {
  let house: TestHouse;
  let workspaceId: string;
  /** Tables of which it matters how they are read: Postgres, with statistics, rightly reads a tiny one as a whole. */
  const isRead = new Set<string>();
  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    workspaceId = workspace.workspaceId;
    await seedWorkspace(systemContext(house.app, workspaceId), { customers: 300, seed: 1 });
    for (const { table } of resources) {
      const [found] = await house.app.database.query<{ rows: number }>(
        sql`SELECT CAST(count(*) AS integer) AS "rows" FROM ${raw(`"${table.name}"`)}`,
      );
      if (engine === 'sqlite' || found!.rows >= 200) isRead.add(table.name);
    }
    expect([...isRead]).toEqual(expect.arrayContaining(['customers', 'inquiries', 'follow_ups']));
  }, 180_000);
  afterAll(() => house.close());

  async function assertPlan(query: ListQuery, scope: TenantScope, path: Path) {
    const { database } = house.app;
    const { dialect } = database;
    const statement = listStatement(query, scope, dialect, { path });
    const plan = await planOf(database, { text: dialect.text(statement), values: statement.values });
    const what = `${JSON.stringify([query.condition, query.window.orderBy, path])}\n${plan.text}`;
    if (isRead.has(query.table.name)) expect(plan.fullScans, what).toEqual([]);
    if (path.kind !== 'driver' && !isUnique(query)) expect(plan.sorts, what).toEqual([]);
    // Postgres without statistics takes any index of the workspace; it has them soon.
    const isOfFew = path.kind === 'driver' && path.driver.by === 'index' && engine === 'sqlite';
    if (isOfFew) expect(plan.ofWorkspace, what).toEqual([]);
  }

  describe.each(['as they come', 'with statistics'])('%s', (kind) => {
    beforeAll(async () => {
      if (kind === 'with statistics')
        await house.app.database.write((connection) => connection.query(sql`ANALYZE`));
    });

    it.each(resources.filter(({ name }) => name !== 'Reply').map((resource) => [resource.name, resource]))(
      'of %s is read by an index, whatever its filter and order',
      { timeout: 180_000 },
      async (name, { table }) => {
        const { schema } = house.app.schema;
        const orders = ordersOf(schema, name);
        const conditions = [null, ...comparisonsOf(schema, name, table)];
        expect(orders.length).toBeGreaterThan(0);
        expect(conditions.length).toBeGreaterThan(5);
        for (const venueIds of [null, ['ven_a'], ['ven_a', 'ven_b']]) {
          for (const orderBy of orders) {
            for (const condition of conditions) {
              const window = { orderBy, direction: 'DESC', limit: 50 } as const;
              const all = condition ? [condition] : [];
              const query: ListQuery = {
                ...{ table, properties: ['id', orderBy], condition: { all }, window, count: false },
                limits: examineLimits,
              };
              const scope = { workspaceId, venueIds };
              for (const path of pathsOf({ query, scope })) await assertPlan(query, scope, path);
            }
          }
        }
      },
    );

    it.each(nested)('of $to below $from leads to its rows by an index', async ({ link, table, orders }) => {
      const { database } = house.app;
      for (const venueIds of [null, ['ven_a']]) {
        for (const [orderBy, count] of orders.flatMap((order) =>
          [true, false].map((is) => [order, is] as const),
        )) {
          const window = { orderBy, direction: 'DESC', limit: 1 } as const;
          const condition: Condition = { all: [{ property: 'createdAt', op: 'gte', value: at }] };
          for (const all of [[], [condition]]) {
            const query = {
              table,
              properties: ['id', orderBy],
              condition: { all },
              window,
              count,
              limits: examineLimits,
            };
            const scope = { workspaceId, venueIds };
            for (const path of pathsOf({ query, scope, link }, 50)) {
              const lists = [{ query, link, path }];
              const statement = listsPerParentStatement(lists, ['a', 'b'], scope, database.dialect);
              const text = database.dialect.text(statement);
              const plan = await planOf(database, { text, values: statement.values });
              const what = `${JSON.stringify(path)}\n${plan.text}`;
              if (!isRead.has(table.name)) continue;
              expect(plan.fullScans.filter(isOfRows), what).toEqual([]);
              // Without statistics Postgres takes any index as well; it has them soon.
              const isSure = engine === 'sqlite' || kind === 'with statistics';
              if (isSure && isOfParent(path)) expect(plan.ofWorkspace, what).toEqual([]);
              if (path.kind === 'links') expect(plan.sorts, what).toEqual([]);
            }
          }
        }
      }
    });
  });
});
