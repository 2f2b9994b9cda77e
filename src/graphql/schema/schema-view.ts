// What GET /schema.graphql shows to whom; the same as introspection does.
import type { Authenticator } from '../../access/authentication/authenticate.ts';
import type { Credential } from '../../access/credentials/credential.ts';
import { costOfSchema, type Gate } from '../../access/policy/index.ts';
import type { Limits } from '../../access/rate-limit/index.ts';
import { unauthenticated } from '../../core/errors.ts';
import type { RequestFacts } from '../../core/request-facts.ts';
import { assertNotPinned } from '../precheck/stored-operations.ts';

interface Options {
  readonly gate: Gate;
  readonly authenticator: Authenticator;
  readonly limits: Limits;
}

/** Null where the schema is shown to nobody. Rejects with UNAUTHENTICATED, FORBIDDEN (KEY_PINNED) or RATE_LIMITED. */
export function schemaView(
  introspection: 'public' | 'keys' | 'off',
  { gate, authenticator, limits }: Options,
) {
  return async ({ ip, answer }: RequestFacts, credential: Credential) => {
    if (introspection === 'off') return null;
    const principal = await authenticator.authenticate(credential, ip);
    const isPublic = introspection === 'public';
    if (principal.kind === 'ANONYMOUS' && !isPublic) throw unauthenticated('MISSING_CREDENTIAL');
    const opened = limits.open(principal, ip, answer);
    // A pinned key is not told what else there is, also where everybody else is.
    assertNotPinned(principal);
    await opened.charge(costOfSchema);
    if (isPublic) return gate.schema;
    return gate.visibleTo(principal);
  };
}
