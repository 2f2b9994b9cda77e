// Fifty and more forged sign-in tokens over HTTP: each gets the answer of any wrong credential, and none reaches the store.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import {
  bearer,
  openTestHouse,
  testSecrets,
  type Headers,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { signIn } from '../support/keys.ts';
import { refusalOf, unauthenticatedAs } from './support/store-content.ts';

type Part = Readonly<Record<string, unknown>>;

const secret = testSecrets.jwtSecrets[0];
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const text = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const read = (segment: string) => JSON.parse(Buffer.from(segment, 'base64url').toString()) as Part;

function hmac(header: Part, claims: unknown, key = secret): string {
  const hash = { HS384: 'sha384', HS512: 'sha512' }[String(header['alg'])] ?? 'sha256';
  const body = `${text(header)}.${text(claims)}`;
  return `${body}.${createHmac(hash, key).update(body).digest('base64url')}`;
}
function rsa(header: Part, claims: Part): string {
  const body = `${text(header)}.${text(claims)}`;
  return `${body}.${createSign('sha256').update(body).sign(privateKey, 'base64url')}`;
}

/** Name -> token. All but the last group are rightly signed with our own secret, or as rightly as their header allows. */
function forgeriesOf(token: string): Map<string, string> {
  const [head, body, signature] = token.split('.') as [string, string, string];
  const [header, claims] = [read(head), read(body)] as const;
  const seconds = claims['iat'] as number;
  const without = (name: string) =>
    Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
  const headers: Part[] = [
    ...['none', 'None', 'NONE', 'HS384', 'HS512', 'RS256', 'ES256', 'PS256', 'EdDSA', 'dir', ''].map(
      (alg) => ({ alg }),
    ),
    ...['JWT', 'jwt', 'JWS', '', 'id+jwt', 'logout+jwt', 'at', null, 7].map((typ) => ({ typ })),
    ...[{ crit: ['exp'] }, { crit: ['x'], x: 1 }, { crit: [] }, { crit: ['b64'], b64: false }],
    { alg: ['HS256'] },
  ];
  const changed: Part[] = [
    ...['', 'elsewhere', 'Latchkey', 'https://latchkey', ['latchkey'], null].map((iss) => ({ iss })),
    ...['', 'elsewhere', ['elsewhere'], null].map((aud) => ({ aud })),
    ...[seconds - 1, 0, -1, String(seconds + 600), null].map((exp) => ({ exp })),
    ...[seconds + 60, String(seconds), null].map((nbf) => ({ nbf })),
    ...['', null, 7, { $ne: null }, ['usr_1']].map((sub) => ({ sub })),
    ...['1', 1.5, null, [1]].map((tokenVersion) => ({ tokenVersion })),
  ];
  const entries: [string, string][] = [
    ...headers.map((part) => [JSON.stringify(part), hmac({ ...header, ...part }, claims)] as const),
    ...changed.map((part) => [JSON.stringify(part), hmac(header, { ...claims, ...part })] as const),
    ...Object.keys(claims).map((name) => [`no ${name}`, hmac(header, without(name))] as const),
    ['no typ', hmac({ alg: 'HS256' }, claims)],
    ['claims in a list', hmac(header, [claims])],
    ['none, no signature', `${text({ ...header, alg: 'none' })}.${body}.`],
    ['two segments', `${head}.${body}`],
    ['four segments', `${token}.AA`],
    ['five segments', `${token}.AA.AA`],
    ['one segment', head],
    ["another token's claims", `${head}.${text({ ...claims, sub: 'usr_2' })}.${signature}`],
    ['another secret', hmac(header, claims, 'x'.repeat(44))],
    ['no secret', hmac(header, claims, '')],
    ['another secret and a kid', hmac({ ...header, kid: '../../dev/null' }, claims, '')],
    ['a key in the header', hmac({ ...header, jwk: { kty: 'oct', k: 'eA' } }, claims, 'x')],
    ['RS256', rsa({ ...header, alg: 'RS256' }, claims)],
    ['RS256 that says HS256', rsa(header, claims)],
    ['HS256 under a public key', hmac(header, claims, publicPem)],
    ['a key to be fetched', rsa({ ...header, alg: 'RS256', jku: 'http://127.0.0.1:9/keys' }, claims)],
    ['a cut signature', token.slice(0, -4)],
  ].map(([name, forged]) => [name!, forged!]);
  return new Map(entries);
}

describeEachEngine('A forged sign-in token', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let token: string;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
  });
  afterAll(() => house.close());

  const ask = (headers: Headers) => house.send(headers, '{ viewer { kind } }');

  it('is refused like any other wrong credential, without a statement', async () => {
    const forgeries = forgeriesOf(token);
    expect(forgeries.size).toBeGreaterThanOrEqual(50);
    house.statements.length = 0;
    for (const [forgery, forged] of forgeries) {
      const answer = await ask(bearer(forged));
      expect([forgery, refusalOf(answer)]).toEqual([forgery, unauthenticatedAs('INVALID_CREDENTIAL')]);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="latchkey", error="invalid_token"');
    }
    expect(house.statements).toEqual([]);
    // What the forgeries differ from does work, made by the same hand.
    const [head, body] = token.split('.') as [string, string];
    expect((await ask(bearer(hmac(read(head), read(body))))).status).toBe(200);
  });

  it('that is well made but for a user who is not there costs the one statement of any user', async () => {
    const [head, body] = token.split('.') as [string, string];
    const nobody = hmac(read(head), { ...read(body), sub: 'usr_00000000000000000000000000' });
    house.statements.length = 0;
    expect(refusalOf(await ask(bearer(nobody)))).toEqual(unauthenticatedAs('INVALID_CREDENTIAL'));
    expect(house.statements).toHaveLength(1);
  });
});
