// What a document is that a workspace stores: one operation, what it needs, and why it cannot be run. Found by the schema of
// this server, once for each text; whether a caller may run it is decided at each request, as of every operation.
import {
  Kind,
  parse,
  print,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { OperationFacts, OperationInspector, OperationVariable } from '../../access/context.ts';
import {
  assertShallowDocument,
  costOf,
  fragmentsOf,
  introspectionFields,
  maxTokens,
  needsRole,
  planOperation,
  type AccessExplainer,
  type OperationPlan,
  type Policy,
} from '../../access/policy/index.ts';
import { ApiError } from '../../core/errors.ts';
import { tooExpensive } from '../../core/too-expensive.ts';
import { assertFixedWithinLimits } from './limits.ts';

/** Characters of all inspected texts together; past it a text is inspected again. */
const maxKeptCharacters = 4_000_000;

interface Options {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
  readonly explainer: AccessExplainer;
  /** Points of one minute: an operation that costs more can never run. */
  readonly maxCost: number;
}

const unfit = (message: string) => new ApiError('BAD_USER_INPUT', message);

function parsed(text: string): DocumentNode {
  assertShallowDocument(text);
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    throw new ApiError('GRAPHQL_PARSE_FAILED', (error as Error).message);
  }
}

/** The one operation of a document. Throws BAD_USER_INPUT. */
function operationIn({ definitions }: DocumentNode): OperationDefinitionNode {
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (!operation || operations.length > 1)
    throw unfit(`The document holds ${operations.length} operations; it must hold one.`);
  if (operation.operation === 'subscription') throw unfit('A subscription cannot be stored.');
  return operation;
}

/**
 * A stored mutation is run by whom its scopes let, again and again. What manages the workspace, and what answers a credential to
 * somebody who has none, stays with people who send it themselves. Throws FORBIDDEN.
 */
function assertStorable(plan: OperationPlan, policy: Policy): void {
  if ([...plan.metaFields].some(({ name }) => introspectionFields.has(name.value)))
    throw unfit('A stored operation does not ask about the schema.');
  if (plan.type !== 'mutation') return;
  for (const { definition } of plan.fields) {
    const requirement = policy.ofField('Mutation', definition.name);
    if (!needsRole(requirement) && requirement.authenticated) continue;
    throw new ApiError(
      'FORBIDDEN',
      `"${definition.name}" comes with a role or a sign-in and cannot be stored.`,
    );
  }
}

function assertAffordable(plan: OperationPlan, maxCost: number): void {
  const cost = costOf(plan, {});
  if (cost <= maxCost) return;
  const message = `The operation costs ${cost} points; the limit is ${maxCost}.`;
  throw tooExpensive(message, { requested: cost, limit: maxCost });
}

function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode): OperationVariable[] {
  return variableDefinitions.map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    type: print(type),
    required: type.kind === Kind.NON_NULL_TYPE && !defaultValue,
  }));
}

function inspect(
  { schema, policy, explainer, maxCost }: Options,
  text: string,
  shown: GraphQLSchema,
): OperationFacts {
  const document = parsed(text);
  const operation = operationIn(document);
  const report = explainer.explain({ document: text, operationName: null }, new Set(), shown);
  const plan = planOperation(schema, policy, operation, fragmentsOf(document));
  assertStorable(plan, policy);
  assertFixedWithinLimits(plan);
  assertAffordable(plan, maxCost);
  return {
    kind: operation.operation === 'mutation' ? 'MUTATION' : 'QUERY',
    requiredScopes: report.requiredScopes,
    variables: variablesOf(operation),
  };
}

type Inspected = { readonly facts: OperationFacts } | { readonly fault: ApiError };

export function createOperationInspector(options: Options): OperationInspector {
  // By the schema that is shown to who asks, because a fault may name types.
  const known = new WeakMap<GraphQLSchema, LRUCache<string, Inspected>>();
  const keptFor = (shown: GraphQLSchema) => {
    const kept =
      known.get(shown) ??
      new LRUCache<string, Inspected>({
        maxSize: maxKeptCharacters,
        sizeCalculation: (_inspected, text) => text.length + 1,
      });
    known.set(shown, kept);
    return kept;
  };
  const inspectAnew = (text: string, shown: GraphQLSchema): Inspected => {
    try {
      return { facts: inspect(options, text, shown) };
    } catch (error) {
      if (error instanceof ApiError) return { fault: error };
      throw error;
    }
  };
  return {
    isKnown: (text, shown) => keptFor(shown).has(text),
    inspect(text, shown) {
      const kept = keptFor(shown);
      const inspected = kept.get(text) ?? inspectAnew(text, shown);
      kept.set(text, inspected);
      if ('fault' in inspected) throw inspected.fault;
      return inspected.facts;
    },
  };
}
