// Static limits of an operation: how deep, how many aliases, how long a page. Checked before anything runs, so that a
// refusal is the whole answer (400) and says the number and the limit. Size, tokens and fields are limited elsewhere.
import {
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  Kind,
  type FieldNode,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';
import type { OperationPlan, PlannedField } from '../access/policy/index.ts';
import { ApiError } from '../core/errors.ts';

export const maxDepth = 10;
export const maxAliases = 30;
const maxMessageLength = 300;

interface Measures {
  readonly depth: number;
  readonly aliases: number;
  /** Fields whose arguments have limits of their own: lists. */
  readonly checked: readonly PlannedField[];
  /** Variables of @skip and @include. */
  readonly switches: ReadonlySet<string>;
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

function refuse(what: string, requested: number, limit: number): never {
  throw new ApiError(
    'QUERY_TOO_EXPENSIVE',
    `The operation has ${what} ${requested}; the limit is ${limit}.`,
    {
      details: { requested, limit },
    },
  );
}

function badValue(message: string): ApiError {
  return new ApiError('BAD_USER_INPUT', message.slice(0, maxMessageLength));
}

/** As execution will read them. What it would refuse, after the answer began, is refused here as the whole answer. */
function argumentsOf({ definition, node }: PlannedField, variables: Record<string, unknown>) {
  try {
    return getArgumentValues(definition, node, variables);
  } catch (error) {
    throw error instanceof GraphQLError ? badValue(error.message) : error;
  }
}

/** Variables may be null where a default makes their type fit, and fit no longer when null is sent. */
function checkSwitches(switches: ReadonlySet<string>, variables: Record<string, unknown>): void {
  for (const name of switches) {
    if (variables[name] === null)
      throw badValue(`Variable "$${name}" is null; @skip and @include need a Boolean.`);
  }
}

function checkValues(
  schema: GraphQLSchema,
  plan: OperationPlan,
  { checked, switches }: Measures,
  variables: Record<string, unknown>,
): void {
  if (checked.length === 0 && switches.size === 0) return;
  const { coerced } = getVariableValues(schema, plan.operation.variableDefinitions ?? [], variables);
  // Variables that do not fit their types are reported by the execution, which has not begun.
  if (!coerced) return;
  checkSwitches(switches, coerced);
  for (const field of checked) {
    const check = field.definition.extensions['checkArguments'] as (args: Record<string, unknown>) => void;
    check(argumentsOf(field, coerced));
  }
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
  checkValues(schema, plan, measures, variables);
}
