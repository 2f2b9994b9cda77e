// The tables that authentication itself reads: workspaces, users, keys, their secrets, and the operations to which keys are
// pinned. Their GraphQL types live in features.
import type { Role } from '../../core/principal.ts';
import { firstInstant, lastInstant, type Instant } from '../../core/clock.ts';
import type { KeyTrial } from '../../core/principal.ts';
import {
  IdColumn,
  IntegerColumn,
  JsonColumn,
  ReferenceColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';

const closed = { by: 'closed' } as const;

@StoredIn({ name: 'workspaces', workspace: 'id', venues: closed })
export class StoredWorkspace {
  @IdColumn() id!: string;
  @TextColumn() name!: string;
  /** The running number that the last key got. */
  @IntegerColumn() lastKeyNumber!: number;
  @TimestampColumn() createdAt!: Instant;
}

@StoredIn({
  name: 'users',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'users_email', properties: ['emailKey'], unique: true },
    { name: 'users_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'users_listed', properties: ['workspaceId', 'emailKey', 'id'] },
  ],
})
export class StoredUser {
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** Unique over all workspaces, in whatever case or form of its domain: sign-in names no workspace. */
  @TextColumn({ folded: true, isAddress: true, keyed: true }) email!: string;
  /** Shown to readers of what the user wrote; the address is not. */
  @TextColumn({ nullable: true }) name!: string | null;
  @TextColumn() role!: Role;
  /** argon2id in PHC form. */
  @TextColumn() passwordHash!: string;
  /** Tokens carry it; raising it ends every sign-in of this user. */
  @IntegerColumn() tokenVersion!: number;
  /** Raised with tokenVersion, for the tokens of an external issuer: those issued until then have ended. */
  @TimestampColumn({ nullable: true }) signedOutAt!: Instant | null;
  @IntegerColumn() version!: number;
  @TimestampColumn() createdAt!: Instant;
  @TimestampColumn() updatedAt!: Instant;
}

@StoredIn({
  name: 'user_identities',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'user_identities_subject', properties: ['issuer', 'subject'], unique: true },
    { name: 'user_identities_user', properties: ['userId', 'issuer'], unique: true },
  ],
})
export class StoredIdentity {
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** One for each issuer: a person who gets this user's e-mail address later gets no second link. */
  @ReferenceColumn(() => StoredUser) userId!: string;
  @TextColumn() issuer!: string;
  /** What the issuer calls the person, for ever; an e-mail address can go to another one. */
  @TextColumn() subject!: string;
  @TimestampColumn() createdAt!: Instant;
}

export type ApiKeyEnvironment = 'LIVE' | 'TEST';
/** What is stored. EXPIRED and INACTIVE are judged from dates at the moment of use. */
export type StoredKeyStatus = 'ACTIVE' | 'DISABLED' | 'REVOKED';

export type DisabledReason = 'ADMIN' | 'INACTIVITY';

/** What a key had before it was narrowed. */
export interface StoredRights {
  readonly scopes: readonly string[];
  readonly venueIds: readonly string[] | null;
  /** When it was narrowed. */
  readonly at: Instant;
}

