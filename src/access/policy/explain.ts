// Explains a document before it runs: which coordinates it uses, which scopes they ask for, what a caller lacks. Executes
// nothing and reads no row.
import {
  getOperationAST,
  isNonNullType,
  Kind,
  parse,
  typeFromAST,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { ApiError } from '../../core/errors.ts';
import { coercedVariables, concreteTypeOf, type CoercedVariables } from './concrete-type.ts';
import { costOf } from './cost.ts';
import { variableValue } from './variables.ts';
import { assertLightDocument, assertShallowDocument, maxTokens } from './limits/document-limits.ts';
import { fragmentsOf } from './gate.ts';
import { grantsIn, isIn } from './grants.ts';
import { valueDemands, type Demand } from './rules/input-demands.ts';
import type { OperationPlan, PlannedField } from './operation-plan.ts';
import { planOperation } from './planner.ts';
import { possibleScopes } from './possible-scopes.ts';
import type { Policy } from './policy.ts';
import { missingScopes, type Requirement } from './rules/requirement.ts';
import type { VenueChange } from './rules/venue-rule.ts';
import { foretell, foretellVenues, type Foretold } from './used-coordinates.ts';

export interface FieldAccess {
  readonly coordinate: string;
  /** Response names, with `@` for each list. */
  readonly path: readonly string[];
  readonly requiredScopes: Requirement['anyOf'];
  readonly allowed: boolean;
}

export interface AccessReport {
  readonly allowed: boolean;
  /** The smallest set that opens the whole operation. */
  readonly requiredScopes: readonly string[];
  readonly missingScopes: readonly string[];
  readonly unusedScopes: readonly string[];
  readonly cost: number;
  readonly fields: readonly FieldAccess[];
}

export interface AccessExplainer {
  /** The whole schema, for callers from whom nothing of it is kept secret. */
  readonly schema: GraphQLSchema;
  /**
   * One operation for a holder of scopes, told by the schema that is `shown` to who asks: of types that are not in it no
   * coordinate is named. Throws GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, or QUERY_TOO_EXPENSIVE for a
   * document that is over the limits of a request.
   */
  explain(question: Question, held: ReadonlySet<string>, shown: GraphQLSchema): AccessReport;
  /** The only operation of a document that is known to be valid and light, told by the whole schema. */
  explainValid(document: DocumentNode): AccessReport;
  /** Every scope that the only operation of a valid document can ask for, whatever its variables are. */
  possibleScopesOf(document: DocumentNode): readonly string[];
  /** The smallest set of scopes for every operation of these documents together. Throws as explain does. */
  scopesFor(documents: readonly string[], shown?: GraphQLSchema): readonly string[];
  /** What every operation of a document asks for, each requirement once. Throws as explain does. */
  requirementsOf(document: string, shown?: GraphQLSchema): readonly Requirement[];
  /** What other scopes would do to a run that used these coordinates: see used-coordinates.ts. */
  foretell(coordinates: readonly string[], held: ReadonlySet<string>, others: ReadonlySet<string>): Foretold;
  /** Whether other venues would refuse such a run, whatever its rows are: see used-coordinates.ts. */
  foretellVenues(coordinates: readonly string[], held: ReadonlySet<string>, venues: VenueChange): boolean;
  /** What a scope opens of what is shown: the types that ask for it, and the queries and mutations. Sorted. */
  grantsOf(scope: string, shown: GraphQLSchema): readonly string[];
}

export interface Question {
  readonly document: string;
  readonly operationName: string | null;
}

interface Use extends Demand {
  readonly path: readonly string[];
  /** The operation can be run without it: it hangs on a variable that may be left out. */
  readonly isOptional: boolean;
}

const maxMessages = 3;

/** Types that a fragment names; what every type answers alike asks for no type in particular. */
function namedTypes({ byType }: NonNullable<PlannedField['concrete']>): string[] {
  const lists = [...byType.values()];
  const isShared = (shared: PlannedField) =>
    lists.every((list) => list.some((other) => other.node === shared.node));
  return [...byType].filter(([, list]) => !list.every(isShared)).map(([name]) => name);
}

/** The variables that have a value when none is sent. */
function defaultsOf(plan: OperationPlan): CoercedVariables {
  const variableDefinitions = plan.operation.variableDefinitions?.filter(({ defaultValue }) => defaultValue);
  const operation = { ...plan.operation, variableDefinitions: variableDefinitions ?? [] };
  return coercedVariables({ ...plan, operation }, {}) ?? {};
}

class Explanation {
  private readonly defaults: CoercedVariables;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly policy: Policy,
    private readonly plan: OperationPlan,
  ) {
    this.defaults = defaultsOf(plan);
  }

  uses(fields: readonly PlannedField[] = this.plan.fields): Use[] {
    return fields.flatMap((field) => {
      const { path } = field;
      const own = field.demands.map((demand) => ({ ...demand, path, isOptional: this.isOptional(demand) }));
      const byDefault = this.defaultDemands(field).map((demand) => ({ ...demand, path, isOptional: false }));
      const concrete = this.concreteTypes(field).flatMap((typeName) => [
        { ...this.edge(field, typeName), path, isOptional: false },
        ...this.uses(field.concrete?.byType.get(typeName) ?? []),
      ]);
      return [...own, ...byDefault, ...concrete, ...this.uses(field.children)];
    });
  }

  /** What the defaults of variables name: with none sent, they are the values. */
  private defaultDemands({ variableInputs }: PlannedField): Demand[] {
    return variableInputs.flatMap((input) =>
      valueDemands(this.policy, input, variableValue(this.plan.operation, {}, input.variable)),
    );
  }

  /** The type that the arguments say. What a variable will be is not known here: any type named can be meant beside its default. */
  private concreteTypes(field: PlannedField): string[] {
    const { concrete, node } = field;
    if (!concrete) return [];
    const known = concreteTypeOf(field, this.defaults);
    const said = known === null ? [] : [known];
    const isFixed = !node.arguments?.some(({ value }) => value.kind === Kind.VARIABLE);
    return known !== null && isFixed ? said : [...new Set([...said, ...namedTypes(concrete)])];
  }

  private edge(field: PlannedField, typeName: string): Demand {
    return { coordinate: field.demands[0]!.coordinate, requirement: this.policy.ofType(typeName) };
  }

  private isOptional({ variable }: Demand): boolean {
    if (variable === undefined) return false;
    const definitions = this.plan.operation.variableDefinitions ?? [];
    const definition = definitions.find((candidate) => candidate.variable.name.value === variable);
    if (!definition || definition.defaultValue) return false;
    return !isNonNullType(typeFromAST(this.schema, definition.type));
  }
}

