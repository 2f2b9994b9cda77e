// Arguments of a root list that narrow it to what belongs to one row: `customers(venueId: …)`. They ask for the scope of the list
// alone: of the row they tell nothing, because an id that is not there, or not the caller's, gives an empty list as well.
import { ArgsType, Field, ID } from 'type-graphql';
import type { Context } from '../access/context.ts';
import type { Condition } from '../db/statements/condition.ts';
import type { ListQuery, ParentLink } from '../db/statements/list-query.ts';
import type { EntityClass } from '../db/store/table.ts';
import type { ListResult, TenantDb } from '../db/tenant/tenant-db.ts';
import type { Row } from './batching/request-row-cache.ts';
import { parentPrint } from './cursor.ts';
import { named } from './named-class.ts';

export interface ListParent {
  readonly argument: string;
  readonly description: string;
  readonly by: ParentLink;
  /** Whether the caller may see the row, where the rows of the list do not tell. Default: they do. */
  isSeen?(scope: TenantDb['scope'], id: string): boolean;
}

/** What a root list may be given beside the arguments of any list. */
type Given = object;

const idIn = (args: Given, { argument }: ListParent) =>
  (args as Readonly<Record<string, string | null | undefined>>)[argument] ?? null;

/** A parent that the arguments name. */
interface GivenParent {
  readonly parent: ListParent;
  readonly id: string;
}

/** In the order of the parents. Null and left out are the same: no limit. */
export function parentsIn(parents: readonly ListParent[], args: Given): GivenParent[] {
  return parents.flatMap((parent) => {
    const id = idIn(args, parent);
    return id === null ? [] : { parent, id };
  });
}

/** Names the list of these parents, for its cursors; null = the whole list. */
export function printOfParents(list: string, parents: readonly ListParent[], args: Given): string | null {
  const given = parentsIn(parents, args);
  if (given.length === 0) return null;
  return parentPrint(`Query.${list}`, JSON.stringify(given.map(({ parent, id }) => [parent.argument, id])));
}

/** The arguments of a list, and one for each parent. */
export function withParents(args: EntityClass, name: string, parents: readonly ListParent[]): EntityClass {
  if (parents.length === 0) return args;
  const Arguments = named(class extends args {}, `${name}RootArguments`);
  ArgsType()(Arguments);
  for (const { argument, description } of parents)
    Field(() => ID, { nullable: true, description })(Arguments.prototype as object, argument);
  return Arguments;
}

const nothing = ({ count }: ListQuery): ListResult<Row> => ({ rows: [], total: count ? 0 : null });

/**
 * What is asked of the rows beside their first parent: their other parents, whose links must be columns. The first one as well
 * for a caller of some venues, to whom a link to a row that it may not see is no link (see tenancy.ts).
 */
function conditionsOf(given: readonly GivenParent[], isRestricted: boolean): Condition[] {
  return given.flatMap(({ parent: { by, isSeen }, id }, index): Condition[] => {
    const isAsked = index > 0 || (isRestricted && isSeen === undefined);
    return isAsked && by.by === 'column' ? [{ property: by.property, op: 'eq', value: id }] : [];
  });
}

/** The condition as it was where nothing is added: only a list without any is read in its order from an index. */
function narrowed(query: ListQuery, more: readonly Condition[]): ListQuery {
  return more.length === 0 ? query : { ...query, condition: { all: [query.condition, ...more] } };
}

/** The rows below the first parent, read by the statement of an edge from that parent, so that the same index serves it. */
export async function readBelowParents(
  context: Context,
  query: ListQuery,
  given: readonly GivenParent[],
): Promise<ListResult<Row>> {
  const { scope } = context.db;
  const [first] = given;
  if (!first || given.some(({ parent, id }) => parent.isSeen?.(scope, id) === false)) return nothing(query);
  const asked = narrowed(query, conditionsOf(given, scope.venueIds !== null));
  const found = (await context.db.listPerParent<Row>(asked, first.parent.by, [first.id])).get(first.id);
  return found ?? nothing(query);
}
