// An operation has 10 seconds. Then no statement of it begins any more; what it committed by then is told as done. The clock is
// the test's own: it is moved while a statement runs.
import { expect, it } from 'vitest';
import sql from 'sql-template-tag';
import { describeEachEngine, type Engine } from '../../support/engines.ts';
import { openTestHouse, testClock, type TestHouse } from '../../support/house.ts';

const operationLimitMs = 10_000;
const tooLong = { code: 'QUERY_TOO_EXPENSIVE', limitMs: operationLimitMs };

describeEachEngine('an operation that takes too long', (engine: Engine['name']) => {
  /** Moves the clock when a statement holds this text, or before this transaction of the operation. */
  async function openSlow(slow: { text?: RegExp; transaction?: number; ms: number }) {
    const clock = testClock();
    let isArmed = false;
    let transactions = 0;
    const house = await openTestHouse(engine, {
      clock,
      operationLimitMs,
      database: {
        onStatement: (text) => {
          if (isArmed && slow.text?.test(text)) clock.advance(slow.ms);
        },
        beforeWrite: async () => {
          if (isArmed && (transactions += 1) === slow.transaction) clock.advance(slow.ms);
        },
      },
    });
    const workspace = await house.workspace();
    const customerId = await workspace.customer({ name: 'Ada' });
    const key = await workspace.key(...house.app.scopes.dataScopes);
    await key.send(
      'mutation ($id: ID!) { createInquiry(input: { customerId: $id, subject: "S", body: "B", channel: WEB }) { inquiryId } }',
      { id: customerId },
    );
    house.statements.length = 0;
    isArmed = true;
    return { house, workspace, key, customerId };
  }

  async function customerNames({ app }: TestHouse): Promise<string[]> {
    const rows = await app.database.query<{ name: string }>(sql`SELECT "name" FROM "customers"`);
    return rows.map(({ name }) => name).sort();
  }

  it('gets what was found in time, and asks the store for no more', async () => {
    const { house, key } = await openSlow({ text: /"customers"/, ms: operationLimitMs });
    try {
      const { status, data, errors } = await key.send(
        // Below a fragment nothing is read ahead: the list has a statement of its own.
        '{ customers { nodes { name ... on Customer { inquiries { nodes { subject } } } } } }',
      );
      expect([status, data]).toEqual([200, { customers: { nodes: [{ name: 'Ada', inquiries: null }] } }]);
      expect(errors).toMatchObject([{ extensions: tooLong, message: expect.stringContaining('10 seconds') }]);
      expect(house.statements.filter((text) => text.includes('"inquiries"'))).toEqual([]);
    } finally {
      await house.close();
    }
  });

  it('asks for no single row either, which others may be asking for with it', async () => {
    const { house, key } = await openSlow({ text: /FROM "inquiries"/, ms: operationLimitMs });
    try {
      const { status, data, errors } = await key.send('{ inquiries { nodes { customer { name } } } }');
      expect([status, data]).toEqual([200, { inquiries: { nodes: [{ customer: null }] } }]);
      expect(errors).toMatchObject([{ extensions: tooLong }]);
      expect(house.statements.filter((text) => text.includes('"customers"'))).toEqual([]);
    } finally {
      await house.close();
    }
  });

  it('is not ended a millisecond early', async () => {
    const { house, key } = await openSlow({ text: /FROM "customers"/, ms: 9_999 });
    try {
      const { status, errors } = await key.send('{ customers { nodes { inquiries { totalCount } } } }');
      expect([status, errors]).toEqual([200, undefined]);
    } finally {
      await house.close();
    }
  });

  it('says nothing more of who asks, though that is no look-up of rows', async () => {
    const { house, key } = await openSlow({ text: /"workspaces" AS "parent"/, ms: operationLimitMs });
    try {
      const { data, errors } = await key.send('{ viewer { kind apiKey { label } } }');
      expect([data, errors?.[0]?.extensions]).toMatchObject([{ viewer: null }, tooLong]);
    } finally {
      await house.close();
    }
  });

  it('signs nobody in, and asks for nothing of who would be', async () => {
    const { house, workspace } = await openSlow({ text: /FROM "users"/, ms: operationLimitMs });
    try {
      const { ownerEmail: email, ownerPassword: password } = workspace;
      const { data, errors } = await house.send(
        {},
        'mutation ($input: LoginInput!) { login(input: $input) { token } }',
        { input: { email, password } },
      );
      expect([data, errors?.[0]?.extensions]).toMatchObject([{ login: null }, tooLong]);
      expect(house.statements.filter((text) => text.includes('"workspaces" AS "parent"'))).toEqual([]);
    } finally {
      await house.close();
    }
  });

  it('is rolled back when its time ends before its commit', async () => {
    const { house, key } = await openSlow({ text: /INSERT INTO "customers"/, ms: operationLimitMs });
    try {
      const { status, data, errors } = await key.send(
        'mutation { createCustomer(input: { name: "Bob" }) { customerId } }',
      );
      expect([status, data, errors?.[0]?.extensions]).toMatchObject([400, { createCustomer: null }, tooLong]);
      expect(house.statements.at(-1)).toMatch(/INSERT INTO "customers"/);
      expect(await customerNames(house)).toEqual(['Ada']);
    } finally {
      await house.close();
    }
  });

  it('is told what it had done by then: 200, and the error beside it', async () => {
    const { house, key } = await openSlow({ transaction: 2, ms: operationLimitMs });
    try {
      const { status, data, errors } = await key.send(
        `mutation { a: createCustomer(input: { name: "Bob" }) { customerId }
          b: createCustomer(input: { name: "Cid" }) { customerId } }`,
      );
      expect([status, data]).toEqual([200, { a: { customerId: expect.stringMatching(/^cus_/) }, b: null }]);
      expect(errors).toMatchObject([{ path: ['b'], extensions: tooLong }]);
      expect(await customerNames(house)).toEqual(['Ada', 'Bob']);
    } finally {
      await house.close();
    }
  });
});
