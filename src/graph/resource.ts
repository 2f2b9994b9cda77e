// A resource: one stored type of the graph. Its connection, edge, filter and sort types, its list and single reads and
// their rules are derived from one declaration, so they cannot disagree.
import { GraphQLID, type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Query, Resolver } from 'type-graphql';
import type { Context } from '../access/context.ts';
import type { PolicyDeclaration, Requirement } from '../access/policy/index.ts';
import { foldedProperty } from '../db/columns.ts';
import type { Condition } from '../db/condition.ts';
import type { ListQuery } from '../db/select.ts';
import { tableOf, type EntityClass, type Table } from '../db/table.ts';
import { filterCondition, StringFilter } from './comparators.ts';
import { declareField } from './derived-field.ts';
import { loaderAt } from './loaders.ts';
import { named } from './named-class.ts';
import { Page, planPage, type ConnectionArguments, type Order, type PagePlan } from './page.ts';
import { argumentsType, connectionType, filterType, orderType } from './resource-types.ts';
import { selectedOfConnection, selectedOfRow } from './selection.ts';

interface ResourceOptions<T> {
  readonly type: EntityClass<T>;
  readonly prefix: string;
  /** What the type asks of everyone who reaches it, by whatever path. */
  readonly requirement: Requirement;
  /** Field -> comparator input. Every name is a column of the type. */
  readonly filter: Readonly<Partial<Record<keyof T & string, EntityClass>>>;
  /** Sort name -> property that is never null and stands in an index with the id. */
  readonly orderBy: Readonly<Record<string, string>>;
  readonly defaultOrder: Order;
}

export interface Resource<T = unknown> {
  readonly name: string;
  readonly type: EntityClass<T>;
  readonly table: Table<T>;
  readonly prefix: string;
  readonly connection: EntityClass;
  readonly arguments: EntityClass;
  readonly defaultOrder: Order;
  /** Rules of the type itself and of everything derived from it. */
  readonly policy: PolicyDeclaration;
}

/** Declares a resource. `type` must carry @ObjectType and @StoredIn. */
export function defineResource<T>(options: ResourceOptions<T>): Resource<T> {
  const { type, prefix, requirement, filter, orderBy, defaultOrder } = options;
  const { name } = type;
  const table = tableOf(type);
  for (const property of [...Object.keys(filter), ...Object.values(orderBy), ...table.search])
    table.column(property);
  // StringFilter searches the folded text; without that column each search would be a defect at run time.
  for (const [property, comparator] of Object.entries(filter))
    if (comparator === StringFilter) table.column(foldedProperty(property));
  const derived = [name, `${name}Connection`, `${name}Edge`, `${name}Filter`, `${name}OrderBy`];
  return {
    name,
    type,
    table,
    prefix,
    defaultOrder,
    connection: connectionType(type, name),
    arguments: argumentsType(
      { name, search: table.search },
      filterType(name, filter),
      orderType(name, orderBy),
    ),
    policy: Object.fromEntries(
      [...derived, `${name}OrderField`].map((coordinate) => [coordinate, requirement]),
    ),
  };
}

/** The list query behind a connection's arguments, and the plan to make a page of its answer. */
export function listQuery(
  resource: Resource,
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  order: Order = resource.defaultOrder,
): { query: ListQuery; plan: PagePlan } {
  const plan = planPage(resource, args, order);
  const { properties, count } = selectedOfConnection(resource, info);
  const condition: Condition = filterCondition(args.filter);
  const columns = properties.includes(plan.window.orderBy)
    ? properties
    : [...properties, plan.window.orderBy];
  return {
    query: {
      ...{ table: resource.table, properties: columns, window: plan.window, count },
      ...{ condition, search: plan.words },
    },
    plan,
  };
}

async function readList(
  resource: Resource,
  args: ConnectionArguments,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Page> {
  const { query, plan } = listQuery(resource, args, info);
  return new Page(plan, await context.db.list(query));
}

/** One row by id, or null: unknown, foreign and outside the venues are the same answer. */
export function readOne(
  resource: Resource,
  id: string,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  const properties = selectedOfRow(resource, info);
  return loaderAt(context, info, resource.name, (ids) =>
    context.db.byIds(resource.table, properties, ids),
  ).load(id);
}

interface RootFields {
  readonly resolver: EntityClass;
  readonly policy: PolicyDeclaration;
}

/** `Query.<one>(id)` and `Query.<list>(…)` of a resource. */
export function rootFields(
  resource: Resource,
  names: { one: string; list: string },
  requirement: Requirement,
): RootFields {
  const Queries = named(class {}, `${resource.name}Queries`);
  const prototype = Queries.prototype as Record<string, unknown>;
  const one = (_root: unknown, { id }: { id: string }, context: Context, info: GraphQLResolveInfo) =>
    readOne(resource, id, context, info);
  const list = (_root: unknown, args: ConnectionArguments, context: Context, info: GraphQLResolveInfo) =>
    readList(resource, args, context, info);
  declareField(prototype, names.one, {
    field: Query(() => resource.type, {
      nullable: true,
      description: `The ${resource.name} with this id, or null.`,
    }),
    args: Arg('id', () => GraphQLID),
    resolve: one,
  });
  declareField(prototype, names.list, {
    field: Query(() => resource.connection, {
      nullable: true,
      description: `A list of ${resource.name}, page by page.`,
    }),
    args: Args(() => resource.arguments),
    resolve: list,
    checkArguments: (args) => void planPage(resource, args, resource.defaultOrder),
  });
  Resolver()(Queries);
  return {
    resolver: Queries,
    policy: { [`Query.${names.one}`]: requirement, [`Query.${names.list}`]: requirement },
  };
}
