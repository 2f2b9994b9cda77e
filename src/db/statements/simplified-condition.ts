// A condition without what asks for nothing: one form for `nin: []`, `and: [{}]` and no condition at all. Never SQL.
import { fold } from '../../core/text/fold.ts';
import type { Condition } from './condition.ts';

type Comparison = Extract<Condition, { op: unknown }>;
type Kind = 'all' | 'any';

const everything: Condition = { all: [] };
const nothing: Condition = { any: [] };

/**
 * A value in no list, and a text with an empty beginning, are every value and every text; a value in an empty list is none. So
 * it is with the values of a list: every list has all of none.
 */
function ofComparison(comparison: Comparison): Condition {
  const { op, value } = comparison;
  const isOfNone = Array.isArray(value) && value.length === 0;
  if ((op === 'hasAll' || op === 'hasNone') && isOfNone) return everything;
  if (op === 'hasAny' && isOfNone) return nothing;
  if (op === 'nin' && (value as readonly unknown[]).length === 0) return everything;
  if (op === 'in' && (value as readonly unknown[]).length === 0) return nothing;
  const isText = op === 'contains' || op === 'startsWith';
  // Folded columns hold '' for null, so that rows without a value are among them.
  return isText && fold(value as string) === '' ? everything : comparison;
}

const isEmpty = (condition: Condition, kind: Kind) =>
  kind in condition && (condition as Record<Kind, readonly Condition[]>)[kind].length === 0;

/** `all` within `all` is one list of parts; what decides alone is all that is left; a list of one part is that part. */
function ofParts(kind: Kind, parts: readonly Condition[]): Condition {
  const other = kind === 'all' ? 'any' : 'all';
  const flat = parts.flatMap((part): readonly Condition[] =>
    kind in part ? (part as Record<Kind, readonly Condition[]>)[kind] : [part],
  );
  // In `all` nothing decides, in `any` everything does.
  const decisive = flat.find((part) => isEmpty(part, other));
  if (decisive) return decisive;
  if (flat.length === 1) return flat[0]!;
  return kind === 'all' ? { all: flat } : { any: flat };
}

/** A condition for the same rows in its shortest form. `all: []` is every row, `any: []` is none. */
export function simplified(condition: Condition): Condition {
  if ('op' in condition) return ofComparison(condition);
  return 'all' in condition
    ? ofParts('all', condition.all.map(simplified))
    : ofParts('any', condition.any.map(simplified));
}
