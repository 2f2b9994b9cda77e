// What the indexes of a table offer for a list: its rows in the wanted order, or next to each other.
import { foldedProperty } from '../store/columns.ts';
import { hasFolded, type Comparator, type Condition } from './condition.ts';
import type { ListQuery, ParentLink } from './list-query.ts';
import type { Table } from '../store/table.ts';
import type { TenantScope } from './tenancy.ts';

export type Comparison = Extract<Condition, { op: unknown }>;

/** A list, the caller, and the parent if it has one. */
export interface ListAt {
  readonly query: ListQuery;
  readonly scope: TenantScope;
  readonly link?: ParentLink | undefined;
}

/** What holds together, taken apart; nested `all`s are of one level. */
export function partsOf(condition: Condition): readonly Condition[] {
  return 'all' in condition ? condition.all.flatMap(partsOf) : [condition];
}

export function comparisonsOf({ query }: ListAt): readonly Comparison[] {
  return partsOf(query.condition).filter((part): part is Comparison => 'op' in part);
}

/** The property by which an index finds what is compared: of a text its folded form. */
export function indexedProperty(table: Table, { property, op }: Comparison): string {
  const isFound: readonly Comparator[] = ['eq', 'in', 'startsWith'];
  return isFound.includes(op) && hasFolded(table, property) ? foldedProperty(property) : property;
}

export const ranges: readonly Comparator[] = ['gt', 'gte', 'lt', 'lte', 'startsWith'];

/** Whether an index can lead to it. The conditions of a restricted caller on links are not on the column (tenancy.ts). */
export function leadsToRows({ query, scope }: ListAt, comparison: Comparison): boolean {
  const { property, op, value } = comparison;
  const isOfSeenRow = scope.venueIds !== null && query.table.column(property).references !== undefined;
  if (isOfSeenRow && value === null) return false;
  return op === 'eq' || op === 'in' || ranges.includes(op);
}

/** The properties of an index after the workspace; null: it is not of one workspace. */
export function keysOf({ workspace }: Table, properties: readonly string[]): readonly string[] {
  return properties[0] === workspace ? properties.slice(1) : properties;
}

const parentProperty = ({ link }: ListAt) => (link?.by === 'column' ? link.property : null);

/** A caller of one venue, of a table whose rows name their venue, looks for a value of that column. */
export function venueComparison({ query: { table }, scope: { venueIds } }: ListAt): Comparison | null {
  const isOne = venueIds?.length === 1 && table.venues.by === 'column';
  return isOne ? { property: table.venues.property, op: 'eq', value: venueIds[0]! } : null;
}

/** Whether rows with the same value of it are few, as a rule: an id, another row, a folded text. */
export function isOfFew(table: Table, property: string | undefined): boolean {
  const column = table.columns.find((one) => one.property === property);
  return column !== undefined && (column.primary || Boolean(column.references ?? column.derived));
}

/** What an index holds side by side: the rows under these conditions; `ofParent`: that belong to the parent. */
export interface IndexConditions {
  readonly conditions: readonly Comparison[];
  readonly ofParent: boolean;
}

const isRange = ({ op, value }: Comparison) => ranges.includes(op) && value !== null;

/** Comparisons with one value, by the property that an index has for it; the caller's only venue among them. */
function equalities(at: ListAt): ReadonlyMap<string, Comparison> {
  const venue = venueComparison(at);
  const isEqual = ({ op, value }: Comparison) => op === 'eq' && value !== null;
  const found = comparisonsOf(at).filter((one) => isEqual(one) && leadsToRows(at, one));
  const all = [...found, ...(venue ? [venue] : [])];
  return new Map(all.map((one) => [indexedProperty(at.query.table, one), one]));
}

/** The index in the wanted order that leaves out the most rows; null: none is in this order. */
export function orderedIndex(at: ListAt): IndexConditions | null {
  const { table, window } = at.query;
  const equal = equalities(at);
  const parent = parentProperty(at);
  const before = table.indexes
    .map(({ properties }) => keysOf(table, properties))
    .filter((keys) => keys.includes(window.orderBy))
    .map((keys) => keys.slice(0, keys.indexOf(window.orderBy)))
    .filter((keys) => keys.every((key) => key === parent || equal.has(key)))
    .sort((a, b) => b.length - a.length || Number(isOfFew(table, b[0])) - Number(isOfFew(table, a[0])))[0];
  if (!before) return null;
  const isOfOrder = (one: Comparison) =>
    leadsToRows(at, one) &&
    indexedProperty(table, one) === window.orderBy &&
    (isRange(one) || equal.get(window.orderBy) === one);
  const own = before.flatMap((key) => (key === parent ? [] : [equal.get(key)!]));
  const ofParent = parent !== null && before.includes(parent);
  return { conditions: [...own, ...comparisonsOf(at).filter(isOfOrder)], ofParent };
}

/** Whether the index of a property begins with the workspace. True where there is none. */
export function isIndexOfWorkspace(table: Table, property: string): boolean {
  const own = table.indexes.filter(({ properties }) => keysOf(table, properties)[0] === property);
  const primary = table.columns.find((column) => column.primary)?.property;
  return property !== primary && own.every(({ properties }) => properties[0] === table.workspace);
}

/**
 * Whether an index that begins with the workspace leads to these rows. Where another does, SQLite must not be offered the
 * workspace as well: it knows no numbers, takes any index of it, and reads the whole workspace for the rows of one parent.
 */
export function isSoughtInWorkspace(at: ListAt, { conditions, ofParent }: IndexConditions): boolean {
  const { table } = at.query;
  const parent = ofParent ? parentProperty(at) : null;
  const [first] = conditions;
  const property = parent ?? (first && indexedProperty(table, first));
  return property === undefined || isIndexOfWorkspace(table, property);
}

/** Of these comparisons one that leaves few rows, as a rule. */
export function fewest(table: Table, comparisons: readonly Comparison[]): readonly Comparison[] {
  const isWhole = ({ op, value }: Comparison) => (op === 'eq' || op === 'in') && value !== null;
  return comparisons.filter((one) => isWhole(one) && isOfFew(table, indexedProperty(table, one))).slice(0, 1);
}

/** The index that leads to a list whose rows are examined as many as they are. */
export function wholeIndex(at: ListAt): IndexConditions {
  const ordered = orderedIndex(at);
  if (ordered && (ordered.ofParent || ordered.conditions.length > 0)) return ordered;
  const compared = comparisonsOf(at).filter((one) => leadsToRows(at, one));
  return { conditions: fewest(at.query.table, compared), ofParent: parentProperty(at) !== null };
}

/** Whether the index alone decides the comparison: of a text it holds only the folded form. */
export function isIndexed(table: Table, one: Comparison): boolean {
  return one.op === 'startsWith' || indexedProperty(table, one) === one.property;
}

/**
 * The column that holds the venue, when the caller is restricted to venues; null when there is no restriction or no
 * such column.
 */
function venueColumn({ query: { table }, scope: { venueIds } }: ListAt): string | null {
  return venueIds !== null && table.venues.by === 'column' ? table.venues.property : null;
}

/**
 * The keys of an index that holds the rows of a list next to each other, so that they are counted without reading the
 * rows. null = there is no such index.
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
      keys.includes(indexedProperty(table, one)) &&
      leadsToRows(at, one) &&
      (equal.get(indexedProperty(table, one)) === one || indexedProperty(table, one) === keys.at(-1));
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
