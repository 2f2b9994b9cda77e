// Credential -> principal, or UNAUTHENTICATED. The store is asked on every request: no cache may keep a revoked key
// usable.
import { hourMs, type Clock } from '../../core/clock.ts';
import { unauthenticated } from '../../core/errors.ts';
import {
  anonymous,
  type ApiKeyPrincipal,
  type KnownPrincipal,
  type Principal,
  type UserPrincipal,
} from '../../core/principal.ts';
import type { KnownCaller } from '../../core/recorder.ts';
import type { Connection, Database } from '../../db/store/database.ts';
import { createCrossRequestLoader } from '../../db/store/cross-request-loader.ts';
import { digestApiKey, isSameDigest } from '../credentials/api-key.ts';
import type { Credential } from '../credentials/credential.ts';
import { decideKeyState, inactiveAtMs } from './key-state.ts';
import { isAddressAllowed } from '../credentials/ip-allowlist.ts';
import { findKeys, findUserByIdentity, findUsers, holdUser, type KeyRecord } from './key-store.ts';
import { assertKeyInFlight, assertUserStillValid, holdKeyInFlight, type Store } from './in-flight.ts';
import type { LastUsedLog } from './last-used.ts';
import { findOperationVersions } from './operation-store.ts';
import type { ExternalIdentity, ExternalVerifier } from '../credentials/oidc.ts';
import type { StoredUser } from './tables.ts';
import { issuerOf, type TokenIssuer } from '../credentials/token.ts';

export interface AuthenticatorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly keyPepper: string;
  readonly inactivityDays: number;
  readonly tokens: TokenIssuer;
  readonly lastUsed: LastUsedLog;
  /** Scopes of a signed-in user by role. */
  readonly scopesOfRole: (role: StoredUser['role']) => ReadonlySet<string>;
  readonly keyEvents: KeyEvents;
  /** Sign-in by an issuer that is not us; null = there is none. */
  readonly external: ExternalSignIn | null;
}

export interface ExternalSignIn {
  readonly verifier: ExternalVerifier;
  /** Links a subject that has no user yet to the user it belongs to, for good. Returns that user, or null. */
  link(identity: ExternalIdentity): Promise<StoredUser | null>;
}

/** Changes of a key that its use causes. They are written before the request is answered. */
export interface KeyEvents {
  /** A secret made by a rotation is presented for the first time. */
  onFirstUse(record: KeyRecord): Promise<void>;
  /** The key was not used for too long. */
  onInactive(record: KeyRecord): Promise<void>;
}

/** Who calls: by what was sent to prove it, or as whom it was proven before (a session, the owner of a webhook). */
export type Caller = { readonly credential: Credential } | { readonly principal: KnownPrincipal };

export type WhenKnown = (caller: KnownCaller) => void;

export interface Authenticator {
  /**
   * Throws UNAUTHENTICATED for an invalid credential. Without a credential the caller is anonymous. `whenKnown` is told whose
   * credential it is once that is proven, also when it is refused: revoked, expired, used elsewhere.
   */
  authenticate(credential: Credential, ip: string, whenKnown?: WhenKnown): Promise<Principal>;
  /** Reads the credential's state again. Throws UNAUTHENTICATED when it has ended. */
  assertStillValid(principal: KnownPrincipal): Promise<void>;
  /** The same inside a transaction. Ending the credential then waits for the commit. */
  holdValid(connection: Connection, principal: KnownPrincipal): Promise<void>;
}

type Options = AuthenticatorOptions & { readonly store: Store };

/** Compared when there is no such key, so that an unknown id costs what a wrong secret costs. */
const noDigest = '0'.repeat(64);

