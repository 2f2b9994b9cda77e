// A resource: one stored type of the graph. Its connection, edge, filter and sort types, its list and single reads and
// their rules are derived from one declaration, so they cannot disagree.
import { GraphQLID, type GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Extensions,
  Field,
  Info,
  InputType,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../access/context.ts';
import type { PolicyDeclaration, Requirement } from '../access/policy/index.ts';
import { foldedProperty } from '../db/columns.ts';
import type { Condition } from '../db/condition.ts';
import type { ListQuery } from '../db/select.ts';
import { tableOf, type EntityClass, type Table } from '../db/table.ts';
import { filterCondition, StringFilter } from './comparators.ts';
import { loaderAt } from './loaders.ts';
import {
  maxSearchLength,
  Page,
  pageArguments,
  PageInfo,
  planPage,
  type ConnectionArguments,
  type Order,
  type PagePlan,
} from './page.ts';
import { selectedOfConnection, selectedOfRow } from './selection.ts';

enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, { name: 'OrderDirection' });

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

/** Gives a class made here the name by which errors and type-graphql call it. */
function named<C extends EntityClass>(type: C, name: string): C {
  return Object.defineProperty(type, 'name', { value: name });
}

/** `<name>Connection` and `<name>Edge`, after Relay, with `nodes` beside `edges` and a `totalCount`. */
function connectionType(type: EntityClass, name: string): EntityClass {
  const EdgeType = named(class {}, `${name}Edge`);
  ObjectType(`${name}Edge`, { description: `One ${name} in a list, with its cursor.` })(EdgeType);
  Field(() => String)(EdgeType.prototype as object, 'cursor');
  Field(() => type)(EdgeType.prototype as object, 'node');
  const Connection = named(class {}, `${name}Connection`);
  ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })(Connection);
  const prototype = Connection.prototype as object;
  Field(() => [EdgeType])(prototype, 'edges');
  Field(() => [type], { description: 'The rows without their cursors.' })(prototype, 'nodes');
  Field(() => PageInfo)(prototype, 'pageInfo');
  Field(() => Int, { description: 'All rows under the filter, on every page.' })(prototype, 'totalCount');
  return Connection;
}

function filterType(name: string, fields: ResourceOptions<unknown>['filter']): EntityClass {
  const Filter = named(class {}, `${name}Filter`);
  InputType(`${name}Filter`, { description: 'All that is given must hold.' })(Filter);
  const prototype = Filter.prototype as object;
  for (const [field, comparator] of Object.entries(fields) as [string, EntityClass][]) {
    Field(() => comparator, { nullable: true })(prototype, field);
  }
  Field(() => [Filter], { nullable: true, description: 'All of these.' })(prototype, 'and');
  Field(() => [Filter], { nullable: true, description: 'At least one of these.' })(prototype, 'or');
  return Filter;
}

function orderType(name: string, orderBy: Readonly<Record<string, string>>): EntityClass {
  const fields = { ...orderBy };
  registerEnumType(fields, {
    name: `${name}OrderField`,
    description: `What a list of ${name} can be sorted by.`,
  });
  const OrderBy = named(class {}, `${name}OrderBy`);
  InputType(`${name}OrderBy`)(OrderBy);
  const prototype = OrderBy.prototype as object;
  Field(() => fields)(prototype, 'field');
  Field(() => OrderDirection, { defaultValue: OrderDirection.ASC })(prototype, 'direction');
  return OrderBy;
}

/** In words: name, email or phone. */
function listed(properties: readonly string[]): string {
  return properties.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

function argumentsType(
  { name, search }: { name: string; search: readonly string[] },
  filter: EntityClass,
  order: EntityClass,
): EntityClass {
  const Arguments = named(class {}, `${name}ListArguments`);
  ArgsType()(Arguments);
  const prototype = Arguments.prototype as object;
  for (const [argument, { type, description }] of Object.entries(pageArguments)) {
    Field(type, { nullable: true, description })(prototype, argument);
  }
  Field(() => filter, { nullable: true })(prototype, 'filter');
  Field(() => order, { nullable: true })(prototype, 'orderBy');
  if (search.length > 0) {
    const description = `Every word of it must begin a word of ${listed(search)}; case does not matter, and a number is found by at least four of its digits in a row. Without a letter or digit it sets no condition. At most ${maxSearchLength} characters.`;
    Field(() => String, { nullable: true, description })(prototype, 'search');
  }
  return Arguments;
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

interface DerivedField {
  readonly field: (prototype: object, name: string, descriptor: PropertyDescriptor) => void;
  readonly args?: ReturnType<typeof Arg>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- graphql-js hands over source and arguments as it read them.
  readonly resolve: (source: any, args: any, context: Context, info: GraphQLResolveInfo) => unknown;
  /** Columns of the parent that the field reads. */
  readonly needs?: readonly string[];
  /** Refuses arguments before execution, so that the whole answer is a 400. */
  readonly checkArguments?: (args: ConnectionArguments) => void;
}

/**
 * Puts a derived field on a resolver class. type-graphql learns its name and types; at run time the schema calls
 * `resolve` directly (see server/schema.ts), because type-graphql's wrapper copies the arguments into classes each time.
 */
export function declareField(prototype: object, name: string, derived: DerivedField): void {
  const { field, args, resolve, needs, checkArguments } = derived;
  const descriptor = { value: resolve, writable: true, configurable: true };
  Object.defineProperty(prototype, name, descriptor);
  field(prototype, name, descriptor);
  Root()(prototype, name, 0);
  args?.(prototype, name, 1);
  Ctx()(prototype, name, 2);
  Info()(prototype, name, 3);
  Extensions({
    resolveDirectly: resolve,
    ...(needs ? { needs } : {}),
    ...(checkArguments ? { checkArguments } : {}),
  })(prototype, name, descriptor);
}
