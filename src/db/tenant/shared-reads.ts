// Single rows that several requests ask for at the same moment share a statement, as the look at their key does (see
// cross-request-loader.ts): only requests that see the same rows (workspace and venues) and want the same of them. Measured on two
// busy cores in November 2026, one customer with its venues by 32 connections: 0.73 of the CPU on SQLite, 0.67 on Postgres.
import { isEverything } from '../statements/condition.ts';
import { connectionFor, type ReadableDatabase } from '../store/database.ts';
import { createCrossRequestLoader } from '../store/cross-request-loader.ts';
import type { ListPerParent, ParentLink } from '../statements/select.ts';
import { isStoreAway } from '../store/store-failure.ts';
import { tableOf } from '../store/table.ts';
import type { TenantScope } from '../statements/tenancy.ts';
import { readerOf, type ListsBelow, type RowsWanted, type TenantReader } from './reader.ts';

/** Maximum rows of one statement: all of its callers wait for all of them. */
const maxRows = 50;

interface Found {
  readonly row: unknown;
  readonly below: ListsBelow;
}

/** Reads one row by id. What it answers is shared: do not change it. */
export type ReadRow = (
  scope: TenantScope,
  wanted: RowsWanted,
  id: string,
  signal?: AbortSignal,
) => Promise<Found | null>;

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

/** Rows that are asked for together, until their statement begins. */
interface Asked {
  read(id: string): Promise<Found | null>;
  /** Takes one caller away; after the last one the statement is ended. */
  leave(reason: unknown): void;
  callers: number;
}

/** Rejects with the signal's reason when that comes first. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal, onAbort: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      reject(signal.reason as Error);
      onAbort();
    };
    signal.addEventListener('abort', leave, { once: true });
    // Comes first, because a read that was answered has no caller left who could leave.
    work.finally(() => signal.removeEventListener('abort', leave)).then(resolve, reject);
  });
}

export function shareReads(database: ReadableDatabase): ReadRow {
  const asked = new Map<string, Asked>();

  function ask(question: string, scope: TenantScope, wanted: RowsWanted): Asked {
    const ending = new AbortController();
    const { workspaceId: workspace } = scope;
    const reader = readerOf(connectionFor(database, { workspace, signal: ending.signal }), scope);
    const forget = () => asked.get(question) === one && asked.delete(question);
    const read = createCrossRequestLoader(async (ids) => {
      forget();
      const { rows, below } = await reader.byIdsWith(wanted, ids);
      return new Map([...rows].map(([known, row]) => [known, { row, below }]));
    }, maxRows);
    const leave = (reason: unknown) => {
      one.callers -= 1;
      if (one.callers > 0) return;
      forget();
      ending.abort(reason);
    };
    const one: Asked = { read, leave, callers: 0 };
    asked.set(question, one);
    return one;
  }

  return (scope, wanted, id, signal) => {
    const question = questionOf(scope, wanted);
    const one = asked.get(question) ?? ask(question, scope, wanted);
    one.callers += 1;
    const found = one.read(id);
    return signal ? orAborted(found, signal, () => one.leave(signal.reason)) : found;
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
        // There is no time to ask a store again that did not answer. Any other fault may concern another caller's row.
        if (isStoreAway(error)) throw error;
        return reader.byIdsWith<T>(wanted, ids);
      }
    },
  };
}
