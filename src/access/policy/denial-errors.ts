// Denials as errors that a caller can act on: which path, which coordinate, which scopes are missing.
import { ApiError } from '../../core/errors.ts';
import type { Denial } from './decide.ts';
import { ownerOnly, roleScopes, signedIn, type Requirement } from './rules/requirement.ts';

interface DenialError {
  readonly message: string;
  readonly path?: readonly string[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

const ofRoles = new Set(roleScopes.OWNER);

/** True when no key can do it, whatever its scopes, because it takes a role. */
function needsRole({ anyOf }: Requirement): boolean {
  return anyOf.every((all) => all.some((scope) => ofRoles.has(scope)));
}

function isAdminOnly(denials: readonly Denial[]): boolean {
  return denials.some((denial) => needsRole(denial.requirement));
}

function roleFor(denials: readonly Denial[]): string {
  if (denials.some(({ requirement }) => requirement === ownerOnly))
    return 'a signed-in owner of the workspace';
  const isAccount = denials.every(({ requirement }) => requirement === signedIn);
  return isAccount ? 'a signed-in user' : 'a signed-in owner or admin of the workspace';
}

function messageFor(what: string, denials: readonly Denial[], missing: readonly string[]): string {
  if (isAdminOnly(denials)) return `${what} needs ${roleFor(denials)}.`;
  return `${what} needs the scope${missing.length > 1 ? 's' : ''} ${missing.join(', ')}.`;
}

/** One error for one denied path, whatever the number of rows under it. */
export function pathError(denial: Denial): DenialError {
  const { path, coordinate, requirement, missing } = denial;
  return {
    message: messageFor(coordinate, [denial], missing),
    path,
    extensions: {
      code: 'FORBIDDEN',
      reason: isAdminOnly([denial]) ? 'ADMIN_ONLY' : 'INSUFFICIENT_SCOPE',
      coordinate,
      requiredScopes: requirement.anyOf,
      missing,
    },
  };
}

/** The one error of a mutation of which something is denied: nothing ran, and `missing` is all that it lacks. */
export function operationError(denials: readonly Denial[]): ApiError {
  const missing = [...new Set(denials.flatMap((denial) => denial.missing))].sort();
  return new ApiError('FORBIDDEN', `${messageFor('This operation', denials, missing)} Nothing was run.`, {
    reason: isAdminOnly(denials) ? 'ADMIN_ONLY' : 'INSUFFICIENT_SCOPE',
    details: {
      coordinate: denials[0]?.coordinate,
      requiredScopes: denials[0]?.requirement.anyOf,
      missing,
      denied: denials.map(({ path, coordinate }) => ({ path, coordinate })),
    },
  });
}
