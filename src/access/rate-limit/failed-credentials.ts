// Refused credentials are counted by address. A good one is never counted, and works however many were refused.
import { ApiError } from '../../core/errors.ts';
import type { Authenticator } from '../authentication/authenticate.ts';
import type { Limits } from './request-limits.ts';

/**
 * Wraps an authenticator: its refusals (UNAUTHENTICATED for any reason, also for a key that is right but over) become
 * RATE_LIMITED when their address had too many of them. That tells a caller no more than 401 did: it was not let in.
 */
export function countingFailures(authenticator: Authenticator, limits: Limits): Authenticator {
  return {
    ...authenticator,
    async authenticate(credential, ip, whenKnown) {
      try {
        return await authenticator.authenticate(credential, ip, whenKnown);
      } catch (error) {
        if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') await limits.noteFailure(ip);
        throw error;
      }
    },
  };
}
