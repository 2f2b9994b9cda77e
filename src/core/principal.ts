// Who calls: an API key, a signed-in user, or nobody.
import type { Instant } from './clock.ts';

export type Role = 'OWNER' | 'ADMIN' | 'MEMBER';

/** A stored operation as it was when the request came. */
export interface PinnedOperation {
  readonly id: string;
  /** A replaced operation has another one. */
  readonly version: number;
}

export interface KeyTrial {
  readonly scopes: readonly string[];
  readonly since: Instant;
}

export interface ApiKeyPrincipal {
  readonly kind: 'API_KEY';
  readonly workspaceId: string;
  readonly apiKeyId: string;
  /** As it was when the request was authenticated. */
  readonly label: string;
  /** Public id of the secret that was presented: the 12 hex characters inside the key. */
  readonly secretId: string;
  readonly scopes: ReadonlySet<string>;
  /** null = every venue of the workspace. An empty list = no venue at all. */
  readonly venueIds: readonly string[] | null;
  /** The stored operations that it runs, and nothing else. null = it is not pinned; an empty list = none at all. */
  readonly operationIds: readonly string[] | null;
  /** Narrower scopes that are only tried: what they would refuse is counted. */
  readonly trial?: KeyTrial | null;
  /** Of a pinned key: the operation of this request, once it was looked up. */
  readonly pinned?: PinnedOperation;
  /** From where it calls. */
  readonly ip: string;
  /** Requests a minute of this key alone, beside its workspace's limit; none = no limit of its own. */
  readonly rateLimitPerMinute?: number | null;
  /** Rows that this key may be answered on a day of UTC; none = as many as it asks for. */
  readonly maxRowsPerDay?: number | null;
  /** When the key stops working; none = never. */
  readonly expiresAt?: Instant | null;
}

export interface UserPrincipal {
  readonly kind: 'USER';
  readonly workspaceId: string;
  readonly userId: string;
  /** As it was when the request was authenticated; null = the user has none. */
  readonly name: string | null;
  readonly role: Role;
  /** The version in the presented token. The user's own version is raised to end its tokens. */
  readonly tokenVersion: number;
  readonly scopes: ReadonlySet<string>;
  readonly venueIds: null;
}

export interface AnonymousPrincipal {
  readonly kind: 'ANONYMOUS';
  readonly scopes: ReadonlySet<string>;
}

export type Principal = ApiKeyPrincipal | UserPrincipal | AnonymousPrincipal;
/** A principal whose credential was proven. */
export type KnownPrincipal = ApiKeyPrincipal | UserPrincipal;

export const anonymous: AnonymousPrincipal = { kind: 'ANONYMOUS', scopes: new Set() };
