// The documents of a stored operation: with its fragments, without what only says where it is served, and without the
// parts of its answer that a caller may not see. And the comment above it.
import {
  DirectiveLocation,
  getDirectiveValues,
  GraphQLDirective,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  Kind,
  visit,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

const scopeList = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString)));

/** Marks a part of an answer that is left out for callers without these scopes, instead of refusing the whole. */
export const withScopes = new GraphQLDirective({
  name: 'withScopes',
  locations: [DirectiveLocation.FIELD],
  args: { scopes: { type: scopeList } },
});

function scopesIn(directive: DirectiveNode): readonly string[] {
  const { scopes } = getDirectiveValues(withScopes, { directives: [directive] }) as {
    scopes: readonly string[];
  };
  return [...new Set(scopes)].sort();
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The lines of the comment right above a node, without `#`. A blank line ends it. */
export function commentAbove({ loc }: ASTNode): string[] {
  const lines: string[] = [];
  let below = loc?.startToken.line ?? 0;
  for (
    let token = loc?.startToken.prev;
    token?.kind === '<SOF>' || token?.kind === 'Comment';
    token = token.prev
  ) {
    if (token.kind !== 'Comment' || token.line !== below - 1) break;
    lines.unshift(token.value.trim());
    below = token.line;
  }
  return lines;
}

function fragmentNamesIn(node: ASTNode): string[] {
  const names: string[] = [];
  visit(node, { FragmentSpread: ({ name }) => void names.push(name.value) });
  return names;
}

function fragmentsOf(node: ASTNode, fragments: Fragments, found = new Set<FragmentDefinitionNode>()) {
  for (const name of fragmentNamesIn(node)) {
    const fragment = fragments.get(name);
    if (!fragment || found.has(fragment)) continue;
    found.add(fragment);
    fragmentsOf(fragment, fragments, found);
  }
  return found;
}

/** The operation without `@rest`, and the fragments that it uses. */
export function documentOf(node: OperationDefinitionNode, fragments: Fragments): DocumentNode {
  const directives = node.directives?.filter(({ name }) => name.value !== 'rest') ?? [];
  const operation = { ...node, directives };
  return { kind: Kind.DOCUMENT, definitions: [operation, ...fragmentsOf(node, fragments)] };
}

/** Without the fragments that are no longer used. */
function withoutRests(document: DocumentNode): DocumentNode {
  const [operation] = document.definitions;
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const byName = new Map(fragments.map((node) => [node.name.value, node]));
  return { ...document, definitions: [operation!, ...fragmentsOf(operation!, byName)] };
}

/** Scopes without which the field is left out of an answer; none = it is there for everybody. */
export function scopesOfPart(field: FieldNode): readonly string[] {
  const part = partOf(field);
  return part ? scopesIn(part) : [];
}

const partOf = ({ directives }: FieldNode) => directives?.find(({ name }) => name.value === 'withScopes');

/** The document without the parts whose scopes are not among these, and without what marks them. */
export function narrowed(document: DocumentNode, isHeld: (scope: string) => boolean): DocumentNode {
  const left = visit(document, {
    Field(field) {
      const part = partOf(field);
      if (!part) return undefined;
      if (!scopesIn(part).every(isHeld)) return null;
      return { ...field, directives: field.directives?.filter((directive) => directive !== part) ?? [] };
    },
  }) as DocumentNode;
  return withoutRests(left);
}

/** Whether a selection has nothing left in it, so that there is no answer for who holds so little. */
export function hasNothingLeft(document: DocumentNode): boolean {
  let isEmpty = false;
  visit(document, { SelectionSet: ({ selections }) => void (isEmpty ||= selections.length === 0) });
  return isEmpty;
}

/** A selection that has nothing left asks for the name of its type, so that the document can be planned. */
export function filled(document: DocumentNode): DocumentNode {
  const typeName: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return visit(document, {
    SelectionSet: (node) => (node.selections.length > 0 ? undefined : { ...node, selections: [typeName] }),
  });
}

/** The distinct sets of scopes that parts of the document ask for. */
export function partsOf(document: DocumentNode): readonly (readonly string[])[] {
  const parts = new Map<string, readonly string[]>();
  visit(document, {
    Field(field) {
      const part = partOf(field);
      if (part) parts.set(scopesIn(part).join(), scopesIn(part));
    },
  });
  return [...parts.values()];
}

/** The name in the answer. */
export const responseName = ({ alias, name }: FieldNode) => (alias ?? name).value;

export const isField = (node: SelectionNode): node is FieldNode => node.kind === Kind.FIELD;

/** The one field at the root, or null when there are several, or none. */
export function rootField({ selectionSet: { selections } }: OperationDefinitionNode): FieldNode | null {
  const [first] = selections;
  return selections.length === 1 && first && isField(first) ? first : null;
}
