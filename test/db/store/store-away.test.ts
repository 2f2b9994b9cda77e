// A store that does not answer is 503 and worth a retry, soon; a defect is 500 and says nothing; afterwards all is well.
import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/core/errors.ts';
import { isStoreFailure, asStoreError, explainStoreFault } from '../../../src/db/store/store-failure.ts';
import { describeEachEngine, hasPostgres } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { failWhere, stopFailing } from '../support/failing-store.ts';
import { openWire, type Wire } from '../../../scripts/faults/wire.ts';
import { gate } from '../../support/gate.ts';
import { allRows } from '../support/store.ts';

const create =
  'mutation ($name: String!) { createCustomer(input: { name: $name }) { customerId userErrors { code } } }';
const ask = '{ customers { totalCount } }';

function expectUnavailable({ status, headers, data, errors }: Answer): void {
  expect(errors!.map((error) => error.extensions['code'])).toEqual(['SERVICE_UNAVAILABLE']);
  expect(status).toBe(503);
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(data?.createCustomer ?? data?.customers ?? null).toBeNull();
  expect(JSON.stringify(errors)).not.toMatch(/SQLITE|ECONN|postgres|timeout/i);
}

const names = async (house: TestHouse) =>
  (await allRows(house.app.database, 'customers')).map((row) => row['name']);

describe('SQLite, while another process holds the write lock', () => {
  let house: TestHouse;
  let other: TestHouse;
  let key: KeyCaller;
  beforeAll(async () => {
    house = await openTestHouse('sqlite');
    other = await openTestHouse('sqlite', { sharing: house });
    key = await (await house.workspace()).key('read:customers', 'write:customers');
  });
  afterAll(async () => {
    await other.close();
    await house.close();
  });

  async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
    const inside = gate();
    const free = gate();
    const holding = other.app.database.write(async () => {
      inside.open();
      await free.passed;
    });
    await inside.passed;
    try {
      return await work();
    } finally {
      free.open();
      await holding;
    }
  }

  // One after the other they would wait 60 times 2.5 seconds: more than a test may take.
  it(
    'answers every waiting mutation 503 after one wait for the lock, not one wait each',
    { timeout: 100_000 },
    async () => {
      const many = (name: string) =>
        Promise.all(Array.from({ length: 60 }, (_, index) => key.send(create, { name: `${name} ${index}` })));
      await many('Waiting');
      const answers = await whileLocked(() => many('Refused'));
      answers.forEach(expectUnavailable);
      expect((await names(house)).filter((name) => String(name).startsWith('Refused'))).toEqual([]);
    },
  );

  it('goes on reading meanwhile, and writing afterwards', async () => {
    const { status } = await whileLocked(() => key.send(ask));
    expect(status).toBe(200);
    expect((await key.send(create, { name: 'Afterwards' })).status).toBe(200);
    expect(await names(house)).toContain('Afterwards');
  });

  it('waits for a lock that is released in time', async () => {
    let mutation: Promise<Answer> | undefined;
    await whileLocked(async () => {
      mutation = key.send(create, { name: 'Patient' });
      // The key is read before the write is queued; when this read is answered, the write is on its way.
      await key.send(ask);
    });
    expect((await mutation)!.status).toBe(200);
    expect(await names(house)).toContain('Patient');
  });
});

