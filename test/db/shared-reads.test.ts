// One row by id, as several requests ask for it at the same moment: one statement for those who see the same rows and want
// the same of them, and for each the answer that a statement of its own gives.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Condition } from '../../src/db/condition.ts';
import type { Connection } from '../../src/db/database.ts';
import type { ListPerParent } from '../../src/db/select.ts';
import { shareReads } from '../../src/db/shared-reads.ts';
import { tableOf } from '../../src/db/table.ts';
import type { TenantScope } from '../../src/db/tenancy.ts';
import { readerOf } from '../../src/db/tenant-reader.ts';
import { Customer } from '../../src/features/customers/index.ts';
import { Inquiry, InquiryStatus } from '../../src/features/inquiries/index.ts';
import { linkToVenues } from '../../src/features/customers/index.ts';
import { Venue } from '../../src/features/venues/index.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse } from '../support/house.ts';
import { customerRow, inquiryRow, venueRow } from './support/rows.ts';
import { gate, openStore, type Store } from './support/store.ts';

const customers = tableOf(Customer);
const inquiries = tableOf(Inquiry);
const everything: Condition = { all: [] };

const asked = fc.record({
  id: fc.nat(4),
  workspace: fc.constantFrom(0, 1),
  venues: fc.constantFrom(null, [], [0], [1], [0, 1]),
  properties: fc.constantFrom(['id', 'name'], ['id', 'email'], ['name']),
  list: fc.constantFrom('none', 'all', 'open', 'two'),
  isLater: fc.boolean(),
});
type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never;

function listOf(kind: Asked['list']): ListPerParent[] {
  if (kind === 'none') return [];
  const open: Condition = { property: 'status', op: 'eq', value: InquiryStatus.OPEN };
  const window = { orderBy: 'createdAt', direction: 'ASC', limit: kind === 'two' ? 2 : 9 } as const;
  const condition = kind === 'open' ? open : everything;
  const query = { table: inquiries, properties: ['id', 'subject'], condition, window, count: true };
  return [{ query, link: { by: 'column', property: 'customerId' } }];
}

/** The same store; `before` runs before each statement. */
function watched({ database }: Store, before: () => void | Promise<void>): Connection {
  return {
    dialect: database.dialect,
    async query(statement) {
      await before();
      return database.query(statement);
    },
  };
}

