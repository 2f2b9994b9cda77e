// The badge of a key that is answered far more rows than usual.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { dayMs, payloadOf, signedInCaller } from '../../support/keys.ts';

describeEachEngine('A key that is answered many rows', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let key: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    for (let count = 0; count < 12; count += 1) await workspace.customer();
  });
  beforeEach(async () => {
    key = await workspace.key('read:customers');
  });
  afterAll(() => house.close());

  const read = async (rows: number) => {
    if (rows > 0) await key.send(`{ customers(first: ${rows}) { nodes { id } } }`);
    await house.scheduler.elapse(10_000);
  };
  /** Rows of days one after the other; the last of them is today. */
  const days = async (...counts: readonly number[]) => {
    for (const [index, count] of counts.entries()) {
      if (index > 0) house.clock.advance(dayMs);
      await read(count);
    }
  };
  const badge = async (): Promise<string | undefined> => {
    const query = 'query ($id: ID!) { apiKey(id: $id) { health { code message } } }';
    const { health } = payloadOf(await owner.send(query, { id: key.apiKeyId })) as {
      health: { code: string; message: string }[];
    };
    return health.find(({ code }) => code === 'MANY_ROWS')?.message;
  };

  it('says so from five times the median of its days on', async () => {
    await days(1, 4, 2, 9);
    expect(await badge()).toBeUndefined();
    await read(1);
    expect(await badge()).toBe('The key was answered 10 rows today; on a usual day it is 2.');
    house.clock.advance(dayMs);
    expect(await badge()).toBeUndefined();
  });

  it('is judged by the days on which it was answered any, and by three of them at least', async () => {
    await days(1, 1, 12);
    expect(await badge()).toBeUndefined();
    await days(0, 0, 0, 0, 5);
    expect(await badge()).toBe('The key was answered 5 rows today; on a usual day it is 1.');
  });

  it('forgets what is usual after two weeks', async () => {
    await days(1, 1, 1, ...Array.from({ length: 12 }, () => 0), 12);
    expect(await badge()).toBeUndefined();
  });
});
