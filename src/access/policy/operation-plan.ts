// What an operation uses: which coordinates, where, and under what conditions. Made once by planner.ts and kept for as long as
// its document is. Who may use them is decide.ts's business, so a plan serves every caller.
import type {
  FieldNode,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Demand, VariableInput } from './rules/input-demands.ts';

/** `@skip` or `@include` with a variable: the selection counts only when the variable has this value. */
export interface Condition {
  readonly variable: string;
  readonly value: boolean;
}

export interface PlannedField {
  /** Response names, with `@` for each list. */
  readonly path: readonly string[];
  readonly pathKey: string;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  /** The field's own requirement first, then those of its arguments and input fields. */
  readonly demands: readonly Demand[];
  /** Variables whose values may name input fields with rules of their own. */
  readonly variableInputs: readonly VariableInput[];
  readonly conditions: readonly Condition[];
  readonly children: readonly PlannedField[];
  /** For a field of an abstract type: what is selected for each concrete type, and which one the arguments allow. */
  readonly concrete: ConcreteSelections | null;
}

export interface ConcreteSelections {
  readonly byType: ReadonlyMap<string, readonly PlannedField[]>;
  /** By the arguments as the resolver gets them. Ask through concreteTypeOf(). */
  typeOf(args: Readonly<Record<string, unknown>>): string | null;
}

export interface OperationPlan {
  readonly schema: GraphQLSchema;
  readonly type: OperationTypeNode;
  readonly operation: OperationDefinitionNode;
  readonly fields: readonly PlannedField[];
  /** True when variables cannot change what is used: then a verdict can be kept for each set of scopes. */
  readonly isStatic: boolean;
  /**
   * `__typename` and introspection at the root, which no policy knows: an operation with one has an answer whatever is
   * denied.
   */
  readonly metaFields: ReadonlySet<FieldNode>;
  /** The conditions under which they are included, one list for each time that they are selected. */
  readonly metaConditions: readonly (readonly Condition[])[];
  /** How many fields were planned: the measure of its memory. */
  readonly size: number;
}
