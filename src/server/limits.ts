// Static limits of an operation: how deep, how many aliases. Checked before anything runs, so that a refusal is the
// whole answer (400) and says the number and the limit. Size, tokens, fields and values are limited elsewhere.
import { Kind, type FieldNode, type GraphQLSchema, type SelectionNode } from 'graphql';
import type { OperationPlan, PlannedField } from '../access/policy/index.ts';
import { assertValues, refuse, type ValueChecks } from './value-limits.ts';

const maxDepth = 10;
const maxAliases = 30;

interface Measures extends ValueChecks {
  readonly depth: number;
  readonly aliases: number;
}

const measured = new WeakMap<OperationPlan, Measures>();

function everyField(fields: readonly PlannedField[]): PlannedField[] {
  return fields.flatMap((field) => {
    const concrete = [...(field.concrete?.byType.values() ?? [])].flat();
    return [field, ...everyField(field.children), ...everyField(concrete)];
  });
}

/** Introspection is no part of the plan and is answered all the same: each alias can repeat the whole schema. */
function everyMetaField({ metaFields, fragments }: OperationPlan): FieldNode[] {
  const found: FieldNode[] = [];
  const spread = new Set<string>();
  const add = (selection: SelectionNode) => {
    if (selection.kind === Kind.FIELD) found.push(selection);
    if (selection.kind !== Kind.FRAGMENT_SPREAD) return selection.selectionSet?.selections.forEach(add);
    if (spread.has(selection.name.value)) return;
    spread.add(selection.name.value);
    fragments.get(selection.name.value)?.selectionSet.selections.forEach(add);
  };
  metaFields.forEach(add);
  return found;
}

function measure(plan: OperationPlan): Measures {
  const fields = everyField(plan.fields);
  // A fragment that is spread many times holds its aliases once.
  const nodes = new Set([...fields.map((field) => field.node), ...everyMetaField(plan)]);
  return {
    depth: Math.max(0, ...fields.map((field) => field.path.filter((name) => name !== '@').length)),
    aliases: [...nodes].filter((node) => node.alias).length,
    checked: fields.filter((field) => typeof field.definition.extensions['checkArguments'] === 'function'),
    switches: new Set(fields.flatMap((field) => field.conditions.map(({ variable }) => variable))),
  };
}

/** Throws QUERY_TOO_EXPENSIVE or BAD_USER_INPUT. */
export function assertWithinLimits(
  schema: GraphQLSchema,
  plan: OperationPlan,
  variables: Record<string, unknown>,
): void {
  let measures = measured.get(plan);
  if (!measures) measured.set(plan, (measures = measure(plan)));
  if (measures.depth > maxDepth) refuse('a depth of', measures.depth, maxDepth);
  if (measures.aliases > maxAliases) refuse('a number of aliases of', measures.aliases, maxAliases);
  assertValues(schema, plan, measures, variables);
}
