// Plan + caller + variables -> what is denied. Made once per operation, before any resolver runs; pure.
import type { OperationPlan, PlannedField } from './operation-plan.ts';
import { PlanWalk } from './plan-walk.ts';
import type { Policy } from './policy.ts';
import { missingScopes, type Requirement } from './rules/requirement.ts';
import type { Variables } from './variables.ts';

interface FieldPosition {
  readonly path: PlannedField['path'];
  readonly pathKey: string;
  /** `Type.field` at this path: where the guard stands. */
  readonly field: string;
}

export interface Denial extends FieldPosition {
  /**
   * The coordinate of the first requirement that was not met: the field, or the argument or input field that it was
   * given.
   */
  readonly coordinate: string;
  readonly requirement: Requirement;
  /** All scopes that the selection from here on lacks, so that one error names all of them. */
  readonly missing: readonly string[];
}

export interface Decision {
  readonly denials: readonly Denial[];
  /**
   * `Type.field` -> response paths where the guard answers null: what is denied, and interfaces that lead to nothing.
   * Null when there is none, which costs the guards one comparison.
   */
  readonly deniedPaths: ReadonlyMap<string, readonly FieldPosition['path'][]> | null;
  /** Response path of an interface -> the type that was decided about. Null when there is none. */
  readonly toldTypes: ReadonlyMap<string, string> | null;
  /** Nothing of the operation's own fields may run. */
  readonly isEverythingDenied: boolean;
}

/** What is known of the caller: the verdict of each requirement's rule, and the scopes for saying what is missing. */
export interface Caller {
  readonly verdicts: ReadonlyMap<Requirement, boolean>;
  readonly scopes: ReadonlySet<string>;
}

const placeOf = ({ path, pathKey, demands }: PlannedField): FieldPosition => ({
  ...{ path, pathKey, field: demands[0]!.coordinate },
});

class Decider {
  /** Interfaces whose arguments name no type. Whatever their resolver would find, nothing was decided about it. */
  readonly untold: FieldPosition[] = [];
  readonly told = new Map<string, string>();

  constructor(
    private readonly walk: PlanWalk,
    private readonly caller: Caller,
  ) {}

  /** Denials at the top of each denied selection; fields below them are looked at only for what they lack. */
  denials(fields: readonly PlannedField[]): Denial[] {
    const { walk } = this;
    return fields.flatMap((field) => {
      if (!walk.isIncluded(field)) return [];
      const typeName = walk.concreteTypeOf(field);
      if (field.concrete && typeName === null) this.untold.push(placeOf(field));
      if (typeName !== null) this.told.set(field.pathKey, typeName);
      const refused = walk
        .demandsOf(field, typeName)
        .filter(({ requirement }) => this.caller.verdicts.get(requirement) !== true);
      const below = this.denials(walk.selectionsOf(field, typeName));
      const [first] = refused;
      if (!first) return below;
      const missing = refused.flatMap(({ requirement }) => missingScopes(requirement, this.caller.scopes));
      const all = new Set([...missing, ...below.flatMap((denial) => denial.missing)]);
      return [{ ...placeOf(field), ...first, missing: [...all] }];
    });
  }
}

/** A path that several merged fields reach is denied once, and lacks what all of them lack. */
function distinct(denials: readonly Denial[]): Denial[] {
  const byPath = new Map<string, Denial>();
  for (const denial of denials) {
    const known = byPath.get(denial.pathKey);
    const missing = [...new Set([...(known?.missing ?? []), ...denial.missing])].sort();
    byPath.set(denial.pathKey, { ...(known ?? denial), missing });
  }
  return [...byPath.values()];
}

function pathsByField(places: readonly FieldPosition[]): Map<string, FieldPosition['path'][]> {
  const paths = new Map<string, FieldPosition['path'][]>();
  for (const { field, path } of places) paths.set(field, [...(paths.get(field) ?? []), path]);
  return paths;
}

const nothingDenied: Decision = Object.freeze({
  denials: [],
  deniedPaths: null,
  toldTypes: null,
  isEverythingDenied: false,
});

/** Decides an operation for a caller. Does NOT execute and does NOT throw. */
export function decide(policy: Policy, plan: OperationPlan, caller: Caller, variables: Variables): Decision {
  const walk = new PlanWalk(policy, plan, variables);
  const decider = new Decider(walk, caller);
  const denials = distinct(decider.denials(plan.fields));
  const closed = [...denials, ...decider.untold];
  const toldTypes = decider.told.size > 0 ? decider.told : null;
  if (closed.length === 0) return toldTypes ? { ...nothingDenied, toldTypes } : nothingDenied;
  const denied = new Set(denials.map((denial) => denial.pathKey));
  return {
    denials,
    deniedPaths: pathsByField(closed),
    toldTypes,
    isEverythingDenied:
      denials.length > 0 &&
      !plan.metaConditions.some((conditions) => walk.isIncluded({ conditions })) &&
      plan.fields.every((field) => !walk.isIncluded(field) || denied.has(field.pathKey)),
  };
}
