// Two hundred mutations at once, some made to fail in every way there is: none lost, none half done.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Answer,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { failWhere, stopFailing } from '../support/failing-store.ts';
import { allRows } from '../support/store.ts';

const createCustomer = contractOperation('IngestCustomer');
const updateCustomer = contractOperation('UpdateCustomer');

type Fate = 'works' | 'user error' | 'missing scope' | 'defect' | 'wrong key';
const fates: readonly Fate[] = [
  'works',
  'works',
  'user error',
  'missing scope',
  'defect',
  'wrong key',
  'works',
  'defect',
];
const fateOf = (index: number): Fate => fates[index % fates.length]!;

describeEachEngine('200 concurrent mutations', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let writing: KeyCaller;
  let reading: KeyCaller;
  let venueId: string;
  let brokenVenueId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' } });
    workspace = await house.workspace();
    writing = await workspace.key('write:customers', 'read:customers');
    reading = await workspace.key('read:customers');
    venueId = await workspace.venue('Good');
    brokenVenueId = await workspace.venue('Broken');
  });
  afterAll(() => house.close());

  const stored = (table: string) => allRows(house.app.database, table);

  function sendOne(index: number): Promise<Answer> {
    const fate = fateOf(index);
    const input = (...venueIds: string[]) => ({ input: { name: `n${index}`, venueIds } });
    switch (fate) {
      case 'works':
        return writing.send(createCustomer, input(venueId));
      case 'user error':
        return writing.send(createCustomer, input(venueId, 'ven_unknown'));
      case 'missing scope':
        return reading.send(createCustomer, input(venueId));
      case 'defect':
        return writing.send(createCustomer, input(venueId, brokenVenueId));
      case 'wrong key':
        return house.send(
          { authorization: `Bearer ${writing.secret.slice(0, -1)}!` },
          createCustomer,
          input(venueId),
        );
    }
  }

  function outcomeOf({ status, data, errors }: Answer): Fate {
    if (status === 401) return 'wrong key';
    if (status === 403) return 'missing scope';
    if (errors?.[0]?.extensions['code'] === 'INTERNAL_SERVER_ERROR') return 'defect';
    return data.createCustomer.userErrors.length > 0 ? 'user error' : 'works';
  }

  it('are all done or not at all, as each was told', async () => {
    await failWhere(house.app.database, ['INSERT', 'customer_venues'], `NEW.venue_id = '${brokenVenueId}'`);
    const indexes = Array.from({ length: 200 }, (_, index) => index);
    const answers = await Promise.all(indexes.map(sendOne));
    await stopFailing(house.app.database, 'customer_venues');

    expect(answers.map(outcomeOf)).toEqual(indexes.map(fateOf));
    const done = indexes.filter((index) => fateOf(index) === 'works');
    const customers = await stored('customers');
    expect(customers.map((row) => row['name']).sort()).toEqual(done.map((index) => `n${index}`).sort());
    const told = done.map((index) => answers[index]!.data.createCustomer.customerId as string).sort();
    expect(customers.map((row) => row['id']).sort()).toEqual(told);
    const links = await stored('customer_venues');
    expect(links.map((row) => row['customer_id']).sort()).toEqual(told);
    expect(links.every((row) => row['venue_id'] === venueId)).toBe(true);
  });

  it('of one customer raise its version once for each that was acknowledged', async () => {
    const id = await workspace.customer({ name: 'Contended' });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const expectedVersion = index % 2 === 0 ? null : 1;
        return writing.send(updateCustomer, { input: { id, name: `v${index}`, expectedVersion } });
      }),
    );
    const codes = answers.map(({ data }) => data.updateCustomer.userErrors[0]?.code as string | undefined);
    expect(new Set(codes)).toEqual(new Set([undefined, 'CONFLICT']));
    const done = codes.filter((code) => code === undefined).length;
    expect(done).toBeGreaterThanOrEqual(50);
    expect(codes.filter((code, index) => index % 2 === 1 && code === undefined).length).toBeLessThanOrEqual(
      1,
    );
    const row = (await stored('customers')).find((customer) => customer['id'] === id)!;
    expect(row['version']).toBe(1 + done);
  });

  it('that make keys give each its own running number', async () => {
    const owner = await workspace.owner();
    const create = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { number } userErrors { code } } }`;
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        owner.send(create, { input: { label: 'L', scopes: ['read:customers'] } }),
      ),
    );
    const numbers = answers
      .map(({ data }) => data.createApiKey.apiKey.number as number)
      .sort((a, b) => a - b);
    // Two were made before.
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 3));
  });
});
