// What arguments ask for, as a graphql-shield rule: the oracle's own reading of the declarations. Shield ignores rules on
// input types, so a field's rule looks at the arguments that it was given: variables are written into the literal, and
// graphql's own TypeInfo says which input fields and enum values stand in it. Shares no code with src/access/policy.
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ConstValueNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  type ObjectFieldNode,
  type ValueNode,
  getNamedType,
} from 'graphql';
import type { PolicyDeclaration, Requirement } from '../../../src/access/policy/index.ts';

const absent = Symbol('left out');

/** A raw variable's value as the literal that it stands for. */
function literalOf(type: GraphQLInputType, value: unknown): ValueNode {
  if (isNonNullType(type)) return literalOf(type.ofType as GraphQLInputType, value);
  if (value === null) return { kind: Kind.NULL };
  if (isListType(type)) {
    const itemType = type.ofType as GraphQLInputType;
    if (!Array.isArray(value)) return literalOf(itemType, value);
    return { kind: Kind.LIST, values: value.map((item) => literalOf(itemType, item)) };
  }
  const named = getNamedType(type);
  if (isEnumType(named)) return { kind: Kind.ENUM, value: String(value) };
  if (!isInputObjectType(named)) return { kind: Kind.STRING, value: String(value) };
  const fields = named.getFields();
  const given = Object.entries(value as object).filter(([, inner]) => inner !== undefined);
  return {
    kind: Kind.OBJECT,
    fields: given.map(([name, inner]) => ({
      kind: Kind.OBJECT_FIELD,
      name: { kind: Kind.NAME, value: name },
      value: literalOf(fields[name]!.type, inner),
    })),
  };
}

type Raw = Readonly<Record<string, unknown>>;

function withoutVariables(
  type: GraphQLInputType,
  node: ValueNode,
  info: GraphQLResolveInfo,
  raw: Raw,
): ValueNode | typeof absent {
  if (isNonNullType(type)) return withoutVariables(type.ofType as GraphQLInputType, node, info, raw);
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    if (raw[name] !== undefined) return literalOf(type, raw[name]);
    const definition = info.operation.variableDefinitions?.find((one) => one.variable.name.value === name);
    return (definition?.defaultValue as ConstValueNode | undefined) ?? absent;
  }
  if (node.kind === Kind.LIST && isListType(type)) {
    const itemType = type.ofType as GraphQLInputType;
    const values = node.values.map((item) => withoutVariables(itemType, item, info, raw));
    return { ...node, values: values.map((item) => (item === absent ? { kind: Kind.NULL } : item)) };
  }
  const named = getNamedType(type);
  if (node.kind !== Kind.OBJECT || !isInputObjectType(named)) return node;
  const fields = node.fields.flatMap((field): ObjectFieldNode[] => {
    const value = withoutVariables(named.getFields()[field.name.value]!.type, field.value, info, raw);
    return value === absent ? [] : [{ ...field, value }];
  });
  return { ...node, fields };
}

/** Requirements of each argument that a field was given, and of each input field and enum value named in it. */
export function requirementsOfArguments(
  declared: PolicyDeclaration,
  info: GraphQLResolveInfo,
  raw: Raw,
): Requirement[] {
  const field = info.parentType.getFields()[info.fieldName]!;
  const found: Requirement[] = [];
  const add = (...coordinates: string[]) => {
    const coordinate = coordinates.find((one) => declared[one] !== undefined);
    if (coordinate !== undefined) found.push(declared[coordinate]!);
  };
  for (const { kind, name, arguments: given = [] } of info.fieldNodes) {
    const written: FieldNode = {
      kind,
      name,
      arguments: given.flatMap((argument) => {
        const { type } = field.args.find((one) => one.name === argument.name.value)!;
        const value = withoutVariables(type, argument.value, info, raw);
        return value === absent ? [] : [{ ...argument, value }];
      }),
    };
    const types = new TypeInfo(info.schema, info.parentType);
    visit(
      written,
      visitWithTypeInfo(types, {
        Argument: (node) => add(`${info.parentType.name}.${info.fieldName}(${node.name.value})`),
        ObjectField(node) {
          const owner = getNamedType(types.getParentInputType());
          if (owner) add(`${owner.name}.${node.name.value}`, owner.name);
        },
        EnumValue(node) {
          const owner = getNamedType(types.getInputType());
          if (owner) add(`${owner.name}.${node.value}`, owner.name);
        },
      }),
    );
  }
  return found;
}
