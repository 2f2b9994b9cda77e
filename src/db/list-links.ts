// Link tables whose rows lie in the order of the rows that they lead to: the newest customers of a venue are read from there,
// however many customers the workspace has and however old the venue's are.
import { partsOf, ranges, type Comparison, type IndexConditions, type ListAt } from './list-indexes.ts';
import type { ParentLink } from './list-query.ts';
import { tableOf, type Table } from './table.ts';

export type LinkTable = Extract<ParentLink, { by: 'link' }>;

/** The links that lead to a list's rows: those of its parent, or of the only venue of a caller who lists without one. */
export function linkOf({ query: { table }, scope: { venueIds }, link }: ListAt): LinkTable | null {
  if (link) return link.by === 'link' ? link : null;
  const { venues } = table;
  if (venues.by !== 'link' || venueIds?.length !== 1) return null;
  return { by: 'link', table: venues.table, parent: venues.venue, child: venues.key };
}

/** The property of the link that has the order of the list in an index; null: there is none. */
export function linkOrder(at: ListAt): string | null {
  const link = linkOf(at);
  if (!link) return null;
  const { copies, indexes, workspace } = tableOf(link.table());
  if (copies?.key !== link.child || copies.property !== at.query.window.orderBy) return null;
  const keys = [workspace, link.parent, copies.as, link.child].join();
  return indexes.some(({ properties }) => properties.join() === keys) ? copies.as : null;
}

/** Whether a list is what the links lead to between two positions of the order, and every one of these rows is the caller's. */
export function isAllLinked(at: ListAt): boolean {
  const { query, scope } = at;
  const isLinked = linkOrder(at) !== null && (query.search ?? []).length === 0;
  return (
    isLinked &&
    (scope.venueIds === null || !at.link || isSeenByLink(query.table, at.link)) &&
    partsOf(query.condition).every((part) => 'op' in part && isOfOrder(at, part))
  );
}

/** Whether the link that leads to a row is what shows it to a caller of the link's venue. */
export function isSeenByLink({ venues }: Table, link: ParentLink): boolean {
  if (link.by !== 'link' || venues.by !== 'link') return false;
  return venues.table() === link.table() && venues.venue === link.parent;
}

const isOfOrder = ({ query }: ListAt, { property, op, value }: Comparison) =>
  property === query.window.orderBy && value !== null && (op === 'eq' || ranges.includes(op));

/** What is compared with the order of the list, asked of the link. */
export function linkConditions(at: ListAt): IndexConditions['conditions'] {
  const property = linkOrder(at);
  if (property === null) return [];
  const compared = partsOf(at.query.condition).filter(
    (part): part is Comparison => 'op' in part && isOfOrder(at, part),
  );
  return compared.map((one) => ({ ...one, property }));
}
