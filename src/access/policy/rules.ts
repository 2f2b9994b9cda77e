// Requirements as graphql-shield rules: one rule object for each distinct requirement, and the one rule tree of the schema.
import { createRequire } from 'node:module';
import type { GraphQLResolveInfo } from 'graphql';
import type * as GraphqlShield from 'graphql-shield';
import type { Principal } from '../../core/principal.ts';
import { missingScopes, type Requirement } from './requirement.ts';

// Its ES module build asks node:util for isUndefined, which Node 24 no longer has; the CommonJS build loads everywhere.
const shieldModule = createRequire(import.meta.url)('graphql-shield') as typeof GraphqlShield;

type ShieldRule = ReturnType<typeof shieldModule.rule> extends (check: never) => infer Rule ? Rule : never;
export type RuleTree = Record<string, Record<string, ShieldRule>>;

export interface RuleContext {
  readonly principal: Principal;
}

/** Whether a principal meets a requirement. Pure; every verdict in the house comes from here. */
export function meets(principal: Principal, requirement: Requirement): boolean {
  if (requirement.authenticated && principal.kind === 'ANONYMOUS') return false;
  return missingScopes(requirement, principal.scopes).length === 0;
}

const ruleOf = new WeakMap<Requirement, ShieldRule>();

/** The shield rule of a requirement, named after it: shield caches by name, so two rules must never share one. */
export function shieldRule(requirement: Requirement): ShieldRule {
  let rule = ruleOf.get(requirement);
  if (!rule) {
    const check = (_parent: unknown, _args: unknown, context: RuleContext): boolean =>
      meets(context.principal, requirement);
    rule = shieldModule.rule(requirement.name, { cache: 'contextual' })(check);
    ruleOf.set(requirement, rule);
  }
  return rule;
}

/** The answer of a requirement's shield rule for one principal. */
export async function judge(requirement: Requirement, principal: Principal): Promise<boolean> {
  const context = { principal, _shield: { cache: {} } };
  const rule = shieldRule(requirement) as unknown as {
    resolve(parent: unknown, args: object, context: object, info: object, options: object): Promise<unknown>;
  };
  // Only `true` opens a door; shield may also answer with an Error.
  return (await rule.resolve({}, {}, context, {}, { debug: true })) === true;
}

/** The one shield. What its tree does not name is denied; the resolvers' own errors stay what they are. */
export function shieldOf(tree: RuleTree): ReturnType<typeof shieldModule.shield> {
  return shieldModule.shield(tree, {
    debug: true,
    fallbackRule: shieldModule.deny,
    fallbackError: (_error, _parent, _args, _context, { parentType, fieldName }: GraphQLResolveInfo) => {
      throw new Error(`${parentType.name}.${fieldName} was about to run for a caller who may not use it.`);
    },
  });
}

/** The rule tree as graphql-shield takes it. Rules stand on object types only: shield ignores those on interfaces. */
export function shieldTree(fields: Iterable<readonly [string, string, Requirement]>): RuleTree {
  const tree: RuleTree = {};
  for (const [typeName, fieldName, requirement] of fields) {
    (tree[typeName] ??= {})[fieldName] = shieldRule(requirement);
  }
  return tree;
}
