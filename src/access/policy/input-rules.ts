// The rules of input types that follow from the mutations that take them. A feature declares a mutation's rule once.
import { getNamedType, isInputObjectType, type GraphQLInputObjectType, type GraphQLSchema } from 'graphql';
import type { Requirement } from './rules/requirement.ts';

/** How a rule is looked up; an argument's own rule comes before its field's. */
type RuleOf = (coordinate: string) => Requirement | undefined;

/** The input types that a type holds at any depth, and itself. */
function withNested(type: GraphQLInputObjectType, found = new Set<GraphQLInputObjectType>()) {
  if (found.has(type)) return found;
  found.add(type);
  for (const field of Object.values(type.getFields())) {
    const nested = getNamedType(field.type);
    if (isInputObjectType(nested)) withNested(nested, found);
  }
  return found;
}

/**
 * The rule of each input type that mutations take, by the type's name. An input type that mutations with different rules take
 * has none: its feature must say which it is.
 */
export function rulesOfInputs(schema: GraphQLSchema, ruleOf: RuleOf): ReadonlyMap<string, Requirement> {
  const asked = new Map<string, Set<Requirement>>();
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const mutation = `Mutation.${field.name}`;
    for (const argument of field.args) {
      const type = getNamedType(argument.type);
      const rule = ruleOf(`${mutation}(${argument.name})`) ?? ruleOf(mutation);
      if (!rule || !isInputObjectType(type)) continue;
      for (const { name } of withNested(type)) asked.set(name, (asked.get(name) ?? new Set()).add(rule));
    }
  }
  const agreed = [...asked].filter(([, rules]) => rules.size === 1);
  return new Map(agreed.map(([name, rules]) => [name, [...rules][0]!]));
}
