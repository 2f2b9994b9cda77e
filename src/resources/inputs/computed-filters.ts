// Filters by what is no column: a state that depends on the time, or something that another table knows. A cursor is bound to
// the question as it was asked ("status ACTIVE"), and each page asks it anew at its own moment.
import type { Context } from '../../access/context.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { simplified } from '../../db/statements/simplified-condition.ts';
import type { EntityClass } from '../../db/store/table.ts';

export type Comparison = Extract<Condition, { op: unknown }>;

export interface ComputedFilter {
  /** The comparator input, e.g. enumFilter(…). */
  readonly type: EntityClass;
  /**
   * The same question about columns of the table. It may read the store. Throws BAD_USER_INPUT for a value that cannot be asked
   * for.
   */
  readonly condition: (comparison: Comparison, context: Context) => Condition | Promise<Condition>;
}

export type ComputedFilters = Readonly<Record<string, ComputedFilter>>;

async function ofColumns(
  filters: ComputedFilters,
  condition: Condition,
  context: Context,
): Promise<Condition> {
  if ('op' in condition) return filters[condition.property]?.condition(condition, context) ?? condition;
  const resolve = (parts: readonly Condition[]) =>
    Promise.all(parts.map((part) => ofColumns(filters, part, context)));
  return 'all' in condition ? { all: await resolve(condition.all) } : { any: await resolve(condition.any) };
}

/** The condition with columns in the place of what is computed, as filterCondition() gives it. */
export async function resolveComputed(
  filters: ComputedFilters,
  condition: Condition,
  context: Context,
): Promise<Condition> {
  const resolved = simplified(await ofColumns(filters, condition, context));
  return 'all' in resolved ? resolved : { all: [resolved] };
}