describeEachEngine('One row that several ask for at the same moment', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  async function fill() {
    const workspaces = [await store.workspace(), await store.workspace()];
    const venueIds: string[][] = [];
    const ids: string[] = [];
    for (const workspaceId of workspaces) {
      const venues = [venueRow(), venueRow()] as { id: string }[];
      const rows = [0, 1].map((n) => customerRow({ name: `C${n}`, email: `c${n}@x.example` }));
      const known = rows as { id: string }[];
      const statuses = [InquiryStatus.OPEN, InquiryStatus.CLOSED, InquiryStatus.OPEN];
      const venueOf = (n: number) => venues[n % 2]!.id;
      const asking = known.flatMap(({ id: customerId }, n) =>
        statuses.map((status) => inquiryRow({ customerId, status, venueId: venueOf(n) })),
      );
      await store.db(workspaceId).transaction(async (tx) => {
        await tx.insert(Venue, venues);
        await tx.insert(Customer, rows);
        await tx.insert(Inquiry, asking);
        await linkToVenues(
          tx,
          known.map(({ id: customerId }, n) => ({ customerId, venueId: venueOf(n) })),
        );
      });
      venueIds.push(venues.map(({ id }) => id));
      ids.push(...known.map(({ id }) => id));
    }
    return { workspaces, venueIds, ids: [...ids, 'cus_unknown'] };
  }

  it('is for each what a statement of its own answers, whoever else asks for what', async () => {
    const { workspaces, venueIds, ids } = await fill();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const scopeOf = ({ workspace, venues }: Asked): TenantScope => ({
      workspaceId: workspaces[workspace]!,
      venueIds: venues?.map((venue) => venueIds[workspace]![venue]!) ?? null,
    });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 2, maxLength: 12 }), async (questions) => {
        const read = shareReads(store.database);
        const answers = await Promise.all(
          questions.map(async (question) => {
            if (question.isLater) await turn();
            const wanted = {
              ...{ table: customers, properties: question.properties, below: listOf(question.list) },
            };
            const id = ids[question.id]!;
            const shared = await read(scopeOf(question), wanted, id);
            const alone = await readerOf(store.database, scopeOf(question)).byIdsWith(wanted, [id]);
            return {
              shared: [shared?.row, shared?.below.get(id)],
              alone: [alone.rows.get(id), alone.below.get(id)],
            };
          }),
        );
        for (const { shared, alone } of answers) {
          expect(shared).toEqual(alone);
          if (alone[0] !== undefined) found += 1;
        }
      }),
    );
    expect(found).toBeGreaterThan(50);
  });

  it('is one statement for the same question, and one more for any other', async () => {
    const { workspaces, venueIds, ids } = await fill();
    let statements = 0;
    const read = shareReads(watched(store, () => void (statements += 1)));
    const countOf = async (questions: readonly [TenantScope, string[], ListPerParent[]][]) => {
      statements = 0;
      await Promise.all(
        questions.flatMap(([scope, properties, below]) =>
          ids.map((id) => read(scope, { table: customers, properties, below }, id)),
        ),
      );
      return statements;
    };
    const all = { workspaceId: workspaces[0]!, venueIds: null };
    const names = ['id', 'name'];
    const open = listOf('open');
    expect(
      await countOf([
        [all, names, []],
        [{ ...all }, [...names], []],
      ]),
    ).toBe(1);
    expect(
      await countOf([
        [all, names, open],
        [all, names, listOf('open')],
      ]),
    ).toBe(1);
    const [first, second] = venueIds[0]!;
    const others: [TenantScope, string[], ListPerParent[]][] = [
      [{ workspaceId: workspaces[1]!, venueIds: null }, names, []],
      [{ ...all, venueIds: [first!] }, names, []],
      [{ ...all, venueIds: [second!] }, names, []],
      [{ ...all, venueIds: [] }, names, []],
      [all, ['id', 'email'], []],
      [all, names, open],
      [all, names, listOf('two')],
    ];
    expect(await countOf([[all, names, []], ...others])).toBe(1 + others.length);
  });

  it('is what the store holds after one has asked, also while an earlier statement runs', async () => {
    const { workspaces, ids } = await fill();
    const scope = { workspaceId: workspaces[0]!, venueIds: null };
    const wanted = { table: customers, properties: ['id', 'name'], below: [] };
    const [begun, mayGoOn] = [gate(), gate()];
    let isFirst = true;
    const read = shareReads(
      watched(store, async () => {
        if (!isFirst) return;
        isFirst = false;
        begun.open();
        await mayGoOn.passed;
      }),
    );
    const early = read(scope, wanted, ids[0]!);
    await begun.passed;
    await store.db(scope.workspaceId).transaction((tx) => tx.update(Customer, ids[0]!, { name: 'New' }));
    const late = read(scope, wanted, ids[0]!);
    expect(await late).toMatchObject({ row: { name: 'New' } });
    mayGoOn.open();
    await early;
  });

  it('is read once for many requests, through the server', async () => {
    const house = await openTestHouse(engine);
    try {
      const [one, two] = [await house.workspace('One'), await house.workspace('Two')];
      const theirs = await Promise.all([one, two].map((workspace) => workspace.customer({ name: 'Ada' })));
      const keys = await Promise.all([one.key('read:customers'), two.key('read:customers')]);
      house.statements.length = 0;
      const asking = Array.from({ length: 24 }, async (_, index) => {
        const id = theirs[index % 3 === 0 ? 1 : 0]!;
        const { data } = await keys[index % 2]!.send('query ($id: ID!) { customer(id: $id) { id } }', { id });
        return data.customer?.id === (id === theirs[index % 2] ? id : undefined);
      });
      expect(await Promise.all(asking)).toEqual(asking.map(() => true));
      const reads = house.statements.filter((text) => text.includes('"customers" AS "parent"'));
      expect(reads.length).toBeLessThan(asking.length);
    } finally {
      await house.close();
    }
  });
});