async function authenticateKey(
  options: Options,
  credential: Extract<Credential, { kind: 'API_KEY' }>,
  ip: string,
  whenKnown: WhenKnown | undefined,
): Promise<ApiKeyPrincipal> {
  const { store, clock, keyPepper, lastUsed } = options;
  const record = await store.findKey(credential.secretId);
  const isRight = isSameDigest(digestApiKey(credential.key, keyPepper), record?.secret.digest ?? noDigest);
  if (!record || !isRight) throw unauthenticated('INVALID_CREDENTIAL');
  const nowMs = clock.nowMs();
  const { key, secret } = record;
  whenKnown?.({ kind: 'API_KEY', id: key.id, workspaceId: key.workspaceId, label: key.label });
  await assertUsable(options, record, nowMs);
  if (!isAddressAllowed(key.ipAllowlist, ip)) throw unauthenticated('IP_NOT_ALLOWED');
  if (secret.status === 'PENDING') await options.keyEvents.onFirstUse(record);
  lastUsed.note({ apiKeyId: key.id, secretId: secret.id, nowMs });
  // Every server judges inactivity by the row, so the use that keeps a key active must not wait in this process's
  // memory.
  if (inactiveAtMs(key, options.inactivityDays) - nowMs <= hourMs) await lastUsed.flush();
  const { workspaceId, label, venueIds, operationIds, trial, expiresAt } = key;
  const { rateLimitPerMinute, maxRowsPerDay } = key;
  return {
    kind: 'API_KEY',
    workspaceId,
    apiKeyId: key.id,
    label,
    secretId: secret.id,
    scopes: new Set(key.scopes),
    venueIds,
    operationIds,
    trial,
    ip,
    rateLimitPerMinute,
    maxRowsPerDay,
    expiresAt,
  };
}

async function assertUsable(
  { inactivityDays, keyEvents }: AuthenticatorOptions,
  record: KeyRecord,
  nowMs: number,
): Promise<void> {
  const reason = decideKeyState(record, { nowMs, inactivityDays });
  if (!reason) return;
  // Stored, so that a longer KEY_INACTIVITY_DAYS later does not make the key active again.
  if (reason === 'KEY_DISABLED' && record.key.status === 'ACTIVE') await keyEvents.onInactive(record);
  throw unauthenticated(reason);
}

/** The user that a token of our own names, unless the token was ended. */
async function userOfToken({ tokens, store }: Options, token: string) {
  const claims = await tokens.verify(token);
  const user = claims && (await store.findUser(claims.userId));
  return user?.tokenVersion === claims?.tokenVersion ? user : null;
}

/** The user that a token of the external issuer names. A link takes precedence over the e-mail address in the token. */
async function userOfExternalToken(
  { database }: AuthenticatorOptions,
  { verifier, link }: ExternalSignIn,
  token: string,
) {
  const identity = await verifier.verify(token);
  if (!identity) return null;
  const user = (await findUserByIdentity(database, identity)) ?? (await link(identity));
  // A token knows whole seconds: one of the same second is refused rather than taken for a later one.
  const isEnded = user?.signedOutAt != null && identity.issuedAtMs <= Date.parse(user.signedOutAt);
  return isEnded ? null : user;
}

async function authenticateToken(
  options: Options,
  token: string,
  whenKnown: WhenKnown | undefined,
): Promise<UserPrincipal> {
  const { external } = options;
  // Only chooses who verifies: each accepts nothing but its own issuer under its own keys.
  const isExternal = external !== null && issuerOf(token) === external.verifier.issuer;
  const user = await (isExternal
    ? userOfExternalToken(options, external, token)
    : userOfToken(options, token));
  if (!user) throw unauthenticated('INVALID_CREDENTIAL');
  const { id: userId, workspaceId, name, role, tokenVersion } = user;
  const scopes = options.scopesOfRole(role);
  whenKnown?.({ kind: 'USER', id: userId, workspaceId, label: name });
  return { kind: 'USER', workspaceId, userId, name, role, tokenVersion, scopes, venueIds: null };
}

export function createAuthenticator(given: AuthenticatorOptions): Authenticator {
  const store: Store = {
    findKey: createCrossRequestLoader((ids) => findKeys(given.database, ids)),
    findUser: createCrossRequestLoader((ids) => findUsers(given.database, ids)),
    findOperationVersion: createCrossRequestLoader((ids) => findOperationVersions(given.database, ids)),
  };
  const options: Options = { ...given, store };
  return {
    async authenticate(credential, ip, whenKnown) {
      switch (credential.kind) {
        case 'NONE':
          return anonymous;
        case 'INVALID':
          throw unauthenticated('INVALID_CREDENTIAL');
        case 'API_KEY':
          return authenticateKey(options, credential, ip, whenKnown);
        case 'TOKEN':
          return authenticateToken(options, credential.token, whenKnown);
      }
    },
    async assertStillValid(principal) {
      if (principal.kind === 'API_KEY') await assertKeyInFlight(options, principal);
      else assertUserStillValid(principal, await store.findUser(principal.userId));
    },
    async holdValid(connection, principal) {
      if (principal.kind === 'USER')
        return assertUserStillValid(principal, await holdUser(connection, principal.userId));
      return holdKeyInFlight(options, connection, principal);
    },
  };
}
