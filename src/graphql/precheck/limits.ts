// Limits that need the schema and the variables: checked before anything runs, so that a refusal is the whole answer
// (400) and says the number and the limit. What a document alone tells is in access/policy/limits/document-limits.ts.
import { Kind, visit, type GraphQLSchema } from 'graphql';
import type { OperationPlan, PlannedField } from '../../access/policy/index.ts';
import { checkTextLiterals } from './text-lengths.ts';
import { assertFixedValues, assertValues, type ValueChecks } from './value-limits.ts';

const measured = new WeakMap<OperationPlan, ValueChecks>();

function everyField(fields: readonly PlannedField[]): PlannedField[] {
  return fields.flatMap((field) => {
    const concrete = [...(field.concrete?.byType.values() ?? [])].flat();
    return [field, ...everyField(field.children), ...everyField(concrete)];
  });
}

function hasFixedArguments({ node }: PlannedField): boolean {
  let isFixed = true;
  node.arguments?.forEach((argument) => visit(argument, { [Kind.VARIABLE]: () => void (isFixed = false) }));
  return isFixed;
}

function measure(plan: OperationPlan): ValueChecks {
  const fields = everyField(plan.fields);
  const checked = fields.filter(
    (field) => typeof field.definition.extensions['checkArguments'] === 'function',
  );
  return {
    checked,
    texts: checkTextLiterals(plan, fields),
    fixed: new Set(checked.filter(hasFixedArguments)),
    switches: new Set(fields.flatMap((field) => field.conditions.map(({ variable }) => variable))),
  };
}

function measuresOf(plan: OperationPlan): ValueChecks {
  let measures = measured.get(plan);
  if (!measures) measured.set(plan, (measures = measure(plan)));
  return measures;
}

/** Throws QUERY_TOO_EXPENSIVE or BAD_USER_INPUT. */
export function assertWithinLimits(
  schema: GraphQLSchema,
  plan: OperationPlan,
  variables: Record<string, unknown>,
): void {
  assertValues(schema, plan, measuresOf(plan), variables);
}

/** The limits that the document alone may break, whatever its variables will be. Throws as assertWithinLimits does. */
export function assertFixedWithinLimits(plan: OperationPlan): void {
  assertFixedValues(measuresOf(plan));
}
