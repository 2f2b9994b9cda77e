// What the headers say about the caller's requests, as data for clients that cannot read headers.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import type { RateLimit } from './rate-limit.type.ts';

/** Null only where nothing is limited. This request itself is counted. */
export function describeRateLimit({ limits }: Context): RateLimit | null {
  const status = limits.status();
  if (!status) return null;
  const { limit, remaining, cost, resetAtMs } = status;
  return { limit, remaining, cost, resetAt: toInstant(resetAtMs) };
}
