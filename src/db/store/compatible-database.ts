// A store to which this version stops writing when a newer version has changed it under a running server.
import type { Clock } from '../../core/clock.ts';
import { unavailable } from '../../core/errors.ts';
import type { Database } from './database.ts';
import { asStoreError } from './store-failure.ts';

/** Maximum age of the last check that a write may rely on. */
const trustedMs = 1_000;
const retryAfterSeconds = 5;

/**
 * Wraps the store. A write first checks whether this version may still use it, when the last check is a second old. So
 * a write that comes more than a second after such a migration is refused with 503, and changes nothing.
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
  /** A clock that was set back must not extend the trust. */
  const isTrusted = () => Math.abs(clock.nowMs() - lookedMs) < trustedMs;

  return {
    ...database,
    async write(work, call) {
      if (!isTrusted()) await (looking ??= look().finally(() => (looking = undefined)));
      return database.write(work, call);
    },
  };
}
