// The selection of a stored operation -> the schema of what its endpoint answers. The same steps as answer/data-answer.ts takes
// with the data.
import {
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { responseName, scopesOfPart } from '../parse/documents.ts';
import type { StoredOperation } from '../stored-operation.ts';
import {
  described,
  objectOf,
  orNull,
  type Components,
  type Described,
  type Property,
} from './json-schema.ts';
import { enumOf, plainText, scalarOf } from './types.ts';

/** For whom it is described; null = for everybody: what needs further scopes is there, and may be missing. */
export type Held = ReadonlySet<string> | null;

interface Frame {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly components: Components;
  readonly held: Held;
}

export interface AnswerDescription extends Described {
  /** The answer has a version, so it has an ETag. */
  readonly hasVersion: boolean;
  /** One row of a list. */
  readonly row: Described | null;
}

const successOf = (data: Described, more: Readonly<Record<string, Property>> = {}): Described =>
  objectOf({
    success: { schema: { type: 'boolean', const: true }, example: true, isRequired: true },
    data: { ...data, isRequired: true },
    ...more,
  });

const goesOn: Readonly<Record<string, Property>> = {
  next_cursor: {
    schema: { type: ['string', 'null'], description: 'Give it as `cursor`; null at the end of the list.' },
    example: null,
    isRequired: true,
  },
  has_more: { schema: { type: 'boolean' }, example: false, isRequired: true },
};

function fieldsIn({ selections }: SelectionSetNode, frame: Frame): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const within =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : frame.fragments.get(selection.name.value);
    return within ? fieldsIn(within.selectionSet, frame) : [];
  });
}

/** Nullable only so that it can be denied or fail, and then nothing at all is answered. */
function isAlwaysThere({ extensions }: GraphQLField<unknown, unknown>): boolean {
  const directives = (extensions['directives'] ?? {}) as object;
  return 'semanticNonNull' in directives;
}

function fieldOf(type: GraphQLObjectType, { name }: FieldNode): GraphQLField<unknown, unknown> {
  const field = type.getFields()[name.value];
  if (!field) throw new Error(`${type.name} has no field ${name.value} that could be described.`);
  return field;
}

