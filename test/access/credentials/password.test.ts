// Behaviour of passwords: rules, hashing, the bounded queue, the price of an unknown user.
import { hash as argon2Hash } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { createPasswordHasher, passwordProblem } from '../../../src/access/credentials/password.ts';
import { ApiError } from '../../../src/core/errors.ts';

const password = 'correct horse battery';
const about = ['ada.lovelace@acme.example', 'Analytical Engines'];

describe('passwordProblem', () => {
  it.each([
    ['8 characters', 'vbqkzwxy'],
    ['256 characters', 'correct horse '.repeat(18) + 'bird'],
    ['no digits, no capitals, only spaces between words', password],
    ['characters beyond the basic plane, each counted once', `${'🔑'.repeat(255)}🚪`],
    ['a common word inside a longer password', 'password of my grandmother'],
    ['the name of the user inside a longer password', 'adalovelace knows numbers'],
  ])('accepts %s', (_case, text) => expect(passwordProblem(text, about)).toBeNull());

  it.each([
    ['nothing', '', 'at least 8'],
    ['7 characters', 'aaaaaaa', 'at least 8'],
    ['4 keys that look like 8 UTF-16 units', '🔑🔑🔑🔑', 'at least 8'],
    ['4 accented letters typed as 8 code points', 'e\u0301'.repeat(4), 'at least 8'],
    ['257 characters', 'a'.repeat(257), 'at most 256'],
    ['a lone surrogate', 'aaaaaaaa\ud800', 'not valid Unicode'],
    ['the first of all lists', 'password', 'most used'],
    ['another of the lists, in capitals', 'ILOVEYOU', 'most used'],
    ['one of the lists, typed full-width', 'ｓｕｎｓｈｉｎｅ', 'most used'],
    ['one character again and again', 'zzzzzzzzzz', 'repetition'],
    ['a few characters again and again', 'qaz!qaz!qaz!', 'repetition'],
    ['a sequence upwards', 'stuvwxyz', 'sequence'],
    ['a sequence downwards', '=<;:98765', 'sequence'],
    ['the name of the service', 'Latchkey!2026', 'a name'],
    ['the e-mail address', 'Ada.Lovelace@Acme.example', 'a name'],
    ['the beginning of the address, with digits', 'lovelace1815', 'a name'],
    ['the name of the workspace', 'analytical engines', 'a name'],
  ])('refuses %s', (_case, text, reason) => expect(passwordProblem(text, about)).toContain(reason));
});

describe('a password hasher', () => {
  it('hashes with argon2id at 19 MiB, two passes, one lane, and a salt of its own', async () => {
    const hasher = createPasswordHasher();
    const [one, two] = await Promise.all([hasher.hash(password), hasher.hash(password)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('verifies the right password and no other', async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash(password);
    expect(await hasher.verify(hash, password)).toBe(true);
    expect(await hasher.verify(hash, `${password} `)).toBe(false);
    expect(await hasher.verify(hash, '')).toBe(false);
  });

  it('takes the same text from another keyboard as the same password', async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash('caf\u00e9 \u212bngstr\u00f6m');
    expect(await hasher.verify(hash, 'cafe\u0301 A\u030angstro\u0308m')).toBe(true);
  });

  it('answers false for an unknown user', async () => {
    expect(await createPasswordHasher().verify(null, password)).toBe(false);
  });

  // Of nobody: an unknown user is hashed for like a known one, in the same places.
  it('runs two, lets 50 wait, and refuses more with 503 and Retry-After until there is room', async () => {
    const hasher = createPasswordHasher();
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => hasher.verify(null, password)));
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    expect(results.slice(0, 52).every((result) => result.status === 'fulfilled')).toBe(true);
    expect(refused).toHaveLength(8);
    for (const error of refused) {
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', httpStatus: 503 });
      expect((error as ApiError).headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
    }
    expect(await hasher.verify(null, password)).toBe(false);
  });

  it('lets a damaged stored hash be seen as the defect it is, and goes on working', async () => {
    const hasher = createPasswordHasher();
    await expect(hasher.verify('not a hash', password)).rejects.toThrow();
    expect(await hasher.verify(await argon2Hash(password), password)).toBe(true);
  });
});
