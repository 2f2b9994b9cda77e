// A Redis that is away stops nobody who has a key: each server counts for itself, sign-in waits, and all of it comes back
// without help.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/core/logger.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { hasRedis, redisCorner } from '../../support/outside/redis.ts';
import { openWire, type Wire } from '../../../scripts/faults/wire.ts';

const query = '{ viewer { kind } }';
const signIn = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
const limit = 8;

describe.skipIf(!hasRedis)('Redis, when it is away', () => {
  const corner = redisCorner();
  const lines: string[] = [];
  let wire: Wire;
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  beforeAll(async () => {
    wire = await openWire({ host: corner.host, port: corner.port });
    house = await openTestHouse('sqlite', {
      env: {
        REDIS_URL: corner.urlAt('127.0.0.1', wire.port),
        RATE_LIMIT_REQUESTS_PER_MINUTE: String(limit),
      },
      logger: createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
    });
    workspace = await house.workspace();
    key = await workspace.key('read:customers');
  });
  afterAll(async () => {
    await house.close();
    await wire.cut();
    await corner.remove();
  });

  const statuses = (times: number) =>
    Promise.all(Array.from({ length: times }, async () => (await key.send(query)).status));
  const login = () =>
    house.send({}, signIn, { input: { email: workspace.ownerEmail, password: workspace.ownerPassword } });
  const said = (text: string) => lines.filter((line) => line.includes(text)).length;
  const isShared = async () => {
    house.clock.advance(60_000);
    const { status, data } = await login();
    return status === 200 && data.login !== null;
  };

  async function expectLocalLimitsOnly() {
    house.clock.advance(60_000);
    expect((await statuses(2 * limit)).filter((status) => status === 200)).toHaveLength(limit);
    const { status, headers, errors } = await login();
    expect([status, errors?.[0]?.extensions['code']]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  }

  it('is shared while it is there', async () => {
    const isCounted = async () => (await corner.keys()).some((name) => name.includes(workspace.workspaceId));
    // On a busy machine an answer may be late once, and is counted elsewhere.
    await expect.poll(isShared).toBe(true);
    expect(await isCounted()).toBe(false);
    await expect.poll(async () => [(await key.send(query)).status, await isCounted()]).toEqual([200, true]);
    expect((await corner.keys()).some((name) => name.includes(workspace.ownerEmail))).toBe(false);
  });

  it('lets each server count for itself when connections break, and refuses sign-in', async () => {
    await expect.poll(isShared).toBe(true);
    const [away, back] = [said('Redis is away'), said('Redis is back')];
    await wire.cut();
    await expectLocalLimitsOnly();
    await expectLocalLimitsOnly();
    expect(said('Redis is away')).toBe(away + 1);
    await wire.restore();
    await expect.poll(isShared, { interval: 200 }).toBe(true);
    expect(said('Redis is back')).toBeGreaterThan(back);
  });

  it('gives up on one that says nothing, and does not wait for it with every request', async () => {
    await expect.poll(isShared).toBe(true);
    const away = said('Redis is away');
    wire.swallow();
    await expectLocalLimitsOnly();
    await expectLocalLimitsOnly();
    expect(said('Redis is away')).toBe(away + 1);
    await wire.restore();
    await expect.poll(isShared, { interval: 200 }).toBe(true);
  });

  it('makes a new connection when the old one fell silent', async () => {
    wire.forget();
    await key.send(query);
    await expect.poll(isShared, { interval: 200 }).toBe(true);
  });

  it('does not keep a server from starting', async () => {
    await wire.cut();
    const late = await openTestHouse('sqlite', {
      sharing: house,
      env: { REDIS_URL: corner.urlAt('127.0.0.1', wire.port) },
    });
    expect((await late.send({ authorization: `Bearer ${key.secret}` }, query)).status).toBe(200);
    await late.close();
    await wire.restore();
  });
});
