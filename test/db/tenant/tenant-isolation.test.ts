// No read or write of the tenant layer reaches a row outside its workspace and venues: random rows of two workspaces,
// compared with a plain filter in JavaScript.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoredWorkspace } from '../../../src/access/authentication/tables.ts';
import type { Connection } from '../../../src/db/store/database.ts';
import type { ParentLink } from '../../../src/db/statements/select.ts';
import { tableOf, type EntityClass } from '../../../src/db/store/table.ts';
import type { TenantScope } from '../../../src/db/statements/tenancy.ts';
import type { TenantTransaction } from '../../../src/db/tenant/tenant-db.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { FollowUp } from '../../../src/features/follow-ups/follow-up.entity.ts';
import { Inquiry } from '../../../src/features/inquiries/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { customerRow, followUpRow, inquiryRow, venueRow } from '../support/rows.ts';
import { allRows, openStore, rowsOf, type Store } from '../support/store.ts';
import {
  buildWorld,
  kinds,
  scopeIn,
  scopePlan,
  venuesEach,
  visible,
  visibleLinks,
  worldPlan,
  type Kind,
  type ModelRow,
  type World,
} from '../support/world.ts';

class RolledBack extends Error {}

const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).sort();
const everything = { all: [] };
const scopes = fc.array(scopePlan, { minLength: 3, maxLength: 3 });

