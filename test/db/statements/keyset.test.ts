// Pages by keyset: every row once and in order, also where many rows share the sort value, and by an index seek.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fold } from '../../../src/core/text/fold.ts';
import {
  listStatement,
  type Direction,
  type ListQuery,
  type Position,
} from '../../../src/db/statements/select.ts';
import { tableOf } from '../../../src/db/store/table.ts';
import type { ListResult, NewRow, TenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { Inquiry } from '../../../src/features/inquiries/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { customerRow, inquiryRow } from '../support/rows.ts';
import { openStore, type Store } from '../support/store.ts';

type Sorted = 'createdAt' | 'version' | 'nameFolded' | 'emailFolded';
const sortValues: Record<Sorted, (row: Partial<Customer>) => string | number> = {
  createdAt: (row) => row.createdAt!,
  version: (row) => row.version!,
  nameFolded: (row) => fold(row.name),
  emailFolded: (row) => fold(row.email),
};

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function sorted<T extends { id?: string }>(
  rows: readonly T[],
  value: (row: T) => string | number,
  by: Direction,
): T[] {
  const sign = by === 'ASC' ? 1 : -1;
  return [...rows].sort((a, b) => sign * (compare(value(a), value(b)) || compare(a.id!, b.id!)));
}

/** Few values, so that most rows share theirs with others. */
const text = fc.constantFrom(
  'Anna',
  'ANNA',
  'anna',
  'Łukasz',
  'łukasz',
  'Zoë',
  'İpek',
  '日本',
  '😀',
  '\uffee',
);
const row = fc.record({
  name: text,
  email: fc.option(text, { nil: null }),
  version: fc.nat({ max: 2 }),
  createdAt: fc.constantFrom(
    '2026-06-01T12:00:00.000Z',
    '2026-06-01T12:00:00.001Z',
    '0999-01-01T00:00:00.000Z',
  ),
});
const rows = fc.array(row, { minLength: 1, maxLength: 14 });
const asked = fc.record({
  orderBy: fc.constantFrom(...(Object.keys(sortValues) as Sorted[])),
  direction: fc.constantFrom<Direction[]>('ASC', 'DESC'),
  limit: fc.integer({ min: 1, max: 5 }),
});

type Read = (query: ListQuery) => Promise<ListResult<Record<string, string>>>;

/** Reads page after page, each from the last row of the one before it. Returns the ids. */
async function readAll(read: Read, query: ListQuery): Promise<string[]> {
  const ids: string[] = [];
  let after: Position | undefined;
  for (;;) {
    const page = await read({ ...query, window: { ...query.window, after } });
    ids.push(...page.rows.map((found) => found['id']!));
    if (page.rows.length < query.window.limit) return ids;
    const last = page.rows.at(-1)!;
    after = { value: last[query.window.orderBy], id: last['id']! };
  }
}

describeEachEngine('Pages by keyset', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  const table = tableOf(Customer);

  async function dbWith(customers: readonly NewRow<Customer>[]): Promise<TenantDb> {
    const db = store.db(await store.workspace());
    await db.transaction((tx) => tx.insert(Customer, customers));
    return db;
  }

  it('give every row once, in the order of the whole list, whatever the sort and the size of a page', () =>
    fc.assert(
      fc.asyncProperty(rows, fc.array(asked, { minLength: 4, maxLength: 4 }), async (values, windows) => {
        const customers = values.map((value) => customerRow(value));
        const db = await dbWith(customers);
        for (const window of windows) {
          const properties = ['id', window.orderBy];
          const query = { table, properties, condition: { all: [] }, window, count: false };
          const expected = sorted(customers, sortValues[window.orderBy], window.direction);
          expect(await readAll((page) => db.list(page), query)).toEqual(expected.map(({ id }) => id));
        }
      }),
      { numRuns: 40 },
    ));

  it("give every parent's rows once and in order, from one position for all", async () => {
    const customers = [customerRow(), customerRow()];
    const db = await dbWith(customers);
    const createdAt = ['2026-06-01T12:00:00.000Z', '2026-06-02T12:00:00.000Z'];
    const inquiries = customers.flatMap(({ id: customerId }) =>
      Array.from({ length: 9 }, (_, index) => inquiryRow({ customerId, createdAt: createdAt[index % 2]! })),
    );
    await db.transaction((tx) => tx.insert(Inquiry, inquiries));
    for (const direction of ['ASC', 'DESC'] as const) {
      const window = { orderBy: 'createdAt', direction, limit: 4 };
      const properties = ['id', 'createdAt'];
      const query = { table: tableOf(Inquiry), properties, condition: { all: [] }, window, count: false };
      for (const { id } of customers) {
        const read: Read = async (page) =>
          (
            await db.listPerParent<Record<string, string>>(page, { by: 'column', property: 'customerId' }, [
              id,
            ])
          ).get(id)!;
        const own = inquiries.filter((inquiry) => inquiry.customerId === id);
        const expected = sorted(own, (inquiry) => inquiry.createdAt!, direction);
        expect(await readAll(read, query)).toEqual(expected.map((inquiry) => inquiry.id));
      }
    }
  });

  it.each([
    ['createdAt', 42],
    ['createdAt', 'garbage'],
    ['createdAt', '2026-02-30T00:00:00.000Z'],
    ['createdAt', '2026-06-01'],
    ['version', 'garbage'],
    ['version', 1.5],
    ['version', 1e15],
    ['nameFolded', 7],
  ])('refuse a position in %s that no row can have: %j', async (orderBy, value) => {
    const db = await dbWith([customerRow()]);
    const window = { orderBy, direction: 'ASC', limit: 2, after: { value, id: 'cus_1' } } as const;
    const query = { table, properties: ['id'], condition: { all: [] }, window, count: false };
    await expect(db.list(query)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('end for a position with characters that no stored text holds', async () => {
    const db = await dbWith([customerRow({ name: 'Anna' })]);
    for (const after of [
      { value: 'zz\0', id: 'cus_1' },
      { value: 'anna', id: 'zzz\0' },
    ]) {
      const window = { orderBy: 'nameFolded', direction: 'ASC', limit: 2, after } as const;
      const query = { table, properties: ['id'], condition: { all: [] }, window, count: false };
      expect((await db.list(query)).rows).toEqual([]);
    }
  });

  it('start by a seek in the index: the rows before the position are not read', async () => {
    const db = await dbWith(Array.from({ length: 50 }, () => customerRow()));
    for (const [orderBy, value] of [
      ['createdAt', '2026-06-01T12:00:00.000Z'],
      ['nameFolded', 'customer'],
    ] as const) {
      const window = { orderBy, direction: 'DESC', limit: 11, after: { value, id: 'cus_5' } } as const;
      const query = { table, properties: ['id'], condition: { all: [] }, window, count: false };
      const statement = listStatement(query, db.scope, store.database.dialect);
      const plan = await store.database.write(async (connection) => {
        if (engine === 'sqlite') return connection.query(sql`EXPLAIN QUERY PLAN ${statement}`);
        // With so few rows a scan would be chosen, and rightly so.
        for (const kind of ['seqscan', 'bitmapscan', 'sort']) {
          await connection.query(sql`${raw(`SET LOCAL enable_${kind} = off`)}`);
        }
        return connection.query(sql`EXPLAIN ${statement}`);
      });
      const column = table.column(orderBy).name;
      const seek =
        engine === 'sqlite'
          ? `workspace_id=? AND (${column},id)<(?,?)`
          : new RegExp(`Index Cond: .*workspace_id = .*ROW\\(${column}, id\\) < ROW\\(`);
      expect(JSON.stringify(plan)).toMatch(seek);
      expect(JSON.stringify(plan)).not.toMatch(/TEMP B-TREE|Sort/);
    }
  });
});
