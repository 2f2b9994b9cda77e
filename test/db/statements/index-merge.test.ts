// A list under `in`, read from one place of an index for each value: the same rows in the same order as without, on any page,
// and none of the rows in between.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition } from '../../../src/db/statements/condition.ts';
import {
  listStatement,
  type ListQuery,
  type Position,
  type Window,
} from '../../../src/db/statements/select.ts';
import { seeksOf } from '../../../src/db/statements/index-merge.ts';
import { tableOf } from '../../../src/db/store/table.ts';
import type { NewRow, TenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { InquiryChannel, type InquiryStatus, Inquiry } from '../../../src/features/inquiries/index.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { planOf } from '../support/plans.ts';
import { customerRow, inquiryRow, venueRow } from '../support/rows.ts';
import { openStore, type Store } from '../support/store.ts';

const statuses = ['OPEN', 'WAITING', 'ANSWERED', 'CLOSED', 'S5'];
const times = [1, 2, 3, 4, 5, 6].map((day) => `2026-06-0${day}T12:00:00.000Z`);
const channels = [InquiryChannel.WEB, InquiryChannel.PHONE];

const row = fc.record({
  status: fc.constantFrom(...statuses) as fc.Arbitrary<InquiryStatus>,
  channel: fc.constantFrom(...channels),
  createdAt: fc.constantFrom(...times),
  updatedAt: fc.constantFrom(...times),
  venue: fc.constantFrom(0, 1, null),
});
const asked = fc.record({
  statuses: fc.array(fc.constantFrom(...statuses), { maxLength: 7, size: 'max' }),
  venues: fc.option(fc.subarray([0, 1]), { nil: null }),
  channel: fc.option(fc.constantFrom(...channels), { nil: null }),
  since: fc.option(fc.constantFrom(...times), { nil: null }),
  isVenueFirst: fc.boolean(),
  seen: fc.constantFrom(null, [0], [1], [0, 1]),
  orderBy: fc.constantFrom(
    'createdAt' as const,
    'createdAt' as const,
    'createdAt' as const,
    'updatedAt' as const,
  ),
  direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  limit: fc.integer({ min: 1, max: 5 }),
});
type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never;

function conditionOf(
  { statuses, venues, channel, since, isVenueFirst }: Asked,
  venueIds: string[],
): Condition {
  const ofVenues = (venues ?? []).map((venue) => venueIds[venue]!);
  const lists: Condition[] = [{ property: 'status', op: 'in', value: statuses }];
  if (venues) lists.push({ property: 'venueId', op: 'in', value: ofVenues });
  if (isVenueFirst) lists.reverse();
  if (channel) lists.push({ any: [{ property: 'channel', op: 'eq', value: channel }] });
  if (since) lists.push({ property: 'createdAt', op: 'gte', value: since });
  return { all: lists };
}

const inquiries = tableOf(Inquiry);
const order = (row: { id: string }, value: string) => `${value} ${row.id}`;

async function readAll(db: TenantDb, query: ListQuery): Promise<string[]> {
  const ids: string[] = [];
  let after: Position | undefined;
  for (;;) {
    const { rows } = await db.list<Record<string, string>>({ ...query, window: { ...query.window, after } });
    ids.push(...rows.map((found) => found['id']!));
    if (rows.length < query.window.limit) return ids;
    const last = rows.at(-1)!;
    after = { value: last[query.window.orderBy], id: last['id']! };
  }
}

const open = { all: [{ property: 'status', op: 'in', value: ['OPEN', 'WAITING'] }] } as const;
const oldestFirst: Window = { orderBy: 'createdAt', direction: 'ASC', limit: 20 };
const properties = ['id', 'subject', 'createdAt'];
const everywhere = { workspaceId: 'wks_1', venueIds: null };

describeEachEngine('A list under `in`', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  it('answers the rows that plain JavaScript finds, once and in order, page by page', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 8, maxLength: 24, size: 'max' }),
        fc.array(asked, { minLength: 6, maxLength: 6 }),
        async (values, questions) => {
          const workspaceId = await store.workspace();
          const customer = customerRow();
          const venues = [venueRow(), venueRow()];
          const venueIds = venues.map(({ id }) => id);
          const stored = values.map(({ venue, ...value }) =>
            inquiryRow({
              ...value,
              customerId: customer.id,
              venueId: venue === null ? null : venueIds[venue]!,
            }),
          );
          await store.db(workspaceId).transaction(async (tx) => {
            await tx.insert(Venue, venues);
            await tx.insert(Customer, [customer]);
            await tx.insert(Inquiry, stored);
          });
          for (const question of questions) {
            const { orderBy, direction, limit, seen, channel, since } = question;
            const condition = conditionOf(question, venueIds);
            const window = { orderBy, direction, limit };
            const query = { table: inquiries, properties: ['id', orderBy], condition, window, count: true };
            const mayBe = (allowed: readonly number[] | null, { venueId }: NewRow<Inquiry>) =>
              allowed === null || allowed.some((venue) => venueIds[venue] === venueId);
            const expected = stored
              .filter((inquiry) => question.statuses.includes(inquiry.status))
              .filter((inquiry) => mayBe(question.venues, inquiry) && mayBe(seen, inquiry))
              .filter((inquiry) => !channel || inquiry.channel === channel)
              .filter((inquiry) => !since || inquiry.createdAt >= since)
              .sort((a, b) => (order(a, a[orderBy]) < order(b, b[orderBy]) ? -1 : 1));
            if (direction === 'DESC') expected.reverse();
            const db = store.db(workspaceId, seen && seen.map((venue) => venueIds[venue]!));
            expect(await readAll(db, query), JSON.stringify(question)).toEqual(expected.map(({ id }) => id));
            expect((await db.list(query)).total).toBe(expected.length);
          }
        },
      ),
      { numRuns: 25 },
    ));

  it('seeks each value in the index and sorts nothing', async () => {
    const query = { table: inquiries, properties, condition: open, window: oldestFirst, count: false };
    const { dialect } = store.database;
    const statement = listStatement(query, everywhere, dialect);
    const plan = await planOf(store.database, { text: dialect.text(statement), values: statement.values });
    expect(plan).toMatchObject({ fullScans: [], sorts: [] });
    expect(plan.text.match(/inquiries_status/g)).toHaveLength(2);
    expect(plan.text).not.toContain('inquiries_created');
  });
});

