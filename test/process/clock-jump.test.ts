// A clock that was wrong and is set right, in either direction: nobody is locked out by it, nothing is done twice.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { allRows, countRows } from '../db/support/store.ts';

const ask = '{ customers { totalCount } }';
const create = 'mutation { createCustomer(input: { name: "Once" }) { customerId } }';
const hour = 3_600_000;
const limit = 10;

describeEachEngine('A clock that jumps', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: String(limit) } });
    workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers');
  });
  afterAll(() => house.close());

  const lastUsed = async () => {
    await house.app.lastUsed.flush();
    return (await allRows(house.app.database, 'api_keys')).map((row) =>
      new Date(row['last_used_at'] as string).getTime(),
    );
  };

  it('back by an hour: keys work, the time of last use stays, a limit that was reached is not reached for an hour', async () => {
    house.clock.advance(hour);
    const future: Caller = await workspace.owner();
    const statuses = [];
    for (let number = 0; number < limit + 2; number += 1) statuses.push((await key.send(ask)).status);
    expect(statuses).toContain(429);
    const [before] = await lastUsed();
    house.clock.advance(-hour);
    // What was charged in the future counts from now, for a window, and not until that future has come.
    expect((await key.send(ask)).status).toBe(429);
    house.clock.advance(60_000);
    expect((await key.send(ask)).status).toBe(200);
    expect((await lastUsed())[0]).toBe(before);
    // A token of a time that has not come is nobody's, and says so like any other.
    expect((await future.send('{ viewer { scopes } }')).status).toBe(401);
    expect((await (await workspace.owner()).send('{ viewer { scopes } }')).status).toBe(200);
  });

  it('back by an hour: an Idempotency-Key of the future still works once', async () => {
    house.clock.advance(hour);
    const headers = { ...bearer(key.secret), 'idempotency-key': 'jump' };
    const first = await house.send(headers, create);
    expect(first.data.createCustomer.customerId).toMatch(/^cus_/);
    house.clock.advance(60_000 - hour);
    expect((await house.send(headers, create)).data).toEqual(first.data);
    expect(await countRows(house.app.database, 'customers')).toBe(1);
  });

  it('forward by a year and back: an unused key is refused then, as it must, and what that wrote can be undone', async () => {
    const other = await workspace.key('read:customers');
    house.clock.advance(365 * 24 * hour);
    expect((await other.send(ask)).errors![0]!.extensions['reason']).toBe('KEY_DISABLED');
    house.clock.advance(-365 * 24 * hour);
    // Written down as any falling asleep is; an admin wakes it.
    expect((await other.send(ask)).errors![0]!.extensions['reason']).toBe('KEY_DISABLED');
    const owner = await workspace.owner();
    await owner.send(`mutation { enableApiKey(id: "${other.apiKeyId}") { userErrors { code } } }`);
    expect((await other.send(ask)).status).toBe(200);
  });
});
