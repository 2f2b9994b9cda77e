// A store that this version stops writing to when a newer one has changed it under a running server.
import type { Clock } from '../../core/clock.ts';
import { unavailable } from '../../core/errors.ts';
import type { Database } from './database.ts';
import { asStoreError } from './store-failure.ts';

/** So old an answer of the store is good enough for a write. */
const trustedMs = 1_000;
const retryAfterSeconds = 5;

/**
 * The same store. A write first looks whether this version may still use it, when the last look is a second old; so one that
 * comes later than a second after such a migration is refused with 503, and changes nothing.
 */
export function compatibleDatabase(database: Database, clock: Clock): Database {
  let lookedMs = -Infinity;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const nowMs = clock.nowMs();
    const refusal = await database.findRefusal().catch((error: unknown) => {
      throw asStoreError(error);
    });
    if (refusal !== null) throw unavailable(refusal, retryAfterSeconds);
    lookedMs = nowMs;
  }
  /** A clock that was set back is no reason to trust for longer. */
  const isTrusted = () => Math.abs(clock.nowMs() - lookedMs) < trustedMs;

  return {
    ...database,
    async write(work, call) {
      if (!isTrusted()) await (looking ??= look().finally(() => (looking = undefined)));
      return database.write(work, call);
    },
  };
}
