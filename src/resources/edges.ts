// Edges: a field that leads from one type to another, declared once. Its resolver, its loader and its look-ahead are
// derived here; its guard is derived by the policy from the type it leads to.
import { Args, FieldResolver, Resolver } from 'type-graphql';
import type { Context } from '../access/context.ts';
import type { ParentLink } from '../db/statements/select.ts';
import type { EntityClass } from '../db/store/table.ts';
import type { ListResult } from '../db/tenant/tenant-db.ts';
import { parentPrint } from './cursor.ts';
import { declareField } from './derived-field.ts';
import { inWords, several } from './in-words.ts';
import { cacheRows, type Row } from './batching/request-row-cache.ts';
import { loaderAt, type FieldPosition } from './batching/loaders.ts';
import { named } from './named-class.ts';
import { assertOwnCursor, Page, planPage, type ConnectionArguments, type Order } from './page.ts';
import { planReadAhead } from './batching/read-ahead.ts';
import { listQuery, readByIds, type Resource } from './resource.ts';

interface EdgeOptions {
  readonly from: EntityClass;
  readonly field: string;
  readonly to: Resource;
  readonly description?: string;
}

function resolverClass({ from, field }: EdgeOptions): EntityClass {
  const Edge = named(class {}, `${from.name}_${field}`);
  Resolver(() => from)(Edge);
  return Edge;
}

/**
 * The description of an edge: its own, or one made of the names of its types. One of its own says, for example, that
 * the row at the other end may be hidden from the caller.
 */
function describeEdge({ description, from, to }: EdgeOptions, isList: boolean): string {
  if (description !== undefined) return description;
  const [parent, child] = [inWords(from.name), inWords(to.name)];
  if (from.name.endsWith('Payload'))
    return `What the mutation wrote: ${isList ? 'each' : 'the'} ${child} as it is now.`;
  return isList
    ? `The ${several(child)} of this ${parent}, page by page.`
    : `The ${child} of this ${parent}.`;
}

function fieldDecorator(options: EdgeOptions, type: () => EntityClass, isList: boolean) {
  return FieldResolver(type, { nullable: true, description: describeEdge(options, isList) });
}

/** Rows by the ids that stand in a property of the parent. */
function byIdLoader({ from, field, to }: EdgeOptions) {
  return (context: Context, place: FieldPosition) =>
    loaderAt(context, place, `${from.name}.${field}`, (ids) => readByIds(to, ids, context, place));
}

interface OneOptions extends EdgeOptions {
  /** Property of the parent that holds the id. */
  readonly key: string;
  /** Everyone who sees the parent sees the row, unless it was denied: the field is null together with an error only. */
  readonly isAlwaysThere?: boolean;
}

/**
 * One row whose id stands in the parent's property `key`. Null when the caller may not see it. Rows of all parents are read
 * with one statement; the guard is that of the type it leads to. Returns the resolver for the manifest.
 *
 * @example
 * toOne({ from: Treatment, field: 'venue', to: venues, key: 'venueId', isAlwaysThere: true });
 */
export function toOne(options: OneOptions): EntityClass {
  const { field, to, key, isAlwaysThere = false } = options;
  const Edge = resolverClass(options);
  const loader = byIdLoader(options);
  declareField(Edge.prototype as object, field, {
    field: fieldDecorator(options, () => to.type, false),
    needs: [key],
    isAlwaysThere,
    resolve(
      parent: Record<string, string | null | undefined>,
      _args,
      context: Context,
      place: FieldPosition,
    ) {
      const id = parent[key];
      return id == null ? null : loader(context, place).load(id);
    },
    readAhead: {
      rows: (rows, context, place) =>
        loader(context, place).readAhead(rows.flatMap((row) => (row[key] as string | null) ?? [])),
    },
  });
  return Edge;
}

interface ManyOptions extends EdgeOptions {
  readonly by: ParentLink;
  /** Order when the caller names none; the resource's own otherwise. */
  readonly defaultOrder?: Order;
}

