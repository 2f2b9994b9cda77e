// Where the arguments of a field take ids, read from the schema.
import * as gql from 'graphql';

export type Argument = Pick<gql.GraphQLArgument, 'name' | 'type'>;

/** Where ids stand in arguments: `[["input", "venueIds"], ["filter", "id", "eq"], …]`. `and` and `or` only repeat. */
export function idPlaces(args: readonly Argument[], seen: readonly string[] = []): string[][] {
  return args.flatMap(({ name, type }) => {
    const named = gql.getNamedType(type);
    if (named === gql.GraphQLID) return [[name]];
    if (!gql.isInputObjectType(named) || seen.includes(named.name)) return [];
    return idPlaces(Object.values(named.getFields()), [...seen, named.name]).map((place) => [name, ...place]);
  });
}

/** Their number, counted another way. */
function countIds(type: gql.GraphQLInputType, above: readonly string[] = []): number {
  const named = gql.getNamedType(type);
  if (!gql.isInputObjectType(named)) return named === gql.GraphQLID ? 1 : 0;
  const fields = above.includes(named.name) ? [] : Object.values(named.getFields());
  return fields.reduce((sum, field) => sum + countIds(field.type, [...above, named.name]), 0);
}

export const countIdsOf = (field: gql.GraphQLField<unknown, unknown>) =>
  field.args.reduce((sum, argument) => sum + countIds(argument.type), 0);
