// Defaults of variables, as their operations declare them.
import { Kind, valueFromASTUntyped } from 'graphql';
import type { StoredOperation } from '../stored-operation.ts';
import type { Json } from './json-schema.ts';

/** What a variable has when it is not given; nothing when the operation says nothing. */
export function defaultsOf({ source }: StoredOperation, name: string): { readonly default?: Json } {
  const operation = source.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const declared = operation?.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return declared?.defaultValue ? { default: valueFromASTUntyped(declared.defaultValue) as Json } : {};
}
