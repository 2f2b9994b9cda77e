// Passwords: which are accepted, how they are hashed and verified. Attempts are counted and users looked up
// elsewhere.
import { randomBytes } from 'node:crypto';
import PQueue from 'p-queue';
import { unavailable } from '../../core/errors.ts';
import { weaknessOf } from './weak-password.ts';

/**
 * The least that the standard accepts of any password. Its edition of 2025 requires 15 where the password is the only
 * factor; a business that needs that signs its people in through an issuer of its own (OIDC_ISSUER).
 */
const minCharacters = 8;
const maxCharacters = 256;
/** As typed: up to four code units become one character of the normalized form, such as a Greek letter with three marks. */
const maxTypedLength = 4 * maxCharacters;

/** OWASP's minimum for argon2id. The package's default algorithm IS argon2id; the tests hold it to that. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const; // memory in KiB: 19 MiB

/** Each hash takes 19 MiB and a thread of Node's pool of four, which the database and DNS use as well. */
const runningAtOnce = 2;
/** 50 hashes keep the last caller waiting for about a second; longer queues only serve an attacker. */
const mayWait = 50;
const retryAfterSeconds = 2;

/** Loaded with the first password: a native library of several MB, which keys do without. */
const argon2 = () => import('@node-rs/argon2');

export interface PasswordHasher {
  /**
   * A PHC string, `$argon2id$v=19$m=19456,t=2,p=1$…`. Throws SERVICE_UNAVAILABLE when too many wait. Does NOT
   * judge the password: see passwordProblem().
   */
  hash(password: string): Promise<string>;
  /**
   * Pass null for an unknown user: costs the same, answers false. Throws SERVICE_UNAVAILABLE when too many
   * wait.
   */
  verify(hash: string | null, password: string): Promise<boolean>;
}

/**
 * One form for all keyboards: `é` typed as one code point or as two is the same password (NIST SP 800-63B-4,
 * 3.1.1.2).
 */
function normalize(password: string): string {
  // NFKC takes time with the square of a text of combining marks. Nobody gets here: too long is found out before.
  if (password.length > maxTypedLength)
    throw new Error('A password was not measured before it was normalized.');
  return password.normalize('NFKC');
}

/**
 * Why a new password is refused, as a sentence for the user, or null when it is fine. Length and a list of what is guessed
 * first, no composition rules (NIST SP 800-63B, 5.1.1.2 of 2017 and 3.1.1.2 of 2025), counted in code points of the
 * normalized form, which is what gets hashed, whole. `about`: what a guesser knows, such as the e-mail address.
 */
export function passwordProblem(password: string, about: readonly string[] = []): string | null {
  const tooLong = `The password may have at most ${maxCharacters} characters.`;
  if (password.length > maxTypedLength) return tooLong;
  // A lone surrogate has no UTF-8 form: all of them would be hashed as the same replacement character.
  if (/\p{Surrogate}/u.test(password)) return 'The password is not valid Unicode text.';
  const characters = [...normalize(password)].length;
  if (characters < minCharacters) return `The password needs at least ${minCharacters} characters.`;
  if (characters > maxCharacters) return tooLong;
  return weaknessOf(normalize(password), about);
}

/** A well-formed hash of nothing: the same work to verify as a real one, and no password is known for it. */
function makeDummyHash(): string {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${base64(16)}$${base64(32)}`;
}

/** A hasher with a queue of its own: make ONE per process, or its limits mean nothing. */
export function createPasswordHasher(): PasswordHasher {
  const queue = new PQueue({ concurrency: runningAtOnce });
  const dummyHash = makeDummyHash();

  async function enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (queue.size >= mayWait) {
      throw unavailable('Too many sign-ins at the moment. Try again shortly.', retryAfterSeconds);
    }
    return queue.add(work);
  }

  return {
    hash: (password) => enqueue(async () => (await argon2()).hash(normalize(password), cost)),
    verify: async (hash, password) => {
      // Too long for any password that was ever accepted. The hash is verified all the same, for its time.
      const isPossible = password.length <= maxTypedLength;
      const typed = normalize(isPossible ? password : '');
      const matches = await enqueue(async () => (await argon2()).verify(hash ?? dummyHash, typed));
      return hash !== null && isPossible && matches;
    },
  };
}
