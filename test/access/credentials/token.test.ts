// Behaviour of the sign-in token: what it holds, when it works, and that forgeries do not.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTokenIssuer } from '../../../src/access/credentials/token.ts';

const oldSecret = 'o'.repeat(32);
const newSecret = 'n'.repeat(32);
const user = { userId: 'usr_1', tokenVersion: 3 };
const startMs = Date.parse('2026-03-01T12:00:00.400Z');
const startSeconds = Math.floor(startMs / 1000);
const minuteMs = 60_000;

function setUp(secrets: [string, ...string[]] = [newSecret]) {
  let nowMs = startMs;
  const clock = { nowMs: () => nowMs };
  return {
    issuer: createTokenIssuer({ secrets, clock }),
    setNow: (epochMs: number): void => {
      nowMs = epochMs;
    },
  };
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
/** Reads a segment without verifying anything. */
function open(token: string, index: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}
const goodHeader = { alg: 'HS256', typ: 'at+jwt' };
const goodClaims = {
  iss: 'latchkey',
  aud: 'latchkey',
  sub: 'usr_1',
  tokenVersion: 3,
  iat: startSeconds,
  nbf: startSeconds,
  exp: startSeconds + 60,
  jti: 'x',
};
/** A token made by hand, with a right signature unless the hash or the secret is another. */
function forge(header: object, claims: object, secret: string | Buffer = newSecret, hash = 'sha256'): string {
  const body = `${segment(header)}.${segment(claims)}`;
  return `${body}.${createHmac(hash, secret).update(body).digest('base64url')}`;
}
function without(claim: keyof typeof goodClaims): object {
  return Object.fromEntries(Object.entries(goodClaims).filter(([name]) => name !== claim));
}

describe('issue', () => {
  it('states issuer, audience, user, version and times, and pins algorithm and type', async () => {
    const { token, expiresAt } = await setUp().issuer.issue(user);
    expect(open(token, 0)).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    expect(open(token, 1)).toEqual({
      iss: 'latchkey',
      aud: 'latchkey',
      sub: 'usr_1',
      tokenVersion: 3,
      iat: startSeconds,
      nbf: startSeconds - 5,
      exp: startSeconds + 900,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(expiresAt).toBe('2026-03-01T12:15:00.000Z');
  });

  it('never gives two tokens the same jti', async () => {
    const { issuer } = setUp();
    const [one, two] = await Promise.all([issuer.issue(user), issuer.issue(user)]);
    expect(open(one.token, 1)['jti']).not.toBe(open(two.token, 1)['jti']);
  });
});

describe('verify', () => {
  it('gives back whom the token was issued to', async () => {
    const { issuer } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.nat(), async (userId, tokenVersion) => {
        const { token } = await issuer.issue({ userId, tokenVersion });
        expect(await issuer.verify(token)).toEqual({ userId, tokenVersion });
      }),
    );
  });

  it('accepts a token until the instant it expires', async () => {
    const { issuer, setNow } = setUp();
    const { token, expiresAt } = await issuer.issue(user);
    setNow(Date.parse(expiresAt) - 1);
    expect(await issuer.verify(token)).toEqual(user);
    setNow(Date.parse(expiresAt));
    expect(await issuer.verify(token)).toBeNull();
  });

  it('accepts a fresh token where the clock is 5 seconds behind, not where it is a minute behind', async () => {
    const { issuer, setNow } = setUp();
    const { token } = await issuer.issue(user);
    setNow(startMs - 5000);
    expect(await issuer.verify(token)).toEqual(user);
    setNow(startMs - minuteMs);
    expect(await issuer.verify(token)).toBeNull();
  });

  it('signs with the first secret and verifies with all, so that secrets can be rotated', async () => {
    const before = await setUp([oldSecret]).issuer.issue(user);
    const rotating = setUp([newSecret, oldSecret]).issuer;
    const during = await rotating.issue(user);
    const after = setUp([newSecret]).issuer;
    expect(await rotating.verify(before.token)).toEqual(user);
    expect(await after.verify(during.token)).toEqual(user);
    expect(await after.verify(before.token)).toBeNull();
  });

  it('accepts the hand-made token that the forgeries below differ from', async () => {
    expect(await setUp().issuer.verify(forge(goodHeader, goodClaims))).toEqual(user);
  });

  it.each<[string, string]>([
    ['algorithm none with a signature', forge({ ...goodHeader, alg: 'none' }, goodClaims)],
    [
      'algorithm none without signature',
      `${segment({ ...goodHeader, alg: 'none' })}.${segment(goodClaims)}.`,
    ],
    [
      'algorithm none with a token signature',
      `${segment({ ...goodHeader, alg: 'none' })}.${segment(goodClaims)}.AA`,
    ],
    [
      'another HMAC than the pinned one',
      forge({ ...goodHeader, alg: 'HS384' }, goodClaims, 'n'.repeat(48), 'sha384'),
    ],
    ['HS512 with the right secret', forge({ ...goodHeader, alg: 'HS512' }, goodClaims, newSecret, 'sha512')],
    ['RS256 in the header over an HMAC', forge({ ...goodHeader, alg: 'RS256' }, goodClaims)],
    ['another secret', forge(goodHeader, goodClaims, 'x'.repeat(32))],
    ['an empty secret', forge(goodHeader, goodClaims, '')],
    ['no type', forge({ alg: 'HS256' }, goodClaims)],
    ['the general type JWT', forge({ ...goodHeader, typ: 'JWT' }, goodClaims)],
    ['another issuer', forge(goodHeader, { ...goodClaims, iss: 'elsewhere' })],
    ['another audience', forge(goodHeader, { ...goodClaims, aud: 'elsewhere' })],
    ['an expiry in the past', forge(goodHeader, { ...goodClaims, exp: startSeconds - 1 })],
    ['an expiry that is text', forge(goodHeader, { ...goodClaims, exp: String(startSeconds + 60) })],
    ['a start in the future', forge(goodHeader, { ...goodClaims, nbf: startSeconds + 60 })],
    ['a version that is text', forge(goodHeader, { ...goodClaims, tokenVersion: '3' })],
    ['an empty user', forge(goodHeader, { ...goodClaims, sub: '' })],
    ['a user that is an object', forge(goodHeader, { ...goodClaims, sub: { $ne: null } })],
    ['an unknown critical header', forge({ ...goodHeader, crit: ['x'], x: 1 }, goodClaims)],
    ['a payload left unencoded', forge({ ...goodHeader, crit: ['b64'], b64: false }, goodClaims)],
    ['claims that are a list', forge(goodHeader, [goodClaims])],
    ['four segments', `${forge(goodHeader, goodClaims)}.AA`],
    ['two segments', forge(goodHeader, goodClaims).split('.').slice(0, 2).join('.')],
    ['five segments, as an encrypted token has', `${forge(goodHeader, goodClaims)}.AA.AA`],
    ['a padded signature', `${forge(goodHeader, goodClaims)}=`],
    ['space inside', forge(goodHeader, goodClaims).replace(/\.(?=[^.]*$)/, '. ')],
    ['space around', ` ${forge(goodHeader, goodClaims)}`],
  ])('refuses %s', async (_forgery, token) => {
    expect(await setUp().issuer.verify(token)).toBeNull();
  });

  it.each(['iss', 'aud', 'sub', 'tokenVersion', 'iat', 'nbf', 'exp', 'jti'] as const)(
    'refuses a token without %s',
    async (claim) => {
      expect(await setUp().issuer.verify(forge(goodHeader, without(claim)))).toBeNull();
    },
  );

  it('refuses an RSA signature, and an HMAC made with a public key as secret', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signed = await new SignJWT(goodClaims)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' })
      .sign(privateKey);
    const pem = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
      type: 'spki',
      format: 'pem',
    });
    const { issuer } = setUp();
    expect(await issuer.verify(signed)).toBeNull();
    expect(await issuer.verify(forge(goodHeader, goodClaims, pem))).toBeNull();
    // Were the public key ever configured by mistake, RS256 would still be refused: the algorithm is not the
    // token's choice.
    expect(await setUp([pem.toString()]).issuer.verify(signed)).toBeNull();
  });

  it('refuses a token with one character of its header, claims or signature changed', async () => {
    const { issuer } = setUp();
    const { token } = await issuer.issue(user);
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'];
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 2), fc.constantFrom(...alphabet), async (index, wrong) => {
        // The very last character is left out: two of its six bits belong to no byte.
        fc.pre(token[index] !== wrong);
        expect(await issuer.verify(token.slice(0, index) + wrong + token.slice(index + 1))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever the text or the rightly signed header and claims', async () => {
    const { issuer } = setUp();
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.base64String(), { minLength: 3, maxLength: 3 })
        .map((parts) => parts.join('.').replaceAll('=', '')),
      fc.tuple(fc.object(), fc.object()).map(([header, claims]) => forge(header, claims)),
      fc.object().map((claims) => forge(goodHeader, claims)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        expect(await issuer.verify(token)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});
