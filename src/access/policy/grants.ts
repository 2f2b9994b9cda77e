// What a scope opens, in coordinates of the schema.
import { isObjectType, type GraphQLSchema } from 'graphql';
import type { Policy } from './policy.ts';
import type { Requirement } from './rules/requirement.ts';

/** Whether a schema has a type (`Inquiry`) or a field (`Query.inquiries`). */
export function isIn(schema: GraphQLSchema, coordinate: string): boolean {
  const [typeName = '', fieldName] = coordinate.split('.');
  const type = schema.getType(typeName);
  if (fieldName === undefined) return type !== undefined;
  return isObjectType(type) && Object.hasOwn(type.getFields(), fieldName);
}

/** What a scope opens in the whole schema. Sorted. */
export function grantsIn(schema: GraphQLSchema, policy: Policy): (scope: string) => readonly string[] {
  /** What each existing scope opens: `scopes` asks for all of them, and may stand in an operation twenty times. */
  const grants = new Map<string, readonly string[]>();
  return (scope) => {
    const known = grants.get(scope);
    if (known) return known;
    const asks = ({ anyOf }: Requirement) => anyOf.some((all) => all.includes(scope));
    const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
    const operations = policy.fields.filter(
      ([typeName, , requirement]) => ['Query', 'Mutation'].includes(typeName) && asks(requirement),
    );
    const found = [
      ...types.filter((type) => asks(policy.ofType(type.name))).map((type) => type.name),
      ...operations.map(([typeName, fieldName]) => `${typeName}.${fieldName}`),
    ].sort();
    grants.set(scope, found);
    return found;
  };
}
