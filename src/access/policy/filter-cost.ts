// What a list's filter and search cost besides the objects that the list may answer. Pure.
import { valueFromASTUntyped } from 'graphql';
import type { PlannedField } from './operation-plan.ts';

/** Points of a comparison that no index answers: it is made with every row that the list examines. */
export const pointsPerComparison = 10;
const unindexed: ReadonlySet<string> = new Set([
  ...['contains', 'neq', 'nin'],
  ...['hasAny', 'hasAll', 'hasNone'],
]);

function comparisonsIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + comparisonsIn(part), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, part]: [string, unknown]) => {
    if (!unindexed.has(name)) return sum + comparisonsIn(part);
    return sum + (part === undefined ? 0 : 1);
  }, 0);
}

/** Points of one list. `filter` and `search` as they were sent, defaults of variables among `variables`. */
export function filterCost({ node }: PlannedField, variables: Readonly<Record<string, unknown>>): number {
  const sent = (name: string): unknown => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    return value && valueFromASTUntyped(value, { ...variables });
  };
  const comparisons = comparisonsIn(sent('filter')) + (sent('search') ? 1 : 0);
  return comparisons * pointsPerComparison;
}
