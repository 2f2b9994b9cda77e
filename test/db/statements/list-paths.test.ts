// Lists that may examine few rows: each answers what it answers without a limit, or is refused. It is never cut short, whatever
// the filter, the order, the search, the page, the caller's venues and the parent.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/core/errors.ts';
import type { Comparator, Condition } from '../../../src/db/statements/condition.ts';
import type { ListAt } from '../../../src/db/statements/list-indexes.ts';
import { pathsOf } from '../../../src/db/statements/list-paths.ts';
import {
  examineLimits,
  type ExamineLimits,
  type ListQuery,
  type ParentLink,
} from '../../../src/db/statements/list-query.ts';
import { tableOf, type EntityClass } from '../../../src/db/store/table.ts';
import type { TenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { Inquiry, InquiryChannel, InquiryStatus } from '../../../src/features/inquiries/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { customerRow, inquiryRow, venueRow } from '../support/rows.ts';
import { openStore, type Store } from '../support/store.ts';

const times = [1, 2, 3, 4].map((day) => `2026-06-0${day}T12:00:00.000Z`);
const names = ['Ann', 'anna', 'Anna Berg', 'Bob', 'Zoë', '\u{10FFFF}', 'a\uD7FFb'];
const emails = [null, 'A@x.example', 'a@x.example', 'b@y.example'];
const cities = [null, 'Berlin', 'berlin', 'Bonn'];
const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);

const person = fc.record({
  name: pick(names),
  email: pick(emails),
  city: pick(cities),
  createdAt: pick(times),
  updatedAt: pick(times),
  venues: fc.subarray([0, 1, 2]),
  inquiries: fc.array(
    fc.record({
      channel: pick(Object.values(InquiryChannel).slice(0, 2)),
      status: pick(Object.values(InquiryStatus).slice(0, 3)),
      venue: pick([null, 0, 1, 2]),
      createdAt: pick(times),
      updatedAt: pick(times),
    }),
    { maxLength: 2 },
  ),
});
type Person = typeof person extends fc.Arbitrary<infer T> ? T : never;

const compare = (property: string, ops: readonly Comparator[], values: readonly unknown[]) =>
  fc.oneof(
    ...ops.map((op) =>
      (op === 'in' || op === 'nin'
        ? fc.uniqueArray(pick(values.filter((value) => value !== null)), { maxLength: 2 })
        : pick(values.filter((value) => value !== null || op === 'eq' || op === 'neq'))
      ).map((value): Condition => ({ property, op, value })),
    ),
  );
const ofTexts = ['eq', 'neq', 'in', 'nin', 'contains', 'startsWith'] as const;
const ofTimes = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'] as const;
const ofIds = ['eq', 'neq', 'in', 'nin'] as const;
const texts = [...names, 'a', 'an', 'B', '', '@x'];

interface Kind {
  readonly entity: EntityClass;
  readonly comparison: fc.Arbitrary<Condition>;
  readonly orders: readonly string[];
  readonly isSearched: boolean;
  readonly links: readonly ParentLink[];
}

const customers: Kind = {
  entity: Customer,
  comparison: fc.oneof(
    compare('name', ofTexts, texts),
    compare('email', ofTexts, [...emails, 'a', 'b@']),
    compare('city', ofTexts, [...cities, 'b']),
    compare('createdAt', ofTimes, times),
    compare('updatedAt', ofTimes, times),
  ),
  orders: ['createdAt', 'updatedAt', 'nameFolded', 'emailFolded'],
  isSearched: true,
  links: [{ by: 'link', table: () => CustomerVenue, parent: 'venueId', child: 'customerId' }],
};
const inquiries: Kind = {
  entity: Inquiry,
  comparison: fc.oneof(
    compare('channel', ofIds, Object.values(InquiryChannel).slice(0, 3)),
    compare('status', ofIds, Object.values(InquiryStatus)),
    compare('venueId', ['eq', 'neq'], [null]),
    compare('subject', ofTexts, ['Subject', 'sub', 'x']),
    compare('createdAt', ofTimes, times),
    compare('updatedAt', ofTimes, times),
  ),
  orders: ['createdAt', 'updatedAt'],
  isSearched: false,
  links: [{ by: 'column', property: 'venueId' }],
};

const questionOf = ({ comparison, orders, isSearched }: Kind) =>
  fc.record({
    condition: fc.oneof(
      { weight: 4, arbitrary: fc.array(comparison, { maxLength: 2 }).map((all): Condition => ({ all })) },
      fc.tuple(comparison, comparison).map((any): Condition => ({ all: [{ any }] })),
      fc.tuple(comparison, comparison).map((all): Condition => ({ all: [{ all }] })),
    ),
    search: isSearched ? pick([[], [], [[['an']]], [[['b']], [['an']]]]) : fc.constant([]),
    orderBy: pick(orders),
    direction: pick(['ASC', 'DESC'] as const),
    limit: fc.integer({ min: 1, max: 4 }),
    count: fc.boolean(),
    seen: pick([null, [0], [1], [0, 2], []]),
    isSecondPage: fc.boolean(),
  });
