// What a coordinate asks of its caller, as a value: comparable, combinable, nameable. Nothing here looks at a request.

/** Scopes that come with a role, by signing in. None of them can ever be put on a key. */
const manageScope = 'workspace:manage';
const ownScope = 'workspace:own';
const accountScope = 'account:manage';

export const roleScopes: Readonly<Record<'OWNER' | 'ADMIN' | 'MEMBER', readonly string[]>> = {
  OWNER: [accountScope, manageScope, ownScope],
  ADMIN: [accountScope, manageScope],
  MEMBER: [accountScope],
};

export interface Requirement {
  /** Distinct requirements have distinct names: graphql-shield caches rules by name. */
  readonly name: string;
  /** false = anyone, even without a credential. */
  readonly authenticated: boolean;
  /** Any of these sets of scopes is enough (as in Apollo's @requiresScopes); `[[]]` = no scope needed. */
  readonly anyOf: readonly (readonly string[])[];
}

function describe(authenticated: boolean, anyOf: Requirement['anyOf']): string {
  const scopes = anyOf.map((all) => all.join(' and ')).join(' or ');
  if (scopes !== '') return scopes;
  return authenticated ? 'authenticated' : 'open';
}

const interned = new Map<string, Requirement>();

/** The one object for this requirement: equal requirements are the same object. */
function intern(authenticated: boolean, alternatives: readonly (readonly string[])[]): Requirement {
  const sorted = alternatives.map((all) => [...new Set(all)].sort());
  const minimal = sorted.filter(
    (all, index) =>
      !sorted.some((other, position) => {
        const smaller = other.every((scope) => all.includes(scope));
        return position !== index && smaller && (other.length < all.length || position < index);
      }),
  );
  const anyOf = minimal.sort((a, b) => a.join().localeCompare(b.join()));
  const needsCaller = authenticated || anyOf.every((all) => all.length > 0);
  const name = describe(needsCaller, anyOf);
  const known = interned.get(name);
  if (known) return known;
  const requirement = Object.freeze({ name, authenticated: needsCaller, anyOf });
  interned.set(name, requirement);
  return requirement;
}

/**
 * No requirement beyond that of what leads here: `userErrors` of a payload, `pageInfo` of a connection, the public
 * `login`.
 */
export const open = intern(false, [[]]);
/** Any proven credential, even a key without scopes. */
export const authenticated = intern(true, [[]]);
/** A signed-in owner or admin. */
export const adminOnly = intern(true, [[manageScope]]);
/** A signed-in owner. */
export const ownerOnly = intern(true, [[ownScope]]);
/** Any signed-in user; no key. */
export const signedIn = intern(true, [[accountScope]]);

/**
 * All of these scopes together.
 *
 * @example
 * const writeVenues = scopes('write:venues');
 * // In the manifest of the feature:
 * const policy = { 'Mutation.createVenue': writeVenues, CreateVenueInput: writeVenues };
 */
export function scopes(...all: [string, ...string[]]): Requirement {
  return intern(true, [all]);
}

/** Both requirements. */
export function both(a: Requirement, b: Requirement): Requirement {
  if (a === b || b === open) return a;
  if (a === open) return b;
  const pairs = a.anyOf.flatMap((left) => b.anyOf.map((right) => [...left, ...right]));
  return intern(a.authenticated || b.authenticated, pairs);
}

/** True when everyone who meets `given` also meets `asked`. */
export function implies(given: Requirement, asked: Requirement): boolean {
  if (asked.authenticated && !given.authenticated) return false;
  return given.anyOf.every((has) => asked.anyOf.some((needs) => needs.every((scope) => has.includes(scope))));
}

/** The scopes still missing, of the alternative that lacks the fewest. Empty = the scopes suffice. */
export function missingScopes(requirement: Requirement, held: ReadonlySet<string>): readonly string[] {
  let fewest: readonly string[] | null = null;
  for (const all of requirement.anyOf) {
    const missing = all.filter((scope) => !held.has(scope));
    if (fewest === null || missing.length < fewest.length) fewest = missing;
  }
  return fewest ?? [];
}
