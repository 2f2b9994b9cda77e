// Behaviour of API keys as text: form, check digits, digest, comparison.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  apiKeyPattern,
  digestApiKey,
  isSameDigest,
  makeApiKey,
  splitApiKey,
} from '../../../src/access/credentials/api-key.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Written down once: keys handed out years ago must still split. */
const knownKey = 'lk_live_0123456789ab_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123453jplro';
const pepper = 'p'.repeat(32);

const aKey = fc
  .constantFrom('LIVE' as const, 'TEST' as const)
  .map((environment) => makeApiKey(environment).key);

describe('makeApiKey', () => {
  it('makes a key of the documented form, with its public parts', () => {
    const { key, secretId, prefix } = makeApiKey('LIVE');
    expect(key).toMatch(/^lk_live_[0-9a-f]{12}_[0-9A-Za-z]{38}$/);
    expect(secretId).toBe(key.split('_')[2]);
    expect(prefix).toBe(`lk_live_${secretId}`);
    expect(makeApiKey('TEST').prefix).toMatch(/^lk_test_/);
  });

  it('never makes the same id or secret twice', () => {
    const keys = Array.from({ length: 2000 }, () => makeApiKey('LIVE').key);
    expect(new Set(keys.map((key) => key.slice(8, 20))).size).toBe(2000);
    expect(new Set(keys.map((key) => key.slice(21, 53))).size).toBe(2000);
  });

  it('draws all 62 characters of the secret equally often', () => {
    const counts = new Map<string, number>();
    const draws = 4000 * 32;
    for (let index = 0; index < 4000; index += 1) {
      for (const character of makeApiKey('LIVE').key.slice(21, 53)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    const mean = draws / 62;
    const chiSquare = [...base62].reduce((sum, c) => sum + ((counts.get(c) ?? 0) - mean) ** 2 / mean, 0);
    // 61 degrees of freedom: a fair draw exceeds 150 once in 10^8 runs; a byte modulo 62 gives about 700
    // here.
    expect(chiSquare).toBeLessThan(150);
  });
});

describe('splitApiKey', () => {
  it('splits a key made long ago', () => {
    expect(splitApiKey(knownKey)).toEqual({
      environment: 'LIVE',
      secretId: '0123456789ab',
      prefix: 'lk_live_0123456789ab',
    });
  });

  it('gives back the public parts of every key that is made', () => {
    fc.assert(
      fc.property(fc.constantFrom('LIVE' as const, 'TEST' as const), (environment) => {
        const { key, secretId, prefix } = makeApiKey(environment);
        expect(splitApiKey(key)).toEqual({ environment, secretId, prefix });
      }),
    );
  });

  it('refuses a key with one wrong character, wherever it is and whatever it became', () => {
    fc.assert(
      fc.property(aKey, fc.nat(58), fc.constantFrom(...base62, '_', '-', ' ', 'é'), (key, index, wrong) => {
        fc.pre(key[index] !== wrong);
        expect(splitApiKey(key.slice(0, index) + wrong + key.slice(index + 1))).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a well-formed key in which one letter or digit was swapped for any other', () => {
    for (let index = 21; index < knownKey.length; index += 1) {
      for (const wrong of base62) {
        if (wrong === knownKey[index]) continue;
        expect(splitApiKey(knownKey.slice(0, index) + wrong + knownKey.slice(index + 1))).toBeNull();
      }
    }
  });

  it('refuses two neighbours in the wrong order', () => {
    fc.assert(
      fc.property(aKey, fc.integer({ min: 21, max: 57 }), (key, index) => {
        const [left, right] = [key.charAt(index), key.charAt(index + 1)];
        fc.pre(left !== right);
        expect(splitApiKey(key.slice(0, index) + right + left + key.slice(index + 2))).toBeNull();
      }),
    );
  });

  it('refuses a live key dressed up as a test key', () => {
    fc.assert(
      fc.property(aKey, (key) => {
        const other = key.startsWith('lk_live') ? 'lk_test' : 'lk_live';
        expect(splitApiKey(other + key.slice(7))).toBeNull();
      }),
    );
  });

  it.each(['', ' ', 'lk_live_', `${knownKey} `, ` ${knownKey}`, `${knownKey}\n`, `${knownKey}, ${knownKey}`])(
    'refuses %j',
    (text) => expect(splitApiKey(text)).toBeNull(),
  );

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => splitApiKey(text) === null));
  });
});

describe('apiKeyPattern', () => {
  it('finds a key glued to other text', () => {
    const { key } = makeApiKey('TEST');
    const found = new RegExp(apiKeyPattern).exec(`{"log":"sent\\n${key}\\n"}`);
    expect(found?.[0]).toBe(key);
  });
});

describe('digestApiKey', () => {
  it('is the HMAC-SHA256 of the whole key under the pepper', () => {
    // openssl: printf %s "$key" | openssl dgst -sha256 -hmac "$pepper"
    expect(digestApiKey(knownKey, pepper)).toBe(
      'a15112cec2d3f6a26469b5ce6e96e6a415976ca9fafbbe0e7a080111d0d7be04',
    );
  });

  it('differs for another pepper and for another key', () => {
    const digest = digestApiKey(knownKey, pepper);
    expect(digestApiKey(knownKey, 'q'.repeat(32))).not.toBe(digest);
    expect(digestApiKey(makeApiKey('LIVE').key, pepper)).not.toBe(digest);
  });
});

describe('isSameDigest', () => {
  it('agrees with equality for every pair of texts, of any length', () => {
    const text = fc.string({ unit: 'binary', maxLength: 4 });
    fc.assert(
      fc.property(text, text, (a, b) => isSameDigest(a, b) === Buffer.from(a).equals(Buffer.from(b))),
    );
    fc.assert(fc.property(text, (a) => isSameDigest(a, a)));
  });

  it('answers false, and does not throw, when the lengths differ', () => {
    const digest = digestApiKey(knownKey, pepper);
    expect(isSameDigest(digest, digest.slice(1))).toBe(false);
    expect(isSameDigest(digest, '')).toBe(false);
    expect(isSameDigest(digest, `${digest}0`)).toBe(false);
  });
});
