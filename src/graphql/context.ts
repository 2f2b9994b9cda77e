// The context of a request: credential -> principal -> the rows that are its own. Nothing is parsed or decided here.
import type { GraphQLSchema } from 'graphql';
import type { Authenticator, Caller } from '../access/authentication/authenticate.ts';
import type { Context, CredentialTools, OperationInspector, RunningMutation } from '../access/context.ts';
import { keyNotice } from '../access/authentication/key-notice.ts';
import { addressGroup } from '../access/credentials/ip-allowlist.ts';
import type { SystemServices } from '../access/system-context.ts';
import { mayManage, type AccessExplainer, type Decision } from '../access/policy/index.ts';
import type { Limits, RequestLimits } from '../access/rate-limit/index.ts';
import type { Recording } from '../access/recording.ts';
import type { ScopeCatalogue } from '../access/scope-catalogue.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { KnownPrincipal, Principal } from '../core/principal.ts';
import type { KnownCaller } from '../core/recorder.ts';
import type { RequestContextBase, RequestFacts, RequestScope, SentOperation } from '../core/request-facts.ts';
import type { Connection } from '../db/store/database.ts';
import type { ParsedDocument } from './precheck/documents.ts';
import { assertIdempotencyKey } from '../resources/idempotency.ts';
import { createTenantDb, type TenantDb } from '../db/tenant/tenant-db.ts';
import { shareReads, type ReadRow } from '../db/tenant/shared-reads.ts';
import { limitTime, type TimeLimit } from '../db/store/time-limit.ts';
import { createAdmission } from './request/admission.ts';
import type { OperationCheck } from './precheck/operation-check.ts';
import { assertNotEnded, tookTooLong } from './request/operation-limit.ts';
import type { PersistedQueries, PersistedQuery } from './precheck/persisted-queries.ts';
import type { StoredOperations } from './precheck/stored-operations.ts';

const maxLoggedName = 100;

/** By the clock before each statement, and by a timer while one runs (see startTimeLimit). */
function timeLimit(clock: Clock, scope: RequestScope, limitMs: number): TimeLimit {
  const endMs = clock.nowMs() + limitMs;
  return {
    signal: scope.ending.signal,
    assertInTime() {
      assertNotEnded(scope);
      if (clock.nowMs() >= endMs) throw tookTooLong(limitMs);
    },
  };
}

/**
 * The caller's rows. Every transaction checks again whether the credential is valid, and locks it: a key right before
 * the commit; a user at the beginning, because a user may change itself.
 */
function tenantDbFor(
  { database, clock }: SystemServices,
  authenticator: Authenticator,
  principal: Principal,
  limit: TimeLimit,
  readRow: ReadRow,
): TenantDb | null {
  if (principal.kind === 'ANONYMOUS') return null;
  const { workspaceId, venueIds } = principal;
  const check = (connection: Connection) => authenticator.holdValid(connection, principal);
  return createTenantDb({
    ...{ clock, scope: { workspaceId, venueIds } },
    database: limitTime(database, limit),
    readRow(scope, wanted, id) {
      limit.assertInTime();
      return readRow(scope, wanted, id, limit.signal);
    },
    ...(principal.kind === 'USER' ? { afterBegin: check } : { beforeCommit: check }),
  });
}

/** What the server room's own plugins get: the scope is not for the rooms behind it. */
export interface ServedContext extends Context, RequestContextBase {
  readonly scope: RequestScope;
  readonly persistedQuery: PersistedQuery | null;
  /** What the workspace or the surface says that runs for this caller; null when the request itself says it. */
  readonly chosen: SentOperation | null;
  readonly parsed: ParsedDocument | null;
}

/** Apollo copies a context's own properties; the getters stand on the class, so copying does not touch them. */
class RequestContext implements ServedContext {
  declare decision?: Decision;
  declare running?: RunningMutation;

  constructor(
    readonly scope: RequestScope,
    readonly ip: string,
    readonly idempotencyKey: string | null,
    readonly principal: Principal,
    readonly clock: Clock,
    readonly credentials: CredentialTools,
    readonly scopes: ScopeCatalogue,
    readonly explainer: AccessExplainer,
    readonly inspector: OperationInspector,
    readonly shownSchema: () => Promise<GraphQLSchema>,
    readonly limits: RequestLimits,
    readonly recording: Recording,
    private readonly rows: TenantDb | null,
    readonly persistedQuery: PersistedQuery | null,
    readonly chosen: SentOperation | null,
    readonly arrivedMs: number,
    readonly parsed: ParsedDocument | null,
  ) {}

  get requestId(): string {
    return this.scope.requestId;
  }

  noteRows(count: number): void {
    this.scope.rows = (this.scope.rows ?? 0) + count;
    this.limits.noteRows(count);
  }

  noteRecords(type: string, rows: readonly Readonly<Record<string, unknown>>[]): void {
    const { principal } = this;
    if (principal.kind === 'API_KEY') this.recording.reads.note(principal, type, rows);
  }

  get db(): TenantDb {
    if (!this.rows)
      throw new Error('An anonymous caller has no rows: the gate let it through to a tenant field.');
    return this.rows;
  }
}

