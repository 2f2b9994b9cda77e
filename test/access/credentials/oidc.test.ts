// The keys of an external issuer: fetched, kept, rotated, missing; and that neither issuer can speak for the other.
import { createHmac, createPublicKey } from 'node:crypto';
import { generateKeyPair, SignJWT, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOidcVerifier } from '../../../src/access/credentials/oidc.ts';
import { createTokenIssuer, issuerOf } from '../../../src/access/credentials/token.ts';
import { ApiError } from '../../../src/core/errors.ts';
import { startIssuer, type Manner, type TestIssuer } from '../../support/outside/oidc-issuer.ts';

const clock = { nowMs: () => Date.now() };
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);
const secrets = ['a-secret-for-tests-of-at-least-32-characters'] as [string];
let issuer: TestIssuer;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  issuer = await startIssuer();
  issuer.people.set('ada', { email: 'ada@test.example', email_verified: true });
});
afterEach(async () => {
  await issuer.close();
  vi.useRealTimers();
});

const makeVerifier = () => createOidcVerifier({ issuer: issuer.issuer, audience: issuer.audience, clock });
const tokenOf = async () => (await issuer.signIn('ada')).accessToken;
/** The subject, `refused`, or code, status and Retry-After of what was thrown. */
async function verdict(verifier: ReturnType<typeof makeVerifier>, token: string) {
  try {
    return (await verifier.verify(token))?.subject ?? 'refused';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [error.code, error.httpStatus, error.headers.get('Retry-After')].join(' ');
  }
}
const away = 'SERVICE_UNAVAILABLE 503 5';
const keyRequests = () => issuer.asked.filter((path) => path === '/jwks').length;

