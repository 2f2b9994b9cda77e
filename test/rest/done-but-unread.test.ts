// A mutation that was done, of which the answer could not be read after that: every door reports it as done, since a caller who is
// told of a failure would do it once more.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { storeIsAway } from '../../src/db/store/store-failure.ts';
import { allRows } from '../db/support/store.ts';
import { operationsOf } from '../features/operations/support.ts';
import { callOf, jsonIn, post } from '../mcp/support/mcp.ts';
import { describeEachEngine } from '../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { keyAdmin } from '../support/keys.ts';
import { restOf } from './support/rest.ts';

const ask = `mutation Ask($input: CreateInquiryInput!) {
  createInquiry(input: $input) { inquiryId inquiry { customer { name } } userErrors { code } }
}`;

describeEachEngine('A mutation whose answer could not be read', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  let customerId: string;
  /** Once an inquiry is written, what lies beside it can not be read. */
  let state: 'open' | 'waiting' | 'written' = 'open';
  let refused = 0;

  const onStatement = (text: string) => {
    if (state === 'waiting' && /^INSERT INTO "inquiries"/.test(text)) state = 'written';
    if (state !== 'written' || !/FROM[^;]*"customers"/.test(text)) return;
    refused += 1;
    throw storeIsAway();
  };

  beforeAll(async () => {
    house = await openTestHouse(engine, { database: { onStatement } });
    workspace = await house.workspace();
    await operationsOf(keyAdmin(house, workspace)).keep('ask', ask);
    customerId = await workspace.customer({ name: 'Ada' });
    key = await workspace.key('write:inquiries', 'read:inquiries', 'read:customers', 'read:venues');
  });
  afterAll(() => house.close());
  beforeEach(() => {
    state = 'open';
    refused = 0;
  });

  const words = (subject: string) => ({ subject, body: 'B', channel: 'WEB' });
  const inSnakeCase = (subject: string) => ({ ...words(subject), customer_id: customerId });
  const named = (subject: string) => ({ input: { ...words(subject), customerId } });
  const resultOf = ({ body }: { body: { result: { isError?: true; content: { text: string }[] } } }) => ({
    isError: body.result.isError,
    body: jsonIn(body.result.content.at(-1)!.text),
  });

  async function whileUnread<T>(work: Promise<T>): Promise<T> {
    state = 'waiting';
    const done = await work;
    state = 'open';
    expect(refused).toBeGreaterThan(0);
    return done;
  }

  async function isThere(subject: string): Promise<boolean> {
    const rows = await allRows(house.app.database, 'inquiries');
    return rows.some((row) => row['subject'] === subject);
  }

  it('is done at an endpoint', async () => {
    const rest = restOf(house.app, key.secret);
    const answer = await whileUnread(rest('POST', '/inquiries', { body: inSnakeCase('Endpoint') }));
    expect([answer.status, answer.body.data.id, await isThere('Endpoint')]).toEqual([
      ...[201, expect.stringMatching(/^inq_/), true],
    ]);
  });

  it('is done by GraphQL, which tells what failed beside', async () => {
    const sent = key.send(ask, { input: { ...words('GraphQL'), customerId } });
    const { status, data, errors } = await whileUnread(sent);
    expect([status, data.createInquiry.inquiryId, await isThere('GraphQL')]).toEqual([
      ...[200, expect.stringMatching(/^inq_/), true],
    ]);
    expect(errors!.map(({ extensions }) => extensions['code'])).toContain('SERVICE_UNAVAILABLE');
  });

  it('is done as a stored operation', async () => {
    const rest = restOf(house.app, key.secret);
    const answer = await whileUnread(rest('POST', '/operations/ask', { body: named('Stored') }));
    expect([answer.status, answer.body.data.createInquiry.inquiryId, await isThere('Stored')]).toEqual([
      ...[200, expect.stringMatching(/^inq_/), true],
    ]);
  });

  it.each([
    ['a tool', () => callOf('create_inquiry', inSnakeCase('Tool')), 'Tool'],
    ['a saved tool', () => callOf('saved_ask', named('Saved')), 'Saved'],
  ] as const)('is done by %s', async (_what, call, subject) => {
    const answer = resultOf(await whileUnread(post(house.app, bearer(key.secret), call())));
    expect([answer.isError, answer.body, await isThere(subject)]).toMatchObject([
      ...[undefined, { success: true }, true],
    ]);
  });
});
