// The ways to a list's rows, and the order in which they are tried. Neither engine knows how many rows a filter leaves (SQLite
// has no statistics at all, Postgres none of values that hang together), so a wrong guess reads a million rows for one page.
// Here each way examines a bounded number of rows. A way that comes to its bound without having found the page says so, and
// the next one is tried; after the last one the list is refused, never cut short.
import { isNothing, type Condition } from './condition.ts';
import {
  comparisonsOf,
  indexedProperty,
  isOfFew,
  isIndexed,
  keysOf,
  leadsToRows,
  orderedIndex,
  partsOf,
  ranges,
  venueComparison,
  type IndexConditions,
  type ListAt,
} from './list-indexes.ts';
import { isAllLinked, linkOrder } from './list-links.ts';
import { seeksOf } from './index-merge.ts';

/** Which rows are examined when they are not examined in the wanted order. */
export type Driver =
  /** Those that these conditions leave, which an index holds together; `ofParent`: and that belong to the parent. */
  | ({ readonly by: 'index' } & IndexConditions)
  /** Those with the searched words. */
  | { readonly by: 'words' }
  /** Those that the link table has for the parent. */
  | { readonly by: 'link' }
  /** Those of the caller's venues. */
  | { readonly by: 'venues' };

export type Path =
  /** An index holds the rows of the list, and no others, in the wanted order. */
  | { readonly kind: 'exact' }
  /** In the wanted order, those that `conditions` leave in the index (and that belong to the parent). */
  | ({ readonly kind: 'order'; readonly maxRows: number } & IndexConditions)
  /** In the wanted order, those that the links lead to. `isAll`: they are the list, and no more of them is read than is wanted. */
  | { readonly kind: 'links'; readonly isAll: boolean; readonly maxRows: number }
  | { readonly kind: 'driver'; readonly driver: Driver; readonly maxRows: number };

export const exactPath: Path = { kind: 'exact' };

/** A LIMIT that is never reached. Without one SQLite forgets in which order the links were asked for. */
const allRows = 2 ** 31 - 1;

/** Whether the index in the wanted order holds this list's rows and no others. */
function isExact(at: ListAt): boolean {
  const { scope, link, query } = at;
  const index = orderedIndex(at);
  if (!index || link?.by === 'link' || (query.search ?? []).length > 0) return false;
  const venue = venueComparison(at)?.property;
  const isOfVenue = index.conditions.some(({ property }) => property === venue);
  const isHeld = (part: Condition) =>
    'op' in part && index.conditions.includes(part) && isIndexed(query.table, part);
  return (
    (scope.venueIds === null || isOfVenue) &&
    (index.ofParent || !link) &&
    partsOf(query.condition).every(isHeld)
  );
}

/** Whether each of the lists that the list is merged from (see index-merge.ts) is read from its place in an index. */
function areExact(at: ListAt): boolean {
  if (at.link) return isExact(at);
  return seeksOf(at.query, at.scope).every((condition) =>
    isExact({ ...at, query: { ...at.query, condition } }),
  );
}

/** A driver, and whether it seldom leaves more than a few rows. */
interface Candidate {
  readonly driver: Driver;
  readonly isNarrow: boolean;
}

function indexCandidates(at: ListAt): Candidate[] {
  const { table } = at.query;
  const firstKeys = new Set(['id', ...table.indexes.map(({ properties }) => keysOf(table, properties)[0]!)]);
  const usable = comparisonsOf(at).filter(
    (one) => firstKeys.has(indexedProperty(table, one)) && leadsToRows(at, one),
  );
  const ends = usable.filter(({ op }) => ranges.includes(op) && op !== 'startsWith');
  // What the index in the wanted order begins with needs no driver.
  const inOrder = orderedIndex(at)?.conditions ?? [];
  const single = usable
    .filter((one) => !ends.includes(one))
    .map((one): Candidate => {
      const driver = { by: 'index', conditions: [one], ofParent: false } as const;
      const isNarrow = isOfFew(table, indexedProperty(table, one)) && one.value !== null;
      return { driver, isNarrow: isNarrow && !inOrder.includes(one) };
    });
  // Both ends of a span of time are one driver.
  const spans = [...new Set(ends.map(({ property }) => property))].map((property): Candidate => {
    const conditions = ends.filter((one) => one.property === property);
    return { driver: { by: 'index', conditions, ofParent: false }, isNarrow: false };
  });
  return [...single, ...spans];
}

