// Tokens of an external OpenID Connect issuer: verified under the keys that it publishes. authenticate.ts decides which
// user a subject is.
import type { FetchImplementation, JWTPayload, JWTVerifyGetKey } from 'jose';
import * as errors from 'jose/errors';
import { createRemoteJWKSet, customFetch } from 'jose/jwks/remote';
import { jwtVerify } from 'jose/jwt/verify';
import { z } from 'zod';
import { keepSuccess } from '../../core/keep-success.ts';
import type { Clock } from '../../core/clock.ts';
import { ApiError, unavailable } from '../../core/errors.ts';

/** A person as the issuer knows it, out of a token that was proven. */
export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly issuedAtMs: number;
  /** Only when the issuer says, as a boolean, that it has verified it; else null. */
  readonly verifiedEmail: string | null;
}

export interface ExternalVerifier {
  /** The exact `iss` of its tokens. */
  readonly issuer: string;
  /**
   * Returns null for any invalid token. Throws SERVICE_UNAVAILABLE when its key is not known yet and the issuer does
   * not show its keys. Does NOT look the person up.
   */
  verify(token: string): Promise<ExternalIdentity | null>;
}

/** Asymmetric ones only: under a published key an HMAC could be made by anybody (RFC 8725, section 3.1). */
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
/** What an access token is called (RFC 9068, section 2.1), and what issuers call it that do not follow that. */
const types = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Longer lifetimes are cut off, so that a person who was removed at the issuer loses access after a day at the latest. */
const maximumAge = '24h';
const clockSkewSeconds = 5;

/** Discovery and keys, one after the other, stay under the 3 seconds in which a caller is promised an answer. */
const fetchTimeoutMs = 1_400;
/** For this long an issuer that failed is not asked again, so that callers do not wait for it one after the other. */
const awayForMs = 5_000;
/** How long keys are kept: a withdrawn key works no longer than this without asking the issuer. */
const keysKeptMs = 600_000;
/** A token under an unknown key makes us look for new keys, at most so often. */
const lookAgainAfterMs = 30_000;

const discoveryShape = z.object({ issuer: z.string(), jwks_uri: z.string() });

/** An issuer that has just failed is not asked again, whatever its failure was. */
function createCarefulIssuer(clock: Clock) {
  let awayUntilMs = 0;
  const carefulFetch: FetchImplementation = async (url, options) => {
    if (clock.nowMs() < awayUntilMs) throw new AskedTooSoon();
    const response = await fetch(url, options);
    if (response.status !== 200) throw new Error(`The issuer answered ${response.status}.`);
    return response;
  };
  return {
    carefulFetch,
    noteFailure(error: unknown): void {
      // Callers who were refused meanwhile do not prolong the pause.
      if (!(error instanceof AskedTooSoon)) awayUntilMs = clock.nowMs() + awayForMs;
    },
  };
}

class AskedTooSoon extends Error {}

/** Keys are taken over https; over http only where the settings allow the issuer itself to be: on this machine. */
function isTrustedPlace(keys: URL, issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return keys.protocol === 'https:' || (protocol === 'http:' && keys.hostname === hostname);
}

/** Where the issuer publishes its keys (OpenID Connect Discovery 1.0, section 4). */
async function discover(issuer: string, carefulFetch: FetchImplementation): Promise<URL> {
  const response = await carefulFetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: new Headers({ accept: 'application/json' }),
    method: 'GET',
    redirect: 'manual',
    signal: AbortSignal.timeout(fetchTimeoutMs),
  });
  const found = discoveryShape.parse(await response.json());
  const keys = new URL(found.jwks_uri);
  if (found.issuer !== issuer || !isTrustedPlace(keys, issuer)) {
    throw new Error(`The discovery document of ${issuer} names another issuer, or keys at an unsafe place.`);
  }
  return keys;
}

/** Looks a token's key up. Throws SERVICE_UNAVAILABLE when the issuer had to be asked and did not answer well. */
function createKeyFinder(issuer: string, clock: Clock): JWTVerifyGetKey {
  const { carefulFetch, noteFailure } = createCarefulIssuer(clock);
  const keptSet = keepSuccess(async () =>
    createRemoteJWKSet(await discover(issuer, carefulFetch), {
      timeoutDuration: fetchTimeoutMs,
      cooldownDuration: lookAgainAfterMs,
      cacheMaxAge: keysKeptMs,
      [customFetch]: carefulFetch,
    }),
  );
  return async (header, token) => {
    try {
      return await (
        await keptSet()
      )(header, token);
    } catch (error) {
      const isTokensFault =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (isTokensFault) throw error;
      noteFailure(error);
      const message = 'The sign-in service cannot be reached. Try again shortly.';
      throw unavailable(message, awayForMs / 1_000, error);
    }
  };
}

function identityOf(issuer: string, payload: JWTPayload): ExternalIdentity | null {
  const { sub: subject, iat, email, email_verified: isVerified } = payload;
  // Not for everybody who holds it (RFC 9449, RFC 8705), or no access token at all but a notice (RFC 8417).
  if (payload['cnf'] !== undefined || payload['events'] !== undefined) return null;
  if (!subject || iat === undefined) return null;
  const verifiedEmail = isVerified === true && typeof email === 'string' ? email : null;
  return { issuer, subject, issuedAtMs: iat * 1_000, verifiedEmail };
}

export function createOidcVerifier(options: {
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}): ExternalVerifier {
  const { issuer, audience, clock } = options;
  const findKey = createKeyFinder(issuer, clock);
  return {
    issuer,
    async verify(token) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, findKey, {
          ...{ algorithms, issuer, audience, maxTokenAge: maximumAge, clockTolerance: clockSkewSeconds },
          requiredClaims: ['sub', 'iat', 'exp'],
          currentDate: new Date(clock.nowMs()),
        });
        return types.includes(protectedHeader.typ?.toLowerCase()) ? identityOf(issuer, payload) : null;
      } catch (error) {
        if (error instanceof ApiError) throw error;
        // Swallowed on purpose, as for our own tokens: it is a stranger's text, and the answer is "no".
        return null;
      }
    },
  };
}
