// How often passwords may be tried. Counted before any is hashed, so that what is refused costs nothing and says nothing.
import { createHash } from 'node:crypto';
import { dayMs, type Clock } from '../../core/clock.ts';
import { unavailable, userError } from '../../core/errors.ts';
import { addressKey } from '../../core/text/email-address.ts';
import { addressGroup } from '../credentials/ip-allowlist.ts';
import type { Charge } from './decide.ts';
import { rateLimited } from './limit-headers.ts';
import type { LimitStore } from './store.ts';

export interface PasswordAttempt {
  /** The e-mail address that was given; whether it is anybody's does not matter here. */
  readonly account: string;
  readonly ip: string;
  /** False for a further one within the same operation. */
  readonly isFirst: boolean;
}

export interface PasswordAttempts {
  /**
   * Counts, then lets `verify` look at the password. Throws RATE_LIMITED, SERVICE_UNAVAILABLE when the store is away (an
   * attempt that nobody counts would be a free guess), NOT_ALLOWED as a user error for a further attempt in an operation.
   */
  attempt(attempt: PasswordAttempt, verify: () => Promise<boolean>): Promise<boolean>;
}

const quarterHourMs = 900_000;

/**
 * NIST SP 800-63B-4, 3.2.2: at most 100 consecutive failures on an account. Ten of them from one address close the account
 * for that address only, and one address counts for a fifth of the hundred at most, so that a stranger who guesses from
 * one does not shut its owner out. All of it counts the right password as well: while an account is closed nobody learns whether a guess was right.
 */
export function chargesOf({
  account,
  ip,
}: PasswordAttempt): readonly [own: Charge, ownDay: Charge, all: Charge, address: Charge] {
  // Hashed: the store has no need to know e-mail addresses, nor to hold texts of any length.
  const name = createHash('sha256').update(addressKey(account)).digest('base64url');
  const group = addressGroup(ip);
  const once = { amount: 1, whenDenied: 0 };
  return [
    { ...once, key: `account-at:{sign-in}:${name}:${group}`, limit: 10, windowMs: quarterHourMs },
    { ...once, key: `account-day-at:{sign-in}:${name}:${group}`, limit: 20, windowMs: dayMs },
    { ...once, key: `account:{sign-in}:${name}`, limit: 100, windowMs: dayMs },
    { ...once, key: `sign-ins-at:{sign-in}:${group}`, limit: 50, windowMs: quarterHourMs },
  ];
}

const retryAfterSeconds = 2;

async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw unavailable(
      'Signing in is not possible at the moment. Try again shortly.',
      retryAfterSeconds,
      cause,
    );
  }
}

/** `store` is the shared one when there is one, without a fallback. */
export function createPasswordAttempts(store: LimitStore, clock: Clock): PasswordAttempts {
  return {
    async attempt(attempt, verify) {
      // Aliases would make one request a whole list of guesses.
      if (!attempt.isFirst) {
        throw userError(
          'NOT_ALLOWED',
          ['input'],
          'One operation tries one password. Send this in a request of its own.',
        );
      }
      const charges = chargesOf(attempt);
      const { type, retryAfterMs } = await orUnavailable(store.charge(charges, clock.nowMs()));
      if (type === 'deny') throw rateLimited('Too many sign-ins were tried.', retryAfterMs);
      const isRight = await verify();
      // A caller who knows the password starts anew (NIST SP 800-63B-4, 3.2.2); of the address only this attempt is
      // forgiven.
      const [own, ownDay, all, address] = charges;
      const anew = [own, ownDay, all].map((charge) => ({ ...charge, amount: charge.limit }));
      if (isRight) await orUnavailable(store.refund([...anew, address]));
      return isRight;
    },
  };
}
