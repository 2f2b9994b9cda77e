// Which fields an operation asks for at its root, as the document says: before it is validated.
import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from './gate.ts';

export const rootTypes = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/**
 * Root field names, fragments expanded; null when a fragment is missing. Each fragment is entered once: nothing was
 * validated yet, and fragments that spread each other twice double with every level.
 */
export function rootFieldNames(document: DocumentNode, root: SelectionSetNode): ReadonlySet<string> | null {
  const fragments = fragmentsOf(document);
  const names = new Set<string>();
  const spread = new Set<string>();
  const pending = [root];
  for (let set = pending.pop(); set; set = pending.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) pending.push(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (!fragment) return null;
        pending.push(fragment.selectionSet);
      }
    }
  }
  return names;
}
