// The cost of an operation, known before it runs: one point for each object that it may answer, and what its fields
// declare of their own (field-cost.ts). Pure.
import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  valueFromASTUntyped,
  type ArgumentNode,
  type GraphQLOutputType,
} from 'graphql';
import { defaultPageSize } from '../../core/page-size.ts';
import { filterCost } from './filter-cost.ts';
import { introspectionFields } from './limits/document-limits.ts';
import { costOfCalling, type SentArguments } from './limits/field-cost.ts';
import type { OperationPlan, PlannedField } from './operation-plan.ts';
import { withDefaults, type Variables } from './variables.ts';

function sizeIn(argument: ArgumentNode | undefined, variables: Variables): number | null {
  const value = argument?.value;
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : null;
  const size = value?.kind === Kind.INT ? Number(value.value) : given;
  return typeof size === 'number' && Number.isInteger(size) && size > 0 ? size : null;
}

function pageSize({ node }: PlannedField, variables: Variables): number {
  const named = (name: string) => node.arguments?.find((argument) => argument.name.value === name);
  return sizeIn(named('first'), variables) ?? sizeIn(named('last'), variables) ?? defaultPageSize;
}

function isConnection({ definition }: PlannedField): boolean {
  return typeof definition.extensions['checkArguments'] === 'function';
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

/** How many a bulk mutation was sent, and answers in lists of its payload; null for any other field. */
function itemsSent({ node }: PlannedField, variables: Variables): number | null {
  for (const { value } of node.arguments ?? []) {
    if (value.kind === Kind.LIST) return value.values.length;
    const sent = value.kind === Kind.VARIABLE ? variables[value.name.value] : null;
    if (Array.isArray(sent)) return sent.length;
  }
  return null;
}

function ownCost(field: PlannedField, variables: Variables, isMutation: boolean): number {
  const declared = costOfCalling(field.definition, isMutation);
  if (!declared) return 0;
  return declared.points(sentArguments(field, variables), (name) => countBelow(field, name));
}

function costOfField(
  field: PlannedField,
  variables: Variables,
  length = defaultPageSize,
  isMutation = false,
): number {
  return ownCost(field, variables, isMutation) + objectsOf(field, variables, length);
}

/**
 * `length` is how many objects the field has when it is a list. The list itself counts as one object, but each of its
 * objects brings all that is asked for below it.
 */
function objectsOf(field: PlannedField, variables: Variables, length: number): number {
  if (!isCompositeType(getNamedType(field.definition.type))) return 0;
  const listed = itemsSent(field, variables) ?? defaultPageSize;
  const sum = (fields: readonly PlannedField[], itemsInEach = listed) =>
    fields.reduce((total, child) => total + costOfField(child, variables, itemsInEach), 0);
  // An interface costs as much as its most expensive type: only the answer tells which type it is.
  const concrete = [...(field.concrete?.byType.values() ?? [])].map((fields) => sum(fields));
  const once = Math.max(0, ...concrete);
  if (!isConnection(field)) {
    const times = isList(field.definition.type) ? length : 1;
    return 1 + times * (once + sum(field.children));
  }
  const rows = field.children.filter((child) => isList(child.definition.type));
  const beside = field.children.filter((child) => !rows.includes(child));
  const found = 1 + filterCost(field, variables);
  return found + sum(beside) + pageSize(field, variables) * sum(rows, 1);
}

function sentArguments({ node }: PlannedField, variables: Variables): SentArguments {
  const sent = (node.arguments ?? []).map(
    ({ name, value }) => [name.value, valueFromASTUntyped(value, variables)] as const,
  );
  return Object.fromEntries(sent.filter(([, value]) => value !== undefined));
}

/** How often a field of that name is selected below this one. */
function countBelow(field: PlannedField, name: string): number {
  const below = [...field.children, ...[...(field.concrete?.byType.values() ?? [])].flat()];
  const own = below.filter(({ definition }) => definition.name === name).length;
  return below.reduce((sum, child) => sum + countBelow(child, name), own);
}

/**
 * The whole schema takes 20 ms and 220 KB, whatever is selected of it; also as text at `/schema.graphql`. Sandbox looks for
 * a new one every second.
 */
export const costOfSchema = 100;

function introspectionCost({ metaFields }: OperationPlan): number {
  return [...metaFields].filter(({ name }) => introspectionFields.has(name.value)).length * costOfSchema;
}

/** The greatest Int of GraphQL, the type in which costs are reported. */
const maxCost = 2_147_483_647;

/** From 1 to the greatest Int. Conditions count as if everything were included: a limit must hold for every value of a variable. */
export function costOf(plan: OperationPlan, variables: Variables): number {
  const given = withDefaults(plan.operation, variables);
  const isMutation = plan.type === 'mutation';
  const total = plan.fields.reduce(
    (sum, field) => sum + costOfField(field, given, defaultPageSize, isMutation),
    introspectionCost(plan),
  );
  return Math.min(maxCost, Math.max(1, total));
}
