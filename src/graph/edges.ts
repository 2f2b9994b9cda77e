// Edges: a field that leads from one type to another, declared once. Its resolver, its loader and its look-ahead are
// derived here; its guard is derived by the policy from the type it leads to.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, FieldResolver, Resolver } from 'type-graphql';
import type { Context } from '../access/context.ts';
import type { ParentLink } from '../db/select.ts';
import type { EntityClass } from '../db/table.ts';
import { loaderAt } from './loaders.ts';
import { named } from './named-class.ts';
import { Page, planPage, type ConnectionArguments, type Order } from './page.ts';
import { declareField } from './derived-field.ts';
import { listQuery, type Resource } from './resource.ts';
import { selectedOfRow } from './selection.ts';

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

function fieldDecorator({ description }: EdgeOptions, type: () => EntityClass) {
  return FieldResolver(type, { nullable: true, ...(description === undefined ? {} : { description }) });
}

/** One row whose id stands in the parent's property `key`. Null when the caller may not see it. */
export function toOne(options: EdgeOptions & { readonly key: string }): EntityClass {
  const { from, field, to, key } = options;
  const Edge = resolverClass(options);
  declareField(Edge.prototype as object, field, {
    field: fieldDecorator(options, () => to.type),
    needs: [key],
    resolve(
      parent: Record<string, string | null | undefined>,
      _args,
      context: Context,
      info: GraphQLResolveInfo,
    ) {
      const id = parent[key];
      if (id == null) return null;
      const properties = selectedOfRow(to, info);
      return loaderAt(context, info, `${from.name}.${field}`, (ids) =>
        context.db.byIds(to.table, properties, ids),
      ).load(id);
    },
  });
  return Edge;
}

interface ManyOptions extends EdgeOptions {
  readonly by: ParentLink;
  /** Order when the caller names none; the resource's own otherwise. */
  readonly defaultOrder?: Order;
}

/** A connection of rows that know the parent. One statement for all parents, each with its own page. */
export function toMany(options: ManyOptions): EntityClass {
  const { from, field, to, by, defaultOrder = to.defaultOrder } = options;
  const Edge = resolverClass(options);
  const read = async (
    context: Context,
    args: ConnectionArguments,
    info: GraphQLResolveInfo,
    parents: readonly string[],
  ) => {
    const { query, plan } = listQuery(to, args, info, defaultOrder);
    const pages = await context.db.listPerParent<Record<string, unknown>>(query, by, parents);
    return new Map([...pages].map(([parent, result]) => [parent, new Page(plan, result)]));
  };
  declareField(Edge.prototype as object, field, {
    field: fieldDecorator(options, () => to.connection),
    args: Args(() => to.arguments),
    needs: ['id'],
    checkArguments: (args) => void planPage(to, args, defaultOrder),
    resolve: (
      parent: { id: string },
      args: ConnectionArguments,
      context: Context,
      info: GraphQLResolveInfo,
    ) =>
      loaderAt(context, info, `${from.name}.${field}`, (parents) => read(context, args, info, parents)).load(
        parent.id,
      ),
  });
  return Edge;
}

/** Rows whose ids stand in the parent's property `key`, in that order. One statement for all. */
export function toList(options: EdgeOptions & { readonly key: string }): EntityClass {
  const { from, field, to, key } = options;
  const Edge = resolverClass(options);
  const { description } = options;
  declareField(Edge.prototype as object, field, {
    field: FieldResolver(() => [to.type], {
      nullable: true,
      ...(description === undefined ? {} : { description }),
    }),
    needs: [key],
    async resolve(
      parent: Record<string, readonly string[] | undefined>,
      _args,
      context: Context,
      info: GraphQLResolveInfo,
    ) {
      const ids = parent[key];
      if (!ids) return null;
      const properties = selectedOfRow(to, info);
      const loader = loaderAt(context, info, `${from.name}.${field}`, (wanted) =>
        context.db.byIds(to.table, properties, wanted),
      );
      const rows = await Promise.all(ids.map((id) => loader.load(id)));
      return rows.filter((row) => row !== null);
    },
  });
  return Edge;
}
