// GraphQL types of keys. The tables are access's: authentication reads them on every request.
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  StoredApiKey,
  StoredApiKeySecret,
  type ApiKeyEnvironment,
  type SecretStatus,
} from '../../access/authentication/tables.ts';
import type { ScopePreset } from '../../access/scope-catalogue.ts';
import type { Instant } from '../../core/clock.ts';
import { Node } from '../../resources/node.ts';
import { DateTimeScalar, ScopeScalar } from '../../resources/inputs/scalars.ts';
import { ViewerUser, Workspace } from '../users/index.ts';

export const KeyEnvironment: Record<ApiKeyEnvironment, ApiKeyEnvironment> = { LIVE: 'LIVE', TEST: 'TEST' };
registerEnumType(KeyEnvironment, {
  name: 'ApiKeyEnvironment',
  description: 'A label that stands in the key itself (`lk_live_`, `lk_test_`); both see the same data.',
  valuesConfig: { LIVE: { description: '`lk_live_`' }, TEST: { description: '`lk_test_`' } },
});

export type ApiKeyStatusName = 'ACTIVE' | 'DISABLED' | 'EXPIRED' | 'REVOKED';
export const ApiKeyStatus: Record<ApiKeyStatusName, ApiKeyStatusName> = {
  ACTIVE: 'ACTIVE',
  DISABLED: 'DISABLED',
  EXPIRED: 'EXPIRED',
  REVOKED: 'REVOKED',
};
registerEnumType(ApiKeyStatus, {
  name: 'ApiKeyStatus',
  description: 'Only an ACTIVE key works. REVOKED is final.',
  valuesConfig: {
    ACTIVE: { description: 'It works.' },
    DISABLED: { description: 'Switched off; an admin can enable it.' },
    EXPIRED: { description: 'Its time is over.' },
    REVOKED: { description: 'Ended for good.' },
  },
});

const ApiKeySecretStatus: Record<SecretStatus, SecretStatus> = {
  PENDING: 'PENDING',
  ACTIVE: 'ACTIVE',
  RETIRING: 'RETIRING',
  RETIRED: 'RETIRED',
};
registerEnumType(ApiKeySecretStatus, {
  name: 'ApiKeySecretStatus',
  description: 'How far the rotation of a secret has come.',
  valuesConfig: {
    PENDING: { description: 'New and working; not used yet.' },
    ACTIVE: { description: 'The secret in use.' },
    RETIRING: { description: 'Replaced; works until it expires.' },
    RETIRED: { description: 'Ended.' },
  },
});

export const ApiKeyPreset: Record<ScopePreset, ScopePreset> = {
  READ: 'READ',
  WRITE: 'WRITE',
  FULL_ACCESS: 'FULL_ACCESS',
};
registerEnumType(ApiKeyPreset, {
  name: 'ApiKeyPreset',
  description:
    'READ: every read scope. WRITE: every read and write scope. FULL_ACCESS: every scope that a key can have.',
  valuesConfig: {
    READ: { description: 'Every read scope.' },
    WRITE: { description: 'Every read and write scope.' },
    FULL_ACCESS: { description: 'Every scope that a key can have.' },
  },
});

@ObjectType({
  description: 'A venue that a key is restricted to; shown to the key itself whatever its scopes.',
})
export class ApiKeyVenue {
  @Field(() => ID) id!: string;
  @Field(() => String, { description: 'Name of the venue.' }) name!: string;
}

@ObjectType({ description: 'A stored operation that a key is pinned to; shown to the key itself.' })
export class ApiKeyOperation {
  @Field(() => ID) id!: string;
  @Field(() => String, { description: 'By which it is run.' }) name!: string;
}

@ObjectType({
  description: 'One secret of a key. The secret itself is shown once, when it is made, and stored nowhere.',
})
export class ApiKeySecret extends StoredApiKeySecret {
  @Field(() => ID) declare id: string;
  @Field(() => String, { description: 'How the secret begins, e.g. `lk_live_0a1b2c3d4e5f`.' })
  declare prefix: string;
  @Field(() => ApiKeySecretStatus, { description: 'How far its rotation has come.' })
  declare status: SecretStatus;
  @Field(() => DateTimeScalar) declare createdAt: Instant;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it became the secret in use; null = not yet.',
  })
  declare activatedAt: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last used; null = never.' })
  declare lastUsedAt: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops working; null = with its key.' })
  declare expiresAt: Instant | null;
}