describe('Lists of one value each are made', () => {
  const list = { table: inquiries, properties, condition: open, window: oldestFirst };
  const isIn = (property: string, value: readonly string[]): Condition => ({
    all: [{ property, op: 'in', value }],
  });

  it('once for each value, with all other conditions in their places', () => {
    const since: Condition = { property: 'createdAt', op: 'gte', value: times[1] };
    const condition = {
      all: [since, { property: 'status', op: 'in' as const, value: ['OPEN', 'OPEN', 'S5'] }],
    };
    expect(seeksOf({ ...list, condition }, everywhere)).toEqual(
      ['OPEN', 'S5'].map((value) => ({ all: [since, { property: 'status', op: 'eq', value }] })),
    );
  });

  it.each<[string, Parameters<typeof seeksOf>[0]]>([
    ['no index has the order', { ...list, window: { ...oldestFirst, orderBy: 'updatedAt' } }],
    ['no index has the property', { ...list, condition: isIn('subject', ['Hours', 'Prices']) }],
    ['there is no value', { ...list, condition: isIn('status', []) }],
    ['there are many values', { ...list, condition: isIn('status', statuses) }],
    [
      'much else is compared',
      { ...list, condition: { all: [...open.all, { any: Array.from({ length: 50 }, () => open) }] } },
    ],
    ['the rows are searched', { ...list, search: [[['massage']]] }],
    ['the order is not read', { ...list, properties: ['id'] }],
    ['it holds for one alternative only', { ...list, condition: { any: [open] } }],
  ])('but not where %s', (_why, asked) => {
    expect(seeksOf(asked, everywhere)).toEqual([asked.condition]);
  });

  it('of a link only for a caller without venues: others may not see what it points to', () => {
    const asked = { ...list, condition: isIn('venueId', ['ven_1', 'ven_2']) };
    expect(seeksOf(asked, everywhere)).toHaveLength(2);
    expect(seeksOf(asked, { ...everywhere, venueIds: ['ven_1'] })).toEqual([asked.condition]);
  });
});
