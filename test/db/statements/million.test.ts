// A workspace of 1,000,000 customers beside one of 1,000, each in a store of its own: page 1 and page 500 take the same
// statements and the same plans. Takes minutes and some gigabytes, so only on request: LATCHKEY_TEST_MILLION=1.
import { performance } from 'node:perf_hooks';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine, isMillionWanted } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { planOf, type Captured } from '../support/plans.ts';

const rowsPerStatement = 20_000;
const pageSize = 2;

interface World {
  readonly house: TestHouse;
  readonly key: KeyCaller;
  readonly captured: Captured[];
}

/** Copies of one row with the overridden columns, made by the engine itself; `n.i` counts from 1. */
async function multiply(
  { database }: TestHouse['app'],
  {
    table,
    id,
    count,
    columns,
  }: { table: string; id: string; count: number; columns: Record<string, string> },
): Promise<void> {
  const [template] = await database.query<object>(sql`SELECT * FROM ${raw(table)} WHERE id = ${id}`);
  const names = Object.keys(template!);
  const values = names.map((name) => columns[name] ?? `t.${name}`);
  for (let from = 1; from <= count; from += rowsPerStatement) {
    const to = Math.min(count, from + rowsPerStatement - 1);
    const numbers = `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`;
    const rows = `SELECT ${values.join(', ')} FROM n CROSS JOIN ${table} AS t WHERE t.id = '${id}'`;
    await database.write((connection) =>
      connection.execute(sql`${raw(`${numbers} INSERT INTO ${table} (${names.join(', ')}) ${rows}`)}`),
    );
  }
}

async function buildWorld(engine: 'sqlite' | 'postgres', customers: number): Promise<World> {
  const captured: Captured[] = [];
  const house = await openTestHouse(engine, {
    env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000' },
    database: { onStatement: (text, values) => void captured.push({ text, values }) },
  });
  const workspace = await house.workspace();
  const key = await workspace.key('read:customers', 'read:inquiries', 'write:inquiries');
  const customerId = await workspace.customer({ name: 'Ada', email: 'ada@example.net' });
  const create = 'mutation ($i: CreateInquiryInput!) { createInquiry(input: $i) { inquiryId } }';
  const input = { customerId, subject: 'Hours', body: 'When?', channel: 'WEB' };
  const { inquiryId } = (await key.send(create, { i: input })).data.createInquiry as { inquiryId: string };
  const at = (seconds: string) =>
    engine === 'sqlite'
      ? `strftime('%Y-%m-%dT%H:%M:%fZ', ${seconds}, 'unixepoch')`
      : `to_timestamp(${seconds})`;
  const idOf = (prefix: string, number: string) => `'${prefix}_0000000000000000' || (1000000000 + ${number})`;
  const dates = { created_at: at('1577836800 + n.i * 60'), updated_at: at('1577836800 + n.i * 60') };
  const names = { name: `'Ada ' || n.i`, name_folded: `'ada ' || n.i` };
  const columns = { id: idOf('cus', 'n.i'), ...names, ...dates };
  // One is there already.
  await multiply(house.app, { table: 'customers', id: customerId, count: customers - 1, columns });
  await multiply(house.app, {
    ...{ table: 'inquiries', id: inquiryId, count: Math.floor((customers - 1) / 10) },
    columns: { id: idOf('inq', 'n.i'), customer_id: idOf('cus', 'n.i * 10'), ...dates },
  });
  for (const table of ['customers', 'inquiries'])
    await house.app.database.write((connection) => connection.query(sql`ANALYZE ${raw(table)}`));
  return { house, key, captured };
}

const page = (
  after: string | null,
) => `{ customers(first: ${pageSize}${after === null ? '' : `, after: "${after}"`},
  orderBy: { field: CREATED_AT, direction: DESC }) {
    pageInfo { endCursor } nodes { id name inquiries(first: 2) { nodes { id subject } } } } }`;

async function run({ key, captured }: World, document: string) {
  captured.length = 0;
  const { data, errors } = await key.send(document);
  expect(errors).toBeUndefined();
  return { customers: data.customers, statements: captured.slice() };
}

/** The cursor after which page 500 begins, followed page by page. */
async function afterPage499(world: World): Promise<string> {
  let cursor: string | null = null;
  for (let number = 1; number < 500; number += 1) {
    cursor = (await run(world, page(cursor))).customers.pageInfo.endCursor as string;
  }
  return cursor!;
}

/** Kinds of steps, indexes and conditions, without costs and values. */
async function planShapes({ house }: World, statements: readonly Captured[]): Promise<string[]> {
  const plans = await Promise.all(statements.map((one) => planOf(house.app.database, one)));
  return plans.map(({ text }) =>
    house.engine.name === 'sqlite'
      ? text
      : text
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, string>)
          .map((node) => [node['Node Type'], node['Index Name'], node['Index Cond']].join(' '))
          .join('\n')
          .replace(/'[^']*'/g, '?'),
  );
}

async function medianMs(world: World, document: string): Promise<string> {
  const times: number[] = [];
  for (let time = 0; time < 51; time += 1) {
    const startMs = performance.now();
    await run(world, document);
    times.push(performance.now() - startMs);
  }
  return times.sort((a, b) => a - b)[25]!.toFixed(1);
}

describe.skipIf(!isMillionWanted)('1,000,000 customers', () => {
  describeEachEngine('Pages', (engine) => {
    let small: World;
    let large: World;

    beforeAll(async () => {
      small = await buildWorld(engine, 1_000);
      large = await buildWorld(engine, 1_000_000);
    }, 1_800_000);
    afterAll(async () => {
      await small.house.close();
      await large.house.close();
    });

    it('1 and 500 take the same statements and plans as with 1,000', { timeout: 600_000 }, async () => {
      const shapes: string[][] = [];
      const figures: string[] = [];
      for (const world of [small, large]) {
        const documents = [page(null), page(await afterPage499(world))];
        for (const document of documents) {
          const { customers, statements } = await run(world, document);
          expect(customers.nodes).toHaveLength(pageSize);
          shapes.push([...statements.map(({ text }) => text), ...(await planShapes(world, statements))]);
          figures.push(`${statements.length} statements, median ${await medianMs(world, document)} ms`);
        }
      }
      const [firstSmall, laterSmall, firstLarge, laterLarge] = shapes;
      expect(firstLarge).toEqual(firstSmall);
      expect(laterLarge).toEqual(laterSmall);
      expect(laterLarge).toHaveLength(firstLarge!.length);
      expect(laterLarge!.join('\n')).toMatch(/customers_created/);
      const total = await large.key.send('{ customers(first: 1) { totalCount } }');
      expect(total.data.customers.totalCount).toBe(1_000_000);
      process.stderr.write(`${engine}, pages 1 and 500 of 1,000, then of 1,000,000: ${figures.join('; ')}\n`);
    });
  });
});
