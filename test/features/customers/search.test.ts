// customers(search:): words of name, e-mail and telephone number, through the API on both engines.
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { createTenantDb, type TenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { customerRow } from '../../db/support/rows.ts';
import { planOf, type Captured } from '../../db/support/plans.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Answer, type KeyCaller, type TestHouse } from '../../support/house.ts';

const people = {
  anna: { name: 'Anna-Lena Müller', email: 'lena.mueller@mail.example', phone: '+49 (176) 12-34 567' },
  anton: { name: 'ANTON Berg', email: 'berg@firm.example', phone: '0301234999' },
  cagla: { name: 'ÇAĞLA Öz', email: null, phone: null },
  lukasz: { name: 'Łukasz O’Brien', email: 'lukasz+news@firm.example', phone: null },
  odysseus: { name: 'ΟΔΥΣΣΕΥΣ Ω', email: null, phone: 'ext. 4711' },
  yamada: { name: '山田 太郎', email: null, phone: null },
  quoted: { name: `Bobby "Tables" Drop' OR NOT NEAR(1)*`, email: null, phone: null },
} as const;
type Person = keyof typeof people;

describeEachEngine('Search', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  let venueKey: KeyCaller;
  let db: TenantDb;
  let captured: Captured[] = [];
  const ids = {} as Record<Person, string>;
  let nameOf: Map<string, string>;
  const venues: string[] = [];

  const list = (args: string, shown = 'nodes { id } totalCount') =>
    `query ($search: String) { list: customers(search: $search, first: 50${args}) { ${shown} } }`;
  const ask = (search: string | null, args = '', caller = key): Promise<Answer> =>
    caller.send(list(args), { search });

  /** Who is found, by the names used here. */
  async function found(search: string | null, args = '', caller = key): Promise<string[]> {
    const { data, errors } = await ask(search, args, caller);
    expect(errors).toBeUndefined();
    const nodes = data.list.nodes as { id: string }[];
    expect(data.list.totalCount).toBe(nodes.length);
    return nodes.map(({ id }) => nameOf.get(id) ?? 'somebody else').sort();
  }

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' },
      database: { onStatement: (text, values) => void captured.push({ text, values }) },
    });
    const workspace = await house.workspace();
    const neighbour = await house.workspace();
    await neighbour.customer({ name: 'Anna Müller', email: 'anna@firm.example' });
    venues.push(await workspace.venue('North'), await workspace.venue('South'));
    key = await workspace.key('read:customers', 'write:customers', 'read:venues');
    venueKey = await workspace.venueKey([venues[0]!], 'read:customers', 'write:customers');
    const { workspaceId } = workspace;
    db = createTenantDb({
      database: house.app.database,
      clock: house.clock,
      scope: { workspaceId, venueIds: null },
    });
    const create =
      'mutation ($input: CreateCustomerInput!) { made: createCustomer(input: $input) { customerId } }';
    for (const [index, [name, person]] of Object.entries(people).entries()) {
      house.clock.advance(60_000);
      const input = { ...person, city: 'Annaberg', notes: 'anna', venueIds: [venues[index % 2]] };
      ids[name as Person] = (await key.send(create, { input })).data.made.customerId;
    }
    nameOf = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  });
  afterAll(() => house.close());

  it.each<[string, Person[]]>([
    ['anna', ['anna']],
    ['an', ['anna', 'anton']],
    ['lena', ['anna']],
    ['nna', []],
    ['mail', ['anna']],
    ['lena.mueller@mail.example', ['anna']],
    ['FIRM.Example', ['anton', 'lukasz']],
    ['lukasz+news@firm.example', ['lukasz']],
    ['+49 176', ['anna']],
    ['+49 (176) 12-34 567', ['anna']],
    ['491761234567', ['anna']],
    ['0176/1234', ['anna']],
    ['0049 176 1234', ['anna']],
    ['+49 301234999', ['anton']],
    ['176 1234567', ['anna']],
    ['4567', ['anna']],
    ['1234', ['anna', 'anton']],
    ['4711', ['odysseus']],
    ['annaberg', []],
  ])('finds by name, e-mail and number: %s', async (search, expected) => {
    expect(await found(search)).toEqual(expected);
  });

  it.each<[string, Person[]]>([
    ['müller anna', ['anna']],
    ['anna example', ['anna']],
    ['ann müll 176', ['anna']],
    ['anna berg', []],
    ['berg firm anton', ['anton']],
    ['  anton\t\n berg ', ['anton']],
    ['anna anna an', ['anna']],
  ])('wants every word, in any order and from any of the texts: %j', async (search, expected) => {
    expect(await found(search)).toEqual(expected);
  });

  it.each<[string, Person[]]>([
    ['MÜLLER', ['anna']],
    ['mu\u0308ller', ['anna']],
    ['çağla ÖZ', ['cagla']],
    ['łuk', ['lukasz']],
    ['ŁUK', ['lukasz']],
    ['οδυσσευς', ['odysseus']],
    ['οδυσσευσ', ['odysseus']],
    ['ω', ['odysseus']],
    ['山', ['yamada']],
    ['太郎 山田', ['yamada']],
    ['ａｎｎａ', ['anna']],
  ])('ignores case and spelling of any alphabet: %s', async (search, expected) => {
    expect(await found(search)).toEqual(expected);
  });

  it.each<[string, Person[]]>([
    ['"tables"', ['quoted']],
    [`drop'`, ['quoted']],
    ['OR', ['quoted']],
    ['not', ['quoted']],
    ['NEAR(bobby tables)', ['quoted']],
    ['anna OR anton', []],
    ['anna NOT anton', []],
    ['anna AND müller', []],
    ['anna & !anton', []],
    ['words:anna', []],
    ['anna*', ['anna']],
    ['^anna', ['anna']],
    ['-anna', ['anna']],
    [`'anna':*`, ['anna']],
    ['anna | berg', []],
    ['anna\\', ['anna']],
    ['anna\0', ['anna']],
    ['\ud83dann', ['anna']],
    ['a'.repeat(200), []],
    [Array.from({ length: 66 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('  '), []],
  ])('takes operators and quotes as text: %j', async (search, expected) => {
    expect(await found(search)).toEqual(expected);
  });

  it("does not take a workspace's id for a word, its own or another's", async () => {
    for (const search of ['wks', db.scope.workspaceId]) expect(await found(search)).toEqual([]);
  });

  it('sets no condition without a letter or digit', async () => {
    const everybody = Object.keys(people).sort();
    for (const search of [null, '', '  ', '@', '"*"', "'", '😀'])
      expect(await found(search)).toEqual(everybody);
  });

  it('takes 200 characters and refuses 201 before anything runs', async () => {
    expect((await ask('x'.repeat(200))).status).toBe(200);
    const { status, errors, data } = await ask('x'.repeat(201));
    expect([status, data?.list ?? null]).toEqual([400, null]);
    expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', requested: 201, limit: 200 });
  });

  it('goes together with filter, order and pages; a cursor belongs to its search', async () => {
    expect(await found('example', ', filter: { name: { startsWith: "an" } }')).toEqual(['anna', 'anton']);
    const shown = 'totalCount pageInfo { endCursor hasNextPage } nodes { id }';
    const page = async (search: string, args: string) =>
      key.send(
        `query ($search: String) { list: customers(search: $search, orderBy: { field: NAME }, ${args}) { ${shown} } }`,
        { search },
      );
    const first = (await page('example', 'first: 2')).data.list;
    expect(first.nodes).toEqual([{ id: ids.anna }, { id: ids.anton }]);
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([3, true]);
    const after = `first: 2, after: "${first.pageInfo.endCursor}"`;
    // The same words, however they are typed.
    expect((await page(' EXAMPLE!', after)).data.list.nodes).toEqual([{ id: ids.lukasz }]);
    expect((await page('example', 'last: 1')).data.list.nodes).toEqual([{ id: ids.lukasz }]);
    for (const search of ['firm', '']) {
      const refused = await page(search, after);
      expect([refused.status, refused.errors![0]!.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });

  it('keeps to the workspace and the venues, in nested lists too', async () => {
    expect(await found('an', '', venueKey)).toEqual(['anna']);
    expect(await found('anton', '', venueKey)).toEqual([]);
    const nested = '{ venues { nodes { id customers(search: "AN") { totalCount nodes { id } } } } }';
    const { data, errors } = await key.send(nested);
    expect(errors).toBeUndefined();
    const byVenue = new Map(data.venues.nodes.map((venue: { id: string }) => [venue.id, venue]));
    expect(byVenue.get(venues[0])).toMatchObject({ customers: { totalCount: 1, nodes: [{ id: ids.anna }] } });
    expect(byVenue.get(venues[1])).toMatchObject({
      customers: { totalCount: 1, nodes: [{ id: ids.anton }] },
    });
  });

  it('asks for the scope of the list', async () => {
    const blind = await (await house.workspace()).key('read:venues');
    const { status, errors } = await ask('anna', '', blind);
    expect(status).toBe(403);
    expect(errors![0]!.extensions['missing']).toEqual(['read:customers']);
  });

  it('follows each change: of one text or another, by one or many, taken back or not; and deleting', async () => {
    const id = customerRow().id!;
    const change = (patch: Partial<Customer>) => db.transaction((tx) => tx.update(Customer, id, patch));
    const finds = async (search: string) => (await found(search)).length;
    await db.transaction((tx) =>
      tx.insert(Customer, [customerRow({ id, name: 'Quentin', phone: '555 0100' })]),
    );
    await change({ email: 'q@new.example' });
    expect([await finds('quentin new 0100'), await finds('q new')]).toEqual([1, 1]);
    await change({ name: 'Quirin', phone: null });
    expect([await finds('quentin'), await finds('0100'), await finds('quirin q')]).toEqual([0, 0, 1]);
    await change({ notes: 'Zebra' });
    expect([await finds('zebra'), await finds('quirin')]).toEqual([0, 1]);
    await db.transaction((tx) =>
      tx.updateWhere(Customer, { property: 'name', op: 'eq', value: 'Quirin' }, { name: 'Zacharias' }),
    );
    expect([await finds('quirin'), await finds('zach new')]).toEqual([0, 1]);
    const lost = db.transaction(async (tx) => {
      await tx.update(Customer, id, { name: 'Nobody' });
      throw new Error('Taken back.');
    });
    await expect(lost).rejects.toThrow('Taken back.');
    expect([await finds('nobody'), await finds('zach')]).toEqual([0, 1]);
    await db.transaction((tx) => tx.removeWhere(Customer, { property: 'id', op: 'eq', value: id }));
    expect(await finds('zach')).toBe(0);
    const words = await house.app.database.query(sql`SELECT "id" FROM "customers_search" WHERE "id" = ${id}`);
    expect(words).toEqual([]);
  });

  it('follows a change through the API', async () => {
    const update =
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { userErrors { code } } }';
    await key.send(update, { input: { id: ids.yamada, email: 'taro@yamada.example' } });
    expect(await found('taro')).toEqual(['yamada']);
    await key.send(update, { input: { id: ids.yamada, email: null } });
    expect(await found('taro')).toEqual([]);
  });

  it('seeks in the index among thousands, and reads no table in full', async () => {
    const workspace = await house.workspace();
    const context = systemContext(house.app, workspace.workspaceId);
    await seedWorkspace(context, { customers: 3_000, seed: 1 });
    const large = await workspace.key('read:customers');
    for (const withStatistics of [false, true]) {
      if (withStatistics) await house.app.database.write((connection) => connection.query(sql`ANALYZE`));
      captured = [];
      const { data } = await ask('example.net 55', '', large);
      expect(data.list.totalCount).toBeGreaterThan(0);
      const search = captured.filter(({ text }) => text.includes('customers_search')).at(-1)!;
      const plan = await planOf(house.app.database, search);
      expect(plan.fullScans, plan.text).toEqual([]);
      // From the words to the rows: not every row of the workspace, with a look whether it is among those found.
      if (engine === 'sqlite') expect(plan.text).toMatch(/VIRTUAL TABLE[^]*SEARCH t USING INDEX sqlite_auto/);
      expect(plan.text).toMatch(engine === 'sqlite' ? /VIRTUAL TABLE INDEX 0:M/ : /"customers_search_words"/);
    }
  });

  it('agrees with the words of each row, and the engine calls its index sound', async () => {
    const rows = await house.app.database.query<{ id: string }>(
      sql`SELECT "id" FROM "customers" WHERE "id" NOT IN (SELECT "id" FROM "customers_search")`,
    );
    expect(rows).toEqual([]);
    if (engine !== 'sqlite') return;
    const check = `INSERT INTO customers_search_index (customers_search_index, rank) VALUES ('integrity-check', 1)`;
    await house.app.database.write((connection) => connection.query(raw(check)));
  });
});