function candidatesOf(at: ListAt): Candidate[] {
  const { query, scope, link } = at;
  const found = indexCandidates(at);
  // Of many rows (those that are counted) a page is found in their order sooner than all of a parent's are sorted.
  if (link?.by === 'link') found.push({ driver: { by: 'link' }, isNarrow: !query.table.isCounted });
  if (link?.by === 'column' && !orderedIndex(at)?.ofParent)
    found.push({ driver: { by: 'index', conditions: [], ofParent: true }, isNarrow: true });
  if ((query.search ?? []).length > 0) found.push({ driver: { by: 'words' }, isNarrow: false });
  if (scope.venueIds !== null && ['column', 'id', 'link'].includes(query.table.venues.by))
    found.push({ driver: { by: 'venues' }, isNarrow: false });
  return found;
}

/**
 * Rounded up to a power of two: the number stands in the statement's text, and so many numbers of parents share one
 * text.
 */
const roundedUp = (rows: number) => 2 ** Math.ceil(Math.log2(rows));

/** Whether the rows are found through a link table. */
function isLinked({ query }: ListAt, { by }: Driver): boolean {
  return by === 'link' || (by === 'venues' && query.table.venues.by === 'link');
}

/** Properties in whose order rows were made, and so lie in the store. */
const madeInOrder: readonly string[] = ['createdAt', 'at', 'number'];

/** A word that more than one of ten rows has is common. */
const rowsPerFound = 10;

/** The ways to a list's rows, to be tried in this order; below `parents` of them at once. */
export function pathsOf(at: ListAt, parents = 1): readonly Path[] {
  const { limits, search = [], window } = at.query;
  // A condition that no row meets is known by the engines before they read one.
  if (!limits || isNothing(at.query.condition) || areExact(at)) return [exactPath];
  if (isAllLinked(at)) return [{ kind: 'links', isAll: true, maxRows: allRows }];
  const share = (rows: number) =>
    parents === 1 ? rows : Math.min(rows, Math.max(limits.perParent, roundedUp(rows / parents)));
  const index = orderedIndex(at);
  const isInLinks = linkOrder(at) !== null;
  // Links leave out more rows than the index of the order alone, but not always more than that of an exact value.
  const isOfValue = index?.conditions.some(({ property }) => property !== window.orderBy) ?? false;
  const order = (rows: number): Path[] => [
    ...(index && (isOfValue || !isInLinks)
      ? [{ kind: 'order', ...index, maxRows: share(rows) } as const]
      : []),
    ...(isInLinks
      ? [{ kind: 'links', isAll: false, maxRows: share(Math.min(rows, limits.apart)) } as const]
      : []),
  ];
  const candidates = candidatesOf(at).filter(({ driver }) => !isInLinks || !isLinked(at, driver));
  const drivers = (isNarrow: boolean) =>
    candidates
      .filter((candidate) => candidate.isNarrow === isNarrow)
      .map(({ driver }): Path => ({ kind: 'driver', driver, maxRows: share(limits.apart) }));
  const wide = drivers(false);
  const lieInOrder = madeInOrder.includes(window.orderBy) && search.length === 0;
  const inOrder = lieInOrder ? limits.inOrder : limits.apart;
  // What is searched is seldom so common that a page of it is found sooner in order than by its words.
  const few = search.length > 0 ? window.limit * rowsPerFound : limits.firstInOrder;
  const first = Math.min(few, limits.firstInOrder);
  return [...drivers(true), ...order(first), ...wide, ...order(inOrder)];
}
