// What a document makes use of: for saying how varied the drawn operations are.
import {
  getNamedType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** Kinds of selections, each once. */
export function usesOf(document: DocumentNode): Set<string> {
  const uses = new Set<string>();
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length > 1) uses.add('several operations');
  visit(document, {
    Field: ({ alias, arguments: given = [] }) => {
      if (alias) uses.add('aliases');
      if (given.length > 0) uses.add('arguments');
    },
    VariableDefinition: ({ defaultValue }) => void (defaultValue && uses.add('variables with defaults')),
    FragmentSpread: () => void uses.add('named fragments'),
    InlineFragment: ({ typeCondition }) =>
      void uses.add(typeCondition?.name.value === 'Node' ? 'fragments on Node' : 'inline fragments'),
    Directive: ({ arguments: [given] = [] }) =>
      void uses.add(given?.value.kind === Kind.VARIABLE ? 'conditions by variable' : 'conditions by literal'),
    SelectionSet({ selections }) {
      const names = selections.flatMap((one) =>
        one.kind === Kind.FIELD ? [(one.alias ?? one.name).value] : [],
      );
      if (new Set(names).size < names.length) uses.add('merged fields');
    },
  });
  return uses;
}

/** `Type.field`, `Type.field(argument)`, `InputType.field` and `Enum.VALUE` of everything that is written down. */
export function coordinatesOf(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const types = new TypeInfo(schema);
  const found = new Set<string>();
  const field = () => `${types.getParentType()?.name}.${types.getFieldDef()?.name}`;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: ({ name }) => void (name.value !== '__typename' && found.add(field())),
      Argument: ({ name }) => void (types.getDirective() ?? found.add(`${field()}(${name.value})`)),
      ObjectField: ({ name }) =>
        void found.add(`${getNamedType(types.getParentInputType())?.name}.${name.value}`),
      EnumValue: ({ value }) => void found.add(`${getNamedType(types.getInputType())?.name}.${value}`),
    }),
  );
  return found;
}
