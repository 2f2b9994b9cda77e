// What a document uses of a schema, as coordinates. Looks at the document alone: what a variable held is known nowhere.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

export interface DocumentUse {
  /** `Type`, `Type.field`, `Type.field(argument)`, `InputType.field`, `Enum.VALUE`: named by the document, whatever its variables are. */
  readonly certain: ReadonlySet<string>;
  /** Input fields and enum values that the values of its variables may have named. */
  readonly possible: ReadonlySet<string>;
}

/** Everything that a value of the type can name. */
function addReachable(type: GraphQLNamedType, found: Set<string>, seen = new Set<string>()): void {
  if (seen.has(type.name)) return;
  seen.add(type.name);
  if (isEnumType(type)) for (const { name } of type.getValues()) found.add(`${type.name}.${name}`);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    const inner = getNamedType(field.type);
    found.add(`${type.name}.${field.name}`);
    found.add(inner.name);
    addReachable(inner, found, seen);
  }
}

/** What the schema does not have is left out. */
export function useOf(schema: GraphQLSchema, document: DocumentNode): DocumentUse {
  const types = new TypeInfo(schema);
  const certain = new Set<string>();
  const possible = new Set<string>();
  const addType = (type: Parameters<typeof getNamedType>[0]) => {
    const named = getNamedType(type);
    if (named) certain.add(named.name);
    return named;
  };
  let field = '';
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition({ type }) {
        const named = getNamedType(typeFromAST(schema, type as Parameters<typeof typeFromAST>[1]));
        if (!named) return;
        certain.add(named.name);
        addReachable(named, possible);
      },
      InlineFragment: () => void addType(types.getType()),
      FragmentDefinition: () => void addType(types.getType()),
      Field({ name }) {
        field = `${types.getParentType()?.name ?? '?'}.${name.value}`;
        certain.add(field);
        addType(types.getType());
      },
      Argument({ name }) {
        if (types.getDirective() == null) certain.add(`${field}(${name.value})`);
      },
      ObjectValue: () => void addType(types.getInputType()),
      ObjectField({ name }) {
        const parent = getNamedType(types.getParentInputType());
        if (parent) certain.add(`${parent.name}.${name.value}`);
      },
      EnumValue({ value }) {
        const named = addType(types.getInputType());
        if (named) certain.add(`${named.name}.${value}`);
      },
    }),
  );
  return { certain, possible };
}
