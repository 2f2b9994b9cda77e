// Credential -> principal, or UNAUTHENTICATED. The store is asked on every request: no cache may keep a dead key alive.
import { hourMs, type Clock } from '../core/clock.ts';
import { ApiError, unauthenticated } from '../core/errors.ts';
import {
  anonymous,
  type ApiKeyPrincipal,
  type KnownPrincipal,
  type Principal,
  type UserPrincipal,
} from '../core/principal.ts';
import type { Connection, Database } from '../db/database.ts';
import { digestApiKey, isSameDigest } from './api-key.ts';
import { readCredential, type Credential, type CredentialHeaders } from './credential.ts';
import { decideKeyState, inactiveAtMs } from './key-state.ts';
import { isAddressAllowed } from './ip-allowlist.ts';
import { findKey, findUser, findUserByIdentity, holdKey, type KeyRecord } from './key-store.ts';
import type { LastUsedLog } from './last-used.ts';
import type { ExternalIdentity, ExternalVerifier } from './oidc.ts';
import type { StoredUser } from './tables.ts';
import { issuerOf, type TokenIssuer } from './token.ts';

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
  /** Of a subject that is linked to nobody yet: the user it belongs to, then linked to it for good; or null. */
  link(identity: ExternalIdentity): Promise<StoredUser | null>;
}

/** Changes of a key that its use brings about. They are written before the use is answered. */
export interface KeyEvents {
  /** A secret made by a rotation is presented for the first time. */
  onFirstUse(record: KeyRecord): Promise<void>;
  /** The key was not used for too long. */
  onInactive(record: KeyRecord): Promise<void>;
}

export interface Authenticator {
  /** Throws UNAUTHENTICATED for a credential that is there and not good; no credential at all is anonymous. */
  authenticate(headers: CredentialHeaders, ip: string): Promise<Principal>;
  /** Reads the credential's state again, on a transaction's connection or any other. Throws UNAUTHENTICATED when it has ended. */
  assertStillValid(
    connection: Connection,
    principal: KnownPrincipal,
    options?: { lock: boolean },
  ): Promise<void>;
}

/** Compared when there is no such key, so that an unknown id costs what a wrong secret costs. */
const noDigest = '0'.repeat(64);

async function authenticateKey(
  options: AuthenticatorOptions,
  credential: Extract<Credential, { kind: 'API_KEY' }>,
  ip: string,
): Promise<ApiKeyPrincipal> {
  const { database, clock, keyPepper, lastUsed } = options;
  const record = await findKey(database, credential.secretId);
  const isRight = isSameDigest(digestApiKey(credential.key, keyPepper), record?.secret.digest ?? noDigest);
  if (!record || !isRight) throw unauthenticated('INVALID_CREDENTIAL');
  const nowMs = clock.nowMs();
  await assertUsable(options, record, nowMs);
  const { key, secret } = record;
  if (!isAddressAllowed(key.ipAllowlist, ip)) throw unauthenticated('IP_NOT_ALLOWED');
  if (secret.status === 'PENDING') await options.keyEvents.onFirstUse(record);
  lastUsed.note({ apiKeyId: key.id, secretId: secret.id, nowMs });
  // Everybody judges inactivity by the row: the use that saves a key from it must not wait in this process's memory.
  if (inactiveAtMs(key, options.inactivityDays) - nowMs <= hourMs) await lastUsed.flush();
  const { workspaceId, venueIds, rateLimitPerMinute } = key;
  return {
    kind: 'API_KEY',
    workspaceId,
    apiKeyId: key.id,
    secretId: secret.id,
    scopes: new Set(key.scopes),
    venueIds,
    rateLimitPerMinute,
  };
}

async function assertUsable(
  { inactivityDays, keyEvents }: AuthenticatorOptions,
  record: KeyRecord,
  nowMs: number,
): Promise<void> {
  const reason = decideKeyState(record, { nowMs, inactivityDays });
  if (!reason) return;
  // Written down, so that a longer KEY_INACTIVITY_DAYS later does not wake it by itself.
  if (reason === 'KEY_DISABLED' && record.key.status === 'ACTIVE') await keyEvents.onInactive(record);
  throw unauthenticated(reason);
}

/** Whom a token of our own names, while it has not been ended. */
async function userOfToken({ tokens, database }: AuthenticatorOptions, token: string) {
  const claims = await tokens.verify(token);
  const user = claims && (await findUser(database, claims.userId));
  return user?.tokenVersion === claims?.tokenVersion ? user : null;
}

/** Whom a token of the external issuer names. A link wins over whatever e-mail address the token shows. */
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

async function authenticateToken(options: AuthenticatorOptions, token: string): Promise<UserPrincipal> {
  const { external } = options;
  // Only chooses who verifies: each accepts nothing but its own issuer under its own keys.
  const isExternal = external !== null && issuerOf(token) === external.verifier.issuer;
  const user = await (isExternal
    ? userOfExternalToken(options, external, token)
    : userOfToken(options, token));
  if (!user) throw unauthenticated('INVALID_CREDENTIAL');
  const { id: userId, workspaceId, role, tokenVersion } = user;
  const scopes = options.scopesOfRole(role);
  return { kind: 'USER', workspaceId, userId, role, tokenVersion, scopes, venueIds: null };
}

async function assertKeyStillValid(
  { clock, inactivityDays }: AuthenticatorOptions,
  connection: Connection,
  { apiKeyId, secretId, scopes, venueIds }: ApiKeyPrincipal,
  lock: boolean,
): Promise<void> {
  if (lock) await holdKey(connection, apiKeyId);
  const record = await findKey(connection, secretId);
  // A deleted key leaves no row; it was a good key when the request came.
  if (!record) throw unauthenticated('KEY_REVOKED');
  const reason = decideKeyState(record, { nowMs: clock.nowMs(), inactivityDays });
  if (reason) throw unauthenticated(reason);
  // What was decided and read rests on the rights of then: taking one away ends what is in flight, as revoking does.
  if (!hasRights(record.key, scopes, venueIds)) {
    throw new ApiError(
      'FORBIDDEN',
      'The rights of this API key were changed meanwhile. Send the request again.',
      {
        reason: 'INSUFFICIENT_SCOPE',
        details: { missing: [...scopes].filter((scope) => !record.key.scopes.includes(scope)) },
      },
    );
  }
}

/** True while the key has every scope and venue that the request began with; more of them does no harm. */
function hasRights(
  key: KeyRecord['key'],
  scopes: ReadonlySet<string>,
  venueIds: readonly string[] | null,
): boolean {
  const hasVenues = key.venueIds === null || (venueIds?.every((id) => key.venueIds?.includes(id)) ?? false);
  return hasVenues && [...scopes].every((scope) => key.scopes.includes(scope));
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  return {
    async authenticate(headers, ip) {
      const credential = readCredential(headers);
      switch (credential.kind) {
        case 'NONE':
          return anonymous;
        case 'INVALID':
          throw unauthenticated('INVALID_CREDENTIAL');
        case 'API_KEY':
          return authenticateKey(options, credential, ip);
        case 'TOKEN':
          return authenticateToken(options, credential.token);
      }
    },
    async assertStillValid(connection, principal, { lock } = { lock: false }) {
      if (principal.kind === 'API_KEY') return assertKeyStillValid(options, connection, principal, lock);
      const user = await findUser(connection, principal.userId, { lock });
      const isSame = user?.role === principal.role && user.tokenVersion === principal.tokenVersion;
      if (!isSame) throw unauthenticated('INVALID_CREDENTIAL');
    },
  };
}
