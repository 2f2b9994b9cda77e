// A resource: one stored type of the graph. Its connection, edge, filter and sort types, its list and single reads and
// their rules are derived from one declaration, so they cannot disagree. Its fields of Query are in root-fields.ts.
import type { Context } from '../access/context.ts';
import type { PolicyDeclaration, Requirement } from '../access/policy/index.ts';
import { foldedProperty } from '../db/store/columns.ts';
import type { Condition } from '../db/statements/condition.ts';
import { examineLimits, type ListPerParent, type ListQuery } from '../db/statements/list-query.ts';
import { tableOf, type EntityClass, type Table } from '../db/store/table.ts';
import type { TenantReader } from '../db/tenant/tenant-db.ts';
import { filterCondition, StringFilter } from './inputs/comparators.ts';
import type { ComputedFilters } from './inputs/computed-filters.ts';
import { findCachedRows, cacheRows, type Row } from './batching/request-row-cache.ts';
import { loaderAt, type FieldPosition } from './batching/loaders.ts';
import { planPage, type ConnectionArguments, type Order, type PagePlan } from './page.ts';
import { planReadAhead } from './batching/read-ahead.ts';
import { argumentsType, connectionType, filterType, orderType } from './resource-types.ts';
import { selectedOfConnection, selectedOfRow } from './batching/selection.ts';

interface ResourceOptions<T> {
  readonly type: EntityClass<T>;
  readonly prefix: string;
  /** What the type asks of everyone who reaches it, by whatever path. */
  readonly requirement: Requirement;
  /** Field -> comparator input. Every name is a column of the type. */
  readonly filter: Readonly<Partial<Record<keyof T & string, EntityClass>>>;
  /** Filters by what is no column (see inputs/computed-filters.ts). They work where the list is at the root. */
  readonly computed?: ComputedFilters;
  /** Sort name -> property that is never null and stands in an index with the id. */
  readonly orderBy: Readonly<Record<string, string>>;
  readonly defaultOrder: Order;
  /** Default: the type's name and `Filter`. */
  readonly filterName?: string;
  /** Where its lists are read when that is not the store of the workspaces. Such rows have no lists below them. */
  readonly reader?: ReaderOf;
  /** A column with the id of a record of which a row holds a copy, such as the name of its author. */
  readonly mentions?: keyof T & string;
  /** Waited for before a list at the root is read; a rejection is the field's error. Default: nothing. */
  readonly beforeRead?: BeforeRead;
}

type BeforeRead = (context: Context, args: ConnectionArguments) => Promise<void>;
type ReaderOf = (context: Context) => Pick<TenantReader, 'list'>;

export interface Resource<T = unknown> {
  readonly name: string;
  readonly type: EntityClass<T>;
  readonly table: Table<T>;
  readonly prefix: string;
  readonly connection: EntityClass;
  readonly arguments: EntityClass;
  readonly defaultOrder: Order;
  readonly reader?: ReaderOf;
  /** See ResourceOptions. */
  readonly mentions?: string;
  readonly beforeRead?: BeforeRead;
  /** null = there are none. */
  readonly computed: ComputedFilters | null;
  /** Rules of the type itself and of everything derived from it. */
  readonly policy: PolicyDeclaration;
}

/**
 * Declares a resource: its connection, edge, filter and sort types, and the rules of all of them. `type` must carry
 * `@ObjectType` and `@StoredIn`. Throws when a name in `filter` or `orderBy` has no column.
 *
 * @example
 * export const venues = defineResource({
 *   type: Venue,
 *   prefix: 'ven',
 *   requirement: scopes('read:venues'),
 *   filter: { id: IdFilter, name: StringFilter, createdAt: DateTimeFilter },
 *   // Never null, and each in an index of the table together with the id.
 *   orderBy: { CREATED_AT: 'createdAt', NAME: 'nameFolded' },
 *   defaultOrder: { field: 'createdAt', direction: 'ASC' },
 * });
 */
export function defineResource<T>(options: ResourceOptions<T>): Resource<T> {
  const { type, prefix, requirement, filter, computed = null, orderBy, defaultOrder } = options;
  const { reader, mentions, beforeRead } = options;
  const { name } = type;
  const table = tableOf(type);
  for (const property of [...Object.keys(filter), ...Object.values(orderBy), ...table.search])
    table.column(property);
  // StringFilter searches the folded text; without that column each search would be a defect at run time.
  for (const [property, comparator] of Object.entries(filter))
    if (comparator === StringFilter) table.column(foldedProperty(property));
  const filterName = options.filterName ?? `${name}Filter`;
  const derived = [name, `${name}Connection`, `${name}Edge`, filterName, `${name}OrderBy`];
  return {
    name,
    type,
    table,
    prefix,
    defaultOrder,
    ...(reader ? { reader } : {}),
    ...(mentions === undefined ? {} : { mentions }),
    ...(beforeRead ? { beforeRead } : {}),
    computed,
    connection: connectionType(type, name),
    arguments: argumentsType(
      { name, search: table.search, defaultOrder },
      filterType(filterName, { ...filter, ...typesOf(computed ?? {}) }),
      orderType(name, orderBy),
    ),
    policy: Object.fromEntries(
      [...derived, `${name}OrderField`].map((coordinate) => [coordinate, requirement]),
    ),
  };
}

const typesOf = (computed: ComputedFilters) =>
  Object.fromEntries(Object.entries(computed).map(([field, { type }]) => [field, type]));

/** The list query behind a connection's arguments, and the plan to make a page of its answer. */
export function listQuery(
  resource: Resource,
  args: ConnectionArguments,
  place: FieldPosition,
  order: Order = resource.defaultOrder,
): { query: ListQuery; plan: PagePlan } {
  const plan = planPage(resource, args, order);
  const { properties, count, rows } = selectedOfConnection(resource, place);
  // Of a total no row becomes part of the answer, so none is read, counted or noted.
  const window = rows ? plan.window : { ...plan.window, limit: 0 };
  const condition: Condition = filterCondition(args.filter);
  const columns = properties.includes(plan.window.orderBy)
    ? properties
    : [...properties, plan.window.orderBy];
  return {
    query: {
      ...{ table: resource.table, properties: columns, window, count },
      ...{ condition, search: plan.terms, limits: examineLimits },
    },
    plan,
  };
}

/** Rows by id with the columns that a place asks for, and what hangs below them. Reads what is not known yet. */
export async function readByIds(
  resource: Resource,
  ids: readonly string[],
  context: Context,
  place: FieldPosition,
): Promise<Map<string, Row>> {
  const { name, table } = resource;
  const properties = selectedOfRow(resource, place);
  const found = findCachedRows(context, name, properties, ids);
  const missing = ids.filter((id) => !found.has(id));
  const ahead = planReadAhead(context, place, name, false);
  const read = (lists: readonly ListPerParent[]) =>
    context.db.byIdsWith<Row>({ table, properties, below: lists }, missing);
  // Fetched with all of the rows or with none.
  const fetched = found.size === 0 ? await ahead.fetch({ all: [] }, read) : { found: await read([]) };
  for (const [id, row] of fetched.found.rows) found.set(id, row);
  const rows = [...found.values()];
  cacheRows(context, resource, properties, rows);
  await ahead.attach(rows, fetched.lists);
  return found;
}

/** One row by id, or null: unknown, foreign and outside the venues are the same answer. */
export function readOne(resource: Resource, id: string, context: Context, place: FieldPosition): unknown {
  return loaderAt(context, place, resource.name, (ids) => readByIds(resource, ids, context, place)).load(id);
}
