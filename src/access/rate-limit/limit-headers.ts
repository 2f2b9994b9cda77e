// How limits look to a caller: headers of every answer, the error of a refusal, `extensions.cost`. Pure.
import { ApiError } from '../../core/errors.ts';
import type { NamedCharge } from './buckets.ts';
import type { Standing } from './decide.ts';

export interface NamedStanding extends Standing {
  readonly name: NamedCharge['name'];
  readonly unit: NamedCharge['unit'];
  readonly windowMs: number;
  /** What the call wanted. */
  readonly amount: number;
}

const seconds = (ms: number) => Math.ceil(ms / 1000);

/**
 * The bucket of requests that runs out first: that of the workspace or of the key; for a user who manages, that of the
 * user.
 */
export function bindingRequests(standings: readonly NamedStanding[]): NamedStanding {
  const [first, ...others] = standings.filter(({ unit }) => unit === 'requests');
  return others.reduce((least, next) => (next.remaining < least.remaining ? next : least), first!);
}

/**
 * `X-RateLimit-*` for the requests that end first, Reset in seconds since the epoch; and every bucket in the fields of
 * draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy: "requests";q=600;w=60` and `RateLimit: "requests";r=599;t=60`,
 * with `t` the seconds until all of the quota is there again.
 */
export function limitHeaders(standings: readonly NamedStanding[], nowMs: number): Record<string, string> {
  const requests = bindingRequests(standings);
  const list = (text: (standing: NamedStanding) => string) => standings.map(text).join(', ');
  return {
    'X-RateLimit-Limit': String(requests.limit),
    'X-RateLimit-Remaining': String(requests.remaining),
    'X-RateLimit-Reset': String(seconds(nowMs + requests.resetMs)),
    'RateLimit-Policy': list(({ name, limit, windowMs }) => `"${name}";q=${limit};w=${seconds(windowMs)}`),
    RateLimit: list(({ name, remaining, resetMs }) => `"${name}";r=${remaining};t=${seconds(resetMs)}`),
  };
}

/** RATE_LIMITED, 429, with `Retry-After` in whole seconds, rounded up: after that time there is room. */
export function rateLimited(what: string, retryAfterMs: number, details: object = {}): ApiError {
  const retryAfterSeconds = Math.max(1, seconds(retryAfterMs));
  return new ApiError('RATE_LIMITED', `${what} Try again in ${retryAfterSeconds} s.`, {
    details: { ...details, retryAfterSeconds },
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

const refusals: Record<NamedCharge['name'], (standing: NamedStanding) => string> = {
  requests: ({ limit }) => `Over the limit of ${limit} requests a minute.`,
  key: ({ limit }) => `Over this key's own limit of ${limit} requests a minute.`,
  cost: ({ limit, remaining, amount }) =>
    `The operation costs ${amount} points; ${remaining} of ${limit} a minute are left.`,
  management: ({ limit }) => `Over the limit of ${limit} requests a minute that manage the workspace.`,
  'management-cost': ({ limit, remaining, amount }) =>
    `The operation costs ${amount} points; ${remaining} of ${limit} a minute are left to manage the workspace.`,
};

/** The refusal of a call, told by the bucket that makes it wait longest. */
export function refusalOf(standings: readonly NamedStanding[]): ApiError {
  const worst = standings.reduce((longest, next) => (next.waitMs > longest.waitMs ? next : longest));
  return rateLimited(refusals[worst.name](worst), worst.waitMs, { limit: worst.limit });
}
