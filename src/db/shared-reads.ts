// Single rows that several requests ask for at the same moment share a statement, as the look at their key does (see
// gathered-reads.ts): only requests that see the same rows (workspace and venues) and want the same of them. Measured on two
// busy cores in November 2026, one customer with its venues by 32 connections: 0.73 of the CPU on SQLite, 0.67 on Postgres.
import { isEverything } from './condition.ts';
import type { Connection } from './database.ts';
import { gatherReads } from './gathered-reads.ts';
import type { ListPerParent, ParentLink } from './select.ts';
import { isStoreAway } from './store-failure.ts';
import { tableOf } from './table.ts';
import type { TenantScope } from './tenancy.ts';
import { readerOf, type ListsBelow, type RowsWanted, type TenantReader } from './tenant-reader.ts';

/** Of one statement: everybody waits for all of them. */
const maxRows = 50;

interface Found {
  readonly row: unknown;
  readonly below: ListsBelow;
}

/** Reads one row by id. What it answers is shared: do not change it. */
export type ReadRow = (scope: TenantScope, wanted: RowsWanted, id: string) => Promise<Found | null>;

/**
 * Below one of them, all lists together. Fifty customers with eight lists of a hundred each ran into the time limit
 * together, and not one by one.
 */
const maxRowsBelow = 50;

/** Lists that are read from their places in an index. One that is counted or looked through would keep the others waiting. */
function areShort(below: readonly ListPerParent[]): boolean {
  const rows = below.reduce((sum, { query: { window } }) => sum + window.limit, 0);
  const isPlain = ({ query: { condition, search = [], count } }: ListPerParent) =>
    isEverything(condition) && search.length === 0 && !count;
  return rows <= maxRowsBelow && below.every(isPlain);
}

function nameOf(link: ParentLink): unknown {
  return link.by === 'column' ? link.property : [tableOf(link.table()).name, link.parent, link.child];
}

/** Everything that makes a difference to the statement but the row's id. */
function questionOf(scope: TenantScope, { table, properties, below }: RowsWanted): string {
  const lists = below.map(({ query: { table, ...query }, link }) => [table.name, query, nameOf(link)]);
  return JSON.stringify([scope, table.name, properties, lists]);
}

export function shareReads(connection: Connection): ReadRow {
  /** Until their statement begins. */
  const asked = new Map<string, (id: string) => Promise<Found | null>>();
  return (scope, wanted, id) => {
    const question = questionOf(scope, wanted);
    let read = asked.get(question);
    if (!read) {
      const reader = readerOf(connection, scope);
      read = gatherReads(async (ids) => {
        asked.delete(question);
        const { rows, below } = await reader.byIdsWith(wanted, ids);
        return new Map([...rows].map(([known, row]) => [known, { row, below }]));
      }, maxRows);
      asked.set(question, read);
    }
    return read(id);
  };
}

/** `byIdsWith` of a reader, with others where it can be. */
export function sharing(reader: TenantReader, readRow: ReadRow): Pick<TenantReader, 'byIdsWith'> {
  return {
    async byIdsWith<T>(wanted: RowsWanted, ids: readonly string[]) {
      if (ids.length !== 1 || !areShort(wanted.below)) return reader.byIdsWith<T>(wanted, ids);
      const id = ids[0]!;
      try {
        const found = await readRow(reader.scope, wanted, id);
        return { rows: new Map(found ? [[id, found.row as T]] : []), below: found?.below ?? new Map() };
      } catch (error) {
        // There is no time to ask a store again that did not answer. Any other fault may be of somebody else's row.
        if (isStoreAway(error)) throw error;
        return reader.byIdsWith<T>(wanted, ids);
      }
    },
  };
}
