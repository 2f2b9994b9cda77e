// Which buckets a call takes from: those of its workspace and key, those of a user who manages the workspace, or those
// of its address when the caller is not known. Pure.
import { minuteMs } from '../../core/clock.ts';
import type { KnownPrincipal, UserPrincipal } from '../../core/principal.ts';
import { addressGroup } from '../credentials/ip-allowlist.ts';
import type { Charge } from './decide.ts';

export interface LimitSettings {
  readonly requestsPerMinute: number;
  readonly costPerMinute: number;
}

/** A charge with the name that its caller reads: in headers and messages. */
export interface NamedCharge extends Charge {
  readonly name: 'requests' | 'cost' | 'key' | 'management' | 'management-cost';
  readonly unit: 'requests' | 'points';
}

/** A caller's buckets in fixed order: requests, cost, and the key's own requests when it has a limit of its own. */
export type CallerCharges = readonly [requests: NamedCharge, cost: NamedCharge, key?: NamedCharge];

const ask = { unit: 'requests', windowMs: minuteMs, amount: 1, whenDenied: 1 } as const;
const spend = (cost: number) =>
  ({ unit: 'points', windowMs: minuteMs, amount: cost, whenDenied: 0 }) as const;

/**
 * One call that costs so many points. A denied call still counts as a request of the workspace and of the key; its cost
 * is not charged, because nothing ran. Braces mark what Redis Cluster must keep on one node.
 */
export function callerCharges(
  settings: LimitSettings,
  principal: KnownPrincipal | { readonly kind: 'ANONYMOUS' },
  ip: string,
  cost: number,
): CallerCharges {
  const owner =
    principal.kind === 'ANONYMOUS' ? `address:{${addressGroup(ip)}}` : `workspace:{${principal.workspaceId}}`;
  const requests = {
    ...ask,
    ...({ name: 'requests', key: `${owner}:requests`, limit: settings.requestsPerMinute } as const),
  };
  const points = {
    ...spend(cost),
    ...({ name: 'cost', key: `${owner}:cost`, limit: settings.costPerMinute } as const),
  };
  if (principal.kind !== 'API_KEY' || principal.rateLimitPerMinute == null) return [requests, points];
  const key = {
    name: 'key',
    key: `${owner}:${principal.apiKeyId}`,
    limit: principal.rateLimitPerMinute,
  } as const;
  return [requests, points, { ...ask, ...key }];
}

/** A fifth of the requests, half of the points: a key may be made for as many documents as one body holds. */
const managementShare = { requests: 1 / 5, points: 1 / 2 } as const;
const leastManagement = { requests: 60, points: 6_000 } as const;

/**
 * What a user may manage in a minute: a fifth of the requests of a workspace and half of its points, and never under 60 and 6,000.
 * Each user has a budget of its own, and draws from no other with it: neither a key nor a colleague can use it up.
 */
export function managementCharges(
  { requestsPerMinute, costPerMinute }: LimitSettings,
  { workspaceId, userId }: Pick<UserPrincipal, 'workspaceId' | 'userId'>,
  cost: number,
): CallerCharges {
  const key = `workspace:{${workspaceId}}:management:${userId}`;
  const share = (unit: 'requests' | 'points', all: number) =>
    Math.max(leastManagement[unit], Math.floor(all * managementShare[unit]));
  const requests = share('requests', requestsPerMinute);
  const points = share('points', costPerMinute);
  return [
    { ...ask, name: 'management', key: `${key}:requests`, limit: requests },
    { ...spend(cost), name: 'management-cost', key: `${key}:cost`, limit: points },
  ];
}

const failuresShare = 6;
const leastFailures = 60;

/** Credentials that were refused, by address: a sixth of what a workspace may ask, and never under 60 a minute. */
export function failureCharge({ requestsPerMinute }: LimitSettings, ip: string): Charge {
  return {
    key: `address:{${addressGroup(ip)}}:failures`,
    limit: Math.max(leastFailures, Math.floor(requestsPerMinute / failuresShare)),
    windowMs: minuteMs,
    amount: 1,
    whenDenied: 0,
  };
}
