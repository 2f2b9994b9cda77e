// Which buckets a call takes from: those of its workspace and key, or of its address when nobody proved who calls. Pure.
import { minuteMs } from '../../core/clock.ts';
import type { KnownPrincipal } from '../../core/principal.ts';
import { addressGroup } from '../ip-allowlist.ts';
import type { Charge } from './decide.ts';

export interface LimitSettings {
  readonly requestsPerMinute: number;
  readonly costPerMinute: number;
}

/** A charge with the name that its caller reads: in headers and messages. */
export interface NamedCharge extends Charge {
  readonly name: 'requests' | 'cost' | 'key';
}

/** A caller's buckets in fixed order: requests, cost, and the key's own requests when it has a limit of its own. */
export type CallerCharges = readonly [requests: NamedCharge, cost: NamedCharge, key?: NamedCharge];

/**
 * One call that costs so many points. Denied, it counts as a request all the same, of the workspace and of the key; its
 * cost is not taken, because nothing was run. In braces what Redis Cluster must keep in one place.
 */
export function callerCharges(
  settings: LimitSettings,
  principal: KnownPrincipal | { readonly kind: 'ANONYMOUS' },
  ip: string,
  cost: number,
): CallerCharges {
  const owner =
    principal.kind === 'ANONYMOUS' ? `address:{${addressGroup(ip)}}` : `workspace:{${principal.workspaceId}}`;
  const ask = { windowMs: minuteMs, amount: 1, whenDenied: 1 };
  const requests = {
    ...ask,
    ...({ name: 'requests', key: `${owner}:requests`, limit: settings.requestsPerMinute } as const),
  };
  const points = {
    ...({ name: 'cost', key: `${owner}:cost`, limit: settings.costPerMinute } as const),
    ...{ windowMs: minuteMs, amount: cost, whenDenied: 0 },
  };
  if (principal.kind !== 'API_KEY' || principal.rateLimitPerMinute == null) return [requests, points];
  const key = {
    name: 'key',
    key: `${owner}:${principal.apiKeyId}`,
    limit: principal.rateLimitPerMinute,
  } as const;
  return [requests, points, { ...ask, ...key }];
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
