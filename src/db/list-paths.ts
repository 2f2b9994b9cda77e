// The ways to a list's rows, and the order in which they are tried. Neither engine knows how many rows a filter leaves (SQLite
// has no statistics at all, Postgres none of values that hang together), so a wrong guess reads a million rows for one page.
// Here each way examines a bounded number of rows. A way that comes to its bound without having found the page says so, and
// the next one is tried; after the last one the list is refused, never cut short.
import { foldedProperty } from './columns.ts';
import { hasFolded, type Comparator, type Condition } from './condition.ts';
import type { ListQuery, ParentLink } from './list-query.ts';
import { seeksOf } from './seeks.ts';
import type { Table } from './table.ts';
import type { TenantScope } from './tenancy.ts';

type Comparison = Extract<Condition, { op: unknown }>;

/** Which rows are examined when they are not examined in the wanted order. */
export type Driver =
  /** Those that these conditions leave, which an index holds together; `ofParent`: and that belong to the parent. */
  | { readonly by: 'index'; readonly conditions: readonly Comparison[]; readonly ofParent: boolean }
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
  | {
      readonly kind: 'order';
      readonly conditions: readonly Comparison[];
      readonly ofParent: boolean;
      readonly maxRows: number;
    }
  | { readonly kind: 'driver'; readonly driver: Driver; readonly maxRows: number };

/** A list, the caller, and the parent if it has one. */
export interface ListAt {
  readonly query: ListQuery;
  readonly scope: TenantScope;
  readonly link?: ParentLink | undefined;
}

export const exactPath: Path = { kind: 'exact' };

/** What holds together, taken apart; nested `all`s are of one level. */
function partsOf(condition: Condition): readonly Condition[] {
  return 'all' in condition ? condition.all.flatMap(partsOf) : [condition];
}

function comparisonsOf({ query }: ListAt): readonly Comparison[] {
  return partsOf(query.condition).filter((part): part is Comparison => 'op' in part);
}

/** The property by which an index finds what is compared: of a text its folded form. */
function indexedProperty(table: Table, { property, op }: Comparison): string {
  const isFound: readonly Comparator[] = ['eq', 'in', 'startsWith'];
  return isFound.includes(op) && hasFolded(table, property) ? foldedProperty(property) : property;
}

const ranges: readonly Comparator[] = ['gt', 'gte', 'lt', 'lte', 'startsWith'];

/** Whether an index can lead to it. The conditions of a restricted caller on links are not on the column (tenancy.ts). */
function leadsToRows({ query, scope }: ListAt, comparison: Comparison): boolean {
  const { property, op, value } = comparison;
  const isOfSeenRow = scope.venueIds !== null && query.table.column(property).references !== undefined;
  if (isOfSeenRow && value === null) return false;
  return op === 'eq' || op === 'in' || ranges.includes(op);
}

/** The properties of an index after the workspace; null: it is not of one workspace. */
function keysOf({ workspace }: Table, properties: readonly string[]): readonly string[] {
  return properties[0] === workspace ? properties.slice(1) : properties;
}

const parentProperty = ({ link }: ListAt) => (link?.by === 'column' ? link.property : null);

/** A caller of one venue, of a table whose rows name their venue, looks for a value of that column. */
function venueComparison({ query: { table }, scope: { venueIds } }: ListAt): Comparison | null {
  const isOne = venueIds?.length === 1 && table.venues.by === 'column';
  return isOne ? { property: table.venues.property, op: 'eq', value: venueIds[0]! } : null;
}

interface OrderedIndex {
  readonly conditions: readonly Comparison[];
  readonly ofParent: boolean;
}

const isRange = ({ op, value }: Comparison) => ranges.includes(op) && value !== null;

/** Comparisons with one value of a column, the caller's only venue among them. */
function equalities(at: ListAt): ReadonlyMap<string, Comparison> {
  const venue = venueComparison(at);
  const isEqual = (one: Comparison) =>
    one.op === 'eq' && one.value !== null && indexedProperty(at.query.table, one) === one.property;
  const found = comparisonsOf(at).filter((one) => isEqual(one) && leadsToRows(at, one));
  return new Map([...found, ...(venue ? [venue] : [])].map((one) => [one.property, one]));
}

/** The index in the wanted order that leaves out the most rows; null: none is in this order. */
function orderedIndex(at: ListAt): OrderedIndex | null {
  const { table, window } = at.query;
  const equal = equalities(at);
  const parent = parentProperty(at);
  const before = table.indexes
    .map(({ properties }) => keysOf(table, properties))
    .filter((keys) => keys.includes(window.orderBy))
    .map((keys) => keys.slice(0, keys.indexOf(window.orderBy)))
    .filter((keys) => keys.every((key) => key === parent || equal.has(key)))
    .sort((a, b) => b.length - a.length)[0];
  if (!before) return null;
  const isOfOrder = (one: Comparison) =>
    leadsToRows(at, one) &&
    indexedProperty(table, one) === window.orderBy &&
    (isRange(one) || equal.get(window.orderBy) === one);
  const own = before.flatMap((key) => (key === parent ? [] : [equal.get(key)!]));
  const ofParent = parent !== null && before.includes(parent);
  return { conditions: [...own, ...comparisonsOf(at).filter(isOfOrder)], ofParent };
}