describe('the keys of an issuer', () => {
  it('are found by its discovery document, and fetched once for many tokens', async () => {
    const verifier = makeVerifier();
    const tokens = [await tokenOf(), await tokenOf()];
    issuer.asked.length = 0;
    const all = await Promise.all([...tokens, ...tokens].map((token) => verifier.verify(token)));
    expect(all[0]).toEqual({
      ...{ issuer: issuer.issuer, subject: 'ada', verifiedEmail: 'ada@test.example' },
      issuedAtMs: Math.floor(Date.now() / 1_000) * 1_000,
    });
    expect(all.map((identity) => identity?.subject)).toEqual(['ada', 'ada', 'ada', 'ada']);
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it('are fetched anew for a token under a new key, and tokens under the old one go on while it is published', async () => {
    const verifier = makeVerifier();
    const old = await tokenOf();
    expect(await verdict(verifier, old)).toBe('ada');
    await issuer.rotateKey('kept');
    advance(31_000);
    expect(await verdict(verifier, await tokenOf())).toBe('ada');
    expect(await verdict(verifier, old)).toBe('ada');
  });

  it('are looked for at most every 30 seconds, however many tokens come under unknown keys', async () => {
    const verifier = makeVerifier();
    expect(await verdict(verifier, await tokenOf())).toBe('ada');
    await issuer.rotateKey('kept');
    const fresh = await tokenOf();
    issuer.asked.length = 0;
    for (let times = 0; times < 5; times += 1) expect(await verdict(verifier, fresh)).toBe('refused');
    expect(keyRequests()).toBe(0);
    advance(31_000);
    expect(await verdict(verifier, fresh)).toBe('ada');
    expect(keyRequests()).toBe(1);
  });

  it('work no longer than ten minutes after they were withdrawn', async () => {
    const verifier = makeVerifier();
    const old = await issuer.sign({
      ...{ iss: issuer.issuer, aud: issuer.audience, sub: 'ada' },
      ...{ iat: Math.floor(Date.now() / 1_000), exp: Math.floor(Date.now() / 1_000) + 3_600 },
    });
    expect(await verdict(verifier, old)).toBe('ada');
    await issuer.rotateKey('withdrawn');
    expect(await verdict(verifier, old)).toBe('ada');
    advance(601_000);
    expect(await verdict(verifier, old)).toBe('refused');
  });
});

describe('an issuer that does not answer', () => {
  it.each<Manner>(['with 500', 'never'])('is 503 while no key is known: %s', async (manner) => {
    const verifier = makeVerifier();
    const token = await tokenOf();
    issuer.manner = manner;
    expect(await verdict(verifier, token)).toBe(away);
    // Those who come next do not wait for it again.
    issuer.asked.length = 0;
    expect(await verdict(verifier, token)).toBe(away);
    expect(issuer.asked).toEqual([]);
    issuer.manner = 'well';
    advance(5_000);
    expect(await verdict(verifier, token)).toBe('ada');
  });

  it.each<Manner>(['with 500', 'never'])('leaves the known keys working: %s', async (manner) => {
    const verifier = makeVerifier();
    const token = await tokenOf();
    expect(await verdict(verifier, token)).toBe('ada');
    await issuer.rotateKey('kept');
    const fresh = await tokenOf();
    issuer.manner = manner;
    advance(31_000);
    expect(await verdict(verifier, fresh)).toBe(away);
    expect(await verdict(verifier, token)).toBe('ada');
  });

  it.each([
    ['another issuer', { issuer: 'https://elsewhere.example' }],
    ['keys over plain http, from another name', { jwks_uri: 'localhost' }],
    ['keys in a file', { jwks_uri: 'file:///etc/passwd' }],
    ['no keys', { jwks_uri: undefined }],
  ])('well is 503 as well: a document that names %s', async (_case, changes) => {
    const token = await tokenOf();
    issuer.discovery = { issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/jwks`, ...changes };
    if (issuer.discovery['jwks_uri'] === 'localhost') {
      issuer.discovery['jwks_uri'] = `${issuer.issuer.replace('127.0.0.1', 'localhost')}/jwks`;
    }
    issuer.asked.length = 0;
    const verifier = makeVerifier();
    expect(await verdict(verifier, token)).toBe(away);
    // Nor is it asked for each token that strangers send.
    expect(await verdict(verifier, token)).toBe(away);
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration']);
    issuer.discovery = null;
    advance(5_000);
    expect(await verdict(verifier, token)).toBe('ada');
  });
});

describe('the two issuers', () => {
  const segment = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const hmac = (header: object, claims: object, key: string | Buffer) => {
    const body = `${segment(header)}.${segment(claims)}`;
    return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
  };
  const times = () => {
    const iat = Math.floor(Date.now() / 1_000);
    return { iat, nbf: iat, exp: iat + 60, jti: 'x', tokenVersion: 1 };
  };

  it('cannot be told from each other by anything but who they say they are', async () => {
    const ours = createTokenIssuer({ secrets, clock });
    expect(issuerOf((await ours.issue({ userId: 'usr_1', tokenVersion: 1 })).token)).toBe('latchkey');
    expect(issuerOf(await tokenOf())).toBe(issuer.issuer);
    for (const text of [
      'a.b.c',
      '',
      'x',
      `${segment({})}.${segment([])}.x`,
      `x.${segment({ iss: ['a'] })}.x`,
    ]) {
      expect(issuerOf(text)).toBeNull();
    }
  });

  it("are never satisfied by the other's keys", async () => {
    const ours = createTokenIssuer({ secrets, clock });
    const theirs = makeVerifier();
    const asUs = { iss: 'latchkey', aud: 'latchkey', sub: 'usr_1', ...times() };
    const asThem = { iss: issuer.issuer, aud: issuer.audience, sub: 'ada', ...times() };
    const header = { alg: 'HS256', typ: 'at+jwt', kid: issuer.publicKey().kid };
    expect(await ours.verify(hmac({ alg: 'HS256', typ: 'at+jwt' }, asUs, secrets[0]))).not.toBeNull();
    expect(await verdict(theirs, await issuer.sign(asThem))).toBe('ada');
    expect(await ours.verify(await issuer.sign(asUs))).toBeNull();
    expect(await ours.verify(await issuer.sign(asThem))).toBeNull();
    expect(await verdict(theirs, await issuer.sign(asUs))).toBe('refused');
    expect(await verdict(theirs, hmac(header, asThem, secrets[0]))).toBe('refused');
    // The key's own signature, under algorithms that were not agreed upon.
    for (const alg of ['RS384', 'RS512', 'PS512']) {
      expect(await verdict(theirs, await issuer.sign(asThem, { alg }))).toBe('refused');
    }
    expect(await verdict(theirs, await issuer.sign(asThem, { alg: 'PS256' }))).toBe('ada');
    // The published key as the secret of an HMAC, in each form that it is seen in.
    const key = createPublicKey({ key: issuer.publicKey() as JWK & { kty: string }, format: 'jwk' });
    for (const secret of [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'pkcs1', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      issuer.publicKey().n!,
    ]) {
      expect(await verdict(theirs, hmac(header, asThem, secret))).toBe('refused');
    }
    expect(await verdict(theirs, `${segment({ ...header, alg: 'none' })}.${segment(asThem)}.`)).toBe(
      'refused',
    );
  });

  it('take no key from a token, and none that is not published', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 'ada', ...times() };
    for (const header of [
      { kid: issuer.publicKey().kid! },
      { kid: 'unknown' },
      { jwk: issuer.publicKey(), kid: issuer.publicKey().kid! },
      { jku: `${issuer.issuer}/jwks`, kid: issuer.publicKey().kid! },
    ]) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...header })
        .sign(privateKey);
      expect([header, await verdict(makeVerifier(), token)]).toEqual([header, 'refused']);
    }
  });
});
