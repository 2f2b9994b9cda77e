// The oracle: graphql-shield as its manual says, put over the whole schema, every field asked again on every row. Slow,
// and independent of the gate: no plan, no decision, no guard of ours.
import { createRequire } from 'node:module';
import {
  execute,
  getNamedType,
  isAbstractType,
  isObjectType,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import type * as GraphqlMiddleware from 'graphql-middleware';
import type * as GraphqlShield from 'graphql-shield';
import type { PolicyDeclaration, Policy, Requirement } from '../../../src/access/policy/index.ts';
import { shieldTree } from '../../../src/access/policy/index.ts';
import type { Principal } from '../../../src/core/principal.ts';
import { requirementsOfArguments } from './argument-rules.ts';
import type { Outcome, OracleRequest } from './outcome.ts';

// Their ES module builds do not load on Node 24 (util.isUndefined), and would bring a second copy of graphql.
const load = createRequire(import.meta.url);
const { applyMiddleware } = load('graphql-middleware') as typeof GraphqlMiddleware;
const { allow, and, deny, rule, shield } = load('graphql-shield') as typeof GraphqlShield;

type Rule = ReturnType<ReturnType<typeof rule>>;

class Denied extends Error {}

interface OracleContext {
  readonly principal: Principal;
  readonly rawVariables: Readonly<Record<string, unknown>>;
}

/** The type that a field of an abstract type leads to, told from its arguments; null = to nothing. */
export type ConcreteType = (field: string, args: Readonly<Record<string, unknown>>) => string | null;

export interface OracleOptions {
  /** Without guards: from assembleUnguarded(). */
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
  readonly declared: PolicyDeclaration;
  readonly concreteType: ConcreteType;
  /** Faults to plant in the oracle itself. */
  readonly faults?: { readonly fallback?: 'allow'; readonly withoutRules?: readonly string[] };
}

/** Said anew, not taken from the policy: all scopes of one of the alternatives, and a credential when one is asked for. */
export function isMet(principal: Principal, { authenticated, anyOf }: Requirement): boolean {
  if (authenticated && principal.kind === 'ANONYMOUS') return false;
  return anyOf.some((all) => all.every((scope) => principal.scopes.has(scope)));
}

/** Rules that shield cannot say by itself: of what the arguments name, and of the type behind an interface. */
function dynamicRule(
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
  { declared, concreteType }: OracleOptions,
): Rule {
  const isAbstract = isAbstractType(getNamedType(field.type));
  const check = (
    _parent: unknown,
    args: Record<string, unknown>,
    { principal, rawVariables }: OracleContext,
    info: GraphQLResolveInfo,
  ) => {
    const asked = requirementsOfArguments(declared, info, rawVariables);
    const typeName = isAbstract ? concreteType(coordinate, args) : null;
    const ofType = typeName === null ? undefined : declared[typeName];
    return [...asked, ...(ofType ? [ofType] : [])].every((requirement) => isMet(principal, requirement));
  };
  return rule(`given to ${coordinate}`, { cache: 'no_cache' })(check);
}

function ruleTree(options: OracleOptions) {
  const { schema, policy, faults } = options;
  const tree = shieldTree(policy.fields) as Record<string, Record<string, Rule | ReturnType<typeof and>>>;
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    if (type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length === 0 && !isAbstractType(getNamedType(field.type))) continue;
      const rules = tree[type.name]!;
      const own = rules[field.name] as Rule;
      rules[field.name] = and(own, dynamicRule(`${type.name}.${field.name}`, field, options));
    }
  }
  for (const name of faults?.withoutRules ?? []) delete tree[name];
  return tree;
}

function pathKey({ path = [] }: GraphQLError): string {
  return path.map((step) => (typeof step === 'number' ? '@' : step)).join('.');
}

/** Shield answers once per row; a path stands for all its rows. */
function outcomeOf({ data, errors = [] }: ExecutionResult): Outcome {
  const isDenial = (error: GraphQLError) => error.originalError instanceof Denied;
  const others = errors.filter((error) => !isDenial(error));
  return {
    data: data ?? null,
    denied: new Set(errors.filter(isDenial).map(pathKey)),
    otherErrors: [...new Set(others.map((error) => `${pathKey(error)}: ${error.message}`))].sort(),
    isRefused: false,
  };
}

export class ShieldOracle {
  private readonly schema: GraphQLSchema;

  constructor(options: OracleOptions) {
    const middleware = shield(ruleTree(options), {
      // The only settings that keep the resolvers' own errors what they are.
      debug: true,
      fallbackRule: options.faults?.fallback === 'allow' ? allow : deny,
      fallbackError: () => new Denied('Denied by the oracle.'),
    });
    this.schema = applyMiddleware(options.schema, middleware);
  }

  async run(request: OracleRequest, context: { readonly principal: Principal }): Promise<Outcome> {
    const { document, operationName, variables } = request;
    const contextValue = Object.assign(context, { rawVariables: variables });
    return outcomeOf(
      await execute({
        schema: this.schema,
        document,
        operationName,
        variableValues: variables,
        contextValue,
      }),
    );
  }
}
