// Checks that the texts of an operation are within the maximum of their argument or input field, before anything else
// looks at them.
import {
  getNamedType,
  isInputObjectType,
  Kind,
  type GraphQLArgument,
  type GraphQLInputField,
  type ValueNode,
} from 'graphql';
import type { OperationPlan, PlannedField } from '../../access/policy/index.ts';
import { ApiError } from '../../core/errors.ts';
import { maxTextLength, statedTextLength } from '../../resources/inputs/text-limits.ts';

type TextPosition = GraphQLArgument | GraphQLInputField;

/** Which variables stand for a value at which places. */
export type TextVariables = ReadonlyMap<string, ReadonlySet<TextPosition>>;

function assertLength(place: TextPosition, { length }: string): void {
  const max = maxTextLength(place);
  if (max === null || length <= max) return;
  const limit = statedTextLength(place);
  const message = `"${place.name}" has ${length} characters; at most ${limit} are taken.`;
  throw new ApiError('BAD_USER_INPUT', message, {
    argument: place.name,
    details: { requested: length, limit },
  });
}

function fieldOf(place: TextPosition, name: string): GraphQLInputField | undefined {
  const named = getNamedType(place.type);
  const fields = isInputObjectType(named) ? named.getFields() : {};
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A value as it was sent: what does not fit its type is left to coercion. */
function checkValue(place: TextPosition, value: unknown): void {
  if (typeof value === 'string') assertLength(place, value);
  else if (Array.isArray(value)) for (const item of value) checkValue(place, item);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const field = fieldOf(place, name);
      if (field) checkValue(field, inner);
    }
  }
}

type OnVariable = (name: string, place: TextPosition) => void;

function checkLiteral(place: TextPosition, node: ValueNode, onVariable: OnVariable): void {
  switch (node.kind) {
    case Kind.VARIABLE:
      return onVariable(node.name.value, place);
    case Kind.STRING:
    // An id may be written as a number, of any length.
    case Kind.INT:
      return assertLength(place, node.value);
    case Kind.LIST:
      for (const item of node.values) checkLiteral(place, item, onVariable);
      return;
    case Kind.OBJECT:
      for (const { name, value } of node.fields) {
        const field = fieldOf(place, name.value);
        if (field) checkLiteral(field, value, onVariable);
      }
      return;
    default:
  }
}

/** Checks what the document itself holds, and gives back what is to be looked at each time. Throws BAD_USER_INPUT. */
export function checkTextLiterals(plan: OperationPlan, fields: readonly PlannedField[]): TextVariables {
  const found = new Map<string, Set<TextPosition>>();
  const note: OnVariable = (name, place) => {
    found.set(name, (found.get(name) ?? new Set()).add(place));
  };
  for (const { definition, node } of fields) {
    for (const argument of node.arguments ?? []) {
      const place = definition.args.find(({ name }) => name === argument.name.value);
      if (place) checkLiteral(place, argument.value, note);
    }
  }
  for (const { variable, defaultValue } of plan.operation.variableDefinitions ?? []) {
    if (!defaultValue) continue;
    for (const place of found.get(variable.name.value) ?? [])
      checkLiteral(place, defaultValue, () => undefined);
  }
  return found;
}

/** Throws BAD_USER_INPUT. `variables` are neither deep nor many: see value-limits.ts. */
export function assertTextVariables(places: TextVariables, variables: Record<string, unknown>): void {
  for (const [name, ofVariable] of places) {
    const value = variables[name];
    // Neither has a length.
    if (value === undefined || value === null) continue;
    for (const place of ofVariable) checkValue(place, value);
  }
}