type Question = ReturnType<typeof questionOf> extends fc.Arbitrary<infer T> ? T : never;

const few: ExamineLimits = { firstInOrder: 2, inOrder: 5, apart: 3, perParent: 2, counted: 6 };
const one: ExamineLimits = { firstInOrder: 1, inOrder: 1, apart: 1, perParent: 1, counted: 1 };

async function build(store: Store, people: readonly Person[]) {
  const workspaceId = await store.workspace();
  const venues = [venueRow(), venueRow(), venueRow()];
  const venueIds = venues.map(({ id }) => id);
  const made = people.map(({ venues: of, inquiries: asked, ...values }) => {
    const customer = customerRow(values);
    const links = of.map((venue) => ({ customerId: customer.id, venueId: venueIds[venue]! }));
    const rows = asked.map(({ venue, ...rest }) =>
      inquiryRow({ ...rest, customerId: customer.id, venueId: venue === null ? null : venueIds[venue]! }),
    );
    return { customer, links, rows };
  });
  await store.db(workspaceId).transaction(async (tx) => {
    await tx.insert(Venue, venues);
    await tx.insert(
      Customer,
      made.map(({ customer }) => customer),
    );
    await tx.insert(
      CustomerVenue,
      made.flatMap(({ links }) => links),
    );
    await tx.insert(
      Inquiry,
      made.flatMap(({ rows }) => rows as Inquiry[]),
    );
  });
  return { workspaceId, venueIds };
}

describeEachEngine('A list that may examine few rows', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  const outcomes = { answered: 0, refused: 0 };

  /** What the list answers, or 'refused'. */
  async function ask<T>(read: () => Promise<T>): Promise<T | 'refused'> {
    try {
      const answer = await read();
      outcomes.answered += 1;
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'QUERY_TOO_EXPENSIVE') throw error;
      outcomes.refused += 1;
      return 'refused';
    }
  }

  async function queryOf(kind: Kind, question: Question, db: TenantDb): Promise<ListQuery> {
    const { orderBy, direction, limit, isSecondPage } = question;
    const { condition, search, count } = question;
    const window = { orderBy, direction, limit };
    const list = {
      table: tableOf(kind.entity),
      properties: ['id', orderBy],
      condition,
      search,
      count,
    };
    if (!isSecondPage) return { ...list, window };
    const { rows } = await db.list<Record<string, string>>({ ...list, window: { ...window, limit: 1 } });
    const after = rows[0] && { value: rows[0][orderBy], id: rows[0]['id']! };
    return { ...list, window: { ...window, after } };
  }

  it.each([
    ['customers', customers],
    ['inquiries', inquiries],
  ])('of %s is whole or refused', { timeout: 120_000 }, async (_name, kind) => {
    Object.assign(outcomes, { answered: 0, refused: 0 });
    const run = fc.asyncProperty(
      fc.array(person, { minLength: 4, maxLength: 9 }),
      fc.array(questionOf(kind), { minLength: 12, maxLength: 12 }),
      async (people, questions) => {
        // Another workspace with rows of its own, of which none may be found.
        await build(store, people);
        const { workspaceId, venueIds } = await build(store, people);
        for (const question of questions) {
          const db = store.db(workspaceId, question.seen && question.seen.map((venue) => venueIds[venue]!));
          const query = await queryOf(kind, question, db);
          const { rows, total } = await db.list(query);
          const what = JSON.stringify(question);
          for (const limits of [one, few]) {
            const limited = await ask(() => db.list({ ...query, limits }));
            if (limited !== 'refused') expect([limited.rows, limited.total], what).toEqual([rows, total]);
          }
          const generous = await db.list({ ...query, limits: examineLimits });
          expect([generous.rows, generous.total], what).toEqual([rows, total]);
          for (const link of kind.links) {
            // A caller does not get to the venues that it may not see.
            const parents = venueIds.filter((_, index) => question.seen?.includes(index) ?? true);
            const below = await db.listPerParent(query, link, parents);
            for (const limits of [one, few, examineLimits]) {
              const found = await ask(() => db.listPerParent({ ...query, limits }, link, parents));
              if (found !== 'refused') expect([...found], what).toEqual([...below]);
              else expect(limits, what).not.toBe(examineLimits);
            }
          }
        }
      },
    );
    await fc.assert(run, { numRuns: 12 });
    expect(outcomes.answered).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(30);
  });
});

