// The fields of Query that read a resource: one row by its id, and its list, page by page. What stands below other rows is in edges.ts.
import { GraphQLID } from 'graphql';
import { Arg, Args, Query, Resolver } from 'type-graphql';
import type { Context } from '../access/context.ts';
import type { PolicyDeclaration, Requirement } from '../access/policy/index.ts';
import type { ListQuery } from '../db/statements/list-query.ts';
import type { EntityClass } from '../db/store/table.ts';
import { resolveComputed, type ComputedFilters } from './inputs/computed-filters.ts';
import { declareField } from './derived-field.ts';
import { inWords, several } from './in-words.ts';
import { cacheRows, type Row } from './batching/request-row-cache.ts';
import type { FieldPosition } from './batching/loaders.ts';
import { parentsIn, printOfParents, readBelowParents, withParents, type ListParent } from './list-parents.ts';
import { named } from './named-class.ts';
import { assertOwnCursor, Page, planPage, type ConnectionArguments } from './page.ts';
import { planReadAhead } from './batching/read-ahead.ts';
import { listQuery, readOne, type Resource } from './resource.ts';

/** A list at the root. */
interface RootList {
  readonly resource: Resource;
  /** The field of Query. */
  readonly list: string;
  readonly parents: readonly ListParent[];
  /** A sentence added to the description of the list. */
  readonly remark?: string;
}

const printOf =
  ({ list, parents }: RootList, args: ConnectionArguments) =>
  () =>
    printOfParents(list, parents, args);

async function withColumns(
  computed: ComputedFilters,
  query: ListQuery,
  context: Context,
): Promise<ListQuery> {
  return { ...query, condition: await resolveComputed(computed, query.condition, context) };
}

async function readList(
  root: RootList,
  args: ConnectionArguments,
  context: Context,
  place: FieldPosition,
): Promise<Page> {
  const { resource } = root;
  await resource.beforeRead?.(context, args);
  const listed = listQuery(resource, args, place);
  const { plan } = listed;
  const query = resource.computed
    ? await withColumns(resource.computed, listed.query, context)
    : listed.query;
  const given = parentsIn(root.parents, args);
  const reader = resource.reader?.(context) ?? context.db;
  const ahead = planReadAhead(context, place, resource.name, true);
  const { found, lists } =
    given.length > 0
      ? { found: await readBelowParents(context, query, given) }
      : await ahead.fetch(query.condition, (lists) => reader.list<Row>(query, lists));
  const page = new Page(plan, found, printOf(root, args));
  cacheRows(context, resource, query.properties, page.nodes);
  await ahead.attach(page.nodes, lists);
  return page;
}

interface RootFields {
  readonly resolver: EntityClass;
  readonly policy: PolicyDeclaration;
}

/**
 * `Query.<one>(id)` and `Query.<list>(…)` of a resource. Its manifest names the resolver and spreads the policy.
 *
 * @example
 * export const venueQueries = rootFields(venues, { one: 'venue', list: 'venues' }, scopes('read:venues'));
 */
export function rootFields(
  resource: Resource,
  names: { one: string; list: string },
  requirement: Requirement,
  /** Rows whose own the list may be narrowed to (see list-parents.ts). The first one that is given leads to the rows. */
  parents: readonly ListParent[] = [],
): RootFields {
  const Queries = named(class {}, `${resource.name}Queries`);
  const prototype = Queries.prototype as Record<string, unknown>;
  declareField(prototype, names.one, {
    field: Query(() => resource.type, {
      nullable: true,
      description: `The ${inWords(resource.name)} with this id, or null.`,
    }),
    args: Arg('id', () => GraphQLID),
    resolve: (_root: unknown, { id }: { id: string }, context: Context, place: FieldPosition) =>
      readOne(resource, id, context, place),
  });
  declareList(prototype, { resource, list: names.list, parents });
  Resolver()(Queries);
  return {
    resolver: Queries,
    policy: { [`Query.${names.one}`]: requirement, [`Query.${names.list}`]: requirement },
  };
}

/** `Query.<list>(…)` of a resource whose rows are shown in lists alone. */
export function rootList(
  resource: Resource,
  list: string,
  requirement: Requirement,
  remark = '',
): RootFields {
  const Queries = named(class {}, `${resource.name}Queries`);
  declareList(Queries.prototype as Record<string, unknown>, { resource, list, parents: [], remark });
  Resolver()(Queries);
  return { resolver: Queries, policy: { [`Query.${list}`]: requirement } };
}

function declareList(prototype: Record<string, unknown>, root: RootList): void {
  const { resource, list, parents, remark = '' } = root;
  const rootArguments = withParents(resource.arguments, resource.name, parents);
  declareField(prototype, list, {
    field: Query(() => resource.connection, {
      nullable: true,
      description: [
        `The ${several(inWords(resource.name))} of the workspace that the caller may see, page by page.`,
        ...(remark === '' ? [] : [remark]),
      ].join(' '),
    }),
    args: Args(() => rootArguments),
    resolve: (_root: unknown, args: ConnectionArguments, context: Context, place: FieldPosition) =>
      readList(root, args, context, place),
    checkArguments(args) {
      planPage(resource, args, resource.defaultOrder);
      assertOwnCursor(args, printOf(root, args));
    },
  });
}
