// Values of variables as a request sent them, before they are coerced.
import { valueFromASTUntyped, type OperationDefinitionNode } from 'graphql';

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
