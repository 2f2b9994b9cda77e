// A store of the version before: its rows are there after the migration, with zone names in their spelling, prices as they
// were, versions untouched, and the authors of replies recognised as well as names allow.
import sql, { join, raw } from 'sql-template-tag';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, dataSourceOptions } from '../../../src/db/data-source.ts';
import type { Database } from '../../../src/db/store/database.ts';
import { migrations } from '../../../src/db/migrations/index.ts';
import { describeEachEngine, newEngine, type Engine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';
import { allRows, databaseUrl } from '../support/store.ts';

const lastBefore = 'RowCounts1767225600014';
const before = migrations.slice(
  0,
  migrations.findIndex((Migration) => new Migration().name === lastBefore) + 1,
);
const at = '2026-05-01T12:00:00.000Z';
const later = '2026-05-02T12:00:00.000Z';
const stamps = { version: 3, created_at: at, updated_at: at };

type Values = Readonly<Record<string, string | number | null>>;

const person = (id: string, workspace: string, name: string | null): Values => ({
  ...{ id, workspace_id: workspace, email: `${id}@x.example`, email_folded: `${id}@x.example`, name },
  ...{ role: 'MEMBER', password_hash: 'x', token_version: 1, ...stamps },
});
const key = (id: string, label: string, number: number, created = at): Values => ({
  ...{ id, workspace_id: 'wks_a', number, label, label_folded: label.toLowerCase(), environment: 'LIVE' },
  ...{ scopes: '[]', ip_allowlist: '[]', status: 'ACTIVE', ...stamps, created_at: created },
});
const customer = (id: string, workspace: string, name: string): Values => ({
  ...{
    id,
    workspace_id: workspace,
    name,
    name_folded: name.toLowerCase(),
    email_folded: '',
    city_folded: '',
  },
  ...{ tags: '[]', ...stamps },
});
const venue = (id: string, timezone: string): Values => ({
  ...{ id, workspace_id: 'wks_a', name: 'Venue', name_folded: 'venue', city_folded: '', timezone },
  ...{ opening_hours: '[]', ...stamps },
});
const inquiry = (id: string, workspace: string, customerId: string): Values => ({
  ...{ id, workspace_id: workspace, customer_id: customerId, subject: 'S', subject_folded: 's', body: 'B' },
  ...{ channel: 'WEB', status: 'ANSWERED', ...stamps },
});

/** The author of each reply of the old version, and what is recognised of it. */
const authors: [string, string, string | null, string | null][] = [
  ['inq_a', 'Ada Byron', 'CUSTOMER', 'cus_a'],
  ['inq_a', 'Web form', 'API_KEY', 'key_form'],
  ['inq_a', 'Grace', 'USER', 'usr_grace'],
  // Two keys of that name: one of them it was.
  ['inq_a', 'Twin', 'API_KEY', null],
  // Called like the customer: the API let no customer write.
  ['inq_sam', 'Sam Same', 'API_KEY', 'key_sam'],
  // A key that was made after the reply is another one; a name of another workspace says nothing.
  ['inq_a', 'New key', null, null],
  ['inq_a', 'Foreign', null, null],
  ['inq_a', 'API', 'API_KEY', null],
  ['inq_a', 'Staff', 'USER', null],
  ['inq_a', 'Renamed since', null, null],
  ['inq_b', 'Ada Byron', null, null],
];
const replies = authors.map(([inquiry_id, author], index): Values => {
  const workspace_id = inquiry_id === 'inq_b' ? 'wks_b' : 'wks_a';
  const id = `rep_${String(index).padStart(2, '0')}`;
  return { id, workspace_id, inquiry_id, body: 'B', author, created_at: at };
});

const zones = {
  ...{ ven_a: 'europe/berlin', ven_b: 'ASIA/CALCUTTA', ven_c: 'America/port-au-prince' },
  ...{ ven_d: 'Europe/Kyiv', ven_e: 'est5edt', ven_f: 'UTC' },
};
const treatment = (id: string, cents: number): Values => ({
  ...{ id, workspace_id: 'wks_a', venue_id: 'ven_a', name: 'T', name_folded: 't', duration_minutes: 30 },
  ...{ price_cents: cents, currency: 'EUR', ...stamps },
});

const rows: [string, Values[]][] = [
  ['workspaces', ['wks_a', 'wks_b'].map((id) => ({ id, name: id, last_key_number: 9, created_at: at }))],
  ['users', [person('usr_grace', 'wks_a', 'Grace'), person('usr_x', 'wks_b', 'Foreign')]],
  [
    'api_keys',
    [
      ...[key('key_form', 'Web form', 1), key('key_t1', 'Twin', 2), key('key_t2', 'Twin', 3)],
      ...[key('key_sam', 'Sam Same', 4), key('key_new', 'New key', 5, later)],
    ],
  ],
  ['venues', Object.entries(zones).map(([id, zone]) => venue(id, zone))],
  [
    'customers',
    [
      ...[customer('cus_a', 'wks_a', 'Ada Byron'), customer('cus_sam', 'wks_a', 'Sam Same')],
      customer('cus_b', 'wks_b', 'Bo'),
    ],
  ],
  [
    'inquiries',
    [
      ...[inquiry('inq_a', 'wks_a', 'cus_a'), inquiry('inq_sam', 'wks_a', 'cus_sam')],
      inquiry('inq_b', 'wks_b', 'cus_b'),
    ],
  ],
  [
    'customer_venues',
    ['cus_a', 'cus_sam'].map((customer_id) => ({ workspace_id: 'wks_a', customer_id, venue_id: 'ven_a' })),
  ],
  ['replies', replies],
  ['treatments', [treatment('trt_a', 2_147_483_647), treatment('trt_b', 0)]],
];

describeEachEngine('A store of the version before', (engineName) => {
  let engine: Engine;
  const opened: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    engine = await newEngine(engineName);
    const options = { ...dataSourceOptions(databaseUrl(engine), []), migrations: before };
    const source = await new DataSource(options).initialize();
    await source.runMigrations();
    await source.destroy();
    const database = await open();
    for (const [table, list] of rows) for (const values of list) await insert(database, table, values);
  }, 60_000);
  afterEach(async () => {
    for (const { close } of opened.splice(0)) await close();
    await engine.remove();
  });

  async function open(): Promise<Database> {
    const database = await openDatabase(databaseUrl(engine));
    opened.push(database);
    return database;
  }
  async function insert(database: Database, table: string, values: Values): Promise<void> {
    const names = join(Object.keys(values).map((name) => raw(`"${name}"`)));
    await database.write((tx) =>
      tx.execute(sql`INSERT INTO ${raw(`"${table}"`)} (${names}) VALUES (${join(Object.values(values))})`),
    );
  }
  const column = async (database: Database, table: string, names: readonly string[]) =>
    (await allRows(database, table))
      .sort((x, y) => (String(x['id']) < String(y['id']) ? -1 : 1))
      .map((row) => names.map((name) => row[name]));

  it('keeps every row, rewrites zones and recognises authors, and changes no version', async () => {
    const database = await open();
    expect(await database.hasPendingMigrations()).toBe(true);
    await database.migrate();
    expect(await column(database, 'venues', ['id', 'timezone', 'version'])).toEqual([
      ...[
        ['ven_a', 'Europe/Berlin', 3],
        ['ven_b', 'Asia/Calcutta', 3],
        ['ven_c', 'America/Port-au-Prince', 3],
      ],
      ...[
        ['ven_d', 'Europe/Kyiv', 3],
        ['ven_e', 'EST5EDT', 3],
        ['ven_f', 'UTC', 3],
      ],
    ]);
    expect(await column(database, 'replies', ['author', 'author_kind', 'author_id'])).toEqual(
      authors.map(([, ...found]) => found),
    );
    const prices = await column(database, 'treatments', ['price_cents']);
    expect(prices.map(([cents]) => Number(cents))).toEqual([2_147_483_647, 0]);
    for (const table of ['customers', 'inquiries', 'treatments'])
      expect(new Set((await column(database, table, ['version'])).flat())).toEqual(new Set([3]));
  });

  it('tells each link between a customer and a venue when the customer was made; links made from now on too', async () => {
    const database = await open();
    await database.migrate();
    await insert(database, 'customers', { ...customer('cus_new', 'wks_a', 'Newt'), created_at: later });
    const link = { workspace_id: 'wks_a', customer_id: 'cus_new', venue_id: 'ven_a' };
    await insert(database, 'customer_venues', link);
    const made = new Map((await column(database, 'customers', ['id', 'created_at'])) as [string, unknown][]);
    const known = await column(database, 'customer_venues', ['customer_id', 'customer_created_at']);
    expect(known).toHaveLength(3);
    for (const [id, createdAt] of known) expect([id, createdAt]).toEqual([id, made.get(id as string)]);
    expect(made.get('cus_new')).not.toEqual(made.get('cus_a'));
  });

  it('lets a server that has not been replaced yet go on writing replies; they count as answers', async () => {
    const database = await open();
    await database.migrate();
    await insert(database, 'replies', {
      ...replies[0]!,
      id: 'rep_zz',
      inquiry_id: 'inq_b',
      workspace_id: 'wks_b',
    });
    const last = (await column(database, 'replies', ['id', 'author_kind'])).at(-1);
    expect(last).toEqual(['rep_zz', null]);
  });

  it('opens with this version and takes larger prices', async () => {
    const house: TestHouse = await openTestHouse(engineName, {
      sharing: { engine, clock: undefined } as unknown as TestHouse,
    });
    opened.push(house);
    const changed = await house.app.database.write((tx) =>
      tx.execute(sql`UPDATE "treatments" SET "price_cents" = ${9_007_199_254_740_991} WHERE "id" = 'trt_a'`),
    );
    expect(changed).toBe(1);
  });
});
