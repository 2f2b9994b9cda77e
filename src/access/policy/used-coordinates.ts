// What one run of an operation asked for, as coordinates: with them another set of scopes can be judged later, without the
// operation's variables, whose values are written down nowhere.
import type { GraphQLSchema } from 'graphql';
import type { OperationPlan, PlannedField } from './operation-plan.ts';
import { isPartMark, partsIn, type Parts } from './part-marks.ts';
import { PlanWalk } from './plan-walk.ts';
import type { Policy } from './policy.ts';
import { missingScopes, type Requirement } from './rules/requirement.ts';
import {
  hasVenueRules,
  isVenueMark,
  refusedByVenues,
  venueMarks,
  type VenueChange,
} from './rules/venue-rule.ts';
import type { Variables } from './variables.ts';

const ofStatic = new WeakMap<OperationPlan, readonly string[]>();

function collect(walk: PlanWalk, fields: readonly PlannedField[], used: Set<string>): void {
  for (const field of fields) {
    if (!walk.isIncluded(field)) continue;
    const typeName = walk.concreteTypeOf(field);
    for (const { coordinate } of walk.demandsOf(field, null)) used.add(coordinate);
    // An interface asks what the type asks that it stands for.
    if (typeName !== null) used.add(typeName);
    collect(walk, walk.selectionsOf(field, typeName), used);
  }
}

/**
 * `Type.field`, `Type.field(argument)`, `InputType.field`, `Enum.VALUE` and `Type`, sorted, each once: everything that `decide`
 * looks at for these variables, whoever calls. And the marks of mutations that named no venue (rules/venue-rule.ts).
 */
export function usedCoordinates(
  policy: Policy,
  plan: OperationPlan,
  variables: Variables,
): readonly string[] {
  const known = ofStatic.get(plan);
  if (known) return known;
  const used = new Set<string>();
  const walk = new PlanWalk(policy, plan, variables);
  collect(walk, plan.fields, used);
  const isMarked = hasVenueRules(plan);
  if (isMarked) {
    for (const field of plan.fields) {
      if (!walk.isIncluded(field)) continue;
      for (const mark of venueMarks(field, plan, variables)) used.add(mark);
    }
  }
  const sorted = [...used].sort();
  if (plan.isStatic && !isMarked) ofStatic.set(plan, sorted);
  return sorted;
}

/** null = this schema has the coordinate no more, or had it under another name. */
export function requirementOf(policy: Policy, coordinate: string): Requirement | null {
  const known = policy.coordinates.get(coordinate);
  if (known) return known;
  const isType = policy.fields.some(([typeName]) => typeName === coordinate);
  return isType ? policy.ofType(coordinate) : null;
}

const isOfMutation = (coordinate: string) => coordinate.startsWith('Mutation.');

/** Whether one denied coordinate refuses the whole run. */
const isAllOrNothing = (coordinates: readonly string[], { isWhole }: Parts) =>
  isWhole || coordinates.some(isOfMutation);

/** What other scopes would do to a run that used these coordinates. */
export interface Foretold {
  /** The scopes that are missing where something would be denied that is not denied now; empty = nothing would be. Sorted. */
  readonly missing: readonly string[];
  /** Whether the run is not refused, and parts of its answer are left out that are there now. */
  readonly isLess: boolean;
  /** Coordinates that the schema has no more: what they ask is not known. */
  readonly unknown: readonly string[];
}

/**
 * Judges a run again: by the scopes that the key has, and by others. A part that these close is left out of the answer; the run is
 * refused only where it needs one and each is closed (part-marks.ts).
 */
export function foretell(
  policy: Policy,
  coordinates: readonly string[],
  held: ReadonlySet<string>,
  others: ReadonlySet<string>,
): Foretold {
  const parts = partsIn(coordinates);
  const missing = new Set<string>();
  const closed = new Set<string>();
  const unknown: string[] = [];
  let isDenied = false;
  for (const coordinate of coordinates) {
    if (isVenueMark(coordinate) || isPartMark(coordinate)) continue;
    const requirement = requirementOf(policy, coordinate);
    if (!requirement) unknown.push(coordinate);
    else if (missingScopes(requirement, held).length === 0) {
      const lacking = missingScopes(requirement, others);
      for (const scope of lacking) (parts.isOfPart(coordinate) ? closed : missing).add(scope);
    } else isDenied ||= !parts.isOfPart(coordinate);
  }
  // The run was refused as it is: nothing more of it can be.
  if (isDenied && isAllOrNothing(coordinates, parts)) return { missing: [], isLess: false, unknown };
  const { openedBy } = parts;
  const isAnswered =
    openedBy.length === 0 || openedBy.some((scopes) => scopes.every((scope) => others.has(scope)));
  if (!isAnswered) for (const scope of closed) missing.add(scope);
  return { missing: [...missing].sort(), isLess: missing.size === 0 && closed.size > 0, unknown };
}

/**
 * Whether a run that used these coordinates would be refused when its key, of these scopes, is restricted to other venues,
 * whatever rows it asked for. Only what is certain: see rules/venue-rule.ts.
 */
export function foretellVenues(
  schema: GraphQLSchema,
  policy: Policy,
  coordinates: readonly string[],
  { held, venues }: { readonly held: ReadonlySet<string>; readonly venues: VenueChange },
): boolean {
  if (refusedByVenues(schema, coordinates, venues).length === 0) return false;
  // What the scopes refuse already is no more refused by venues: a mutation of which anything is denied is not run at all.
  const parts = partsIn(coordinates);
  return coordinates.every((coordinate) => {
    if (isVenueMark(coordinate) || isPartMark(coordinate) || parts.isOfPart(coordinate)) return true;
    const requirement = requirementOf(policy, coordinate);
    return requirement === null || missingScopes(requirement, held).length === 0;
  });
}

/**
 * The scopes that a key would lack for a run that used these coordinates, sorted; empty = nothing of it would be denied. What
 * the schema has no more is left out: see requirementOf().
 */
export function scopesLacking(
  policy: Policy,
  coordinates: readonly string[],
  held: ReadonlySet<string>,
): readonly string[] {
  const asked = new Set(coordinates.flatMap((coordinate) => requirementOf(policy, coordinate) ?? []));
  return [...new Set([...asked].flatMap((requirement) => missingScopes(requirement, held)))].sort();
}
