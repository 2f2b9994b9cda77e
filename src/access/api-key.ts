// An API key as text: make it, split it, digest it, compare digests. Pure; rows and decisions about keys live
// elsewhere.
import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { apiKeyPattern, checkLength, secretLength } from '../core/key-format.ts';

export type KeyEnvironment = 'LIVE' | 'TEST';

/** What a key says about itself. Does NOT prove that the key exists or that its secret is right. */
export interface ApiKeyParts {
  readonly environment: KeyEnvironment;
  /** The 12 lowercase hex characters inside the key: public, for look-up. */
  readonly secretId: string;
  /** `lk_live_<secretId>`: public, for display. */
  readonly prefix: string;
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export { apiKeyPattern };

const wholeKey = new RegExp(`^${apiKeyPattern}$`);

/** CRC32 as 6 Base62 digits, most significant first. 62^6 > 2^32, so different sums give different digits. */
function checkOf(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let index = 0; index < checkLength; index += 1) {
    digits = base62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/**
 * 32 Base62 characters, 190 bits. randomInt draws from the CSPRNG and rejects instead of taking a biased
 * remainder.
 */
function makeSecret(): string {
  return Array.from({ length: secretLength }, () => base62.charAt(randomInt(base62.length))).join('');
}

/**
 * A new key, `lk_live_<id>_<secret><check>` or `lk_test_…`. The key itself is shown once and never stored:
 * see digestApiKey().
 */
export function makeApiKey(environment: KeyEnvironment): { key: string; secretId: string; prefix: string } {
  const secretId = randomBytes(6).toString('hex');
  const prefix = `lk_${environment === 'LIVE' ? 'live' : 'test'}_${secretId}`;
  const body = `${prefix}_${makeSecret()}`;
  return { key: body + checkOf(body), secretId, prefix };
}

/**
 * Splits `lk_live_<id>_<secret><check>`. Returns null when malformed or when the check is wrong, never
 * throws. The check catches every single wrong character; it is no proof against an attacker, who can compute
 * it.
 */
export function splitApiKey(text: string): ApiKeyParts | null {
  const match = wholeKey.exec(text);
  const [, word, secretId] = match ?? [];
  if (word === undefined || secretId === undefined) return null;
  // Plain comparison: the check follows from the rest of the same text, so its timing tells nothing new.
  if (text.slice(-checkLength) !== checkOf(text.slice(0, -checkLength))) return null;
  return { environment: word === 'live' ? 'LIVE' : 'TEST', secretId, prefix: `lk_${word}_${secretId}` };
}

/**
 * HMAC-SHA256 of the whole key text under the pepper, 64 lowercase hex characters: the only form in which a
 * key is stored. Covering the whole text ties the secret to its id and environment.
 */
export function digestApiKey(key: string, pepper: string): string {
  // HMAC, not argon2: the secret is random, there is nothing to guess, and this runs on every request.
  return createHmac('sha256', pepper).update(key, 'utf8').digest('hex');
}

/** Compares two digests in constant time. Digests of different length are different; that is not a secret. */
export function isSameDigest(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8');
  const right = Buffer.from(b, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}
