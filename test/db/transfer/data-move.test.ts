// From SQLite to Postgres: every row arrives, an interrupted move goes on, and nothing that is not the file's is touched.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import type { MovedSum } from '../../../src/db/transfer/move.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { identityLinker } from '../../../src/features/users/index.ts';
import { buildCommands, runCommand } from '../../support/processes/commands.ts';
import { hasPostgres, newEngine, type Engine } from '../../support/engines.ts';
import { bearer, openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { keyAdmin, verdict, type HeldKey } from '../../support/keys.ts';
import { operationsOf, run } from '../../features/operations/support.ts';
import { allRows } from '../support/store.ts';

/** More than one page of the move. */
const customers = 1_300;
const pageSize = 1_000;
const awkward = 'Zoë "O\'Neil" \\ \n\t 🧖🏽‍♀️ {"a":null}';
const ask =
  '{ customers(search: "zoetr") { totalCount nodes { name notes tags createdAt } } inquiries { totalCount } bookings { totalCount } }';

interface Moved {
  readonly tables: readonly MovedSum[];
  readonly rows: number;
  readonly copied: number;
}

describe.skipIf(!hasPostgres)('Moving from SQLite to Postgres', () => {
  let house: TestHouse;
  let target: Engine;
  let key: KeyCaller;
  let pinned: HeldKey;

  beforeAll(async () => {
    await buildCommands();
    house = await openTestHouse('sqlite');
    const workspace = await house.workspace();
    await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers, seed: 1 });
    key = await workspace.key('read:customers', 'write:customers', 'read:inquiries', 'read:bookings');
    await workspace.venueKey([await workspace.venue()], 'read:customers');
    const admin = keyAdmin(house, workspace);
    const operations = operationsOf(admin);
    pinned = await operations.pinnedKey([await operations.keep('names', '{ customers { nodes { name } } }')]);
    const input = { name: 'Zoetrope', notes: awkward, tags: ['b', 'a', '10'] };
    const create =
      'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId userErrors { code } } }';
    const headers = { ...bearer(key.secret), 'idempotency-key': 'once' };
    expect((await house.send(headers, create, { input })).data.createCustomer.userErrors).toEqual([]);
    const person = { issuer: 'https://id.example', subject: 'ada', issuedAtMs: 0 };
    expect(
      await identityLinker(house.app)({ ...person, verifiedEmail: workspace.ownerEmail }),
    ).not.toBeNull();
    const set = { input: { requestLogRetentionDays: 5 } };
    expect((await admin.payload('UpdateWorkspaceSettings', set)).userErrors).toEqual([]);
    const { apiKeyId, secret } = await admin.create({ scopes: ['read:customers', 'read:venues'] });
    const trial = { id: apiKeyId, scopes: ['read:customers'], mode: 'TRIAL' };
    expect((await admin.payload('NarrowApiKey', trial)).userErrors).toEqual([]);
    expect((await house.send(bearer(secret), '{ venues { totalCount } }')).errors).toBeUndefined();
    const budget = await admin.create({ scopes: ['read:customers'], maxRowsPerDay: 1_000 });
    const page = await house.send(bearer(budget.secret), '{ customers(first: 2) { nodes { id } } }');
    expect(page.errors).toBeUndefined();
    // Later, in the middle of a test, it would be a change of the file.
    await house.app.lastUsed.flush();
    await house.scheduler.elapse(10_000);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    target = await newEngine('postgres');
  });
  afterEach(() => target.remove());

  const move = () =>
    runCommand('data-move', ['--from', house.engine.url, '--json'], { env: { DATABASE_URL: target.url } });
  const migrate = () => runCommand('migrate', [], { env: { DATABASE_URL: target.url } });

  async function onTarget<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client(target.url);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Starts a move, kills it where it waits for the test's lock in the middle of the table of words. */
  async function interruptedMove(): Promise<void> {
    await migrate();
    const words = await allRows(house.app.database, 'customers_search');
    const id = words.map((row) => String(row['id'])).sort()[pageSize + 100];
    await onTarget(async (client) => {
      // The move waits at one row for as long as this client holds the lock.
      await client.query('SELECT pg_advisory_lock(7, 7)');
      await client.query(
        `CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN IF NEW.id = '${id}' THEN PERFORM pg_advisory_xact_lock(7, 7); END IF; RETURN NEW; END $$;
         CREATE TRIGGER wait_here BEFORE INSERT ON customers_search FOR EACH ROW EXECUTE FUNCTION wait_here()`,
      );
      const file = join(import.meta.dirname, '../../../dist/scripts/data-move.js');
      const child = spawn(process.execPath, [file, '--from', house.engine.url, '--to', target.url], {
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      const isWaiting = async () => (await client.query<{ n: number }>(waiting)).rows[0]!.n;
      await expect.poll(isWaiting).toBe(1);
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      // What it has sent already would still be carried out; here its machine dies with it.
      await client.query(waiting.replace('count(*)', 'count(pg_terminate_backend(pid))'));
      await client.query('DROP FUNCTION wait_here() CASCADE');
    });
  }

  it('goes on after a kill in the middle of a table, until all rows are equal; the file stays as it was', async () => {
    const path = house.engine.url.replace('sqlite:', '');
    const hash = () => createHash('sha256').update(readFileSync(path)).digest('hex');
    const before = hash();
    await interruptedMove();
    const moved = (await move()).json<Moved>();
    const byTable = Object.fromEntries(moved.tables.map((table) => [table.table, table]));
    expect(byTable['customers']).toMatchObject({ rows: customers + 1, copied: 0 });
    expect(byTable['customers_search']).toMatchObject({
      rows: customers + 1,
      copied: customers + 1 - pageSize,
    });
    for (const { table, rows } of moved.tables) {
      expect([table, rows]).toEqual([table, (await allRows(house.app.database, table)).length]);
      const found = await onTarget((client) => client.query(`SELECT count(*)::int AS n FROM ${table}`));
      expect(found.rows).toEqual([{ n: rows }]);
    }
    // Each kind of row took part: an empty table would be equal without having been moved.
    const empty = moved.tables.filter(({ rows }) => rows === 0).map(({ table }) => table);
    expect(empty).toEqual([]);
    expect(hash()).toBe(before);
    // A third time there is nothing left to do.
    expect((await move()).json<Moved>()).toMatchObject({ rows: moved.rows, copied: 0 });
    // Rows that came before the kill were counted then, and the others now.
    const kept = await onTarget((client) =>
      client.query<{ table: string; rows: number }>(
        'SELECT "table_name" AS "table", sum("rows")::int AS "rows" FROM "row_counts" GROUP BY "table_name"',
      ),
    );
    const byName = Object.fromEntries(kept.rows.map(({ table, rows }) => [table, rows]));
    for (const table of ['customers', 'inquiries', 'follow_ups', 'bookings'])
      expect([table, byName[table] ?? 0]).toEqual([table, byTable[table]!.rows]);
  });

  it('lets the keys of the file work on Postgres, with the same answers', async () => {
    expect((await move()).code).toBe(0);
    const there = await openTestHouse('postgres', { sharing: { ...house, engine: target } });
    const [here, moved] = [await key.send(ask), await there.send(bearer(key.secret), ask)];
    const sent = verdict(await there.send(bearer(pinned.secret), ask));
    expect([verdict(await run(there, pinned.secret, 'names')), sent]).toEqual(['works', '403 KEY_PINNED']);
    expect(here.data.customers.nodes).toMatchObject([{ notes: awkward, tags: ['b', 'a', '10'] }]);
    expect(here.data.inquiries.totalCount).toBeGreaterThan(0);
    expect([moved.status, moved.data]).toEqual([200, here.data]);
    await house.app.lastUsed.flush();
    await there.close();
  });

  it('refuses a database that holds something else, and changes nothing in it', async () => {
    const other = await openTestHouse('postgres', { sharing: { ...house, engine: target } });
    await (await other.workspace()).customer();
    const refused = await move();
    expect([refused.code, refused.json()]).toMatchObject([
      1,
      { errors: [{ code: 'NOT_ALLOWED', field: ['to'] }] },
    ]);
    expect(await allRows(other.app.database, 'customers')).toHaveLength(1);
    expect(await allRows(other.app.database, 'inquiries')).toEqual([]);
    await other.close();
  });

  it('does not go on when the file has changed since', async () => {
    await interruptedMove();
    const rename = (name: string) =>
      house.app.database.write((tx) =>
        tx.execute(sql`UPDATE "workspaces" SET "name" = ${name} WHERE "name" LIKE 'Workspace%'`),
      );
    await rename('Workspace, renamed');
    const refused = await move();
    expect(refused.json()).toMatchObject({ errors: [{ code: 'NOT_ALLOWED' }] });
    expect(refused.stderr).toContain('workspaces');
  });

  it('notices a value that did not arrive as it was', async () => {
    await migrate();
    await onTarget(async (client) => {
      const body = `BEGIN IF NEW.notes LIKE 'Zo%' THEN NEW.notes := 'other'; END IF; RETURN NEW; END`;
      await client.query(`CREATE FUNCTION alter_it() RETURNS trigger LANGUAGE plpgsql AS $$${body}$$`);
      await client.query(
        'CREATE TRIGGER alters BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION alter_it()',
      );
    });
    const refused = await move();
    expect(refused.json()).toMatchObject({ errors: [{ code: 'CONFLICT' }] });
    expect(refused.stderr).toContain('customers differs');
  });

  it('refuses what is no file of ours, or lies beside the engines', async () => {
    const refusals = [
      [['--from', 'sqlite:/nowhere/at/all.sqlite'], 1, 'no such file'],
      [['--from', `sqlite:${import.meta.filename}`], 1, 'not a database'],
      [['--from', target.url], 2, '--from is sqlite:FILE'],
      [['--from', house.engine.url, '--to', house.engine.url], 2, 'is postgres://'],
      [['--from', house.engine.url, '--to', 'mysql://user:hush@host/db'], 2, '--to is not'],
    ] as const;
    for (const [args, code, message] of refusals) {
      const refused = await runCommand('data-move', args, { env: { DATABASE_URL: target.url } });
      expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(message)]);
      expect(refused.stderr).not.toContain('hush');
    }
  });
});
