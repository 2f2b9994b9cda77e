// Credentials over HTTP, on real stores: which are taken, in which header, and that a refusal tells nothing.
import { request } from 'node:http';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import sql from 'sql-template-tag';
import { makeApiKey } from '../../src/access/credentials/api-key.ts';
import { identifier } from '../../src/db/store/dialect.ts';
import { describeEachEngine } from '../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type AnsweredError,
  type Headers,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { refusalOf, unauthenticatedAs } from './support/store-content.ts';

const whoAmI = '{ viewer { kind scopes workspace { id } apiKey { id } user { email } } }';
const basic = (text: string): Headers => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const dayMs = 86_400_000;

describeEachEngine('a credential', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  let other: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key('read:customers');
    other = await (await house.workspace()).key('read:venues');
  });
  afterAll(() => house.close());

  const apiKeyIdFor = async (headers: Headers) =>
    (await house.send(headers, whoAmI)).data?.viewer.apiKey?.id as string | undefined;

  it('that is a key works in each header style, and is the same caller', async () => {
    const styles: Headers[] = [
      bearer(key.secret),
      { authorization: `bearer   ${key.secret}` },
      { 'x-api-key': key.secret },
      basic(`anyone:${key.secret}`),
      basic(`:${key.secret}`),
    ];
    for (const headers of styles) {
      const { status, data } = await house.send(headers, whoAmI);
      expect([headers, status, data.viewer]).toEqual([
        headers,
        200,
        {
          kind: 'API_KEY',
          scopes: ['read:customers'],
          workspace: { id: workspace.workspaceId },
          apiKey: { id: key.apiKeyId },
          user: null,
        },
      ]);
    }
  });

  it('in Bearer wins over X-API-Key, which wins over Basic', async () => {
    expect(await apiKeyIdFor({ ...bearer(key.secret), 'x-api-key': other.secret })).toBe(key.apiKeyId);
    expect(await apiKeyIdFor({ ...bearer(other.secret), 'x-api-key': key.secret })).toBe(other.apiKeyId);
    expect(await apiKeyIdFor({ ...basic(`a:${key.secret}`), 'x-api-key': other.secret })).toBe(
      other.apiKeyId,
    );
  });

  it('with one wrong character anywhere is refused without asking the store', async () => {
    const { secret } = key;
    house.statements.length = 0;
    for (let index = 0; index < secret.length; index += 1) {
      const wrong = secret.slice(0, index) + (secret[index] === 'a' ? 'b' : 'a') + secret.slice(index + 1);
      const answer = await house.send(index % 2 === 0 ? bearer(wrong) : { 'x-api-key': wrong }, whoAmI);
      expect([wrong, refusalOf(answer)]).toEqual([wrong, unauthenticatedAs('INVALID_CREDENTIAL')]);
    }
    expect(house.statements.filter((text) => !text.includes('last_used_at" ='))).toEqual([]);
  });

  it('of every other form is refused, also beside a good one, with a Bearer challenge', async () => {
    for (const headers of [
      { authorization: '' },
      { authorization: key.secret },
      { authorization: `Token ${key.secret}` },
      { authorization: 'Basic' },
      basic(key.secret),
      { 'x-api-key': '' },
      { 'x-api-key': `Bearer ${key.secret}` },
      { ...bearer(key.secret), 'x-api-key': 'nonsense' },
      { authorization: 'Digest x', 'x-api-key': key.secret },
      bearer('a.b.c'),
      bearer('\u00ff'),
    ]) {
      const answer = await house.send(headers as Headers, whoAmI);
      expect([headers, refusalOf(answer)]).toEqual([headers, unauthenticatedAs('INVALID_CREDENTIAL')]);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="latchkey", error="invalid_token"');
    }
  });

  it('that is unknown, wrong, mistyped or malformed gets one answer, byte for byte', async () => {
    const unknown = makeApiKey('LIVE').key;
    // The id of a real key with another secret, and a check digit that is right.
    const known = await house.app.database.query<object>(
      sql`SELECT "id" FROM ${identifier('api_key_secrets')}`,
    );
    expect(known.length).toBeGreaterThan(0);
    const answers = [];
    for (const credential of [unknown, withOtherSecret(key.secret), `${key.secret}x`, 'lk_live_', 'x.y.z']) {
      const { status, text, headers } = await house.send(
        { ...bearer(credential), 'x-request-id': 'same' },
        whoAmI,
      );
      answers.push(JSON.stringify([status, text, { ...headers, date: '' }]));
    }
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0]!)[0]).toBe(401);
  });

  it('that is unknown costs the statement that a wrong secret costs', async () => {
    const statementsFor = async (credential: string) => {
      house.statements.length = 0;
      await house.send(bearer(credential), whoAmI);
      return house.statements.filter((text) => !text.includes('last_used_at" ='));
    };
    const unknown = await statementsFor(makeApiKey('LIVE').key);
    expect(unknown).toHaveLength(1);
    expect(await statementsFor(withOtherSecret(key.secret))).toEqual(unknown);
  });

  it('is not taken from a query string, a body or a cookie', async () => {
    const inUrl = await house.app.http.inject({
      method: 'POST',
      url: `/graphql?api_key=${key.secret}&authorization=Bearer%20${key.secret}`,
      headers: { 'content-type': 'application/json', cookie: `authorization=Bearer ${key.secret}` },
      payload: { query: whoAmI, authorization: `Bearer ${key.secret}`, extensions: { key: key.secret } },
    });
    expect(inUrl.statusCode).toBe(401);
  });

  it('that is a sign-in token works as Bearer, for 15 minutes, and in no other header', async () => {
    const login =
      'mutation ($input: LoginInput!) { login(input: $input) { token expiresAt user { email role } userErrors { code } } }';
    const input = { email: workspace.ownerEmail.toUpperCase(), password: workspace.ownerPassword };
    const { data } = await house.send({}, login, { input });
    expect(data.login.user).toEqual({ email: workspace.ownerEmail, role: 'OWNER' });
    const { token } = data.login as { token: string };
    const { viewer } = (await house.send(bearer(token), whoAmI)).data;
    expect([viewer.kind, viewer.apiKey, viewer.user.email]).toEqual(['USER', null, workspace.ownerEmail]);
    expect(viewer.scopes).toContain('write:customers');
    for (const headers of [{ 'x-api-key': token }, basic(`a:${token}`)]) {
      expect(refusalOf(await house.send(headers, whoAmI))).toEqual(unauthenticatedAs('INVALID_CREDENTIAL'));
    }
    const [head, claims, signature] = token.split('.') as [string, string, string];
    for (const forged of [
      `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
      `${head}.${claims}.`,
      `${head}.${claims}`,
    ]) {
      expect(refusalOf(await house.send(bearer(forged), whoAmI))).toEqual(
        unauthenticatedAs('INVALID_CREDENTIAL'),
      );
    }
    house.clock.advance(15 * 60_000);
    expect(refusalOf(await house.send(bearer(token), whoAmI))).toEqual(
      unauthenticatedAs('INVALID_CREDENTIAL'),
    );
  });

  it('of a wrong password or an unknown address gets no token and one message', async () => {
    const login =
      'mutation ($input: LoginInput!) { login(input: $input) { token user { id } userErrors { code field message } } }';
    const answers = [];
    for (const email of [workspace.ownerEmail, 'nobody@test.example']) {
      const { data } = await house.send({}, login, { input: { email, password: 'not the password' } });
      expect(data.login).toMatchObject({ token: null, user: null });
      answers.push(data.login.userErrors);
    }
    expect(answers[0]).toHaveLength(1);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('is refused on the next request, here and in a second process, when its key was revoked', async () => {
    const ended = await workspace.key('read:customers');
    const second = await openTestHouse(engine, { sharing: house });
    try {
      expect((await second.send(bearer(ended.secret), whoAmI)).status).toBe(200);
      const owner = await workspace.owner();
      const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }';
      expect((await owner.send(revoke, { id: ended.apiKeyId })).data.revokeApiKey.userErrors).toEqual([]);
      for (const place of [house, second]) {
        expect(refusalOf(await place.send(bearer(ended.secret), whoAmI))).toEqual(
          unauthenticatedAs('KEY_REVOKED'),
        );
        const wrong = withOtherSecret(ended.secret);
        expect(refusalOf(await place.send(bearer(wrong), whoAmI))).toEqual(
          unauthenticatedAs('INVALID_CREDENTIAL'),
        );
      }
    } finally {
      await second.close();
    }
  });

  it('ends with its date, and falls asleep when nobody used it for 90 days', async () => {
    const owner = await workspace.owner();
    const create =
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret userErrors { code } } }';
    const expiresAt = new Date(house.clock.nowMs() + dayMs).toISOString();
    const make = async (input: object) =>
      (await owner.send(create, { input: { label: 'x', scopes: ['read:customers'], ...input } })).data
        .createApiKey.secret as string;
    const [dated, idle] = [await make({ expiresAt }), await make({})];
    house.clock.advance(dayMs - 1);
    expect((await house.send(bearer(dated), whoAmI)).status).toBe(200);
    house.clock.advance(1);
    expect(refusalOf(await house.send(bearer(dated), whoAmI))).toEqual(unauthenticatedAs('KEY_EXPIRED'));
    house.clock.advance(89 * dayMs - 1);
    expect((await house.send(bearer(idle), whoAmI)).status).toBe(200);
    house.clock.advance(1 + 90 * dayMs);
    expect(refusalOf(await house.send(bearer(idle), whoAmI))).toEqual(unauthenticatedAs('KEY_DISABLED'));
  });

  it('that stands in a header twice is no credential, whichever of the two is good', async () => {
    const fresh = await workspace.key('read:customers');
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const reasonFor = (name: string, values: string[]) =>
      new Promise<unknown>((resolve, reject) => {
        const sent = request(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', [name]: values },
        });
        sent.on('error', reject).on('response', (answer) => {
          void answer.toArray().then((chunks) => {
            const { errors } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as {
              errors?: AnsweredError[];
            };
            resolve(errors?.[0]?.extensions['reason']);
          }, reject);
        });
        sent.end(JSON.stringify({ query: whoAmI }));
      });
    expect(await reasonFor('x-api-key', [fresh.secret])).toBeUndefined();
    for (const [name, value] of [
      ['x-api-key', fresh.secret],
      ['authorization', `Bearer ${fresh.secret}`],
    ] as const) {
      expect(await reasonFor(name, [value, value])).toBe('INVALID_CREDENTIAL');
      expect(await reasonFor(name, [value, 'Bearer x'])).toBe('INVALID_CREDENTIAL');
    }
  });
});

/** The same id, another secret, and the check digit that belongs to it. */
function withOtherSecret(secret: string): string {
  const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const body = secret.slice(0, 21) + 'A'.repeat(32);
  let rest = crc32(body);
  let digits = '';
  for (let index = 0; index < 6; index += 1) {
    digits = base62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return body + digits;
}