/** A property of an answer; null when these scopes do not open it. */
function propertyOf(type: GraphQLObjectType, node: FieldNode, frame: Frame): Property | null {
  const part = scopesOfPart(node);
  if (frame.held && !part.every((scope) => frame.held?.has(scope))) return null;
  const field = fieldOf(type, node);
  const named = { name: responseName(node), about: type.name };
  const value = outputOf(field.type, node, frame, named, isAlwaysThere(field));
  const needs = part.length > 0 ? `Only with ${part.map((scope) => `\`${scope}\``).join(' and ')}.` : '';
  const description = [plainText(field.description), needs].filter((text) => text !== '').join(' ');
  return {
    schema: described(value.schema, description),
    example: value.example,
    isRequired: part.length === 0 || frame.held !== null,
  };
}

function propertiesOf(type: GraphQLObjectType, nodes: readonly FieldNode[], frame: Frame) {
  return Object.fromEntries(
    nodes.flatMap((node) => {
      const property = propertyOf(type, node, frame);
      return property ? [[responseName(node), property]] : [];
    }),
  );
}

/** A fragment that is all of a selection gives its schema a name: `CustomerFields` is `Customer`. */
function objectBehind(type: GraphQLObjectType, selectionSet: SelectionSetNode, frame: Frame): Described {
  const make = () => objectOf(propertiesOf(type, fieldsIn(selectionSet, frame), frame));
  const [only, ...others] = selectionSet.selections;
  if (only?.kind !== Kind.FRAGMENT_SPREAD || others.length > 0) return make();
  return frame.components.named(only.name.value.replace(/Fields$/, ''), make);
}

function outputOf(
  type: GraphQLOutputType,
  node: FieldNode,
  frame: Frame,
  named: { readonly name: string; readonly about: string },
  isThere = false,
): Described {
  if (isNonNullType(type)) return presentOutput(type.ofType, node, frame, named);
  const value = presentOutput(type, node, frame, named);
  return isThere ? value : { ...value, schema: orNull(value.schema) };
}

function presentOutput(
  type: GraphQLOutputType,
  node: FieldNode,
  frame: Frame,
  named: { readonly name: string; readonly about: string },
): Described {
  if (isNonNullType(type)) return presentOutput(type.ofType, node, frame, named);
  if (isListType(type)) {
    const { schema, example } = outputOf(type.ofType, node, frame, named);
    return { schema: { type: 'array', items: schema }, example: [example] };
  }
  if (isEnumType(type)) return enumOf(type, frame.components);
  if (isObjectType(type) && node.selectionSet) return objectBehind(type, node.selectionSet, frame);
  return scalarOf(type.toString(), named.name, named.about);
}

/** An answer is shown for what was found: null is another status. */
function foundOutput(type: GraphQLObjectType, node: FieldNode, frame: Frame): Described {
  return presentOutput(fieldOf(type, node).type, node, frame, {
    name: responseName(node),
    about: getNamedType(fieldOf(type, node).type).name,
  });
}

function objectTypeOf(type: GraphQLObjectType, node: FieldNode): GraphQLObjectType {
  const named = getNamedType(fieldOf(type, node).type);
  if (isObjectType(named)) return named;
  throw new Error(`${type.name}.${node.name.value} has no fields that could be described.`);
}

const hasVersion = (node: FieldNode, frame: Frame) =>
  node.selectionSet !== undefined &&
  fieldsIn(node.selectionSet, frame).some((field) => responseName(field) === 'version');

function pageAnswer(root: GraphQLObjectType, page: FieldNode, frame: Frame): AnswerDescription {
  const connection = objectTypeOf(root, page);
  const list = fieldsIn(page.selectionSet!, frame).find(({ name }) => name.value === 'nodes')!;
  const rows = foundOutput(connection, list, frame);
  const row = { schema: rows.schema.items!, example: (rows.example as readonly Described['example'][])[0]! };
  const member = responseName(list);
  const data = member === 'data' ? rows : objectOf({ [member]: { ...rows, isRequired: true } });
  return { ...successOf(data, goesOn), hasVersion: false, row };
}

/** What is told beside the thing that was written. An id is there whenever it was written. */
function besideOf(payload: GraphQLObjectType, nodes: readonly FieldNode[], frame: Frame) {
  return Object.fromEntries(
    nodes.flatMap((node) => {
      const property = propertyOf(payload, node, frame);
      if (!property) return [];
      const isId = /^ids?$/.test(responseName(node));
      const value = isId ? foundOutput(payload, node, frame) : property;
      return [[responseName(node), { ...property, ...value }]];
    }),
  );
}

/** The thing with what is told beside it; or only that, for who may not read it, or when it could not be read any more. */
function writtenAnswer(root: GraphQLObjectType, result: FieldNode, frame: Frame): AnswerDescription {
  const payload = objectTypeOf(root, result);
  const nodes = fieldsIn(result.selectionSet!, frame).filter((node) => responseName(node) !== 'userErrors');
  const beside = besideOf(
    payload,
    nodes.filter((node) => responseName(node) !== 'data'),
    frame,
  );
  const bare = objectOf(beside);
  const thing = nodes.find((node) => responseName(node) === 'data');
  const isOpen = thing && (!frame.held || scopesOfPart(thing).every((scope) => frame.held?.has(scope)));
  if (!isOpen) return { ...successOf(bare), hasVersion: false, row: null };
  const type = objectTypeOf(payload, thing);
  const own = propertiesOf(type, fieldsIn(thing.selectionSet!, frame), frame);
  // What has a name keeps it.
  const isAll = Object.keys(beside).every((name) => name in own);
  const whole = isAll
    ? objectBehind(type, thing.selectionSet!, frame)
    : objectOf({ ...beside, ...own, ...beside });
  const data = { schema: { anyOf: [whole.schema, bare.schema] }, example: whole.example };
  return { ...successOf(data), hasVersion: hasVersion(thing, frame), row: null };
}

/** What the endpoint answers when all went well. */
export function answerOf(
  operation: StoredOperation,
  { schema, components, held }: Pick<Frame, 'components' | 'held'> & { readonly schema: GraphQLSchema },
): AnswerDescription {
  const { definitions } = operation.source;
  const node = definitions.find(
    (candidate): candidate is OperationDefinitionNode => candidate.kind === Kind.OPERATION_DEFINITION,
  )!;
  const fragments = definitions.filter((candidate) => candidate.kind === Kind.FRAGMENT_DEFINITION);
  const frame = { components, held, fragments: new Map(fragments.map((one) => [one.name.value, one])) };
  const root = schema.getRootType(node.operation)!;
  const field = fieldsIn(node.selectionSet, frame)[0]!;
  switch (operation.shape.kind) {
    case 'page':
      return pageAnswer(root, field, frame);
    case 'written':
      return writtenAnswer(root, field, frame);
    case 'one': {
      const data = foundOutput(root, field, frame);
      return { ...successOf(data), hasVersion: hasVersion(field, frame), row: null };
    }
  }
}
