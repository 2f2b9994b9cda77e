// Ends the work for an operation when its time is over, its caller has gone, or the server ends.
import { ApiError, unavailable } from '../../core/errors.ts';
import type { RequestScope } from '../../core/request-facts.ts';
import { storeIsAway } from '../../db/store/store-failure.ts';

/** QUERY_TOO_EXPENSIVE. What was committed by then stays and is reported as done. */
export function tookTooLong(limitMs: number): ApiError {
  const message = `The operation took longer than ${limitMs / 1000} seconds and was ended.`;
  return new ApiError('QUERY_TOO_EXPENSIVE', message, { details: { limitMs } });
}

/** Only the log of a trace may get to see it. */
function callerIsGone(): ApiError {
  return unavailable('The caller closed the connection before the answer.', 1);
}

/**
 * Ends what runs for a caller that has closed its connection. A mutation goes on: what its caller wanted done does not depend
 * on a laptop that is closed meanwhile, and it has the time limit.
 */
export function endForGoneCaller(scope: RequestScope): void {
  scope.isGone = true;
  if (scope.operation === 'query') scope.ending.abort(callerIsGone());
}

/** Throws when the operation has been ended. */
export function assertNotEnded({ ending, isGone, operation }: RequestScope): void {
  ending.signal.throwIfAborted();
  if (isGone && operation === 'query') throw callerIsGone();
}

/** Called when the server ends, after its drain. */
export function endForShutdown({ ending }: RequestScope): void {
  ending.abort(unavailable('The server is closing. Try again shortly.', 1));
}

/** The caller has been told that the store is away. */
export function endGivenUp({ ending }: RequestScope): void {
  ending.abort(storeIsAway());
}

/** Ends the operation when its time is over. Returns a function that is to be called at its end. */
export function startTimeLimit({ ending }: RequestScope, limitMs: number): () => void {
  const timer = setTimeout(() => ending.abort(tookTooLong(limitMs)), limitMs);
  return () => clearTimeout(timer);
}
