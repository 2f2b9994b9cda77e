// The names that a stranger may use where the schema is a secret: those on the way from a field that is open to everyone.
// "Open" elsewhere means "nothing more than what leads here", so it is asked only along that way.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  specifiedDirectives,
  specifiedScalarTypes,
  visit,
  type DocumentNode,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { Policy } from '../../access/policy/index.ts';

class Reach {
  readonly names = new Set<string>();

  constructor(private readonly policy: Policy) {}

  /** Those of its fields that are open, and where they lead. */
  addFields(type: GraphQLNamedType | undefined | null): void {
    if (!isObjectType(type) && !isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      if (this.policy.coordinates.get(`${type.name}.${field.name}`)?.authenticated === false)
        this.addField(field);
    }
  }

  private addField(field: GraphQLField<unknown, unknown> | GraphQLInputField): void {
    this.names.add(field.name);
    this.addType(getNamedType(field.type));
    for (const argument of 'args' in field ? field.args : []) {
      this.names.add(argument.name);
      this.addType(getNamedType(argument.type));
    }
  }

  private addType(type: GraphQLNamedType): void {
    if (this.names.has(type.name)) return;
    this.names.add(type.name);
    if (isEnumType(type)) type.getValues().forEach(({ name }) => this.names.add(name));
    this.addFields(type);
  }
}

const known = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

/** Names of types, fields, arguments, values and directives; GraphQL's own are no secret. */
export function publicNamesOf(schema: GraphQLSchema, policy: Policy): ReadonlySet<string> {
  let names = known.get(schema);
  if (!names) {
    const reach = new Reach(policy);
    for (const root of [schema.getQueryType(), schema.getMutationType()]) {
      if (root) reach.names.add(root.name);
      reach.addFields(root);
    }
    const own = [...specifiedScalarTypes, ...specifiedDirectives].map(({ name }) => name);
    // Arguments of GraphQL's own directives and the one field that every type has.
    names = new Set([...reach.names, ...own, 'if', '__typename']);
    known.set(schema, names);
  }
  return names;
}

/** Whether everything in a document that could be the name of something is one of these. What it names itself is its own. */
export function namesOnly(document: DocumentNode, names: ReadonlySet<string>): boolean {
  let isKnown = true;
  const check = ({ name }: { readonly name: { readonly value: string } }) =>
    void (isKnown &&= names.has(name.value));
  visit(document, {
    ...{ NamedType: check, Field: check, Argument: check, ObjectField: check, Directive: check },
    EnumValue: ({ value }) => void (isKnown &&= names.has(value)),
  });
  return isKnown;
}