@ObjectType({ implements: Node, description: 'An API key: what it may do, and its state. Never its secret.' })
export class ApiKey extends StoredApiKey implements Node {
  @Field(() => ID) declare id: string;
  @Field(() => Int, { description: 'Running number within the workspace; never given twice.' })
  declare number: number;
  @Field(() => String, { description: 'A name for people.' }) declare label: string;
  @Field(() => String, { nullable: true, description: 'What the key is for.' }) declare description:
    string | null;
  @Field(() => KeyEnvironment, { description: 'What stands in its secrets: live or test.' })
  declare environment: ApiKeyEnvironment;
  @Field(() => [ScopeScalar], { description: 'What it may do.' }) declare scopes: string[];
  @Field(() => [String], { description: 'Addresses and CIDR ranges; empty = any address.' })
  declare ipAllowlist: string[];
  @Field(() => Int, {
    nullable: true,
    description: 'Requests per minute for this key alone, within what its workspace has.',
  })
  declare rateLimitPerMinute: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Rows that it may be answered on a day of UTC; null = as many as it asks for.',
  })
  declare maxRowsPerDay: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops working; null = never.' })
  declare expiresAt: Instant | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Written every few seconds, not at every request.',
  })
  declare lastUsedAt: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null = it was not.' })
  declare revokedAt: Instant | null;
  @Field(() => Int, { description: 'Goes up at each change.' }) declare version: number;
  @Field(() => DateTimeScalar) declare createdAt: Instant;
  @Field(() => DateTimeScalar) declare updatedAt: Instant;
}

@ObjectType({ description: 'The calling key, as it may see itself.' })
export class ViewerApiKey {
  @Field(() => ID) id!: string;
  @Field(() => Int, { description: 'Running number within the workspace.' }) number!: number;
  @Field(() => String, { description: 'A name for people.' }) label!: string;
  @Field(() => String, { description: 'How the secret in use begins, e.g. `lk_live_0a1b2c3d4e5f`.' })
  prefix!: string;
  @Field(() => KeyEnvironment, { description: 'What stands in its secrets: live or test.' })
  environment!: ApiKeyEnvironment;
  @Field(() => ApiKeyStatus, { description: 'Whether it works.' }) status!: ApiKeyStatusName;
  @Field(() => [ApiKeyVenue], { nullable: true, description: 'Null = all venues of the workspace.' })
  venues!: ApiKeyVenue[] | null;
  @Field(() => [ApiKeyOperation], {
    nullable: true,
    description:
      'The stored operations that it runs by name, and nothing else; null = it is not pinned. Without those that were deleted.',
  })
  operations!: ApiKeyOperation[] | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops working; null = never.' })
  expiresAt!: Instant | null;
}

export enum ViewerKind {
  API_KEY = 'API_KEY',
  USER = 'USER',
}
registerEnumType(ViewerKind, {
  name: 'ViewerKind',
  description: 'What calls.',
  valuesConfig: { API_KEY: { description: 'An API key.' }, USER: { description: 'A signed-in user.' } },
});

@ObjectType({ description: 'Who is calling, and what it may do.' })
export class Viewer {
  @Field(() => ViewerKind, { description: 'Whether a key or a signed-in user calls.' }) kind!: ViewerKind;
  @Field(() => Workspace, { description: 'The workspace that the caller belongs to.' }) workspace!: Workspace;
  @Field(() => [ScopeScalar], { description: 'What it may do.' }) scopes!: readonly string[];
  @Field(() => ViewerApiKey, { nullable: true, description: 'The calling key; null for a user.' })
  apiKey!: ViewerApiKey | null;
  @Field(() => ViewerUser, { nullable: true, description: 'The signed-in user; null for a key.' })
  user!: ViewerUser | null;
}

export enum ScopeStatus {
  AVAILABLE = 'AVAILABLE',
  PLANNED = 'PLANNED',
}
registerEnumType(ScopeStatus, {
  name: 'ScopeStatus',
  description: 'Whether a scope can be given.',
  valuesConfig: {
    AVAILABLE: { description: 'Keys can have it.' },
    PLANNED: { description: 'Nothing asks for it yet.' },
  },
});

@ObjectType({ description: 'One scope of the catalogue.' })
export class ScopeInfo {
  @Field(() => ScopeScalar, { description: 'The scope, `verb:resource`.' }) name!: string;
  @Field(() => String, { description: 'What it opens, in words.' }) description!: string;
  @Field(() => ScopeStatus, { description: 'Whether keys can have it yet.' }) status!: `${ScopeStatus}`;
  @Field(() => [String], {
    description: 'Types, queries and mutations that it opens, of those that the caller may see.',
  })
  grants!: readonly string[];
}
