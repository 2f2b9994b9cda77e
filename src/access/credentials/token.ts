// The short JWT of a signed-in user: issue and verify. Role and membership are NOT in it; they are read on
// each request.
import { createSecretKey, randomUUID, type KeyObject } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { decodeJwt } from 'jose/jwt/decode';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { toInstant, type Clock, type Instant } from '../../core/clock.ts';
import { isCompactJwt } from './credential.ts';

const algorithm = 'HS256';
/**
 * Explicit type (RFC 8725, section 3.11): a JWT made for another purpose with the same secret is not a
 * sign-in.
 */
const type = 'at+jwt';
const party = 'latchkey';
const lifetimeSeconds = 15 * 60;
/** `nbf` lies this far before `iat`: the next request may reach a process whose clock is a little behind. */
const clockSkewSeconds = 5;

interface SignedInUser {
  readonly userId: string;
  /**
   * Must equal the user's current version, or the token was ended by a sign-out or a new password. The caller
   * compares.
   */
  readonly tokenVersion: number;
}

export interface TokenIssuer {
  /** A token that works for 15 minutes, until `expiresAt` (exclusive). */
  issue(user: SignedInUser): Promise<{ token: string; expiresAt: Instant }>;
  /**
   * The user that the token names, or null for any invalid token. Never throws for bad input. Does NOT look the user
   * up.
   */
  verify(token: string): Promise<SignedInUser | null>;
}

function userOf(payload: JWTPayload): SignedInUser | null {
  const { sub: userId, tokenVersion } = payload;
  if (typeof userId !== 'string' || userId === '') return null;
  if (typeof tokenVersion !== 'number' || !Number.isSafeInteger(tokenVersion)) return null;
  return { userId, tokenVersion };
}

/** Who claims to have issued a token. Does NOT verify anything. Null when it does not say. */
export function issuerOf(token: string): string | null {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : null;
  } catch {
    // A stranger's text: what cannot be decoded names nobody.
    return null;
  }
}

async function verifyWith(key: KeyObject, token: string, nowMs: number): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      typ: type,
      issuer: party,
      audience: party,
      requiredClaims: ['sub', 'iat', 'nbf', 'exp', 'jti'],
      currentDate: new Date(nowMs),
    });
    return payload;
  } catch {
    // Swallowed on purpose: the token is a stranger's text, and whatever it makes the parser say, the answer
    // is "no".
    return null;
  }
}

/** The first secret signs, all of them verify: put the new one first, drop the old one 15 minutes later. */
export function createTokenIssuer(options: {
  readonly secrets: readonly [string, ...string[]];
  readonly clock: Clock;
}): TokenIssuer {
  const { secrets, clock } = options;
  // As key objects: bytes would be imported anew for each token, which took a tenth of a flood's CPU.
  const toKey = (secret: string) => createSecretKey(secret, 'utf8');
  const signingKey = toKey(secrets[0]);
  const keys = [signingKey, ...secrets.slice(1).map(toKey)];

  return {
    async issue({ userId, tokenVersion }) {
      const issuedAtSeconds = Math.floor(clock.nowMs() / 1000);
      const expiresAtSeconds = issuedAtSeconds + lifetimeSeconds;
      const token = await new SignJWT({ tokenVersion })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setIssuer(party)
        .setAudience(party)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(issuedAtSeconds)
        .setNotBefore(issuedAtSeconds - clockSkewSeconds)
        .setExpirationTime(expiresAtSeconds)
        .sign(signingKey);
      return { token, expiresAt: toInstant(expiresAtSeconds * 1000) };
    },
    async verify(token) {
      if (!isCompactJwt(token)) return null;
      for (const key of keys) {
        const payload = await verifyWith(key, token, clock.nowMs());
        if (payload) return userOf(payload);
      }
      return null;
    },
  };
}
