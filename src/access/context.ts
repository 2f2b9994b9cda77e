// The context that every resolver and service gets first: who calls, on whose rows, at what time.
import type { GraphQLSchema } from 'graphql';
import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { Database } from '../db/store/database.ts';
import type { TenantDb } from '../db/tenant/tenant-db.ts';
import type { FailedSignIns } from './authentication/failed-sign-ins.ts';
import type { KeyEscrow } from './credentials/escrow.ts';
import type { PasswordHasher } from './credentials/password.ts';
import type { AccessExplainer, GuardedContext } from './policy/index.ts';
import type { RequestLimits } from './rate-limit/index.ts';
import type { Recording } from './recording.ts';
import type { ScopeCatalogue } from './scope-catalogue.ts';
import type { TokenIssuer } from './credentials/token.ts';

/** What sign-in and key management need beyond the tenant's rows. */
export interface CredentialTools {
  readonly passwords: PasswordHasher;
  readonly tokens: TokenIssuer;
  readonly keyPepper: string;
  readonly inactivityDays: number;
  /** null = no secret can be shown again. */
  readonly escrow: KeyEscrow | null;
  /** The store without a tenant: only for looking a user up by e-mail at sign-in. */
  readonly accounts: Database;
  readonly failedSignIns: FailedSignIns;
}

/** The mutation field that is running; the fields of one operation run one after the other. */
export interface RunningMutation {
  readonly name: string;
  /** Number of the field among the mutation fields of its operation: 1 for the first. */
  readonly place: number;
  readonly args: object;
}

export interface OperationVariable {
  readonly name: string;
  /** As the document writes it, e.g. `[ID!]!`. */
  readonly type: string;
  /** It has no default and may not be null. */
  readonly required: boolean;
}

/** What a document is that a workspace stores, by the schema of this server. */
export interface OperationFacts {
  readonly kind: 'QUERY' | 'MUTATION';
  /** The smallest set that opens the whole operation. */
  readonly requiredScopes: readonly string[];
  readonly variables: readonly OperationVariable[];
}

/** Looks at documents that workspaces store; see graphql/precheck/operation-facts.ts. */
export interface OperationInspector {
  /**
   * Throws an ApiError when the document cannot be stored, or not be run any more: its message names what is `shown`. Takes up to
   * some 20 ms the first time.
   */
  inspect(text: string, shown: GraphQLSchema): OperationFacts;
  /** Whether `inspect` has its answer at hand. */
  isKnown(text: string, shown: GraphQLSchema): boolean;
}

export interface Context extends GuardedContext {
  readonly requestId: string;
  /** As sent and well-formed; null without one. */
  readonly idempotencyKey: string | null;
  running?: RunningMutation;
  /** Address of the caller, after the trusted proxies. */
  readonly ip: string;
  readonly clock: Clock;
  /** When the request came, before it waited for its turn. */
  readonly arrivedMs: number;
  readonly principal: Principal;
  /** Rows of the caller's workspace and venues. Throws for an anonymous caller: nothing public touches tenant rows. */
  readonly db: TenantDb;
  readonly credentials: CredentialTools;
  readonly scopes: ScopeCatalogue;
  readonly explainer: AccessExplainer;
  readonly inspector: OperationInspector;
  /** What the caller may be told of the schema: all of it where introspection is public. */
  readonly shownSchema: () => Promise<GraphQLSchema>;
  readonly limits: RequestLimits;
  /** What was asked of every workspace; see features/insight/. */
  readonly recording: Recording;
  /** Told how many rows were read for the answer. */
  noteRows(count: number): void;
  /** Told which records of a type become part of the answer: rows with their `id`. */
  noteRecords(type: string, rows: readonly Readonly<Record<string, unknown>>[]): void;
}
