// Fields at which a denial can begin, and why. Everywhere else a caller who reached the type has met what the field
// asks.
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { implies, type Requirement } from './requirement.ts';

/** What each coordinate asks. */
export interface Requirements {
  /** Requirement of `Type.field`, the edge guard of the type it leads to included. */
  ofField(typeName: string, fieldName: string): Requirement;
  ofArgument(typeName: string, fieldName: string, argument: string): Requirement;
  /** Requirement of an input field or enum value. */
  ofMember(typeName: string, member: string): Requirement;
  /** What everyone who holds a value of this type has met. */
  ofType(typeName: string): Requirement;
}

/** True when some member below this input type or enum asks for more than `given`. */
export function asksForMore(
  { ofMember }: Pick<Requirements, 'ofMember'>,
  type: GraphQLNamedType,
  given: Requirement,
  seen = new Set<string>(),
): boolean {
  if (seen.has(type.name)) return false;
  seen.add(type.name);
  if (isEnumType(type))
    return type.getValues().some(({ name }) => !implies(given, ofMember(type.name, name)));
  if (!isInputObjectType(type)) return false;
  return Object.values(type.getFields()).some(
    (field) =>
      !implies(given, ofMember(type.name, field.name)) ||
      asksForMore({ ofMember }, getNamedType(field.type), given, seen),
  );
}

/** Why this field can be refused to someone who reached its type, as the rest of a sentence; null when it cannot. */
export function refusalCause(
  schema: GraphQLSchema,
  requirements: Requirements,
  typeName: string,
  field: GraphQLField<unknown, unknown>,
): string | null {
  const given = requirements.ofType(typeName);
  const own = requirements.ofField(typeName, field.name);
  if (!implies(given, own)) return `needs "${own.name}"`;
  for (const { name, type } of field.args) {
    const asked = requirements.ofArgument(typeName, field.name, name);
    if (!implies(given, asked)) return `needs "${asked.name}" for its argument "${name}"`;
    if (asksForMore(requirements, getNamedType(type), given)) {
      return `needs more than its type for some values of its argument "${name}"`;
    }
  }
  const target = getNamedType(field.type);
  if (!isAbstractType(target)) return null;
  const closed = schema
    .getPossibleTypes(target)
    .find(({ name }) => !implies(given, requirements.ofType(name)));
  return closed
    ? `can lead to ${closed.name}, which needs "${requirements.ofType(closed.name).name}",`
    : null;
}