describe.skipIf(!hasPostgres)('Postgres, when it cannot be reached', () => {
  let direct: TestHouse;
  let house: TestHouse;
  let wire: Wire;
  let key: KeyCaller;
  beforeAll(async () => {
    direct = await openTestHouse('postgres');
    const url = new URL(direct.engine.url);
    wire = await openWire({ host: url.hostname, port: Number(url.port || 5432) });
    url.hostname = '127.0.0.1';
    url.port = String(wire.port);
    house = await openTestHouse('postgres', {
      sharing: { ...direct, engine: { ...direct.engine, url: url.href } },
    });
    const workspace: TestWorkspace = await direct.workspace();
    key = await workspace.key('read:customers', 'write:customers');
  });
  afterAll(async () => {
    await wire.restore();
    await house.close();
    await wire.cut();
    await direct.close();
  });
  afterEach(() => wire.restore());

  const send = (query: string, variables = {}) => house.send(bearer(key.secret), query, variables);
  const openTransactions = async () => {
    const [row] = await direct.app.database.query<{ n: string }>(
      sql`SELECT count(*) AS "n" FROM pg_stat_activity WHERE "datname" = current_database() AND "xact_start" IS NOT NULL AND "pid" <> pg_backend_pid()`,
    );
    return Number(row!.n);
  };

  it('answers 503 when its connections break and new ones are refused, and works again when it is back', async () => {
    expect((await send(ask)).status).toBe(200);
    await wire.cut();
    expectUnavailable(await send(ask));
    expectUnavailable(await send(create, { name: 'Cut' }));
    await wire.restore();
    expect((await send(create, { name: 'Back' })).status).toBe(200);
    expect(await names(direct)).toEqual(expect.not.arrayContaining(['Cut']));
  });

  it('answers 503, and not never, when it swallows everything without a word', async () => {
    // Connections that are open already are the ones that nothing tells of the silence.
    await Promise.all(Array.from({ length: 5 }, () => send(ask)));
    wire.swallow();
    const answers = await Promise.all([send(ask), send(create, { name: 'Swallowed' }), send(ask)]);
    answers.forEach(expectUnavailable);
    await wire.restore();
    await expect.poll(async () => (await send(ask)).status, { interval: 200 }).toBe(200);
    expect(await names(direct)).not.toContain('Swallowed');
  });

  it('is waited for once by a query in whose middle it falls silent', async () => {
    const url = new URL(direct.engine.url);
    [url.hostname, url.port] = ['127.0.0.1', String(wire.port)];
    const watched = await openTestHouse('postgres', {
      sharing: { ...direct, engine: { ...direct.engine, url: url.href } },
      database: { onStatement: (text) => (text.includes('"customers"') ? wire.swallow() : undefined) },
    });
    const answer = await watched.send(bearer(key.secret), '{ customers { nodes { id } } }');
    expectUnavailable(answer);
    // Nothing was answered, so whether the key is still good was not asked for: that would be a second wait.
    expect(watched.statements.at(-1)).toContain('"customers"');
    await wire.restore();
    await watched.close();
  });

  it('does not use a connection again that fell silent, nor those that lay idle beside it: once one has failed, all is well', async () => {
    const many = () => Promise.all(Array.from({ length: 10 }, () => send(ask)));
    await many();
    wire.forget();
    for (const answer of await many()) if (answer.status !== 200) expectUnavailable(answer);
    for (const { status } of await many()) expect(status).toBe(200);
  });

  it('does not use a connection again that fell silent inside a transaction', async () => {
    const url = new URL(direct.engine.url);
    [url.hostname, url.port] = ['127.0.0.1', String(wire.port)];
    const watched = await openTestHouse('postgres', {
      sharing: { ...direct, engine: { ...direct.engine, url: url.href } },
      database: {
        onStatement: (text) => (text.startsWith('INSERT INTO "customers"') ? wire.forget() : undefined),
      },
    });
    const ofKey = (query: string, variables = {}) => watched.send(bearer(key.secret), query, variables);
    await Promise.all(Array.from({ length: 5 }, () => ofKey(ask)));
    expectUnavailable(await ofKey(create, { name: 'Silent' }));
    for (let round = 0; round < 3; round += 1) expect((await ofKey(ask)).status).toBe(200);
    expect(await names(direct)).not.toContain('Silent');
    await watched.close();
  });

  // Every statement of it would come back within its own limit.
  it('answers 503 when all ways there and back together take too long, and keeps nothing of it', async () => {
    await send(ask);
    wire.delay(300);
    expectUnavailable(await send(create, { name: 'Far away' }));
    // Its transaction was still open then, and nobody has cut its connection.
    await expect.poll(openTransactions, { interval: 100 }).toBe(0);
    expect(await names(direct)).not.toContain('Far away');
  });

  it('lets an operation take its time when it answers and has much to do', async () => {
    await expect.poll(async () => (await send(ask)).status, { interval: 200 }).toBe(200);
    await failWhere(direct.app.database, ['INSERT', 'customers'], `pg_sleep(0.9) IS NULL`);
    const three = ['A', 'B', 'C'].map(
      (name) => `${name}: createCustomer(input: { name: "Slow ${name}" }) { customerId }`,
    );
    const answer = await send(`mutation { ${three.join(' ')} }`);
    await stopFailing(direct.app.database, 'customers');
    expect([answer.status, answer.errors]).toEqual([200, undefined]);
    expect(await names(direct)).toEqual(expect.arrayContaining(['Slow A', 'Slow B', 'Slow C']));
  });

  it('answers 503 to the mutation whose connection ends in its middle, and keeps nothing of it', async () => {
    await failWhere(direct.app.database, ['INSERT', 'customers'], `pg_terminate_backend(pg_backend_pid())`);
    expectUnavailable(await send(create, { name: 'Cut off' }));
    await stopFailing(direct.app.database, 'customers');
    expect(await names(direct)).not.toContain('Cut off');
    expect((await send(create, { name: 'Next' })).status).toBe(200);
  });
});

