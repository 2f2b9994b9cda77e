// Ten thousand rows, page by page, while another connection inserts and deletes: no row that was there throughout is
// missed or seen twice.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { toInstant } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/db/store/database.ts';
import { openDatabase } from '../../../src/db/data-source.ts';
import { createTenantDb, type TenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { customerRow } from '../support/rows.ts';
import { databaseUrl } from '../support/store.ts';

const stayingRows = 10_000;
const leavingRows = 2_000;
const start = Date.parse('2026-01-01T00:00:00.000Z');
/** Few instants and few names for many rows: ties at every border of a page. */
const instants = 1_000;
const names = ['Ada', 'Bo', 'Çelik', 'Dora', 'Émile', 'Farah', 'Łukasz', 'Zoë'];

/** The same "random" numbers in every run. */
function numbers(): (below: number) => number {
  let state = 42;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Edge {
  readonly node: { readonly id: string };
}
interface Connection {
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly edges: readonly Edge[];
}

describeEachEngine('Paging while others insert and delete', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  let others: Database;
  let db: TenantDb;
  const random = numbers();
  const staying: string[] = [];
  let leaving: string[] = [];

  const anywhere = () =>
    customerRow({
      name: names[random(names.length)]!,
      createdAt: toInstant(start + random(instants) * 60_000),
    });
  const insert = async (count: number): Promise<string[]> => {
    const rows = Array.from({ length: count }, anywhere);
    await db.transaction((tx) => tx.insert(Customer, rows));
    return rows.map(({ id }) => id!);
  };

  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' } });
    const workspace = await house.workspace();
    key = await workspace.key('read:customers');
    others = await openDatabase(databaseUrl(house.engine));
    const scope = { workspaceId: workspace.workspaceId, venueIds: null };
    db = createTenantDb({ database: others, clock: house.clock, scope });
    for (let done = 0; done < stayingRows; done += 1_000) staying.push(...(await insert(1_000)));
  });
  beforeEach(async () => {
    leaving = [...leaving, ...(await insert(leavingRows))];
  });
  afterAll(async () => {
    await others.close();
    await house.close();
  });

  /** Inserts and deletes until it is told to stop. Returns how many rows came and went. */
  async function change(isOver: () => boolean): Promise<{ came: number; went: number }> {
    let came = 0;
    let went = 0;
    while (!isOver()) {
      const newcomers = await insert(10);
      came += newcomers.length;
      leaving.push(...newcomers);
      const gone = Array.from({ length: 10 }, () => leaving.splice(random(leaving.length), 1)[0]!);
      went += await db.transaction((tx) =>
        tx.removeWhere(Customer, { property: 'id', op: 'in', value: gone }),
      );
    }
    return { came, went };
  }

  async function page(args: string): Promise<Connection> {
    const connection = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { id } }`;
    const { data, errors } = await key.send(`{ list: customers(${args}) { ${connection} } }`);
    expect(errors).toBeUndefined();
    return (data as { list: Connection }).list;
  }

  async function readAll(orderBy: string, way: 'forwards' | 'backwards'): Promise<string[]> {
    const seen: string[] = [];
    let from: string | null = null;
    for (;;) {
      const position = from === null ? '' : `, ${way === 'forwards' ? 'after' : 'before'}: "${from}"`;
      const window = `${way === 'forwards' ? 'first' : 'last'}: 100${position}`;
      const { edges, pageInfo }: Connection = await page(`${window}, orderBy: ${orderBy}`);
      seen.push(...edges.map(({ node }) => node.id));
      const hasMore = way === 'forwards' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
      if (!hasMore) return seen;
      from = way === 'forwards' ? pageInfo.endCursor : pageInfo.startCursor;
    }
  }

  it.each([
    ['forwards', '{ field: CREATED_AT, direction: DESC }'],
    ['backwards', '{ field: CREATED_AT, direction: DESC }'],
    ['forwards', '{ field: NAME, direction: ASC }'],
    ['backwards', '{ field: NAME, direction: ASC }'],
  ] as const)(
    '%s, by %s: every row that was there throughout is seen, and none twice',
    async (way, orderBy) => {
      let isOver = false;
      const changing = change(() => isOver);
      const seen = await readAll(orderBy, way).finally(() => (isOver = true));
      const { came, went } = await changing;
      const once = new Set(seen);
      expect(seen.length - once.size).toBe(0);
      expect(staying.filter((id) => !once.has(id))).toEqual([]);
      // Otherwise nothing was tried.
      expect(came).toBeGreaterThanOrEqual(50);
      expect(went).toBe(came);
    },
    120_000,
  );
});
