// The documents of a stored operation: with its fragments, without what only says where it is served, and with less of an
// answer. And the comment above it.
import {
  Kind,
  parse,
  print,
  visit,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

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

/** As text, and as the text is parsed: what runs is what the text says. */
export function textOf(document: DocumentNode): { readonly text: string; readonly parsed: DocumentNode } {
  const text = print(document);
  return { text, parsed: parse(text) };
}

/** The name in the answer. */
export const responseName = ({ alias, name }: FieldNode) => (alias ?? name).value;

export const isField = (node: SelectionNode): node is FieldNode => node.kind === Kind.FIELD;

/** The one field at the root, or null when there are several, or none. */
export function rootField({ selectionSet: { selections } }: OperationDefinitionNode): FieldNode | null {
  const [first] = selections;
  return selections.length === 1 && first && isField(first) ? first : null;
}

/** The mutation without `data` of what it wrote, or null when it has no such part, or nothing beside it. */
export function bareOf(node: OperationDefinitionNode): OperationDefinitionNode | null {
  const root = rootField(node);
  if (node.operation !== 'mutation' || !root?.selectionSet) return null;
  const { selections } = root.selectionSet;
  const left = selections.filter((selection) => !isField(selection) || responseName(selection) !== 'data');
  if (left.length === selections.length || left.length === 0) return null;
  const selectionSet = { ...root.selectionSet, selections: left };
  return { ...node, selectionSet: { ...node.selectionSet, selections: [{ ...root, selectionSet }] } };
}
