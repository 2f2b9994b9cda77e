// The rows that a key may be answered on a day: refused at the door when they are used up, on every surface and server.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder } from '../../support/hold.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { keyAdmin, payloadOf, verdict, type HeldKey, type KeyAdmin } from '../../support/keys.ts';

const rows = (count: number) => `{ customers(first: ${count}) { nodes { name } } }`;
const tomorrow = '2026-06-02T00:00:00.000Z';
const secondsLeft = 12 * 3_600;

describeEachEngine('The rows of a day', (engine) => {
  const holder = createHolder();
  let isFailing = false;
  let house: TestHouse;
  let second: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      database: {
        ...holder.database,
        async onStatement(text, values) {
          await holder.database.onStatement?.(text, values);
          if (isFailing && text.includes('key_rows_day')) throw new Error('full');
        },
      },
    });
    second = await openTestHouse(engine, { sharing: house });
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    for (let count = 0; count < 10; count += 1) await workspace.customer({ name: `C${count}` });
  });
  afterAll(async () => {
    await second.close();
    await house.close();
  });

  const keyWith = (maxRowsPerDay: number | null, input: object = {}) =>
    admin.create({ scopes: ['read:customers', 'write:customers'], maxRowsPerDay, ...input });
  const ask = ({ secret }: HeldKey, query: string, at = house): Promise<Answer> =>
    at.send(bearer(secret), query);
  const noticeOf = async ({ secret }: HeldKey, query: string) => {
    const { body, headers } = await house.app.http.inject({
      ...{ method: 'POST', url: '/graphql', payload: JSON.stringify({ query }) },
      headers: { 'content-type': 'application/json', ...bearer(secret) },
    });
    const { extensions } = JSON.parse(body) as { extensions?: { notice?: unknown } };
    return [headers['latchkey-rows-left'], extensions?.notice];
  };

  it('are answered, then the request is refused until the day ends, with the second at which it works again', async () => {
    const key = await keyWith(10);
    expect(verdict(await ask(key, rows(10)))).toBe('works');
    const refused = await ask(key, rows(1));
    expect(verdict(refused)).toBe('429 EGRESS_BUDGET');
    expect(refused.data).toBeUndefined();
    expect(refused.headers['retry-after']).toBe(String(secondsLeft));
    expect(refused.errors![0]).toMatchObject({
      message: `This key was answered 10 rows today; it may be answered 10 a day. It works again at ${tomorrow}.`,
      extensions: {
        ...{ code: 'RATE_LIMITED', reason: 'EGRESS_BUDGET', limit: 10 },
        ...{ opensAt: tomorrow, retryAfterSeconds: secondsLeft },
      },
    });
    const mutation = 'mutation { createCustomer(input: { name: "New" }) { customerId } }';
    expect(verdict(await ask(key, mutation))).toBe('429 EGRESS_BUDGET');
    expect(verdict(await ask(await keyWith(null), rows(10)))).toBe('works');
  });

  it('begin anew at midnight of UTC, to the second that was told', async () => {
    const own = await openTestHouse(engine);
    const other = keyAdmin(own, await own.workspace());
    const key = await other.create({ scopes: ['read:customers', 'write:customers'], maxRowsPerDay: 1 });
    const create = 'mutation { createCustomer(input: { name: "One" }) { customer { name } } }';
    expect(verdict(await ask(key, create, own))).toBe('works');
    own.clock.advance(secondsLeft * 1_000 - 1);
    expect(verdict(await ask(key, rows(1), own))).toBe('429 EGRESS_BUDGET');
    own.clock.advance(1);
    expect(verdict(await ask(key, rows(1), own))).toBe('works');
    await own.close();
  });

  it('are those of the key, at whatever server it asks', async () => {
    const key = await keyWith(6);
    expect(verdict(await ask(key, rows(3)))).toBe('works');
    expect(verdict(await ask(key, rows(3), second))).toBe('works');
    for (const at of [house, second]) expect(verdict(await ask(key, rows(1), at))).toBe('429 EGRESS_BUDGET');
    expect(verdict(await ask(await keyWith(6), rows(1)))).toBe('works');
  });

  it('are counted one by one when requests come together: only what runs already goes past the limit', async () => {
    const key = await keyWith(40);
    const together = Array.from({ length: 20 }, (_, index) => ask(key, rows(2), index % 2 ? house : second));
    const answers = (await Promise.all(together)).map(verdict);
    // Nobody was refused before forty rows were counted.
    expect(answers).toEqual(Array.from({ length: 20 }, () => 'works'));
    expect(verdict(await ask(key, rows(1)))).toBe('429 EGRESS_BUDGET');
    const held = holder.statement(/"customers"/);
    const late = await keyWith(2);
    const running = ask(late, rows(2));
    await held.reached;
    expect(verdict(await ask(late, rows(2), second))).toBe('works');
    held.release();
    expect(verdict(await running)).toBe('works');
    expect(verdict(await ask(late, rows(1)))).toBe('429 EGRESS_BUDGET');
  });

  it('are refused alike by REST and MCP', async () => {
    const key = await keyWith(1);
    await ask(key, rows(1));
    const headers = bearer(key.secret);
    const rest = await house.app.http.inject({ url: '/api/v1/customers', headers });
    expect([rest.statusCode, rest.headers['retry-after']]).toEqual([429, String(secondsLeft)]);
    expect(JSON.parse(rest.body)).toMatchObject({ code: 'RATE_LIMITED', reason: 'EGRESS_BUDGET' });
    const problem = await house.app.http.inject({
      url: '/api/v1/customers',
      headers: { ...headers, accept: 'application/problem+json' },
    });
    expect(JSON.parse(problem.body)).toMatchObject({ status: 429, reason: 'EGRESS_BUDGET' });
    const call = { name: 'list_customers', arguments: {} };
    const mcp = await house.app.http.inject({
      ...{ method: 'POST', url: '/mcp' },
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      payload: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
    });
    expect(mcp.body).toContain('EGRESS_BUDGET');
    expect(mcp.body).not.toContain('C1');
  });

  it('end an answer of REST that is written page by page', async () => {
    for (let count = 0; count < 10; count += 1) {
      const input = Array.from({ length: 25 }, (_, index) => ({ name: `Page ${index}` }));
      const create =
        'mutation ($input: [CreateCustomerInput!]!) { createCustomers(input: $input) { customerIds } }';
      payloadOf(await admin.send(create, { input }));
    }
    const key = await keyWith(150);
    const headers = { ...bearer(key.secret), accept: 'application/x-ndjson' };
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const exported = await fetch(`${url}/api/v1/customers?all=true`, { headers });
    expect(exported.status).toBe(200);
    await expect(exported.text()).rejects.toThrow();
    expect(verdict(await ask(key, rows(1)))).toBe('429 EGRESS_BUDGET');
    const usage = await house.app.database.query<{ rows: number | string }>(
      sql`SELECT "rows" FROM "key_rows_day" WHERE "caller_id" = ${key.apiKeyId}`,
    );
    expect(Number(usage[0]!.rows)).toBe(200);
  });

  it('are told of from four fifths on: in a header, and by a notice of GraphQL', async () => {
    const key = await keyWith(10, { expiresAt: '2026-06-05T00:00:00Z' });
    const [none, expiry] = await noticeOf(key, rows(7));
    expect([none, (expiry as { code: string }).code]).toEqual([undefined, 'KEY_EXPIRES_SOON']);
    const [left, notice] = await noticeOf(key, rows(1));
    expect(left).toBe('2');
    expect(notice).toEqual({
      code: 'EGRESS_BUDGET_NEAR',
      message: `This API key was answered 8 of the 10 rows that it may be answered a day. A new day begins at ${tomorrow}.`,
      ...{ rowsLeft: 2, opensAt: tomorrow },
    });
    expect((await noticeOf(key, '{ viewer { kind } }'))[0]).toBe('2');
    const rest = await house.app.http.inject({
      url: '/api/v1/customers?limit=1',
      headers: bearer(key.secret),
    });
    expect([rest.statusCode, rest.headers['latchkey-rows-left']]).toEqual([200, '1']);
  });

  it('are not lost when the store does not take them: the next request waits for them', async () => {
    const key = await keyWith(3);
    expect(verdict(await ask(key, rows(1)))).toBe('works');
    isFailing = true;
    const unread = await ask(key, rows(1));
    expect(unread.status).toBeGreaterThanOrEqual(500);
    isFailing = false;
    const held = holder.statement(/"customers"/);
    const running = ask(key, rows(2));
    await held.reached;
    isFailing = true;
    held.release();
    expect(verdict(await running)).toBe('works');
    isFailing = false;
    expect(verdict(await ask(key, rows(1)))).toBe('429 EGRESS_BUDGET');
  });

  it('may be raised: the key works at once, and the audit log has both numbers', async () => {
    const key = await keyWith(1);
    await ask(key, rows(1));
    expect(verdict(await ask(key, rows(1)))).toBe('429 EGRESS_BUDGET');
    const update = (maxRowsPerDay: unknown) => {
      // The log is in the order of time.
      house.clock.advance(1_000);
      return admin.payload('UpdateApiKey', { input: { id: key.apiKeyId, maxRowsPerDay } });
    };
    await update(5);
    expect(verdict(await ask(key, rows(1)))).toBe('works');
    await update(null);
    expect(verdict(await ask(key, rows(10)))).toBe('works');
    const changes = (await admin.auditOf(key.apiKeyId)).flatMap((entry: { changes: object[] }) =>
      entry.changes.filter((change) => (change as { field: string }).field === 'maxRowsPerDay'),
    );
    expect(changes).toMatchObject([
      { before: '5', after: null },
      { before: '1', after: '5' },
      { before: null, after: '1' },
    ]);
    const { userErrors } = await update(0);
    expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'maxRowsPerDay'] }]);
  });

  it('are changed by owners and admins alone', async () => {
    const key = await keyWith(1);
    const { status, errors } = await ask(
      await keyWith(null),
      `mutation { updateApiKey(input: { id: "${key.apiKeyId}", maxRowsPerDay: 100 }) { apiKeyId } }`,
    );
    expect([status, errors![0]!.extensions['reason']]).toEqual([403, 'ADMIN_ONLY']);
  });
});
