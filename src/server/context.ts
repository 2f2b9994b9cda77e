// The context of a request: credential -> principal -> the rows that are its own. Nothing is parsed or decided here.
import type { GraphQLSchema } from 'graphql';
import type { Authenticator } from '../access/authenticate.ts';
import type { Context, CredentialTools, RunningMutation } from '../access/context.ts';
import { readCredential } from '../access/credential.ts';
import type { Operator } from '../access/operator.ts';
import { mayManage, type AccessExplainer, type Decision } from '../access/policy/index.ts';
import type { Limits, RequestLimits } from '../access/rate-limit/index.ts';
import type { ScopeCatalogue } from '../access/scope-catalogue.ts';
import type { Clock } from '../core/clock.ts';
import { operationLimitMs } from '../core/deadlines.ts';
import { ApiError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestContextBase, RequestFacts, RequestScope } from '../core/request-facts.ts';
import type { Connection } from '../db/database.ts';
import { assertIdempotencyKey } from '../graph/idempotency.ts';
import { createTenantDb, type TenantDb } from '../db/tenant-db.ts';
import { shareReads, type ReadRow } from '../db/shared-reads.ts';
import { storeIsAway } from '../db/store-failure.ts';
import { limitTime } from '../db/time-limit.ts';
import type { OperationCheck } from './operation-check.ts';
import type { PersistedQueries, PersistedQuery } from './persisted-queries.ts';

/**
 * Throws QUERY_TOO_EXPENSIVE once the time is over. What was committed by then stays and is reported as done. Throws
 * SERVICE_UNAVAILABLE when the caller has been told so already: nothing more is to happen.
 */
function timeLimit(clock: Clock, scope: RequestScope): () => void {
  const endMs = clock.nowMs() + operationLimitMs;
  return () => {
    if (scope.isGivenUp) throw storeIsAway();
    if (clock.nowMs() < endMs) return;
    const message = `The operation took longer than ${operationLimitMs / 1000} seconds and was ended.`;
    throw new ApiError('QUERY_TOO_EXPENSIVE', message, { details: { limitMs: operationLimitMs } });
  };
}

/**
 * Rows of the caller. Every transaction asks once more whether the caller is still good, and holds the answer: a key
 * right before the commit; a user at the beginning, because a user may change itself.
 */
function tenantDbFor(
  { database, clock }: Operator,
  authenticator: Authenticator,
  principal: Principal,
  request: RequestScope,
  readRow: ReadRow,
): TenantDb | null {
  if (principal.kind === 'ANONYMOUS') return null;
  const { workspaceId, venueIds } = principal;
  const check = (connection: Connection) => authenticator.holdValid(connection, principal);
  const assertInTime = timeLimit(clock, request);
  return createTenantDb({
    ...{ clock, scope: { workspaceId, venueIds } },
    database: limitTime(database, assertInTime),
    readRow(...question) {
      assertInTime();
      return readRow(...question);
    },
    ...(principal.kind === 'USER' ? { afterBegin: check } : { beforeCommit: check }),
  });
}

/** What the server room's own plugins get: the scope is not for the rooms behind it. */
export type ServedContext = Context & RequestContextBase & { readonly persistedQuery: PersistedQuery | null };

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
    readonly shownSchema: () => Promise<GraphQLSchema>,
    readonly limits: RequestLimits,
    private readonly rows: TenantDb | null,
    readonly persistedQuery: PersistedQuery | null,
  ) {}

  get requestId(): string {
    return this.scope.requestId;
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
}

/** The story of a request until it is parsed: who calls, may it go on, which rows are its own. */
export function contextFactory(
  operator: Operator,
  { authenticator, limits, shownTo }: Served,
  {
    check,
    persistedQueries,
  }: { readonly check: OperationCheck; readonly persistedQueries: PersistedQueries },
) {
  const readRow = shareReads(operator.database);
  return async (facts: RequestFacts): Promise<ServedContext> => {
    const { scope, ip, headers, operation, idempotencyKey, answer } = facts;
    const sent = readCredential(headers);
    if (sent.kind === 'API_KEY') scope.caller = { key: sent.prefix };
    const principal = await authenticator.authenticate(headers, ip);
    if (principal.kind === 'USER') scope.caller = { userId: principal.userId };
    // Whoever has no credential and asks for more than the public part is refused first, and for nothing.
    if (principal.kind === 'ANONYMOUS') check(operation, true);
    const opened = limits.open(principal, ip, answer);
    const persisted = persistedQueries.find(facts, principal);
    if (principal.kind !== 'ANONYMOUS') {
      const managed = check(persisted ?? operation, false);
      if (principal.kind === 'USER') opened.chooseBudget(mayManage(managed, principal.scopes));
    }
    const { clock, credentials, scopes, explainer } = operator;
    const rows = tenantDbFor(operator, authenticator, principal, scope, readRow);
    const once = idempotencyKey === undefined ? null : assertIdempotencyKey(idempotencyKey);
    const shown = () => shownTo(principal);
    const tools = [clock, credentials, scopes, explainer, shown, opened, rows, persisted] as const;
    return new RequestContext(scope, ip, once, principal, ...tools);
  };
}
