// Plan + caller + variables -> what is denied. Made once per operation, before any resolver runs; pure.
import { valueFromASTUntyped, type OperationDefinitionNode } from 'graphql';
import { coercedVariables, concreteTypeOf, type CoercedVariables } from './concrete-type.ts';
import { valueDemands, type Demand } from './rules/input-demands.ts';
import type { OperationPlan, PlannedField } from './operation-plan.ts';
import type { Policy } from './policy.ts';
import { missingScopes, type Requirement } from './rules/requirement.ts';

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

export type Variables = Readonly<Record<string, unknown>>;

/** As sent, or the default; undefined for one that is absent. */
export function variableValue(
  operation: OperationDefinitionNode,
  variables: Variables,
  name: string,
): unknown {
  if (Object.hasOwn(variables, name) && variables[name] !== undefined) return variables[name];
  const definition = operation.variableDefinitions?.find(
    (candidate) => candidate.variable.name.value === name,
  );
  return definition?.defaultValue ? valueFromASTUntyped(definition.defaultValue) : undefined;
}

const placeOf = ({ path, pathKey, demands }: PlannedField): FieldPosition => ({
  ...{ path, pathKey, field: demands[0]!.coordinate },
});

class Decider {
  /** Interfaces whose arguments name no type. Whatever their resolver would find, nothing was decided about it. */
  readonly untold: FieldPosition[] = [];
  readonly told = new Map<string, string>();
  private coerced: CoercedVariables | null | undefined;

  constructor(
    private readonly policy: Policy,
    private readonly plan: OperationPlan,
    private readonly caller: Caller,
    private readonly variables: Variables,
  ) {}

  /** Denials at the top of each denied selection; fields below them are looked at only for what they lack. */
  denials(fields: readonly PlannedField[]): Denial[] {
    return fields.flatMap((field) => {
      if (!this.isIncluded(field)) return [];
      const typeName = this.concreteTypeOf(field);
      if (field.concrete && typeName === null) this.untold.push(placeOf(field));
      if (typeName !== null) this.told.set(field.pathKey, typeName);
      const refused = this.demandsOf(field, typeName).filter(
        ({ requirement }) => this.caller.verdicts.get(requirement) !== true,
      );
      const below = this.denials(this.selectionsOf(field, typeName));
      const [first] = refused;
      if (!first) return below;
      const missing = refused.flatMap(({ requirement }) => missingScopes(requirement, this.caller.scopes));
      const all = new Set([...missing, ...below.flatMap((denial) => denial.missing)]);
      return [{ ...placeOf(field), ...first, missing: [...all] }];
    });
  }

  includedFields(): readonly PlannedField[] {
    return this.plan.fields.filter((field) => this.isIncluded(field));
  }

  isIncluded({ conditions }: Pick<PlannedField, 'conditions'>): boolean {
    return conditions.every(({ variable, value }) => this.valueOf(variable) === value);
  }

  private demandsOf(field: PlannedField, typeName: string | null): readonly Demand[] {
    const given = this.plan.isStatic ? field.demands : field.demands.filter((demand) => this.isGiven(demand));
    if (field.variableInputs.length === 0 && typeName === null) return given;
    const dynamic = field.variableInputs.flatMap((input) =>
      valueDemands(this.policy, input, this.valueOf(input.variable)),
    );
    return [...given, ...this.edgeDemand(field, typeName), ...dynamic];
  }

  /** An argument whose variable is absent is not given (GraphQL specification, section 6.4.1); null is a value. */
  private isGiven({ variable }: Demand): boolean {
    return variable === undefined || this.valueOf(variable) !== undefined;
  }

  /** The edge guard of an interface: it leads to this type here, and asks what the type asks, whatever is selected. */
  private edgeDemand(field: PlannedField, typeName: string | null): readonly Demand[] {
    if (typeName === null) return [];
    return [{ coordinate: field.demands[0]!.coordinate, requirement: this.policy.ofType(typeName) }];
  }

  private concreteTypeOf(field: PlannedField): string | null {
    if (!field.concrete) return null;
    if (this.coerced === undefined) this.coerced = coercedVariables(this.plan, this.variables);
    return this.coerced && concreteTypeOf(field, this.coerced);
  }

  private selectionsOf(
    { children, concrete }: PlannedField,
    typeName: string | null,
  ): readonly PlannedField[] {
    if (!concrete) return children;
    return typeName === null ? [] : (concrete.byType.get(typeName) ?? []);
  }

  private valueOf(name: string): unknown {
    return variableValue(this.plan.operation, this.variables, name);
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
  const decider = new Decider(policy, plan, caller, variables);
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
      !plan.metaConditions.some((conditions) => decider.isIncluded({ conditions })) &&
      decider.includedFields().every((field) => denied.has(field.pathKey)),
  };
}
