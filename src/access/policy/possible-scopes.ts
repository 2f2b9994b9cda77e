// Every scope that an operation can ask for, whatever its variables are. For saying that a scope is NOT needed: explain.ts says
// what is.
import { getNamedType, isEnumType, isInputObjectType, type GraphQLNamedType } from 'graphql';
import type { OperationPlan, PlannedField } from './operation-plan.ts';
import type { Policy } from './policy.ts';
import type { Requirement } from './rules/requirement.ts';

type Rules = Pick<Policy, 'ofMember' | 'ofType'>;

class PossibleScopes {
  readonly found = new Set<string>();
  private readonly inputs = new Set<string>();

  constructor(private readonly policy: Rules) {}

  addFields(fields: readonly PlannedField[]): void {
    for (const { demands, variableInputs, children, concrete } of fields) {
      for (const { requirement } of demands) this.add(requirement);
      for (const { type } of variableInputs) this.addInput(getNamedType(type));
      this.addFields(children);
      for (const [typeName, selections] of concrete?.byType ?? []) {
        this.add(this.policy.ofType(typeName));
        this.addFields(selections);
      }
    }
  }

  private add({ anyOf }: Requirement): void {
    for (const scope of anyOf.flat()) this.found.add(scope);
  }

  /** Members of an input type, and of those that it leads to. */
  private addInput(type: GraphQLNamedType): void {
    if (this.inputs.has(type.name)) return;
    this.inputs.add(type.name);
    if (isEnumType(type))
      for (const { name } of type.getValues()) this.add(this.policy.ofMember(type.name, name));
    if (!isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      this.add(this.policy.ofMember(type.name, field.name));
      this.addInput(getNamedType(field.type));
    }
  }
}

/** Sorted. A scope that is not among them is not needed by any request of the operation. */
export function possibleScopes(policy: Rules, plan: OperationPlan): string[] {
  const scopes = new PossibleScopes(policy);
  scopes.addFields(plan.fields);
  return [...scopes.found].sort();
}
