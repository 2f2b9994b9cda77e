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

/** A variable that is not sent has its default: `query ($first: Int = 100)` asks for pages of 100. */
export function withDefaults(operation: OperationDefinitionNode, variables: Variables): Variables {
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  const sent = Object.entries(variables).filter(([, value]) => value !== undefined);
  return defaults.length === 0 ? variables : { ...Object.fromEntries(defaults), ...Object.fromEntries(sent) };
}
