// Scopes of which health says that they were not needed: of a key that is old enough, in a recording that is.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { dayMs, payloadOf, signedInCaller } from '../../support/keys.ts';

const healthOf = 'query ($id: ID!) { apiKey(id: $id) { health { code message } } }';

describeEachEngine('The unused scopes of a key', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
  });
  afterAll(() => house.close());

  const use = async (key: KeyCaller) => {
    await key.send('{ customers(first: 1) { totalCount } }');
    await house.scheduler.elapse(10_000);
  };
  const badge = async ({ apiKeyId: id }: KeyCaller): Promise<string | undefined> => {
    const { health } = payloadOf(await owner.send(healthOf, { id })) as {
      health: { code: string; message: string }[];
    };
    return health.find(({ code }) => code === 'UNUSED_SCOPES')?.message;
  };
  const unused = 'No request of the last 30 days needed read:venues.';

  it('are told after thirty recorded days of its own, not after those of others', async () => {
    const scopes = ['read:customers', 'read:venues'];
    const old = await workspace.key(...scopes);
    await use(old);
    house.clock.advance(29 * dayMs);
    await use(old);
    expect(await badge(old)).toBeUndefined();
    house.clock.advance(dayMs + 60_000);
    const young = await workspace.key(...scopes);
    await use(young);
    await use(old);
    expect([await badge(old), await badge(young)]).toEqual([unused, undefined]);
    house.clock.advance(30 * dayMs - 60_000);
    await use(young);
    expect(await badge(young)).toBeUndefined();
    house.clock.advance(120_000);
    expect(await badge(young)).toBe(unused);
  });
});
