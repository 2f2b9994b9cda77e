// Whether a request may still have what it began with: its credential, the rights of it, the operation of a pinned key.
import type { Clock } from '../../core/clock.ts';
import { ApiError, refusedToPinned, unauthenticated } from '../../core/errors.ts';
import type { ApiKeyPrincipal, UserPrincipal } from '../../core/principal.ts';
import type { Connection } from '../../db/store/database.ts';
import { isAddressAllowed } from '../credentials/ip-allowlist.ts';
import { findKey, holdKey, type KeyRecord } from './key-store.ts';
import { decideKeyState } from './key-state.ts';
import { findOperationVersions, holdOperation } from './operation-store.ts';
import type { StoredUser } from './tables.ts';

/** What a pinned key is told that was used for anything else. */
export const onlyItsOperations =
  'This API key is pinned: it runs its stored operations, each by its name, and nothing else.';

/** Reads by id of requests, which share statements; a transaction reads on its own connection instead. */
export interface Store {
  readonly findKey: (secretId: string) => Promise<KeyRecord | null>;
  readonly findUser: (id: string) => Promise<StoredUser | null>;
  readonly findOperationVersion: (id: string) => Promise<number | null>;
}

interface Moment {
  readonly clock: Clock;
  readonly inactivityDays: number;
}

/** `record` is the key as it is now. */
function assertKeyStillValid(
  { clock, inactivityDays }: Moment,
  principal: ApiKeyPrincipal,
  record: KeyRecord | null,
): void {
  // A deleted key leaves no row; it was a good key when the request came.
  if (!record) throw unauthenticated('KEY_REVOKED');
  const reason = decideKeyState(record, { nowMs: clock.nowMs(), inactivityDays });
  if (reason) throw unauthenticated(reason);
  if (!isAddressAllowed(record.key.ipAllowlist, principal.ip)) throw unauthenticated('IP_NOT_ALLOWED');
  assertRights(record.key, principal);
}

/**
 * The decision and the reads rest on the rights at the beginning of the request. Removing one of them ends what is in flight, as
 * revoking does; more of them does no harm.
 */
function assertRights(key: KeyRecord['key'], { scopes, venueIds, operationIds }: ApiKeyPrincipal): void {
  const missing = [...scopes].filter((scope) => !key.scopes.includes(scope));
  if (missing.length > 0 || !isWithin(venueIds, key.venueIds)) {
    throw new ApiError(
      'FORBIDDEN',
      'The rights of this API key were changed meanwhile. Send the request again.',
      { reason: 'INSUFFICIENT_SCOPE', details: { missing } },
    );
  }
  if (!isWithin(operationIds, key.operationIds))
    throw refusedToPinned('What this API key is pinned to was changed meanwhile. Send the request again.');
}

/** null = no restriction. */
function isWithin(before: readonly string[] | null, now: readonly string[] | null): boolean {
  return now === null || (before?.every((id) => now.includes(id)) ?? false);
}

/** `version` is that of the operation as it is now; null = it was deleted. */
function assertSameOperation({ pinned }: ApiKeyPrincipal, version: number | null): void {
  if (version === null) throw refusedToPinned('The stored operation was deleted meanwhile.');
  if (version !== pinned?.version)
    throw refusedToPinned('The stored operation was replaced meanwhile. Send the request again.');
}

/** The id of the operation that a pinned key runs; null = the key is not pinned. */
function pinOf({ operationIds, pinned }: ApiKeyPrincipal): string | null {
  // The door lets none through (graphql/precheck/stored-operations.ts); here it would still end without an answer.
  if (operationIds !== null && !pinned) throw refusedToPinned(onlyItsOperations);
  return pinned?.id ?? null;
}

export function assertUserStillValid({ role, tokenVersion }: UserPrincipal, user: StoredUser | null): void {
  const isSame = user?.role === role && user.tokenVersion === tokenVersion;
  if (!isSame) throw unauthenticated('INVALID_CREDENTIAL');
}

/** Reads the key again, and the operation of a pinned one. Throws UNAUTHENTICATED or FORBIDDEN when it has not the rights of before. */
export async function assertKeyInFlight(
  options: Moment & { readonly store: Store },
  principal: ApiKeyPrincipal,
): Promise<void> {
  const { store } = options;
  const pin = pinOf(principal);
  const [record, version] = await Promise.all([
    store.findKey(principal.secretId),
    pin === null ? null : store.findOperationVersion(pin),
  ]);
  assertKeyStillValid(options, principal, record);
  if (pin !== null) assertSameOperation(principal, version);
}

/** The same inside a transaction: a change of the key, or of the operation that it is pinned to, then waits for the commit. */
export async function holdKeyInFlight(
  options: Moment,
  connection: Connection,
  principal: ApiKeyPrincipal,
): Promise<void> {
  const pin = pinOf(principal);
  await holdKey(connection, principal.apiKeyId);
  assertKeyStillValid(options, principal, await findKey(connection, principal.secretId));
  if (pin === null) return;
  await holdOperation(connection, pin);
  assertSameOperation(principal, (await findOperationVersions(connection, [pin])).get(pin) ?? null);
}
