// Arguments of a connection -> the window to read, and the rows read -> the page that Relay's specification describes.
import { Field, Int, ObjectType } from 'type-graphql';
import { ApiError } from '../core/errors.ts';
import { defaultPageSize, maxPageSize, maxSearchLength } from '../core/page-size.ts';
import { conditionText } from '../db/statements/condition-text.ts';
import { searchTerms, type SearchTerm } from '../db/store/search-terms.ts';
import type { Direction, Window } from '../db/statements/select.ts';
import type { Table } from '../db/store/table.ts';
import type { ListResult } from '../db/tenant/tenant-db.ts';
import { filterCondition, type FilterValue } from './inputs/comparators.ts';
import { assertCursorOf, decodeCursor, encodeCursor, fingerprint } from './cursor.ts';

export interface ConnectionArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly filter?: FilterValue | null;
  readonly search?: string | null;
  readonly orderBy?: { readonly field: string; readonly direction: Direction } | null;
}

export interface Order {
  readonly field: string;
  readonly direction: Direction;
}

/** How a page is read and shown: derived once from the arguments of one list. */
export interface PagePlan {
  readonly window: Window;
  readonly size: number;
  readonly isBackward: boolean;
  /** Binds cursors to this list. Worked out when one is read or made: most lists are asked for none. */
  readonly print: () => string;
  /** What each row must hold; none = no condition. */
  readonly terms: readonly SearchTerm[];
}

function assertSize(name: string, size: number | null | undefined): void {
  if (size == null) return;
  if (size < 1)
    throw new ApiError('BAD_USER_INPUT', `"${name}" is ${size}; it must be at least 1.`, {
      argument: name,
      details: { limit: 1 },
    });
  if (size > maxPageSize) {
    const message = `"${name}" is ${size}; a page holds at most ${maxPageSize}.`;
    const details = { requested: size, limit: maxPageSize };
    throw new ApiError('QUERY_TOO_EXPENSIVE', message, { argument: name, details });
  }
}

/** A search box that is still empty, or holds no more than punctuation, shows the whole list. */
function searchedTerms(search: string | null | undefined): readonly SearchTerm[] {
  const { length } = search ?? '';
  if (length <= maxSearchLength) return searchTerms(search);
  const message = `"search" has ${length} characters; at most ${maxSearchLength} are looked for.`;
  const details = { requested: length, limit: maxSearchLength };
  throw new ApiError('BAD_USER_INPUT', message, { argument: 'search', details });
}

/** What a list shows. */
interface Listed {
  readonly name: string;
  readonly table: Table;
}

/** Throws BAD_USER_INPUT or QUERY_TOO_EXPENSIVE; called before execution (400) and again when the list is read. */
export function planPage({ name, table }: Listed, args: ConnectionArguments, defaultOrder: Order): PagePlan {
  const { first, after, last, before } = args;
  assertSize('first', first);
  assertSize('last', last);
  if (first != null && last != null)
    throw new ApiError('BAD_USER_INPUT', 'Give "first" or "last", not both.');
  if (after != null && before != null)
    throw new ApiError('BAD_USER_INPUT', 'Give "after" or "before", not both.');
  const isBackward = last != null || before != null;
  if (isBackward && (after != null || first != null)) {
    throw new ApiError('BAD_USER_INPUT', '"after" goes with "first", "before" goes with "last".');
  }
  const order = args.orderBy ?? defaultOrder;
  const terms = searchedTerms(args.search);
  const print = () => {
    // What is asked, not how: one document serves with and without a limit.
    const condition = conditionText(table, filterCondition(args.filter));
    return fingerprint(name, order.field, order.direction, condition, terms);
  };
  const cursor = isBackward ? before : after;
  const made = { print, kind: table.column(order.field).kind };
  const size = first ?? last ?? defaultPageSize;
  return {
    size,
    isBackward,
    print,
    terms,
    window: {
      orderBy: order.field,
      // Backward pages are read from their end and turned around.
      direction: isBackward === (order.direction === 'ASC') ? 'DESC' : 'ASC',
      after: cursor == null ? undefined : decodeCursor(made, cursor, isBackward ? 'before' : 'after'),
      // One more than asked tells whether there is a further page.
      limit: size + 1,
    },
  };
}

/** Throws BAD_USER_INPUT when the cursor of the arguments was made in the list of another parent; null = none, a root list. */
export function assertOwnCursor({ after, before }: ConnectionArguments, parent: () => string | null): void {
  const cursor = after ?? before;
  if (cursor != null) assertCursorOf(parent(), cursor, after == null ? 'before' : 'after');
}

@ObjectType({ description: "Where a page stands in its list (Relay's Cursor Connections Specification)." })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether rows follow behind the last of this page.' })
  hasNextPage!: boolean;
  @Field(() => Boolean, { description: 'Whether rows stand before the first of this page.' })
  hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first row; null on an empty page.' })
  startCursor!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last row: the next page is `after` it. Null on an empty page.',
  })
  endCursor!: string | null;
}

type Node = Readonly<Record<string, unknown>>;

interface Edge {
  readonly cursor: string;
  readonly node: Node;
}

/** One page. Cursors are made when they are first read: most operations select one or none. */
export class Page {
  readonly nodes: readonly Node[];
  readonly totalCount: number | null;
  private readonly hasMore: boolean;
  // Compiled execution reads a property for each field that is selected below it.
  private readEdges?: readonly Edge[];
  private readPageInfo?: PageInfo;
  private madePrints?: { readonly list: string; readonly parent: string | null };

  constructor(
    private readonly plan: PagePlan,
    { rows, total }: ListResult<Node>,
    /** What the list hangs below (see parentPrint), null at the root. */
    private readonly parent: () => string | null,
  ) {
    this.hasMore = rows.length > plan.size;
    const page = this.hasMore ? rows.slice(0, plan.size) : rows;
    this.nodes = plan.isBackward ? page.toReversed() : page;
    this.totalCount = total;
  }

  get edges(): readonly Edge[] {
    return (this.readEdges ??= this.nodes.map((node) => ({ cursor: this.cursorOf(node), node })));
  }

  get pageInfo(): PageInfo {
    return (this.readPageInfo ??= this.describe());
  }

  private describe(): PageInfo {
    const { isBackward, window } = this.plan;
    const first = this.nodes[0];
    const last = this.nodes.at(-1);
    const hasBefore = window.after !== undefined;
    return {
      hasNextPage: isBackward ? hasBefore : this.hasMore,
      hasPreviousPage: isBackward ? this.hasMore : hasBefore,
      startCursor: first ? this.cursorOf(first) : null,
      endCursor: last ? this.cursorOf(last) : null,
    };
  }

  private get prints(): { readonly list: string; readonly parent: string | null } {
    return (this.madePrints ??= { list: this.plan.print(), parent: this.parent() });
  }

  private cursorOf(node: Node): string {
    const value = node[this.plan.window.orderBy] as string | number;
    const { list, parent } = this.prints;
    return encodeCursor(list, { value, id: node['id'] as string }, parent);
  }
}

export const pageArguments = {
  first: {
    type: () => Int,
    description: `How many from the start, 1 to ${maxPageSize}; ${defaultPageSize} when nothing is given.`,
  },
  after: { type: () => String, description: 'Cursor: only what comes after it.' },
  last: { type: () => Int, description: `How many from the end, 1 to ${maxPageSize}.` },
  before: { type: () => String, description: 'Cursor: only what comes before it.' },
} as const;