const printOf = ({ from, field }: EdgeOptions, parentId: string) =>
  parentPrint(`${from.name}.${field}`, parentId);

/** How the lists of several parents are read at one place, and made pages of. */
function reading(options: ManyOptions, args: ConnectionArguments, context: Context, place: FieldPosition) {
  const { to, by, defaultOrder = to.defaultOrder } = options;
  const { query, plan } = listQuery(to, args, place, defaultOrder);
  const pageOf = (id: string, list: ListResult<Row>) => new Page(plan, list, () => printOf(options, id));
  const finish = async (lists: ReadonlyMap<string, ListResult<Row>>) => {
    const pages = new Map([...lists].map(([parent, list]) => [parent, pageOf(parent, list)]));
    const rows = [...pages.values()].flatMap(({ nodes }) => nodes);
    cacheRows(context, to, query.properties, rows);
    await planReadAhead(context, place, to.name, true).attach(rows);
    return pages;
  };
  return { list: { query, link: by }, finish };
}

/**
 * A connection of rows that know the parent: by a column of theirs, or by a table of links. One statement for all parents, each
 * with its own page. Returns the resolver for the manifest.
 *
 * @example
 * // By a column of the child.
 * toMany({ from: Customer, field: 'inquiries', to: inquiries, by: { by: 'column', property: 'customerId' } });
 * // By a table of links.
 * const link = { by: 'link', table: () => CustomerVenue, parent: 'customerId', child: 'venueId' } as const;
 * toMany({ from: Customer, field: 'venues', to: venues, by: link });
 */
export function toMany(options: ManyOptions): EntityClass {
  const { from, field, to, defaultOrder = to.defaultOrder } = options;
  if (to.computed) throw new Error(`${to.name} has computed filters: ${from.name}.${field} cannot list it.`);
  const Edge = resolverClass(options);
  const loader = (args: ConnectionArguments, context: Context, place: FieldPosition) =>
    loaderAt(context, place, `${from.name}.${field}`, async (parents) => {
      const { list, finish } = reading(options, args, context, place);
      return finish(await context.db.listPerParent<Row>(list.query, list.link, parents));
    });
  declareField(Edge.prototype as object, field, {
    field: fieldDecorator(options, () => to.connection, true),
    args: Args(() => to.arguments),
    needs: ['id'],
    checkArguments: (args) => void planPage(to, args, defaultOrder),
    resolve({ id }: { id: string }, args: ConnectionArguments, context: Context, place: FieldPosition) {
      assertOwnCursor(args, () => printOf(options, id));
      return loader(args, context, place).load(id);
    },
    readAhead: {
      list: (args: ConnectionArguments, context, place) => ({
        ...reading(options, args, context, place),
        loader: loader(args, context, place),
      }),
    },
  });
  return Edge;
}

/**
 * Rows whose ids stand in the parent's property `key`, in that order. One statement for all parents. For short lists only: there
 * are no pages.
 *
 * @example
 * toList({ from: CreateCustomersPayload, field: 'customers', to: customers, key: 'customerIds' });
 */
export function toList(options: EdgeOptions & { readonly key: string }): EntityClass {
  const { field, to, key } = options;
  const Edge = resolverClass(options);
  const loader = byIdLoader(options);
  declareField(Edge.prototype as object, field, {
    field: FieldResolver(() => [to.type], { nullable: true, description: describeEdge(options, true) }),
    needs: [key],
    async resolve(
      parent: Record<string, readonly string[] | undefined>,
      _args,
      context: Context,
      place: FieldPosition,
    ) {
      const ids = parent[key];
      if (!ids) return null;
      const rows = await Promise.all(ids.map(async (id) => loader(context, place).load(id)));
      return rows.filter((row) => row !== null);
    },
    readAhead: {
      rows: (rows, context, place) =>
        loader(context, place).readAhead(rows.flatMap((row) => (row[key] as string[] | null) ?? [])),
    },
  });
  return Edge;
}
