// The example of a nightly sync, followed as its comment says, while others write: no created row and no change is lost. Its
// documents are read from schema/examples; the clock is the real one, and commits are held back by the test.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clockSkewMs, commitLagMs, operationLimitMs } from '../../../src/core/deadlines.ts';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder } from '../../support/hold.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestClock,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { callerWith, payloadOf } from '../../support/keys.ts';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly updatedAt: string;
}

/** A clock that runs, so many milliseconds away from the right time. */
function runningClock(skewMs = 0): TestClock {
  let offset = skewMs;
  return { nowMs: () => Date.now() + offset, advance: (ms) => void (offset += ms) };
}

/** The job, as the comment of the example describes it. */
class Copy {
  readonly rows = new Map<string, Row>();
  kept = '0001-01-01T00:00:00Z';

  constructor(
    private readonly caller: Caller,
    private readonly document: string,
    private readonly list: string,
  ) {}

  /** `since` of another rule than the example's, to see that the rule matters. */
  async run(since = this.kept): Promise<void> {
    let after: string | null = null;
    let next: string | null = null;
    do {
      const { data, text } = await this.caller.send(this.document, { since, after });
      const page = data?.[this.list];
      if (!page) throw new Error(text);
      next ??= data.changesCompleteUntil as string;
      for (const row of page.nodes as Row[])
        if ((this.rows.get(row.id)?.version ?? 0) < row.version) this.rows.set(row.id, row);
      after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor as string) : null;
    } while (after !== null);
    this.kept = next;
  }
}

const bulk =
  'mutation ($input: [CreateCustomerInput!]!) { createCustomers(input: $input) { customerIds userErrors { message } } }';
const change =
  'mutation ($id: ID!, $city: String) { updateCustomer(input: { id: $id, city: $city }) { customer { version } userErrors { message } } }';

describeEachEngine('A sync by the example', (engine) => {
  const holder = createHolder();
  let house: TestHouse;
  let behind: TestHouse;
  let key: KeyCaller;
  let workspace: TestWorkspace;
  let onOther: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      clock: runningClock(),
      operationLimitMs,
      database: holder.database,
    });
    // A second server whose clock is as wrong as it may be.
    behind = await openTestHouse(engine, { sharing: house, clock: runningClock(-clockSkewMs + 5_000) });
    workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers', 'read:inquiries', 'write:inquiries');
    onOther = callerWith(behind, key.secret);
  }, 60_000);
  afterAll(async () => {
    await behind.close();
    await house.close();
  });

  const customersNow = async () => {
    const all = new Copy(key, contractOperation('ChangedCustomers'), 'customers');
    await all.run();
    return all.rows;
  };

  it('loses nothing of bulks that are in flight on two servers, and no change of their rows', async () => {
    const copy = new Copy(key, contractOperation('ChangedCustomers'), 'customers');
    const made: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      const input = Array.from({ length: 60 }, (_, number) => ({ name: `Row ${round}.${number}` }));
      const writer = round % 2 === 0 ? key : onOther;
      const creating = writer.send(bulk, { input });
      const changing = made.slice(-3).map((id) => writer.send(change, { id, city: `City ${round}` }));
      await sleep(round * 4);
      await copy.run();
      made.push(...(payloadOf(await creating).customerIds as string[]));
      await Promise.all(changing);
    }
    await copy.run();
    const lost = made.filter((id) => !copy.rows.has(id));
    expect({ made: made.length, lost: lost.length }).toEqual({ made: 720, lost: 0 });
    expect([...copy.rows.values()].map(({ id, version }) => [id, version]).sort()).toEqual(
      [...(await customersNow()).values()].map(({ id, version }) => [id, version]).sort(),
    );
    console.log(`sync [${engine}]: ${lost.length} of ${made.length} created customers were in no run`);
  }, 120_000);

  it('finds what is committed after a run began, which the time of its start would not', async () => {
    const copy = new Copy(key, contractOperation('ChangedCustomers'), 'customers');
    const naive = new Copy(key, contractOperation('ChangedCustomers'), 'customers');
    // Stamped, written, and not committed: the check of the key is the transaction's last statement.
    const held = holder.statement(/customers_search/);
    const late = key.send(bulk, { input: [{ name: 'Late' }] });
    await held.reached;
    await sleep(20);
    const begun = new Date().toISOString();
    // Reads of Postgres do not wait for the writer; SQLite's readers see the file as it was.
    await copy.run();
    await naive.run();
    held.release();
    const [id] = payloadOf(await late).customerIds as [string];
    expect([copy.rows.has(id), naive.rows.has(id)]).toEqual([false, false]);
    await naive.run(begun);
    await copy.run();
    expect([copy.rows.has(id), naive.rows.has(id)]).toEqual([true, false]);
  }, 60_000);

  it('sees an inquiry again when it was answered or its customer wrote', async () => {
    const copy = new Copy(key, contractOperation('ChangedInquiries'), 'inquiries');
    const [customerId] = payloadOf(await key.send(bulk, { input: [{ name: 'Ada' }] })).customerIds;
    const create = `mutation ($id: ID!) { createInquiry(input: { customerId: $id, subject: "S", body: "B", channel: WEB }) { inquiryId } }`;
    const { inquiryId } = payloadOf(await key.send(create, { id: customerId }));
    await copy.run();
    for (const [mutation, status] of [
      ['replyToInquiry', 'ANSWERED'],
      ['recordCustomerReply', 'OPEN'],
    ]) {
      const reply = `mutation ($id: ID!) { ${mutation}(input: { inquiryId: $id, body: "B" }) { replyId } }`;
      await key.send(reply, { id: inquiryId });
      await copy.run();
      expect(copy.rows.get(inquiryId as string)).toMatchObject({ status });
    }
  });

  it('is told a time that every open transaction is younger than', async () => {
    const { data } = await key.send('{ changesCompleteUntil }');
    const lagMs = Date.now() - Date.parse(data.changesCompleteUntil as string);
    expect(lagMs).toBeGreaterThanOrEqual(commitLagMs);
    expect(commitLagMs).toBeGreaterThan(operationLimitMs + clockSkewMs);
    expect((await house.send({}, '{ changesCompleteUntil }')).status).toBe(401);
  });

  it('rests on this: a transaction that stood still is rolled back instead of committed late', async () => {
    // Of a user's transaction this is the last statement: no later one is there to be refused.
    const owner = await workspace.owner();
    const held = holder.statement(/customers_search/);
    const late = owner.send(bulk, { input: [{ name: 'Much too late' }] });
    await held.reached;
    house.clock.advance(operationLimitMs);
    held.release();
    const { errors } = await late;
    house.clock.advance(-operationLimitMs);
    expect(errors).toMatchObject([
      { extensions: { code: 'QUERY_TOO_EXPENSIVE', limitMs: operationLimitMs } },
    ]);
    const names = await key.send('{ customers(filter: { name: { eq: "Much too late" } }) { totalCount } }');
    expect(names.data.customers.totalCount).toBe(0);
  });
});
