// One way through a plan with the variables of one request: which of its fields count, which type an interface stands for, and
// what each field asks. decide.ts judges by it, and used-coordinates.ts writes it down.
import { coercedVariables, concreteTypeOf, type CoercedVariables } from './concrete-type.ts';
import type { OperationPlan, PlannedField } from './operation-plan.ts';
import type { Policy } from './policy.ts';
import { valueDemands, type Demand } from './rules/input-demands.ts';
import { variableValue, type Variables } from './variables.ts';

export class PlanWalk {
  private coerced: CoercedVariables | null | undefined;

  constructor(
    readonly policy: Policy,
    readonly plan: OperationPlan,
    private readonly variables: Variables,
  ) {}

  isIncluded({ conditions }: Pick<PlannedField, 'conditions'>): boolean {
    return conditions.every(({ variable, value }) => this.valueOf(variable) === value);
  }

  /** What the field itself asks; what is selected below it is not in it. */
  demandsOf(field: PlannedField, typeName: string | null): readonly Demand[] {
    const given = this.plan.isStatic ? field.demands : field.demands.filter((demand) => this.isGiven(demand));
    if (field.variableInputs.length === 0 && typeName === null) return given;
    const dynamic = field.variableInputs.flatMap((input) =>
      valueDemands(this.policy, input, this.valueOf(input.variable)),
    );
    return [...given, ...this.edgeDemand(field, typeName), ...dynamic];
  }

  /** The type that the field's interface stands for; null = it has none, or its arguments name no type. */
  concreteTypeOf(field: PlannedField): string | null {
    if (!field.concrete) return null;
    if (this.coerced === undefined) this.coerced = coercedVariables(this.plan, this.variables);
    return this.coerced && concreteTypeOf(field, this.coerced);
  }

  selectionsOf({ children, concrete }: PlannedField, typeName: string | null): readonly PlannedField[] {
    if (!concrete) return children;
    return typeName === null ? [] : (concrete.byType.get(typeName) ?? []);
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

  private valueOf(name: string): unknown {
    return variableValue(this.plan.operation, this.variables, name);
  }
}
