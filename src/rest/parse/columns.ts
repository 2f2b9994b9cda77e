// The columns of a list's rows: a path for each value that a row can hold. Of what is a list itself there is one.
import {
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../../access/policy/index.ts';
import { responseName } from './documents.ts';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function fieldsIn({ selections }: SelectionSetNode, fragments: Fragments): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return within ? fieldsIn(within.selectionSet, fragments) : [];
  });
}

/** The type of what a field answers, when it is one object. */
function objectBehind(type: GraphQLObjectType, { name }: FieldNode): GraphQLObjectType | null {
  const answered = type.getFields()[name.value]?.type;
  if (!answered || isListType(getNullableType(answered))) return null;
  const named = getNamedType(answered);
  return isObjectType(named) ? named : null;
}

function columnsBelow(
  type: GraphQLObjectType,
  selections: SelectionSetNode,
  fragments: Fragments,
  path: readonly string[] = [],
): (readonly string[])[] {
  return fieldsIn(selections, fragments).flatMap((field) => {
    const own = [...path, responseName(field)];
    const object = objectBehind(type, field);
    return object && field.selectionSet ? columnsBelow(object, field.selectionSet, fragments, own) : [own];
  });
}

/** Of the `nodes` below the field at the root of a valid document. */
export function columnsOf(schema: GraphQLSchema, document: DocumentNode): readonly (readonly string[])[] {
  const fragments = fragmentsOf(document);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const root = schema.getQueryType();
  const page = operation && fieldsIn(operation.selectionSet, fragments)[0];
  const connection = root && page ? objectBehind(root, page) : null;
  const nodes =
    page?.selectionSet && fieldsIn(page.selectionSet, fragments).find(({ name }) => name.value === 'nodes');
  const row = getNamedType(connection?.getFields()['nodes']?.type);
  return nodes?.selectionSet && isObjectType(row) ? columnsBelow(row, nodes.selectionSet, fragments) : [];
}
