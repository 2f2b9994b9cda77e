// Limits of the values that an operation brings: how deep, how many, how long a page; and what graphql-js itself would
// refuse only after the answer began.
import { getArgumentValues, getVariableValues, GraphQLError, type GraphQLSchema } from 'graphql';
import type { OperationPlan, PlannedField } from '../../access/policy/index.ts';
import { ApiError } from '../../core/errors.ts';
import { refuse } from '../../core/too-expensive.ts';
import { assertTextVariables, type TextVariables } from './text-lengths.ts';

/** Lists and objects within each other: a filter may nest `and` and `or` about nine times. */
export const maxValueDepth = 20;
/** A condition of a filter takes two. SQLite ends at 1000 conditions, and nobody writes as many. */
export const maxListObjects = 500;
/** Over all lists of an operation: each becomes a part of a statement, and the statements of an operation are written at once. */
export const maxFilterObjects = 5_000;
/**
 * Values in lists, such as those of `in`, over all lists of an operation: each is folded, bound and compared. One body
 * holds some 25,000, but one variable may stand in a hundred places.
 */
export const maxListValues = 25_000;
/** Properties of one object. No input of the schema has as many, and every error about an object shows all of it. */
export const maxProperties = 500;
/** Objects in all variables: the largest mutation takes 100 inputs. */
export const maxVariableObjects = 2_000;

/** What to look at in the values of one plan. */
export interface ValueChecks {
  /** Fields whose arguments have limits of their own: lists. */
  readonly checked: readonly PlannedField[];
  /** Those of them whose arguments hold no variable: they are looked at once. */
  readonly fixed: ReadonlySet<PlannedField>;
  /** Variables of @skip and @include. */
  readonly switches: ReadonlySet<string>;
  /** Variables that may hold texts. */
  readonly texts: TextVariables;
}

/** Every object of a value, with how deep it stands. Without recursion: what is too deep must not be too deep to see. */
function* objectsIn(value: unknown): Generator<{ value: object; depth: number }> {
  const pending = [{ value, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value: found, depth } = next;
    if (typeof found !== 'object' || found === null) continue;
    yield { value: found, depth };
    for (const inner of Object.values(found)) {
      // Plain items of lists are no burden, and there may be many.
      if (typeof inner === 'object') pending.push({ value: inner as unknown, depth: depth + 1 });
    }
  }
}

/** Throws QUERY_TOO_EXPENSIVE for variables that are too many or too deep to be looked at. */
export function assertHandy(variables: unknown): void {
  let deepest = 0;
  let objects = 0;
  for (const { value, depth } of objectsIn(variables)) {
    deepest = Math.max(deepest, depth);
    objects += Array.isArray(value) ? 0 : 1;
    if (objects > maxVariableObjects)
      refuse('objects among its variables, at least', objects, maxVariableObjects);
    const properties = Array.isArray(value) ? 0 : Object.keys(value).length;
    if (properties > maxProperties)
      refuse('an object among its variables with a number of fields of', properties, maxProperties);
  }
  if (deepest > maxValueDepth) refuse('values with a depth of', deepest, maxValueDepth);
}

interface Counted {
  readonly objects: number;
  /** Plain ones, in lists. */
  readonly values: number;
}

/** As coerced: one variable may stand in many places of a literal, and counts in each of them. */
function countIn(args: unknown): Counted {
  let objects = 0;
  let values = 0;
  for (const { value } of objectsIn(args)) {
    if (Array.isArray(value)) values += value.length;
    else objects += 1;
    if (objects > maxListObjects)
      refuse('a list whose arguments hold objects in the number of', objects, maxListObjects);
  }
  return { objects, values };
}

function badValue(message: string): ApiError {
  return new ApiError('BAD_USER_INPUT', message);
}

/** As execution will read them. What it would refuse, after the answer began, is refused here as the whole answer. */
function argumentsOf({ definition, node }: PlannedField, variables: Record<string, unknown>) {
  try {
    return getArgumentValues(definition, node, variables);
  } catch (error) {
    throw error instanceof GraphQLError ? badValue(error.message) : error;
  }
}

/** The limits of the field itself, such as the size of a page. */
function checkArguments({ definition }: PlannedField, args: Record<string, unknown>): void {
  (definition.extensions['checkArguments'] as (args: Record<string, unknown>) => void)(args);
}

/** Variables may be null where a default makes their type fit, and fit no longer when null is sent. */
function checkSwitches(switches: ReadonlySet<string>, variables: Record<string, unknown>): void {
  for (const name of switches) {
    if (variables[name] === null)
      throw badValue(`Variable "$${name}" is null; @skip and @include need a Boolean.`);
  }
}

/** Fixed fields that were found good. */
const settled = new WeakSet<PlannedField>();

/** What holds for every value of the variables. Throws QUERY_TOO_EXPENSIVE or BAD_USER_INPUT. */
export function assertFixedValues({ fixed }: Pick<ValueChecks, 'fixed'>): void {
  for (const field of fixed) {
    const args = argumentsOf(field, {});
    countIn(args);
    checkArguments(field, args);
  }
}

/** Throws QUERY_TOO_EXPENSIVE or BAD_USER_INPUT. Variables that do not fit their types are left to the execution. */
export function assertValues(
  schema: GraphQLSchema,
  plan: OperationPlan,
  { checked, fixed, switches, texts }: ValueChecks,
  variables: Record<string, unknown>,
): void {
  assertHandy(variables);
  assertTextVariables(texts, variables);
  const open = checked.filter((field) => !settled.has(field));
  if (open.length === 0 && switches.size === 0) return;
  const { coerced } = getVariableValues(schema, plan.operation.variableDefinitions ?? [], variables, {
    // Each error shows the whole value: thousands of them are minutes.
    maxErrors: 1,
  });
  if (!coerced) return;
  checkSwitches(switches, coerced);
  const sum = { objects: 0, values: 0 };
  for (const field of open) {
    const args = argumentsOf(field, coerced);
    const { objects, values } = countIn(args);
    sum.objects += objects;
    sum.values += values;
    if (sum.objects > maxFilterObjects)
      refuse('objects in the arguments of its lists, at least', sum.objects, maxFilterObjects);
    if (sum.values > maxListValues) refuse('values in lists, at least', sum.values, maxListValues);
    checkArguments(field, args);
    if (fixed.has(field)) settled.add(field);
  }
}