describeEachEngine('A list of which no row can be', (engine) => {
  it('is empty, however few rows it may examine', async () => {
    const store = await openStore(engine);
    const { workspaceId, venueIds } = await build(
      store,
      Array.from({ length: 20 }, (_, index) => ({
        ...{ name: `Nr ${index}`, email: null, city: 'Bonn', createdAt: times[0]!, updatedAt: times[0]! },
        ...{ venues: [0], inquiries: [] },
      })),
    );
    const ofNone: Condition[] = [
      { property: 'id', op: 'in', value: [] },
      { property: 'name', op: 'in', value: [] },
      { any: [] },
      { all: [{ property: 'city', op: 'eq', value: 'Bonn' }, { any: [{ any: [] }] }] },
    ];
    for (const condition of ofNone) {
      const window = { orderBy: 'updatedAt', direction: 'DESC', limit: 2 } as const;
      const query = {
        table: tableOf(Customer),
        properties: ['id'],
        condition,
        window,
        count: true,
        limits: one,
      };
      expect(await store.db(workspaceId).list(query)).toMatchObject({ rows: [], total: 0 });
      const below = await store.db(workspaceId).listPerParent(query, customers.links[0]!, venueIds);
      expect([...below.values()]).toEqual(
        venueIds.map(() => expect.objectContaining({ rows: [], total: 0 })),
      );
    }
    await store.close();
  });
});

describe('The ways to a list', () => {
  const everywhere = { workspaceId: 'wks_1', venueIds: null };
  const window = { orderBy: 'createdAt', direction: 'DESC', limit: 50 } as const;
  const query = {
    ...{ table: tableOf(Customer), properties: ['id'], condition: { all: [] }, window, count: false },
    limits: examineLimits,
  };
  const waysOf = (part: Condition, more: Partial<ListQuery> = {}) =>
    pathsOf({ query: { ...query, condition: { all: [part] }, ...more }, scope: everywhere }).map((path) =>
      path.kind === 'driver' ? path.driver.by : path.kind,
    );

  it('begin with the index of an exact text', () => {
    expect(waysOf({ property: 'email', op: 'eq', value: 'a@x.example' })).toEqual([
      'index',
      'order',
      'order',
    ]);
  });

  it('are one where an index holds exactly the rows of the list', () => {
    expect(waysOf({ property: 'createdAt', op: 'gte', value: times[0] })).toEqual(['exact']);
    const byName = { window: { ...window, orderBy: 'nameFolded' } };
    expect(waysOf({ property: 'name', op: 'startsWith', value: 'an' }, byName)).toEqual(['exact']);
  });

  it('begin in the wanted order where the filter may leave most of the rows', () => {
    expect(waysOf({ property: 'name', op: 'contains', value: 'an' })).toEqual(['order', 'order']);
    expect(waysOf({ all: [] }, { search: [[['an']]] })).toEqual(['order', 'words', 'order']);
  });

  it('below a venue follow its links, which have the order of its customers', () => {
    const link = { by: 'link', table: () => CustomerVenue, parent: 'venueId', child: 'customerId' } as const;
    const since: Condition = { property: 'createdAt', op: 'gte', value: times[0] };
    const named: Condition = { property: 'name', op: 'contains', value: 'an' };
    const ofVenue = { workspaceId: 'wks_1', venueIds: ['ven_1'] };
    const kinds = (all: readonly Condition[], at: Partial<ListAt>) =>
      pathsOf({ query: { ...query, condition: { all } }, scope: everywhere, ...at }).map((path) =>
        path.kind === 'links' && path.isAll ? 'all links' : path.kind,
      );
    for (const at of [{ link }, { link, scope: ofVenue }, { scope: ofVenue }]) {
      expect(kinds([], at)).toEqual(['all links']);
      expect(kinds([since], at)).toEqual(['all links']);
      expect(kinds([named], at)).toEqual(['links', 'links']);
      expect(kinds([{ any: [since, named] }], at)).toEqual(['links', 'links']);
    }
    const byName = { ...query, window: { ...window, orderBy: 'nameFolded' } };
    expect(pathsOf({ query: byName, scope: everywhere, link }).map(({ kind }) => kind)).not.toContain(
      'links',
    );
    const ofTwo = { workspaceId: 'wks_1', venueIds: ['ven_1', 'ven_2'] };
    expect(kinds([], { scope: ofTwo })).not.toContain('all links');
    const ofCustomer = { ...link, parent: 'customerId', child: 'venueId' };
    expect(kinds([], { link: ofCustomer, scope: ofVenue })).not.toContain('all links');
  });

  it('are not bounded where no limits are given', () => {
    const { limits: _limits, ...unlimited } = query;
    const condition: Condition = { property: 'name', op: 'contains', value: 'an' };
    expect(pathsOf({ query: { ...unlimited, condition }, scope: everywhere })).toEqual([{ kind: 'exact' }]);
  });
});
