// A read of a surface beside the operation that it runs: with the same store deadline and the same time limit.
import type { RequestScope } from '../../core/request-facts.ts';
import type { Connection, Database } from '../../db/store/database.ts';
import { limitTime } from '../../db/store/time-limit.ts';
import { assertNotEnded, endGivenUp, startTimeLimit } from './operation-limit.ts';
import { withStoreDeadline } from './store-deadline.ts';

export interface ReadLimits {
  readonly database: Database;
  /** A read that takes longer is ended. */
  readonly limitMs: number;
}

/** Throws SERVICE_UNAVAILABLE when the store does not answer, QUERY_TOO_EXPENSIVE when the read takes too long. */
export function readInTime<T>(
  scope: RequestScope,
  { database, limitMs }: ReadLimits,
  read: (connection: Connection) => Promise<T>,
): Promise<T> {
  const stop = startTimeLimit(scope, limitMs);
  const limit = { signal: scope.ending.signal, assertInTime: () => assertNotEnded(scope) };
  return withStoreDeadline(read(limitTime(database, limit)).finally(stop), {
    isResponsive: () => database.isResponsive(),
    onGivenUp: () => endGivenUp(scope),
  });
}
