// Which type a field of an abstract type leads to. Its arguments say so, read as the execution will read them: enum
// values by what they stand for, defaults filled in. Otherwise the decision and the resolver could speak of two types.
import { getArgumentValues, getVariableValues, GraphQLError } from 'graphql';
import type { OperationPlan, PlannedField } from './operation-plan.ts';

/** Values of variables by their types, defaults included. */
export type CoercedVariables = Readonly<Record<string, unknown>>;

/** Null when the variables do not fit their types: then the execution refuses the operation and nothing runs. */
export function coercedVariables(
  { schema, operation }: OperationPlan,
  variables: Readonly<Record<string, unknown>>,
): CoercedVariables | null {
  // One error is enough: each shows the whole value, and thousands of them are minutes.
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 1,
  });
  return coerced ?? null;
}

/** Null = it leads to nothing: no type, or arguments that do not fit, with which no resolver is called. */
export function concreteTypeOf(
  { concrete, definition, node }: PlannedField,
  variables: CoercedVariables,
): string | null {
  if (!concrete) return null;
  try {
    const name = concrete.typeOf(getArgumentValues(definition, node, variables));
    return name !== null && concrete.byType.has(name) ? name : null;
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
