// The names of a schema that a caller could be told.
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLSchema,
} from 'graphql';

/** Names of directives, types, enum values, fields and arguments. */
export function namesOf(schema: GraphQLSchema): Set<string> {
  const names = new Set(schema.getDirectives().map(({ name }) => name));
  for (const type of Object.values(schema.getTypeMap())) {
    names.add(type.name);
    if (isEnumType(type)) type.getValues().forEach(({ name }) => names.add(name));
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      names.add(field.name);
      const args = 'args' in field ? (field.args as readonly GraphQLArgument[]) : [];
      args.forEach(({ name }) => names.add(name));
    }
  }
  return names;
}