describeEachEngine('A defect in the store', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    key = await (await house.workspace()).key('write:customers');
  });
  afterAll(() => house.close());

  it('stays a masked INTERNAL_SERVER_ERROR: no 503, no text of the store', async () => {
    await failWhere(house.app.database, ['INSERT', 'customers'], `NEW.name = 'Defect'`);
    const { data, errors, headers } = await key.send(create, { name: 'Defect' });
    await stopFailing(house.app.database, 'customers');
    expect(data.createCustomer).toBeNull();
    expect(errors!.map((error) => error.extensions['code'])).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(headers['retry-after']).toBeUndefined();
    expect(JSON.stringify(errors)).not.toContain('made_to_fail');
  });

  it('passes a statement that is wrong on as it is', async () => {
    const failing = house.app.database.query(sql`SELECT * FROM "no_such_table"`);
    await expect(failing).rejects.toSatisfy((error) => !(error instanceof ApiError));
    const writing = house.app.database.write((connection) =>
      connection.execute(sql`DELETE FROM "no_such_table"`),
    );
    await expect(writing).rejects.toSatisfy((error) => !(error instanceof ApiError));
  });
});

describe('What counts as a store that is away', () => {
  const withCode = (code: string) => Object.assign(new Error('failed'), { code });

  it.each([
    ...['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'],
    ...['08006', '57P01', '57P03', '53300', '57014', '40001', '40P01', '55P03'],
  ])('%s is', (code) => {
    const cause = withCode(code);
    const mapped = asStoreError(cause) as ApiError;
    expect(mapped).toMatchObject({ code: 'SERVICE_UNAVAILABLE', originalError: cause });
    expect(mapped.headers.get('Retry-After')).toBe('1');
  });

  it.each(['SQLITE_ERROR', 'SQLITE_CONSTRAINT', 'SQLITE_MISUSE', '42P01', '23505', '22P02', '', 'ENOENT'])(
    '%j is not',
    (code) => {
      const error = withCode(code);
      expect(asStoreError(error)).toBe(error);
    },
  );

  it('nothing that is no error is', () => {
    for (const thrown of [null, undefined, 'ECONNREFUSED', { code: 'SQLITE_BUSY' }]) {
      expect(isStoreFailure(thrown)).toBe(false);
      expect(asStoreError(thrown)).toBe(thrown);
    }
  });

  it('is explained to the operator, also under what clients are told, and so is a wrong target', () => {
    const away = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    for (const error of [away, asStoreError(away)]) {
      expect(explainStoreFault(error)).toMatch(/^The database cannot be used: ECONNREFUSED\. .*DATABASE_URL/);
    }
    for (const code of ['3D000', '28P01', '28000', 'SQLITE_NOTADB']) {
      expect(explainStoreFault(withCode(code))).toContain('failed');
    }
    expect(explainStoreFault(withCode('SQLITE_ERROR'))).toBeNull();
  });
});
