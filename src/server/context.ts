// The context of a request: credential -> principal -> the rows that are its own. Nothing is parsed or decided here.
import type { Authenticator } from '../access/authenticate.ts';
import type { Context, CredentialTools, RunningMutation } from '../access/context.ts';
import type { Operator } from '../access/operator.ts';
import type { AccessExplainer, Decision } from '../access/policy/index.ts';
import type { ScopeCatalogue } from '../access/scope-catalogue.ts';
import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import type { Connection } from '../db/database.ts';
import { assertIdempotencyKey } from '../graph/idempotency.ts';
import { createTenantDb, type TenantDb } from '../db/tenant-db.ts';

/**
 * Rows of the caller. Every transaction asks once more whether the caller is still good, and holds the answer: a key
 * right before the commit; a user at the beginning, because a user may change itself.
 */
function tenantDbFor(
  { database, clock }: Operator,
  authenticator: Authenticator,
  principal: Principal,
): TenantDb | null {
  if (principal.kind === 'ANONYMOUS') return null;
  const { workspaceId, venueIds } = principal;
  const check = (connection: Connection) =>
    authenticator.assertStillValid(connection, principal, { lock: true });
  return createTenantDb({
    ...{ database, clock, scope: { workspaceId, venueIds } },
    ...(principal.kind === 'USER' ? { afterBegin: check } : { beforeCommit: check }),
  });
}

/** Apollo copies a context's own properties; the getter stands on the class, so copying does not touch it. */
class RequestContext implements Context {
  declare decision?: Decision;
  declare running?: RunningMutation;

  constructor(
    readonly requestId: string,
    readonly ip: string,
    readonly idempotencyKey: string | null,
    readonly principal: Principal,
    readonly clock: Clock,
    readonly credentials: CredentialTools,
    readonly scopes: ScopeCatalogue,
    readonly explainer: AccessExplainer,
    private readonly rows: TenantDb | null,
  ) {}

  get db(): TenantDb {
    if (!this.rows)
      throw new Error('An anonymous caller has no rows: the gate let it through to a tenant field.');
    return this.rows;
  }
}

/** The story of a request until it is parsed: who calls, may it go on, which rows are its own. */
export function contextFactory(
  operator: Operator,
  authenticator: Authenticator,
  assertPublic: (operation: RequestFacts['operation']) => void,
) {
  return async ({ requestId, ip, headers, operation, idempotencyKey }: RequestFacts): Promise<Context> => {
    const principal = await authenticator.authenticate(headers, ip);
    if (principal.kind === 'ANONYMOUS') assertPublic(operation);
    const { clock, credentials, scopes, explainer } = operator;
    const rows = tenantDbFor(operator, authenticator, principal);
    const once = idempotencyKey === undefined ? null : assertIdempotencyKey(idempotencyKey);
    return new RequestContext(requestId, ip, once, principal, clock, credentials, scopes, explainer, rows);
  };
}
