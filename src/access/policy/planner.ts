// One walk over an operation makes its plan.
import {
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { ApiError } from '../../core/errors.ts';
import { refuseMoreThan } from '../../core/too-expensive.ts';
import { demandOf, inputDemands, type Demand, type VariableInput } from './rules/input-demands.ts';
import type { ConcreteSelections, Condition, OperationPlan, PlannedField } from './operation-plan.ts';
import type { Policy } from './policy.ts';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** An operation that expands to more fields than this through its fragments is refused before anything is decided. */
const maxPlannedFields = 5_000;
/** Selections of every kind count here: fragments that spread each other double with each level, also without a field. */
const maxVisitedSelections = 20_000;

/** Notes a spread and tells whether it was noted before. */
function isRepeated(spread: Set<string>, name: string, conditions: readonly Condition[]): boolean {
  const key = JSON.stringify([name, conditions]);
  const isKnown = spread.has(key);
  spread.add(key);
  return isKnown;
}

class Planner {
  fieldCount = 0;
  private selectionCount = 0;
  isStatic = true;
  readonly metaFields = new Set<FieldNode>();
  readonly metaConditions: (readonly Condition[])[] = [];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly policy: Policy,
    private readonly fragments: Fragments,
  ) {}

  select(
    type: GraphQLObjectType,
    set: SelectionSetNode,
    path: readonly string[],
    outer: readonly Condition[],
    spread = new Set<string>(),
  ): PlannedField[] {
    const planned: PlannedField[] = [];
    for (const selection of set.selections) {
      this.selectionCount += 1;
      if (this.selectionCount > maxVisitedSelections)
        refuseMoreThan(maxVisitedSelections, 'selections', 'The operation visits');
      const conditions = this.conditions(selection.directives ?? [], outer);
      if (conditions === 'never') continue;
      if (selection.kind === Kind.FIELD) {
        const field = this.field(type, selection, path, conditions);
        if (field) planned.push(field);
        continue;
      }
      // A fragment that is spread here again under the same conditions adds nothing, as in execution.
      if (selection.kind === Kind.FRAGMENT_SPREAD && isRepeated(spread, selection.name.value, conditions)) {
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (!fragment || !this.applies(fragment.typeCondition?.name.value, type)) continue;
      planned.push(...this.select(type, fragment.selectionSet, path, conditions, spread));
    }
    return planned;
  }

  private field(
    type: GraphQLObjectType,
    node: FieldNode,
    path: readonly string[],
    conditions: readonly Condition[],
  ): PlannedField | null {
    const definition = type.getFields()[node.name.value];
    // __typename and introspection: no field of the schema's own.
    if (!definition) {
      if (path.length === 0) {
        this.metaFields.add(node);
        this.metaConditions.push(conditions);
      }
      return null;
    }
    this.fieldCount += 1;
    if (this.fieldCount > maxPlannedFields)
      refuseMoreThan(maxPlannedFields, 'fields', 'The operation selects');
    const own = [...path, node.alias?.value ?? node.name.value];
    const { demands, variableInputs } = this.argumentDemands(type, definition, node);
    const isBound = demands.some((demand) => demand.variable !== undefined);
    if (variableInputs.length > 0 || isBound) this.isStatic = false;
    const below = [...own, ...listMarks(definition.type)];
    return {
      path: own,
      pathKey: own.join('.'),
      definition,
      node,
      demands,
      variableInputs,
      conditions,
      children: this.children(definition, node, below),
      concrete: this.concrete(definition, node, below),
    };
  }

  private children(
    definition: GraphQLField<unknown, unknown>,
    node: FieldNode,
    path: readonly string[],
  ): PlannedField[] {
    const target = getNamedType(definition.type);
    return node.selectionSet && isObjectType(target) ? this.select(target, node.selectionSet, path, []) : [];
  }

  private concrete(
    definition: GraphQLField<unknown, unknown>,
    node: FieldNode,
    path: readonly string[],
  ): ConcreteSelections | null {
    const target = getNamedType(definition.type);
    const { selectionSet } = node;
    if (!selectionSet || !isAbstractType(target)) return null;
    this.isStatic = false;
    const types = this.schema.getPossibleTypes(target);
    return {
      byType: new Map(types.map((type) => [type.name, this.select(type, selectionSet, path, [])])),
      typeOf: definition.extensions['concreteTypeOf'] as ConcreteSelections['typeOf'],
    };
  }

  private argumentDemands(
    type: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    node: FieldNode,
  ) {
    const requirement = this.policy.ofField(type.name, definition.name);
    const demands: Demand[] = [{ coordinate: `${type.name}.${definition.name}`, requirement }];
    const variableInputs: VariableInput[] = [];
    for (const argument of node.arguments ?? []) {
      const declared = definition.args.find(
        (candidate): candidate is GraphQLArgument => candidate.name === argument.name.value,
      );
      if (!declared) continue;
      const asked = this.policy.ofArgument(type.name, definition.name, declared.name);
      if (asked !== requirement) {
        const coordinate = `${type.name}.${definition.name}(${declared.name})`;
        demands.push(demandOf(coordinate, asked, argument.value));
      }
      const inner = inputDemands(this.policy, declared.type, argument.value, requirement);
      demands.push(...inner.demands);
      variableInputs.push(...inner.variableInputs);
    }
    return { demands, variableInputs };
  }

  private conditions(
    directives: readonly DirectiveNode[],
    outer: readonly Condition[],
  ): readonly Condition[] | 'never' {
    const conditions = [...outer];
    for (const directive of directives) {
      const name = directive.name.value;
      const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
      if ((name !== 'skip' && name !== 'include') || !value) continue;
      const wanted = name === 'include';
      if (value.kind === Kind.BOOLEAN && value.value !== wanted) return 'never';
      if (value.kind === Kind.VARIABLE) {
        this.isStatic = false;
        conditions.push({ variable: value.name.value, value: wanted });
      }
    }
    return conditions;
  }

  private applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const target = this.schema.getType(condition);
    return isAbstractType(target) && this.schema.isSubType(target, type);
  }
}

function listMarks(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return listMarks(type.ofType as GraphQLOutputType);
  return isListType(type) ? ['@', ...listMarks(type.ofType as GraphQLOutputType)] : [];
}

/** Walks a valid operation once. Throws QUERY_TOO_EXPENSIVE when its fragments expand without measure. */
export function planOperation(
  schema: GraphQLSchema,
  policy: Policy,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): OperationPlan {
  const root = schema.getRootType(operation.operation);
  // Validation has no type to check its fields against: graphql-js lets such an operation pass and fails when it runs.
  if (!root) {
    throw new ApiError('GRAPHQL_VALIDATION_FAILED', `This API has no ${operation.operation} operations.`);
  }
  const planner = new Planner(schema, policy, fragments);
  const fields = planner.select(root, operation.selectionSet, [], []);
  const { isStatic, metaFields, metaConditions, fieldCount: size } = planner;
  const type = operation.operation;
  return { schema, type, operation, fields, isStatic, metaFields, metaConditions, size };
}
