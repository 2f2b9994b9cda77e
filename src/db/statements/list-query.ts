// A list as data: which rows, in which order, which page of them, and how many rows may be looked at to find it.
import type { Condition } from './condition.ts';
import type { SearchTerm } from '../store/search-terms.ts';
import type { EntityClass, Table } from '../store/table.ts';

export type Direction = 'ASC' | 'DESC';

/** Where a page starts: the sort value and id of the row before it. */
export interface Position {
  readonly value: unknown;
  readonly id: string;
}

export interface Window {
  /** A property that is never null; ties are broken by id in the same direction. */
  readonly orderBy: string;
  readonly direction: Direction;
  readonly after?: Position | undefined;
  readonly limit: number;
}

/**
 * How many rows one list may examine, in each of the ways in which it is tried (see list-paths.ts). Below several parents
 * the rows are divided between them.
 */
export interface ExamineLimits {
  /** In the wanted order, before an index of a filter is tried. */
  readonly firstInOrder: number;
  /** In the wanted order, as the last way, of rows that lie in the store in this order. */
  readonly inOrder: number;
  /** Rows that lie apart: found through the index of a filter, and sorted; or in another order than that of their making. */
  readonly apart: number;
  /** Below one of many parents, whatever their number. */
  readonly perParent: number;
  /** Entries of an index that are counted without a look at the rows. */
  readonly counted: number;
}

export const examineLimits: ExamineLimits = {
  firstInOrder: 2_000,
  inOrder: 20_000,
  apart: 10_000,
  perParent: 5_000,
  counted: 500_000,
};

export interface ListQuery {
  readonly table: Table;
  readonly properties: readonly string[];
  readonly condition: Condition;
  /** What the row must hold; none = no condition. Only of a table with `search`. */
  readonly search?: readonly SearchTerm[];
  readonly window: Window;
  /** Count every row under the condition, not only those of the window. */
  readonly count: boolean;
  /** Set for lists that a caller asks for. undefined = the list examines as many rows as it needs. */
  readonly limits?: ExamineLimits;
}

/** How a child row knows its parent: by a column of its own, or by a row of a link table. */
export type ParentLink =
  | { readonly by: 'column'; readonly property: string }
  | {
      readonly by: 'link';
      readonly table: () => EntityClass;
      readonly parent: string;
      readonly child: string;
    };

/** A list of each of several parents. */
export interface ListPerParent {
  readonly query: ListQuery;
  readonly link: ParentLink;
}
