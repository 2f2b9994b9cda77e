// GraphQL types of keys. The tables are access's: authentication reads them on every request.
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  StoredApiKey,
  StoredApiKeySecret,
  type ApiKeyEnvironment,
  type SecretStatus,
} from '../../access/tables.ts';
import type { ScopePreset } from '../../access/scope-catalogue.ts';
import type { Instant } from '../../core/clock.ts';
import { Node } from '../../graph/node.ts';
import { DateTimeScalar, ScopeScalar } from '../../graph/scalars.ts';
import { ViewerUser, Workspace } from '../users/index.ts';

export const KeyEnvironment: Record<ApiKeyEnvironment, ApiKeyEnvironment> = { LIVE: 'LIVE', TEST: 'TEST' };
registerEnumType(KeyEnvironment, {
  name: 'ApiKeyEnvironment',
  description: 'A label that stands in the key itself (`lk_live_`, `lk_test_`); both see the same data.',
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
});

const ApiKeySecretStatus: Record<SecretStatus, SecretStatus> = {
  PENDING: 'PENDING',
  ACTIVE: 'ACTIVE',
  RETIRING: 'RETIRING',
  RETIRED: 'RETIRED',
};
registerEnumType(ApiKeySecretStatus, { name: 'ApiKeySecretStatus' });

export const ApiKeyPreset: Record<ScopePreset, ScopePreset> = {
  READ: 'READ',
  WRITE: 'WRITE',
  FULL_ACCESS: 'FULL_ACCESS',
};
registerEnumType(ApiKeyPreset, {
  name: 'ApiKeyPreset',
  description:
    'READ: every read scope. WRITE: every read and write scope. FULL_ACCESS: every scope that a key can have.',
});

@ObjectType({
  description: 'A venue that a key is restricted to; shown to the key itself whatever its scopes.',
})
export class ApiKeyVenue {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
}

@ObjectType({
  description: 'One secret of a key. The secret itself is shown once, when it is made, and stored nowhere.',
})
export class ApiKeySecret extends StoredApiKeySecret {
  @Field(() => ID) declare id: string;
  @Field(() => String, { description: 'How the secret begins, e.g. `lk_live_0a1b2c3d4e5f`.' })
  declare prefix: string;
  @Field(() => ApiKeySecretStatus) declare status: SecretStatus;
  @Field(() => DateTimeScalar) declare createdAt: Instant;
  @Field(() => DateTimeScalar, { nullable: true }) declare activatedAt: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true }) declare lastUsedAt: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true }) declare expiresAt: Instant | null;
}

@ObjectType({ implements: Node, description: 'An API key: what it may do, and its state. Never its secret.' })
export class ApiKey extends StoredApiKey implements Node {
  @Field(() => ID) declare id: string;
  @Field(() => Int, { description: 'Running number within the workspace; never given twice.' })
  declare number: number;
  @Field(() => String) declare label: string;
  @Field(() => String, { nullable: true }) declare description: string | null;
  @Field(() => KeyEnvironment) declare environment: ApiKeyEnvironment;
  @Field(() => [ScopeScalar]) declare scopes: string[];
  @Field(() => [String], { description: 'Addresses and CIDR ranges; empty = any address.' })
  declare ipAllowlist: string[];
  @Field(() => Int, {
    nullable: true,
    description: 'Requests per minute for this key alone, within what its workspace has.',
  })
  declare rateLimitPerMinute: number | null;
  @Field(() => DateTimeScalar, { nullable: true }) declare expiresAt: Instant | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Written every few seconds, not at every request.',
  })
  declare lastUsedAt: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true }) declare revokedAt: Instant | null;
  @Field(() => DateTimeScalar) declare createdAt: Instant;
  @Field(() => DateTimeScalar) declare updatedAt: Instant;
}

@ObjectType({ description: 'The calling key, as it may see itself.' })
export class ViewerApiKey {
  @Field(() => ID) id!: string;
  @Field(() => Int) number!: number;
  @Field(() => String) label!: string;
  @Field(() => String) prefix!: string;
  @Field(() => KeyEnvironment) environment!: ApiKeyEnvironment;
  @Field(() => ApiKeyStatus) status!: ApiKeyStatusName;
  @Field(() => [ApiKeyVenue], { nullable: true, description: 'Null = all venues of the workspace.' })
  venues!: ApiKeyVenue[] | null;
  @Field(() => DateTimeScalar, { nullable: true }) expiresAt!: Instant | null;
}

export enum ViewerKind {
  API_KEY = 'API_KEY',
  USER = 'USER',
}
registerEnumType(ViewerKind, { name: 'ViewerKind' });

@ObjectType({ description: 'Who is calling, and what it may do.' })
export class Viewer {
  @Field(() => ViewerKind) kind!: ViewerKind;
  @Field(() => Workspace) workspace!: Workspace;
  @Field(() => [ScopeScalar]) scopes!: readonly string[];
  @Field(() => ViewerApiKey, { nullable: true }) apiKey!: ViewerApiKey | null;
  @Field(() => ViewerUser, { nullable: true }) user!: ViewerUser | null;
}

export enum ScopeStatus {
  AVAILABLE = 'AVAILABLE',
  PLANNED = 'PLANNED',
}
registerEnumType(ScopeStatus, { name: 'ScopeStatus' });

@ObjectType({ description: 'One scope of the catalogue.' })
export class ScopeInfo {
  @Field(() => ScopeScalar) name!: string;
  @Field(() => String) description!: string;
  @Field(() => ScopeStatus) status!: `${ScopeStatus}`;
  @Field(() => [String], {
    description: 'Types, queries and mutations that it opens, of those that the caller may see.',
  })
  grants!: readonly string[];
}