interface Served {
  readonly authenticator: Authenticator;
  readonly limits: Limits;
  readonly shownTo: (principal: Principal) => Promise<GraphQLSchema>;
  readonly operationLimitMs: number;
}

/** How the document of a request is found and looked at. */
export interface Documents {
  readonly check: OperationCheck;
  readonly persistedQueries: PersistedQueries;
  readonly storedOperations: StoredOperations;
}

/**
 * Whose turn it is: keys of a workspace wait for each other, and people do not wait for them. Otherwise a flood would
 * keep an owner from ending it.
 */
function queueOf(principal: Principal, ip: string): string {
  if (principal.kind === 'ANONYMOUS') return addressGroup(ip);
  return principal.kind === 'USER' ? principal.userId : principal.workspaceId;
}

function knownAs(principal: KnownPrincipal): KnownCaller {
  const { workspaceId } = principal;
  if (principal.kind === 'USER')
    return { kind: 'USER', id: principal.userId, workspaceId, label: principal.name };
  return { kind: 'API_KEY', id: principal.apiKeyId, workspaceId, label: principal.label };
}

async function principalOf(
  authenticator: Authenticator,
  { scope, ip }: RequestFacts,
  caller: Caller,
): Promise<Principal> {
  if ('principal' in caller) {
    scope.known = knownAs(caller.principal);
    return caller.principal;
  }
  const { credential } = caller;
  if (credential.kind === 'API_KEY') scope.caller = { key: credential.prefix };
  return authenticator.authenticate(credential, ip, (known) => (scope.known = known));
}

function findPersisted(
  persistedQueries: PersistedQueries,
  facts: RequestFacts,
  principal: Principal,
  limits: RequestLimits,
): PersistedQuery | null {
  try {
    return persistedQueries.find(facts, principal);
  } catch (error) {
    // A hash alone does not tell what it is of: it may be what ends a flood that has used up the workspace.
    if (principal.kind === 'USER') limits.chooseBudget(true);
    throw error;
  }
}

/** From here on the key is known to work, whatever becomes of the request. */
function noteExpiry({ answer }: RequestFacts, principal: Principal, nowMs: number): void {
  const notice = principal.kind === 'API_KEY' ? keyNotice(principal.expiresAt, nowMs) : null;
  if (notice) answer.notice = notice;
}

/** Processes a request until it is parsed: who calls, whether it may go on, which rows are its own. */
export function contextFactory(
  operator: SystemServices,
  { authenticator, limits, shownTo, operationLimitMs }: Served,
  { check, persistedQueries, storedOperations }: Documents,
) {
  const readRow = shareReads(operator.database);
  const admission = createAdmission();
  const contextOf = async (facts: RequestFacts, caller: Principal, arrivedMs: number) => {
    const { scope, ip, operation, idempotencyKey, answer } = facts;
    if (facts.stored) scope.storedOperation = facts.stored.name.slice(0, maxLoggedName);
    // A caller without a credential who asks for more than the public part is refused first, and at no cost.
    const looked = caller.kind === 'ANONYMOUS' ? check(operation, true) : null;
    const queue = queueOf(caller, ip);
    await admission.look(scope, queue);
    const opened = limits.open(caller, ip, answer);
    await admission.enter(scope, queue);
    const named = await storedOperations.find(facts, caller);
    const principal = named?.principal ?? caller;
    const persisted = findPersisted(persistedQueries, facts, principal, opened);
    const chosen = named ?? (looked ? null : (facts.choose?.(principal) ?? null));
    const { managed, parsed } = looked ?? check(chosen ?? persisted ?? operation, false);
    if (principal.kind === 'USER') opened.chooseBudget(mayManage(managed, principal.scopes));
    const { clock, scopes, explainer, inspector, recording } = operator;
    const limit = timeLimit(clock, scope, operationLimitMs);
    const credentials = {
      ...operator.credentials,
      accounts: limitTime(operator.credentials.accounts, limit),
    };
    const rows = tenantDbFor(operator, authenticator, principal, limit, readRow);
    const once = idempotencyKey === undefined ? null : assertIdempotencyKey(idempotencyKey);
    const shown = () => shownTo(principal);
    const told = [clock, credentials, scopes, explainer, inspector, shown, opened, recording] as const;
    const asked = [persisted, chosen, arrivedMs, parsed] as const;
    return new RequestContext(scope, ip, once, principal, ...told, rows, ...asked);
  };
  return async (facts: RequestFacts, caller: Caller): Promise<ServedContext> => {
    const { scope, ip } = facts;
    const arrivedMs = operator.clock.nowMs();
    const principal = await principalOf(authenticator, facts, caller);
    if (principal.kind === 'USER') scope.caller = { userId: principal.userId };
    noteExpiry(facts, principal, arrivedMs);
    facts.whenKnown?.(principal);
    try {
      return await contextOf(facts, principal, arrivedMs);
    } catch (error) {
      const isForRate = error instanceof ApiError && error.code === 'RATE_LIMITED';
      if (isForRate) await admission.refuse(scope, queueOf(principal, ip));
      throw error;
    }
  };
}
