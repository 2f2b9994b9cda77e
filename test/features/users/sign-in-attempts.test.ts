// Guessing passwords: one in each operation, few for each account and address, and nothing learnt past that.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeEachEngine, type Engine } from '../../support/engines.ts';
import { openTestHouse, type Answer, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { ask } from '../../support/users.ts';
import { hasRedis, redisCorner } from '../../support/outside/redis.ts';

const corner = redisCorner();
const signIn = `mutation ($input: LoginInput!) { login(input: $input) { token userErrors { code message } } }`;

function verdict({ status, data, errors }: Answer): string {
  if (data?.login?.token) return `${status} in`;
  return `${status} ${String(errors?.[0]?.extensions['code'] ?? data.login.userErrors[0].code)}`;
}

function attempts(engine: Engine['name'], redis: Record<string, string>): void {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let addresses = 0;
  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { TRUST_PROXY_HOPS: '1', ...redis } });
  });
  beforeEach(async () => {
    workspace = await house.workspace();
  });
  afterAll(async () => {
    await house.close();
    if (hasRedis) await corner.remove();
  });

  const newAddress = () => `198.51.100.${(addresses += 1)}`;
  const tryFrom = async (ip: string, email: string, password: string) =>
    house.send({ 'x-forwarded-for': ip }, signIn, { input: { email, password } });
  const wrong = async (ip: string, times: number, email = workspace.ownerEmail) => {
    const verdicts = [];
    for (let time = 0; time < times; time += 1)
      verdicts.push(verdict(await tryFrom(ip, email, 'not the password')));
    return verdicts;
  };
  const right = async (ip: string) =>
    verdict(await tryFrom(ip, workspace.ownerEmail, workspace.ownerPassword));

  it('tries one alias of an operation: the right password in another row is not found', async () => {
    const ip = newAddress();
    const rows = Array.from({ length: 5 }, (_, row) => {
      const password = JSON.stringify(row === 3 ? workspace.ownerPassword : `guess number ${row}`);
      return `row${row}: login(input: { email: "${workspace.ownerEmail}", password: ${password} }) { token userErrors { code } }`;
    });
    const answer = await house.send({ 'x-forwarded-for': ip }, `mutation { ${rows.join(' ')} }`);
    const codes = Object.values(
      answer.data as Record<string, { token: unknown; userErrors: { code: string }[] }>,
    ).map(({ token, userErrors }) => token ?? userErrors[0]!.code);
    expect(codes).toEqual(['INVALID', 'NOT_ALLOWED', 'NOT_ALLOWED', 'NOT_ALLOWED', 'NOT_ALLOWED']);
    // One attempt was counted, so nine more are tried.
    expect(await wrong(ip, 10)).toEqual([...Array<string>(9).fill('200 INVALID'), '429 RATE_LIMITED']);
  });

  it('refuses 400 aliases as a whole', async () => {
    const rows = Array.from(
      { length: 400 },
      (_, row) =>
        `row${row}: login(input: { email: "${workspace.ownerEmail}", password: "${row === 399 ? workspace.ownerPassword : 'wrong'}" }) { token }`,
    );
    const { status, data } = await house.send({}, `mutation { ${rows.join(' ')} }`);
    // Too long for a caller without a credential to be parsed at all.
    expect([status, data ?? null]).toEqual([401, null]);
    expect(await wrong('127.0.0.1', 10)).toEqual(Array<string>(10).fill('200 INVALID'));
  });

  it('closes an account for the address that guessed ten times, the right password included', async () => {
    const [ip, elsewhere] = [newAddress(), newAddress()];
    expect(await wrong(ip, 11)).toEqual([...Array<string>(10).fill('200 INVALID'), '429 RATE_LIMITED']);
    expect(await right(ip)).toBe('429 RATE_LIMITED');
    const { headers } = await tryFrom(ip, ` ${workspace.ownerEmail.toUpperCase()} `, 'another spelling');
    expect(headers['retry-after']).toBe('900');
    expect(await right(elsewhere)).toBe('200 in');
  });

  it('opens it again when the attempts are a quarter of an hour old', async () => {
    const ip = newAddress();
    await wrong(ip, 10);
    house.clock.advance(899_999);
    expect(await right(ip)).toBe('429 RATE_LIMITED');
    house.clock.advance(1);
    expect(await right(ip)).toBe('200 in');
  });

  it('begins anew for whoever signs in', async () => {
    const ip = newAddress();
    await wrong(ip, 9);
    expect(await right(ip)).toBe('200 in');
    expect(await wrong(ip, 11)).toEqual([...Array<string>(10).fill('200 INVALID'), '429 RATE_LIMITED']);
  });

  it('counts what is sent at the same time before any of it is looked at', async () => {
    const ip = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => tryFrom(ip, workspace.ownerEmail, 'not the password')),
    );
    expect(answers.map(verdict).filter((text) => text === '200 INVALID')).toHaveLength(10);
  });

  it('closes an account for everybody after a hundred guesses in a day, from wherever', async () => {
    for (let address = 0; address < 10; address += 1) await wrong(newAddress(), 10);
    const ip = newAddress();
    expect(await right(ip)).toBe('429 RATE_LIMITED');
    house.clock.advance(86_400_000);
    expect(await right(ip)).toBe('200 in');
  });

  it('does not let one address close an account for everybody, however patient it is', async () => {
    const ip = newAddress();
    for (let quarter = 0; quarter < 11; quarter += 1) {
      await wrong(ip, 10);
      house.clock.advance(930_000);
    }
    expect(await wrong(ip, 1)).toEqual(['429 RATE_LIMITED']);
    expect(await right(newAddress())).toBe('200 in');
  });

  it('treats an address that nobody has like any other', async () => {
    const ip = newAddress();
    expect(await wrong(ip, 11, 'nobody@test.example')).toEqual([
      ...Array<string>(10).fill('200 INVALID'),
      '429 RATE_LIMITED',
    ]);
  });

  it('limits one address that goes through many accounts; signing in well is not counted', async () => {
    const ip = newAddress();
    for (let time = 0; time < 3; time += 1) expect(await right(ip)).toBe('200 in');
    const verdicts = [];
    for (let account = 0; account < 51; account += 1) {
      verdicts.push(...(await wrong(ip, 1, `user${account}@test.example`)));
    }
    expect(verdicts).toEqual([...Array<string>(50).fill('200 INVALID'), '429 RATE_LIMITED']);
  });

  it('counts the current password of changePassword like a sign-in', async () => {
    const owner = await workspace.owner();
    const input = { currentPassword: 'not the password', newPassword: 'correct horse battery' };
    const codes = [];
    for (let time = 0; time < 11; time += 1) {
      const { status, data, errors } = await ask(owner, 'changePassword', { input });
      codes.push(
        errors
          ? `${status} ${String(errors[0]!.extensions['code'])}`
          : data.changePassword.userErrors[0].code,
      );
    }
    expect(codes).toEqual([...Array<string>(10).fill('INVALID'), '429 RATE_LIMITED']);
  });

  it('hashes nothing of what it refuses', async () => {
    const ip = newAddress();
    await wrong(ip, 10);
    let hashed = 0;
    const { passwords } = house.app.credentials;
    const counting = {
      ...passwords,
      verify: (...args: Parameters<typeof passwords.verify>) => ((hashed += 1), passwords.verify(...args)),
    };
    Object.assign(house.app.credentials, { passwords: counting });
    await wrong(ip, 3);
    expect(hashed).toBe(0);
    await wrong(newAddress(), 1);
    expect(hashed).toBe(1);
    Object.assign(house.app.credentials, { passwords });
  });
}

describeEachEngine('Sign-in attempts', (engine) => attempts(engine, {}));
describe.skipIf(!hasRedis)('Sign-in attempts kept in Redis', () =>
  attempts('sqlite', { REDIS_URL: corner.url }),
);
