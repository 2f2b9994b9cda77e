// `totalCount` of a whole list is kept by the store: always the number that counting would give, whoever wrote and however.
import fc from 'fast-check';
import sql, { raw } from 'sql-template-tag';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dataSourceOptions } from '../../../src/db/data-source.ts';
import { RowCounts1767225600014 } from '../../../src/db/migrations/versions/0.1/14-row-counts.ts';
import type { Condition } from '../../../src/db/statements/condition.ts';
import { tableOf, type EntityClass } from '../../../src/db/store/table.ts';
import { Booking } from '../../../src/features/bookings/index.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { FollowUp } from '../../../src/features/follow-ups/follow-up.entity.ts';
import { Inquiry } from '../../../src/features/inquiries/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { customerRow, followUpRow, inquiryRow } from '../support/rows.ts';
import { databaseUrl, entities, openStore, type Store } from '../support/store.ts';

const counted: readonly EntityClass[] = [Customer, Inquiry, FollowUp, Booking];
const everything: Condition = { all: [] };

interface Step {
  readonly workspace: 0 | 1;
  readonly kind: 'insert' | 'undone' | 'delete' | 'again';
  readonly rows: number;
}

const steps = fc.array(
  fc.record({
    workspace: fc.constantFrom(0 as const, 1 as const),
    kind: fc.constantFrom('insert' as const, 'undone' as const, 'delete' as const, 'again' as const),
    rows: fc.integer({ min: 0, max: 7 }),
  }),
  { minLength: 1, maxLength: 12 },
);

describeEachEngine('The number of rows of a workspace', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  const window = { orderBy: 'id', direction: 'ASC', limit: 1 } as const;
  const listOf = (entity: EntityClass, condition: Condition = everything) => ({
    ...{ table: tableOf(entity), properties: ['id'], condition, window, count: true },
  });
  const kept = (workspaceId: string) =>
    Promise.all(counted.map(async (entity) => (await store.db(workspaceId).list(listOf(entity))).total));
  const recount = (workspaceId: string) =>
    Promise.all(
      counted.map(async (entity) => {
        const table = raw(`"${tableOf(entity).name}"`);
        const rows = await store.database.query(
          sql`SELECT "id" FROM ${table} WHERE "workspace_id" = ${workspaceId}`,
        );
        return rows.length;
      }),
    );

  async function insert(workspaceId: string, count: number, fails: boolean): Promise<void> {
    const customers = Array.from({ length: count }, () => customerRow());
    const ofCustomers = customers.flatMap(({ id }) => [
      inquiryRow({ customerId: id! }),
      inquiryRow({ customerId: id! }),
    ]);
    const work = store.db(workspaceId).transaction(async (tx) => {
      if (count > 0) await tx.insert(Customer, customers);
      if (count > 0) await tx.insert(Inquiry, ofCustomers);
      for (const { id } of customers) await tx.insert(FollowUp, [followUpRow({ customerId: id! })]);
      if (fails) throw new Error('taken back');
    });
    if (fails) await expect(work).rejects.toThrow('taken back');
    else await work;
  }

  /** Customers with all that belongs to them: the rest goes by the references. */
  async function remove(workspaceId: string, count: number): Promise<void> {
    const found = await store.db(workspaceId).findAll(Customer, everything);
    const ids = found.slice(0, count).map(({ id }) => id);
    await store.db(workspaceId).transaction(async (tx) => {
      await tx.removeWhere(FollowUp, { property: 'customerId', op: 'in', value: ids });
      await tx.removeWhere(Inquiry, { property: 'customerId', op: 'in', value: ids });
      await tx.removeWhere(Customer, { property: 'id', op: 'in', value: ids });
    });
  }

  async function insertAgain(workspaceId: string, count: number): Promise<void> {
    const found = await store.db(workspaceId).findAll(Customer, everything);
    const rows = found.slice(0, count).map(({ id }) => customerRow({ id }));
    const db = store.db(workspaceId);
    if (rows.length === 0) return;
    // What is there already is not added. (The store says so: of such rows the words would be others.)
    await expect(
      db.transaction((tx) => tx.insert(Customer, rows, { ignoreDuplicates: true })),
    ).rejects.toThrow();
  }

  async function take({ kind, rows }: Step, workspaceId: string): Promise<void> {
    if (kind === 'insert' || kind === 'undone') await insert(workspaceId, rows, kind === 'undone');
    else if (kind === 'delete') await remove(workspaceId, rows);
    else await insertAgain(workspaceId, rows);
  }

  it('is what counting gives after any inserts and deletes, done or taken back', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const workspaces = [await store.workspace(), await store.workspace()] as const;
        for (const step of taken) await take(step, workspaces[step.workspace]);
        for (const id of workspaces) expect(await kept(id)).toEqual(await recount(id));
      }),
      { numRuns: 25 },
    );
  });

  it('is right after many have written at once', async () => {
    const id = await store.workspace();
    await Promise.all(Array.from({ length: 40 }, (_, index) => insert(id, 3, index % 4 === 0)));
    expect(await kept(id)).toEqual([90, 180, 90, 0]);
    expect(await recount(id)).toEqual([90, 180, 90, 0]);
  });

  it('is of one workspace, and not of a list with a condition or of some venues', async () => {
    const [id, other] = [await store.workspace(), await store.workspace()];
    await insert(id, 2, false);
    await insert(other, 5, false);
    expect((await store.db(id).list(listOf(Customer))).total).toBe(2);
    const named: Condition = { property: 'name', op: 'eq', value: 'Nobody' };
    expect((await store.db(id).list(listOf(Customer, named))).total).toBe(0);
    expect((await store.db(id, ['ven_none']).list(listOf(Customer))).total).toBe(0);
  });

  it('begins with what the tables held before', async () => {
    const id = await store.workspace();
    await insert(id, 4, false);
    const source = await new DataSource(dataSourceOptions(databaseUrl(store.engine), entities)).initialize();
    const runner = source.createQueryRunner();
    await new RowCounts1767225600014().down(runner);
    await insert(id, 1, false);
    await new RowCounts1767225600014().up(runner);
    await runner.release();
    await source.destroy();
    await insert(id, 1, false);
    expect(await kept(id)).toEqual([6, 12, 6, 0]);
  });
});
