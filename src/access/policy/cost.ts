// The cost of an operation, known before it runs: one point for each object that it may answer. Pure.
import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type ArgumentNode,
  type GraphQLOutputType,
} from 'graphql';
import type { OperationPlan, PlannedField } from './operation-plan.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What a list may answer when it names no size, or one that is not known yet. */
const assumedPageSize = 50;

function sizeIn(argument: ArgumentNode | undefined, variables: Variables): number | null {
  const value = argument?.value;
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : null;
  const size = value?.kind === Kind.INT ? Number(value.value) : given;
  return typeof size === 'number' && Number.isInteger(size) && size > 0 ? size : null;
}

function pageSize({ node }: PlannedField, variables: Variables): number {
  const named = (name: string) => node.arguments?.find((argument) => argument.name.value === name);
  return sizeIn(named('first'), variables) ?? sizeIn(named('last'), variables) ?? assumedPageSize;
}

function isConnection({ definition }: PlannedField): boolean {
  return typeof definition.extensions['checkArguments'] === 'function';
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function costOfField(field: PlannedField, variables: Variables): number {
  if (!isCompositeType(getNamedType(field.definition.type))) return 0;
  const sum = (fields: readonly PlannedField[]) =>
    fields.reduce((total, child) => total + costOfField(child, variables), 0);
  // Of an interface the dearest type counts: which one it is, only the answer tells.
  const concrete = [...(field.concrete?.byType.values() ?? [])].map(sum);
  const once = Math.max(0, ...concrete);
  if (!isConnection(field)) return 1 + once + sum(field.children);
  const rows = field.children.filter((child) => isList(child.definition.type));
  const beside = field.children.filter((child) => !rows.includes(child));
  return 1 + sum(beside) + pageSize(field, variables) * sum(rows);
}

/** At least 1. Conditions count as if everything were included: a limit must hold for every value of a variable. */
export function costOf(plan: OperationPlan, variables: Variables): number {
  return Math.max(
    1,
    plan.fields.reduce((total, field) => total + costOfField(field, variables), 0),
  );
}