/** In the order of their first use. What may be left out asks for nothing. */
function requirementsIn(uses: readonly Use[]): readonly Requirement[] {
  return [...new Set(uses.flatMap(({ requirement, isOptional }) => (isOptional ? [] : requirement)))];
}

/** For each requirement the alternative that adds the fewest scopes to those already needed. */
export function smallestSet(requirements: readonly Requirement[]): string[] {
  const needed = new Set<string>();
  for (const requirement of requirements) {
    for (const scope of missingScopes(requirement, needed)) needed.add(scope);
  }
  return [...needed].sort();
}

function toReport(plan: OperationPlan, uses: readonly Use[], held: ReadonlySet<string>): AccessReport {
  const requiredScopes = smallestSet(requirementsIn(uses));
  const missing = requiredScopes.filter((scope) => !held.has(scope));
  return {
    allowed: missing.length === 0,
    requiredScopes,
    missingScopes: missing,
    unusedScopes: [...held].filter((scope) => !requiredScopes.includes(scope)).sort(),
    cost: costOf(plan, {}),
    fields: uses.map(({ coordinate, path, requirement }) => ({
      ...{ coordinate, path, requiredScopes: requirement.anyOf },
      allowed: missingScopes(requirement, held).length === 0,
    })),
  };
}

/** `Inquiry` of `Inquiry.subject`. */
const typeIn = (coordinate: string) => coordinate.split('.', 1)[0]!;

/** A document over the limits of a request is not explained: validating it would take as long. */
function parseValid(
  { schema, shown }: { readonly schema: GraphQLSchema; readonly shown: GraphQLSchema },
  text: string,
  operationName: string | null,
): DocumentNode {
  assertShallowDocument(text);
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens });
  } catch (error) {
    throw new ApiError('GRAPHQL_PARSE_FAILED', (error as Error).message);
  }
  assertLightDocument(document, operationName);
  const options = { maxErrors: maxMessages, hideSuggestions: true };
  if (validate(schema, document, undefined, options).length === 0) return document;
  // Validated by the schema that is shown, because a fault may name types that the caller may not see.
  const [first] = validate(shown, document, undefined, options);
  throw new ApiError('GRAPHQL_VALIDATION_FAILED', first?.message ?? 'The document does not fit the schema.');
}

export function createExplainer(schema: GraphQLSchema, policy: Policy): AccessExplainer {
  const planOf = (document: DocumentNode, operation: OperationDefinitionNode) =>
    planOperation(schema, policy, operation, fragmentsOf(document));
  const grantsOf = grantsIn(schema, policy);
  const usesOf = (plan: OperationPlan) => new Explanation(schema, policy, plan).uses();
  const requirementsOf = (text: string, shown = schema) => {
    const document = parseValid({ schema, shown }, text, null);
    const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    return requirementsIn(operations.flatMap((operation) => usesOf(planOf(document, operation))));
  };
  return {
    schema,
    explain({ document: text, operationName }, held, shown) {
      const document = parseValid({ schema, shown }, text, operationName);
      const operation = getOperationAST(document, operationName);
      if (!operation) {
        throw new ApiError(
          'BAD_USER_INPUT',
          operationName === null
            ? 'The document has several operations: give "operationName" to say which one is meant.'
            : 'The document has no operation of the name in "operationName".',
        );
      }
      const plan = planOf(document, operation);
      const report = toReport(plan, usesOf(plan), held);
      const isShown = ({ coordinate }: FieldAccess) => shown.getType(typeIn(coordinate)) !== undefined;
      return { ...report, fields: report.fields.filter(isShown) };
    },
    explainValid(document) {
      const plan = planOf(document, getOperationAST(document)!);
      return toReport(plan, usesOf(plan), new Set());
    },
    possibleScopesOf: (document) => possibleScopes(policy, planOf(document, getOperationAST(document)!)),
    grantsOf: (scope, shown) => grantsOf(scope).filter((coordinate) => isIn(shown, coordinate)),
    foretell: (coordinates, held, others) => foretell(policy, coordinates, held, others),
    foretellVenues: (coordinates, held, venues) =>
      foretellVenues(schema, policy, coordinates, { held, venues }),
    requirementsOf,
    scopesFor: (documents, shown = schema) =>
      smallestSet(documents.flatMap((text) => requirementsOf(text, shown))),
  };
}