@StoredIn({
  name: 'api_keys',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'api_keys_number', properties: ['workspaceId', 'number'], unique: true },
    { name: 'api_keys_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'api_keys_status', properties: ['workspaceId', 'status', 'number', 'id'] },
    { name: 'api_keys_label', properties: ['workspaceId', 'labelFolded', 'id'] },
    { name: 'api_keys_used', properties: ['workspaceId', 'lastUsedAtSorted', 'id'] },
    { name: 'api_keys_expiry', properties: ['workspaceId', 'expiresAtSorted', 'id'] },
    { name: 'api_keys_creator', properties: ['createdById', 'number', 'id'] },
  ],
})
export class StoredApiKey {
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** Running number within the workspace, from 1; never used again. */
  @IntegerColumn() number!: number;
  @TextColumn({ folded: true }) label!: string;
  @TextColumn({ nullable: true }) description!: string | null;
  @TextColumn() environment!: ApiKeyEnvironment;
  /** Sorted, without duplicates. */
  @JsonColumn() scopes!: string[];
  /** null = all venues of the workspace. */
  @JsonColumn({ nullable: true }) venueIds!: string[] | null;
  /**
   * The stored operations that the key runs, and nothing else; null = it is not pinned. One that was deleted stays in the
   * list: a key whose operations are all gone runs nothing.
   */
  @JsonColumn({ nullable: true }) operationIds!: string[] | null;
  @JsonColumn({ nullable: true }) trial!: KeyTrial | null;
  /** Given back by an undo; null when there is nothing to undo. Any other change of its rights clears it. */
  @JsonColumn({ nullable: true }) narrowedFrom!: StoredRights | null;
  /** Addresses and CIDR ranges; empty = any address. */
  @JsonColumn() ipAllowlist!: string[];
  @IntegerColumn({ nullable: true }) rateLimitPerMinute!: number | null;
  @IntegerColumn({ nullable: true }) maxRowsPerDay!: number | null;
  @TextColumn() status!: StoredKeyStatus;
  @TextColumn({ nullable: true }) disabledReason!: DisabledReason | null;
  /** Sorted: a key that never expires stands behind those that do. */
  @TimestampColumn({ nullable: true, sortedNull: lastInstant }) expiresAt!: Instant | null;
  /** Sorted: a key that was never used stands before those that were. */
  @TimestampColumn({ nullable: true, sortedNull: firstInstant }) lastUsedAt!: Instant | null;
  @TimestampColumn({ nullable: true }) enabledAt!: Instant | null;
  @TimestampColumn({ nullable: true }) revokedAt!: Instant | null;
  @ReferenceColumn(() => StoredUser, { nullable: true }) createdById!: string | null;
  @IntegerColumn() version!: number;
  @TimestampColumn() createdAt!: Instant;
  @TimestampColumn() updatedAt!: Instant;
}

export type SecretStatus = 'PENDING' | 'ACTIVE' | 'RETIRING' | 'RETIRED';

@StoredIn({
  name: 'api_key_secrets',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [{ name: 'api_key_secrets_key', properties: ['apiKeyId', 'createdAt', 'id'] }],
})
export class StoredApiKeySecret {
  /** The 12 hex characters inside the key: public, for look-up and display. */
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @ReferenceColumn(() => StoredApiKey) apiKeyId!: string;
  /** `lk_live_<id>` or `lk_test_<id>`. */
  @TextColumn() prefix!: string;
  /** HMAC-SHA256 of the key under the pepper, hex. The key itself is stored nowhere. */
  @TextColumn() digest!: string;
  @TextColumn() status!: SecretStatus;
  /** Only of a PENDING secret: how long the one before it goes on after this one's first use. */
  @IntegerColumn({ nullable: true }) overlapSeconds!: number | null;
  /** The key itself, sealed under KEY_ESCROW_SECRET; null unless that setting is on. */
  @TextColumn({ nullable: true }) sealed!: string | null;
  @TimestampColumn({ nullable: true }) activatedAt!: Instant | null;
  @TimestampColumn({ nullable: true }) lastUsedAt!: Instant | null;
  @TimestampColumn({ nullable: true }) expiresAt!: Instant | null;
  @TimestampColumn() createdAt!: Instant;
}

export type StoredOperationKind = 'QUERY' | 'MUTATION';

@StoredIn({
  name: 'stored_operations',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'stored_operations_name', properties: ['workspaceId', 'name'], unique: true },
    { name: 'stored_operations_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'stored_operations_listed', properties: ['workspaceId', 'name', 'id'] },
  ],
})
export class StoredOperationRow {
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @TextColumn() name!: string;
  /** As it was sent. What it needs is found anew by each server, because schemas differ. */
  @TextColumn() document!: string;
  @TextColumn() kind!: StoredOperationKind;
  @IntegerColumn() version!: number;
  @TimestampColumn() createdAt!: Instant;
  @TimestampColumn() updatedAt!: Instant;
}

export const accessTables = [StoredWorkspace, StoredUser, StoredIdentity, StoredApiKey, StoredApiKeySecret];
