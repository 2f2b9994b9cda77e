// What a table is to the rest of the house: its columns, its indexes, and how workspace and venue limit its rows.
import { columnsOf, type Column, type EntityClass } from './columns.ts';

export type { EntityClass };

/** How a venue-restricted key's venues limit this table's rows. Each table must say it: forgetting is not possible. */
export type VenueRule =
  /** The row names its venue; a row without a venue is outside every restriction. */
  | { readonly by: 'column'; readonly property: string }
  /** The row IS a venue. */
  | { readonly by: 'id' }
  /** The row is linked to venues by another table: `link.key` holds this row's id, `link.venue` a venue's id. */
  | { readonly by: 'link'; readonly table: () => EntityClass; readonly key: string; readonly venue: string }
  /** The row is seen exactly when its parent is. */
  | { readonly by: 'parent'; readonly table: () => EntityClass; readonly key: string }
  /** Never reachable with a data scope (users, keys, audit): a venue-restricted key sees no row. */
  | { readonly by: 'closed' }
  /** Belongs to no venue and is shown to no caller: records that only the server itself reads. */
  | { readonly by: 'none' };

interface IndexSpec {
  readonly name: string;
  readonly properties: readonly string[];
  readonly unique?: boolean;
}

interface TableOptions {
  readonly name: string;
  /** Property that holds the workspace's id; `id` for the workspaces themselves. */
  readonly workspace: string;
  readonly venues: VenueRule;
  readonly indexes?: readonly IndexSpec[];
  /**
   * Text properties that `search` looks through. Their words are kept by the tenant layer in `<name>_search`, which a
   * migration makes (see migrations/search.ts).
   */
  readonly search?: readonly string[];
  /** Those of them that hold telephone numbers: found by any four digits in a row, whatever else stands in them. */
  readonly numbers?: readonly string[];
  /**
   * For a table of links: a property of the linked row that never changes, and the column of the link that copies it.
   * The store fills it in. An index of the links then has the linked rows in its order.
   */
  readonly copies?: { readonly key: string; readonly property: string; readonly as: string };
  /** The store keeps the number of a workspace's rows in `row_counts` (migrations/versions/0.1/14-row-counts.ts). */
  readonly isCounted?: boolean;
}

export interface Table<T = unknown> {
  readonly name: string;
  readonly entity: EntityClass<T>;
  readonly workspace: string;
  readonly venues: VenueRule;
  readonly indexes: readonly IndexSpec[];
  /** Empty: cannot be searched. */
  readonly search: readonly string[];
  readonly numbers: readonly string[];
  readonly isCounted: boolean;
  readonly copies?: TableOptions['copies'];
  readonly columns: readonly Column[];
  column(property: string): Column;
}

const tables = new WeakMap<object, Table>();

/**
 * Class decorator: the table of an entity. It stands above the class, so every column is declared before it runs. `venues` says how
 * a key of some venues is limited, and cannot be left out.
 *
 * @example
 * @StoredIn({
 *   name: 'treatments',
 *   workspace: 'workspaceId',
 *   venues: { by: 'column', property: 'venueId' },
 *   indexes: [{ name: 'treatments_venue', properties: ['venueId', 'createdAt', 'id'] }],
 * })
 * export class Treatment { … }
 */
export function StoredIn(options: TableOptions): ClassDecorator {
  return (target) => {
    const entity = target as unknown as EntityClass;
    const columns = columnsOf(entity);
    const byProperty = new Map(columns.map((column) => [column.property, column]));
    tables.set(target, {
      ...options,
      entity,
      indexes: options.indexes ?? [],
      search: options.search ?? [],
      numbers: options.numbers ?? [],
      isCounted: options.isCounted ?? false,
      columns,
      column(property) {
        const column = byProperty.get(property);
        if (!column) throw new Error(`Table ${options.name} has no column for "${property}".`);
        return column;
      },
    });
  };
}

/** The table of an entity class. Throws when the class has no @StoredIn. */
export function tableOf<T>(entity: EntityClass<T>): Table<T> {
  // A feature's GraphQL type may extend the stored class that a lower room owns.
  let owner: object | null = entity;
  while (owner !== null && !tables.has(owner)) owner = Object.getPrototypeOf(owner) as object | null;
  const table = owner === null ? undefined : tables.get(owner);
  if (!table) throw new Error(`${entity.name} is not stored: give the class @StoredIn({...}).`);
  return table as Table<T>;
}
