// Statements of transactions are prepared on Postgres when they come again; what goes wrong with that is nobody's error.
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WriteConnection } from '../../../src/db/store/database.ts';
import { hasPostgres } from '../../support/engines.ts';
import { openTestHouse } from '../../support/house.ts';
import { gate } from '../../support/gate.ts';
import { openStore, type Store } from '../support/store.ts';

describe.skipIf(!hasPostgres)('Transactions on Postgres', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore('postgres');
    await change('CREATE TABLE "written" ("n" integer)');
  });
  afterAll(() => store.close());

  const change = (text: string) =>
    store.database.write((connection) => connection.execute(sql`${raw(text)}`));
  const add = (connection: WriteConnection, n: number) =>
    connection.execute(sql`INSERT INTO "written" ("n") VALUES (${n})`);
  /** Those of the connection that is asked; one after the other it is always the same one. */
  const preparedOn = (connection: WriteConnection) =>
    connection.query<{ statement: string }>(
      sql`SELECT "statement" FROM pg_prepared_statements WHERE "name" LIKE 'latchkey\_%' AND "statement" LIKE 'INSERT%'`,
    );
  const all = async () =>
    (await store.database.query<{ n: number }>(sql`SELECT "n" FROM "written" ORDER BY "n"`)).map(
      ({ n }) => n,
    );

  it('prepare from the third time on', async () => {
    const counts: number[] = [];
    for (const n of [1, 2, 3, 4]) {
      const prepared = await store.database.write(async (connection) => {
        await add(connection, n);
        return preparedOn(connection);
      });
      counts.push(prepared.length);
    }
    expect(counts).toEqual([0, 0, 1, 1]);
    expect(await all()).toEqual([1, 2, 3, 4]);
  });

  it('run once more, and happen once, when the connection has lost what was prepared', async () => {
    let runs = 0;
    await change('DEALLOCATE ALL');
    await store.database.write(async (connection) => {
      runs += 1;
      await add(connection, 100 + runs);
    });
    expect(runs).toBe(2);
    // The connection that lost them is gone: nobody finds out once more.
    await store.database.write(async (connection) => {
      runs += 1;
      await add(connection, 100 + runs);
    });
    expect(runs).toBe(3);
    expect(await all()).toEqual([1, 2, 3, 4, 102, 103]);
  });

  it('run no more than once more, however many connections have lost it', async () => {
    const onSome = async (work: (connection: WriteConnection) => Promise<unknown>) => {
      const connections = 5;
      const everybody = gate();
      let here = 0;
      const write = () =>
        store.database.write(async (connection) => {
          here += 1;
          if (here === connections) everybody.open();
          await everybody.passed;
          await work(connection);
        });
      await Promise.all(Array.from({ length: connections }, write));
    };
    const sum = (connection: WriteConnection) => connection.query(sql`SELECT ${1}::int + 1 AS n`);
    for (let time = 0; time < 3; time += 1) await onSome(sum);
    await onSome((connection) => connection.query(sql`DEALLOCATE ALL`));
    let runs = 0;
    await store.database.write((connection) => {
      runs += 1;
      return sum(connection);
    });
    expect(runs).toBe(2);
  });

  it('run once more when a table changed beneath what was prepared', async () => {
    const everything = (connection: WriteConnection) =>
      connection.query(sql`SELECT * FROM "written" WHERE "n" = ${1}::int`);
    for (let time = 0; time < 4; time += 1) await store.database.write(everything);
    await change('ALTER TABLE "written" ADD COLUMN "later" text');
    let runs = 0;
    const rows = await store.database.write(async (connection) => {
      runs += 1;
      return everything(connection);
    });
    expect([rows, runs]).toEqual([[{ n: 1, later: null }], 2]);
  });

  it('prepare the look at the key, which is what takes longest to plan', async () => {
    const house = await openTestHouse('postgres');
    try {
      const workspace = await house.workspace();
      const key = await workspace.key('write:customers');
      for (let time = 0; time < 6; time += 1)
        await key.send('mutation { createCustomer(input: { name: "Ada" }) { customerId } }');
      const prepared = await house.app.database.write((connection) =>
        connection.query<{ statement: string; runs: number }>(
          sql`SELECT "statement", ("generic_plans" + "custom_plans")::int AS runs FROM pg_prepared_statements`,
        ),
      );
      const looks = prepared.filter(({ statement }) => /"api_key_secrets" AS "s" JOIN/.test(statement));
      // Each mutation looks on another connection as well, before its transaction; this one prepares from the third time on.
      expect(looks).toMatchObject([{ runs: 4 }]);
    } finally {
      await house.close();
    }
  });

  it('roll back and go on when what is thrown is no error', async () => {
    const thrown = store.database.write(async (connection) => {
      await add(connection, 1_000);
      return Promise.reject(undefined);
    });
    await expect(thrown).rejects.toBeUndefined();
    await change('INSERT INTO "written" ("n") VALUES (1001)');
    expect((await all()).filter((n) => n >= 1_000)).toEqual([1_001]);
  });

  it('charge for what they explain once, also when they are run again', async () => {
    let failures = 1;
    const failOnce = (text: string) => {
      if (!text.startsWith('INSERT INTO "api_keys"') || failures === 0) return;
      failures -= 1;
      throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    };
    const house = await openTestHouse('postgres', { database: { onStatement: failOnce } });
    try {
      const owner = await (await house.workspace()).owner();
      failures = 1;
      const { data, errors } = await owner.send(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret userErrors { message } } }',
        {
          input: {
            label: 'Board',
            forOperations: Array.from({ length: 11 }, () => '{ customers { totalCount } }'),
          },
        },
      );
      expect([errors, data?.createApiKey.userErrors, failures]).toEqual([undefined, [], 0]);
    } finally {
      await house.close();
    }
  });

  it('do not prepare what is long, nor more than a hundred texts', async () => {
    const terms = (count: number) => raw(Array.from({ length: count }, () => '0').join(' + '));
    const sum = (count: number) => (connection: WriteConnection) =>
      connection.query<{ n: number }>(sql`SELECT ${1}::int + ${terms(count)} AS n`);
    const ask = async (count: number) => {
      for (let time = 0; time < 3; time += 1)
        expect(await store.database.write(sum(count))).toEqual([{ n: 1 }]);
    };
    await ask(600);
    for (let count = 1; count <= 110; count += 1) await ask(count);
    const rows = await store.database.write((connection) =>
      connection.query<{ texts: number; longest: number }>(
        sql`SELECT count(*)::int AS texts, max(length("statement")) AS longest FROM pg_prepared_statements WHERE "name" LIKE 'latchkey\_%'`,
      ),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.texts).toBeLessThanOrEqual(100);
    expect(rows[0]!.texts).toBeGreaterThan(90);
    expect(rows[0]!.longest).toBeLessThan(2_000);
  });
});