describeEachEngine('The tenant layer', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  const dbOf = ({ workspaceId, venueIds }: TenantScope) => store.db(workspaceId, venueIds);

  /** Builds random worlds and looks at each with several random scopes. */
  function everywhere(look: (world: World, scope: TenantScope) => Promise<void>): Promise<void> {
    return fc.assert(
      fc.asyncProperty(worldPlan, scopes, async (plans, asking) => {
        const world = await buildWorld(store, plans);
        for (const plan of asking) await look(world, scopeIn(world, plan));
      }),
      { numRuns: 15 },
    );
  }

  /** Does the work, says which rows of a table it changed or removed, and takes it all back. */
  async function changedBy<T>(
    world: World,
    scope: TenantScope,
    table: string,
    work: (tx: TenantTransaction) => Promise<T>,
  ): Promise<{ result: T; changed: string[] }> {
    const keyOf = (row: Record<string, unknown>) =>
      String(row['id'] ?? `${String(row['customer_id'])} ${String(row['venue_id'])}`);
    const read = async (connection: Connection) =>
      new Map(
        (await rowsOf(connection, table, world.workspaceIds)).map((row) => [keyOf(row), JSON.stringify(row)]),
      );
    const before = await read(store.database);
    let after = before;
    const beforeCommit = async (connection: Connection) => {
      after = await read(connection);
      throw new RolledBack();
    };
    let result: T | undefined;
    const db = store.db(scope.workspaceId, scope.venueIds, { beforeCommit });
    const done = db.transaction(async (tx) => (result = await work(tx)));
    await expect(done).rejects.toThrow(RolledBack);
    const keys = [...new Set([...before.keys(), ...after.keys()])];
    const changed = keys.filter((key) => before.get(key) !== after.get(key)).sort();
    return { result: result as T, changed };
  }

  const named = kinds.map((kind) => [kind.table, kind] as const);
  const leaves = named.filter(([, kind]) => kind.isLeaf);

  describe.each(named)('on %s', (_table, kind: Kind) => {
    const table = tableOf(kind.entity);

    it('lists, counts and finds exactly the visible rows', () =>
      everywhere(async (world, scope) => {
        const db = dbOf(scope);
        const expected = idsOf(visible(kind, world, scope));
        expect(idsOf(await db.findAll<ModelRow>(kind.entity, everything))).toEqual(expected);
        const window = { orderBy: 'id', direction: 'DESC', limit: 1 } as const;
        const query = { table, properties: ['id'], condition: everything, window, count: true };
        const { rows, total } = await db.list<ModelRow>(query);
        expect(total).toBe(expected.length);
        expect(idsOf(rows)).toEqual(expected.slice(-1));
        const asked = idsOf(kind.rows(world));
        const found = await db.byIds<ModelRow>(table, ['id'], [...asked, 'unknown']);
        expect([...found.keys()].sort()).toEqual(expected);
        for (const id of asked.slice(0, 3)) {
          expect((await db.find(kind.entity, id)) !== null).toBe(expected.includes(id));
        }
      }));

    it('changes exactly the visible rows, whatever the condition', () =>
      everywhere(async (world, scope) => {
        const patch: Partial<ModelRow> =
          kind.table === 'replies' ? ({ author: 'x' } as object) : { version: undefined };
        /** An update writes only where a value differs. */
        const difference = {
          ...patch,
          ...(kind.table === 'replies' ? {} : { updatedAt: '2000-01-01T00:00:00.000Z' }),
        };
        const expected = idsOf(visible(kind, world, scope));
        const asked = idsOf(kind.rows(world));
        const conditions = [
          everything,
          { any: [everything, { property: 'id', op: 'in', value: asked } as const] },
        ];
        for (const condition of conditions) {
          const { result, changed } = await changedBy(world, scope, kind.table, (tx) =>
            tx.updateWhere<ModelRow>(kind.entity, condition, patch),
          );
          expect(changed).toEqual(expected);
          expect(result).toBe(expected.length);
        }
        for (const id of asked.slice(0, 2)) {
          const { result, changed } = await changedBy(world, scope, kind.table, async (tx) => ({
            isHeld: (await tx.findForUpdate(kind.entity, id)) !== null,
            outcome: await tx.update<ModelRow>(kind.entity, id, difference),
          }));
          const isVisible = expected.includes(id);
          expect(result).toEqual({ isHeld: isVisible, outcome: isVisible ? 'UPDATED' : 'NOT_FOUND' });
          expect(changed).toEqual(isVisible ? [id] : []);
        }
      }));
  });

  describe.each(leaves)('on %s', (_table, kind: Kind) => {
    it('removes exactly the visible rows', () =>
      everywhere(async (world, scope) => {
        const expected = idsOf(visible(kind, world, scope));
        const { result, changed } = await changedBy(world, scope, kind.table, (tx) =>
          tx.removeWhere(kind.entity, everything),
        );
        expect(changed).toEqual(expected);
        expect(result).toBe(expected.length);
      }));
  });

  it('removes exactly the visible links of customers to venues', () =>
    everywhere(async (world, scope) => {
      const { changed } = await changedBy(world, scope, 'customer_venues', (tx) =>
        tx.removeWhere(CustomerVenue, everything),
      );
      expect(changed).toEqual(visibleLinks(world, scope));
    }));

  const edges: [string, EntityClass, ParentLink, (world: World) => readonly ModelRow[]][] = [
    ['customer to inquiries', Inquiry, { by: 'column', property: 'customerId' }, (world) => world.customers],
    ['venue to follow-ups', FollowUp, { by: 'column', property: 'venueId' }, (world) => world.venues],
    [
      ...(['customer to venues', Venue] as const),
      { by: 'link', table: () => CustomerVenue, parent: 'customerId', child: 'venueId' },
      (world) => world.customers,
    ],
    [
      ...(['venue to customers', Customer] as const),
      { by: 'link', table: () => CustomerVenue, parent: 'venueId', child: 'customerId' },
      (world) => world.venues,
    ],
  ];

  it.each(edges)(
    'lists from %s only the visible rows of each parent, with its total',
    (_name, entity, link, parents) =>
      everywhere(async (world, scope) => {
        const kind = kinds.find((candidate) => candidate.entity === entity)!;
        const isChild = (parent: ModelRow, row: ModelRow) =>
          link.by === 'column'
            ? row[link.property as 'customerId'] === parent.id
            : world.links.some(
                (known) =>
                  known[link.parent as 'customerId'] === parent.id &&
                  known[link.child as 'customerId'] === row.id,
              );
        const window = { orderBy: 'id', direction: 'ASC', limit: 2 } as const;
        const query = {
          table: tableOf(entity),
          properties: ['id'],
          condition: everything,
          window,
          count: true,
        };
        const asked = idsOf(parents(world));
        const lists = await dbOf(scope).listPerParent<ModelRow>(query, link, asked);
        expect([...lists.keys()].sort()).toEqual(asked);
        for (const parent of parents(world)) {
          const expected = idsOf(visible(kind, world, scope).filter((row) => isChild(parent, row)));
          const { rows, total } = lists.get(parent.id)!;
          expect(total).toBe(expected.length);
          expect(rows.map(({ id }) => id)).toEqual(expected.slice(0, 2));
        }
      }),
  );

  describe('writing outside', () => {
    let world: World;
    let own: string;
    let mine: string;
    let others: string;
    let foreign: string;
    const restricted = () => ({ workspaceId: own, venueIds: [mine] });
    beforeAll(async () => {
      const customer = { venues: [0, 1], inquiries: [{ venue: 0, replies: 1 }], followUps: [{ venue: 0 }] };
      world = await buildWorld(store, [[customer], [customer]]);
      own = world.workspaceIds[0];
      [mine, others, foreign] = [world.venues[0]!.id, world.venues[1]!.id, world.venues[venuesEach]!.id];
    });

    const customerId = () => world.customers[0]!.id;
    const inserting = (scope: TenantScope, entity: EntityClass, row: object) =>
      dbOf(scope).transaction((tx) => tx.insert(entity, [row]));
    const outside = /outside the caller's venues/;

    it('throws for a row of another venue, of a foreign venue and of none', async () => {
      for (const venueId of [others, foreign, null, undefined]) {
        const inquiry = { ...inquiryRow({ customerId: customerId() }), venueId };
        await expect(inserting(restricted(), Inquiry, inquiry)).rejects.toThrow(outside);
        const followUp = { ...followUpRow({ customerId: customerId() }), venueId };
        await expect(inserting(restricted(), FollowUp, followUp)).rejects.toThrow(outside);
      }
      await inserting(restricted(), Inquiry, inquiryRow({ customerId: customerId(), venueId: mine }));
    });

    it('throws when one row of many lies outside, and writes none of them', async () => {
      const before = await allRows(store.database, 'inquiries');
      const rows = [mine, mine, others].map((venueId) => inquiryRow({ customerId: customerId(), venueId }));
      await expect(dbOf(restricted()).transaction((tx) => tx.insert(Inquiry, rows))).rejects.toThrow(outside);
      expect(await allRows(store.database, 'inquiries')).toEqual(before);
    });

    it('throws for a new venue, which would be outside by its own id', async () => {
      await expect(inserting(restricted(), Venue, venueRow())).rejects.toThrow(outside);
    });

    it('throws when a row would be moved to another venue or to none', async () => {
      const { id } = world.inquiries[0]!;
      for (const venueId of [others, foreign, null]) {
        const moving = dbOf(restricted()).transaction((tx) => tx.update(Inquiry, id, { venueId }));
        await expect(moving).rejects.toThrow(outside);
      }
    });

    it('never moves a row to another workspace, and names the own one on every insert', async () => {
      const row = customerRow();
      const workspaceId = world.workspaceIds[1];
      await inserting({ workspaceId: own, venueIds: null }, Customer, { ...row, workspaceId });
      expect(await dbOf({ workspaceId: own, venueIds: null }).find(Customer, row.id!)).not.toBeNull();
      const moving = store.db(own).transaction((tx) => tx.update(Customer, row.id!, { workspaceId }));
      await expect(moving).rejects.toThrow(/workspace/);
      expect(await store.db(workspaceId).find(Customer, row.id!)).toBeNull();
    });

    it('counts on no row of another workspace, and on no closed row for a restricted caller', async () => {
      const [first, second] = world.workspaceIds;
      const counting = (scope: TenantScope, id: string) =>
        dbOf(scope).transaction((tx) => tx.increment(StoredWorkspace, id, 'lastKeyNumber'));
      expect(await counting({ workspaceId: first, venueIds: null }, first)).toBe(1);
      await expect(counting({ workspaceId: first, venueIds: null }, second)).rejects.toThrow(/No row/);
      await expect(counting(restricted(), first)).rejects.toThrow(/No row/);
    });
  });
});