/** Whether the index in the wanted order holds this list's rows and no others. */
function isExact(at: ListAt): boolean {
  const { scope, link, query } = at;
  const index = orderedIndex(at);
  if (!index || link?.by === 'link' || (query.search ?? []).length > 0) return false;
  const venue = venueComparison(at)?.property;
  const isOfVenue = index.conditions.some(({ property }) => property === venue);
  const isHeld = (part: Condition) => 'op' in part && index.conditions.includes(part);
  return (
    (scope.venueIds === null || isOfVenue) &&
    (index.ofParent || !link) &&
    partsOf(query.condition).every(isHeld)
  );
}

/** Whether each of the lists that the list is merged from (see seeks.ts) is read from its place in an index. */
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
  const single = usable
    .filter((one) => !ends.includes(one))
    .map((one): Candidate => {
      const column = table.column(one.property);
      const isOfFew = indexedProperty(table, one) !== one.property || column.primary || column.references;
      const driver = { by: 'index', conditions: [one], ofParent: false } as const;
      return { driver, isNarrow: Boolean(isOfFew) && one.value !== null };
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
  if (link?.by === 'link') found.push({ driver: { by: 'link' }, isNarrow: true });
  if (link?.by === 'column' && !orderedIndex(at)?.ofParent)
    found.push({ driver: { by: 'index', conditions: [], ofParent: true }, isNarrow: true });
  if ((query.search ?? []).length > 0) found.push({ driver: { by: 'words' }, isNarrow: false });
  if (scope.venueIds !== null && ['column', 'id', 'link'].includes(query.table.venues.by))
    found.push({ driver: { by: 'venues' }, isNarrow: false });
  return found;
}

/** A number that many numbers of parents have in common: it stands in the statement's text. */
const roundedUp = (rows: number) => 2 ** Math.ceil(Math.log2(rows));

/** Properties in whose order rows were made, and so lie in the store. */
const madeInOrder: readonly string[] = ['createdAt', 'at', 'number'];

/** A word that more than one of ten rows has is common. */
const rowsPerFound = 10;

/** The ways to a list's rows, to be tried in this order; below `parents` of them at once. */
export function pathsOf(at: ListAt, parents = 1): readonly Path[] {
  const { limits } = at.query;
  if (!limits || areExact(at)) return [exactPath];
  const share = (rows: number) =>
    parents === 1 ? rows : Math.max(limits.perParent, roundedUp(rows / parents));
  const index = orderedIndex(at);
  const order = (rows: number): Path[] => (index ? [{ kind: 'order', ...index, maxRows: share(rows) }] : []);
  const drivers = (isNarrow: boolean) =>
    candidatesOf(at)
      .filter((candidate) => candidate.isNarrow === isNarrow)
      .map(({ driver }): Path => ({ kind: 'driver', driver, maxRows: share(limits.apart) }));
  const wide = drivers(false);
  const { search = [], window } = at.query;
  const inOrder = madeInOrder.includes(window.orderBy) ? limits.inOrder : limits.apart;
  // What is searched is seldom so common that a page of it is found sooner in order than by its words.
  const few = search.length > 0 ? window.limit * rowsPerFound : limits.firstInOrder;
  const first = Math.min(few, limits.firstInOrder);
  const isOnce = share(first) === share(inOrder);
  return [...drivers(true), ...(isOnce ? [] : order(first)), ...wide, ...order(inOrder)];
}

/** Whether the index says it all: of a text it knows the folded form alone. */
function isIndexed(table: Table, one: Comparison): boolean {
  return one.op === 'startsWith' || indexedProperty(table, one) === one.property;
}

/** The venues of a restricted caller as one more value of a column; null: they are none. */
function venueColumn({ query: { table }, scope: { venueIds } }: ListAt): string | null {
  return venueIds !== null && table.venues.by === 'column' ? table.venues.property : null;
}

/**
 * The keys of an index in which the rows of a list stand side by side, to be counted without a look at the rows; null: there
 * is none.
 */
export function countingIndex(at: ListAt): readonly string[] | null {
  const { table, search = [], condition } = at.query;
  const comparisons = comparisonsOf(at);
  const venue = venueColumn(at);
  const isCompared = comparisons.length === partsOf(condition).length && search.length === 0;
  if (!isCompared || at.link?.by === 'link' || (at.scope.venueIds !== null && !venue)) return null;
  const equal = equalities(at);
  const parent = parentProperty(at);
  const held = (keys: readonly string[]) => {
    const open = keys.findIndex((key) => key !== parent && !equal.has(key));
    return open < 0 ? keys : keys.slice(0, open + 1);
  };
  const isCounted = (keys: readonly string[]) => {
    const isHeld = (one: Comparison) =>
      isIndexed(table, one) &&
      leadsToRows(at, one) &&
      (equal.get(one.property) === one || indexedProperty(table, one) === keys.at(-1));
    return comparisons.every(isHeld) && [parent, venue].every((key) => key === null || keys.includes(key));
  };
  const all = table.indexes
    .filter(({ properties }) => properties.includes(table.workspace))
    .map(({ properties }) => properties.filter((key) => key !== table.workspace));
  return all.find((keys) => isCounted(held(keys))) ?? null;
}

/** Whether the rows are compared with more than one value each of what an index holds. */
export function isOfSeveral(at: ListAt): boolean {
  const { venueIds } = at.scope;
  return comparisonsOf(at).some(({ op }) => op === 'in') || (venueIds !== null && venueIds.length !== 1);
}
