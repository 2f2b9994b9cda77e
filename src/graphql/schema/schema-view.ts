// Who may look at the descriptions of this API: GET /schema.graphql, and what the surfaces show of theirs. The same as introspection.
import type { Authenticator, Caller } from '../../access/authentication/authenticate.ts';
import type { Credential } from '../../access/credentials/credential.ts';
import { costOfSchema, type Gate } from '../../access/policy/index.ts';
import type { Limits } from '../../access/rate-limit/index.ts';
import { unauthenticated } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { RequestFacts } from '../../core/request-facts.ts';
import { assertNotPinned } from '../precheck/stored-operations.ts';

interface Options {
  readonly authenticator: Authenticator;
  readonly limits: Limits;
}

/**
 * Checks the credential and charges the look. `anyone` = everybody is shown all of it; null = nobody is shown anything. Rejects
 * with UNAUTHENTICATED, FORBIDDEN (KEY_PINNED) or RATE_LIMITED.
 */
export type Viewers = (
  facts: Pick<RequestFacts, 'ip' | 'answer'>,
  caller: Caller,
) => Promise<Principal | 'anyone' | null>;

export function viewersOf(
  introspection: 'public' | 'keys' | 'off',
  { authenticator, limits }: Options,
): Viewers {
  return async ({ ip, answer }, caller) => {
    if (introspection === 'off') return null;
    const principal =
      'principal' in caller ? caller.principal : await authenticator.authenticate(caller.credential, ip);
    const isPublic = introspection === 'public';
    if (principal.kind === 'ANONYMOUS' && !isPublic) throw unauthenticated('MISSING_CREDENTIAL');
    const opened = limits.open(principal, ip, answer);
    // A pinned key is not told what else there is, also where everybody else is.
    assertNotPinned(principal);
    await opened.charge(costOfSchema);
    return isPublic ? 'anyone' : principal;
  };
}

/** Null where the schema is shown to nobody. Rejects as the viewers do. */
export function schemaView(viewers: Viewers, gate: Gate) {
  return async (facts: RequestFacts, credential: Credential) => {
    const viewer = await viewers(facts, { credential });
    if (viewer === null) return null;
    return viewer === 'anyone' ? gate.schema : gate.visibleTo(viewer);
  };
}
