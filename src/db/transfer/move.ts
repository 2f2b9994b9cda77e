// Copies every row of a SQLite file to Postgres, and says by counts and checksums that both hold the same.
//
// Rows go in the order of their keys, so what the target holds already says where to go on: an interrupted move is
// continued by starting it again.
import sql, { join } from 'sql-template-tag';
import { userError } from '../../core/errors.ts';
import type { Connection } from '../store/database.ts';
import { identifier } from '../store/dialect.ts';
import type { EntityClass } from '../store/table.ts';
import { findLastKey, pagesOf, sumOf, type MovedRow, type RowKey, type TableSum } from './rows.ts';
import { openSource, openTarget } from './stores.ts';
import { tablesInOrder, type MovedTable } from './tables.ts';

export interface MoveProgress {
  readonly table: string;
  readonly step: 'checking what is there' | 'copying' | 'comparing';
  /** Rows of the table copied by this run. */
  readonly copied: number;
}

export interface MovedSum extends TableSum {
  readonly table: string;
  /** By this run; less than `rows` when an earlier run was interrupted. */
  readonly copied: number;
}

type Report = (progress: MoveProgress) => void;

interface Ends {
  readonly source: Connection;
  readonly target: Connection;
}

/** Throws UserErrors unless the target's rows are the first rows of the source. Returns the last of them. */
async function findPlace({ source, target }: Ends, table: MovedTable): Promise<RowKey | null> {
  const last = await findLastKey(target, table);
  if (!last) return null;
  const [here, there] = await Promise.all([sumOf(source, table, last), sumOf(target, table)]);
  if (here.checksum === there.checksum && here.rows === there.rows) return last;
  const message =
    `The database holds ${there.rows} rows in ${table.name} that are not, or no longer, the first ones of the file. ` +
    'Move into an empty database, or into one that an interrupted move of the same, unchanged file has begun.';
  throw userError('NOT_ALLOWED', ['to'], message);
}

/** One statement, so one transaction: a page is there as a whole or not at all. */
async function writePage(target: Connection, table: MovedTable, page: readonly MovedRow[]): Promise<void> {
  const columns = join(
    table.columns.map(({ name }) => identifier(name)),
    ', ',
  );
  const rows = page.map((row) =>
    Object.fromEntries(table.columns.map(({ name }, index) => [name, row[index]])),
  );
  const name = identifier(table.name);
  await target.query(
    sql`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${name}, ${JSON.stringify(rows)}::json)`,
  );
}

async function copyTable(
  { source, target }: Ends,
  table: MovedTable,
  after: RowKey | null,
  onCopied: (copied: number) => void,
): Promise<number> {
  let copied = 0;
  for await (const page of pagesOf(source, table, { after, upTo: null })) {
    await writePage(target, table, page);
    copied += page.length;
    onCopied(copied);
  }
  // Until autovacuum has looked at it, Postgres would plan for an empty table.
  await target.query(sql`ANALYZE ${identifier(table.name)}`);
  return copied;
}

async function compareTable({ source, target }: Ends, table: MovedTable): Promise<TableSum> {
  const [here, there] = await Promise.all([sumOf(source, table), sumOf(target, table)]);
  if (here.checksum === there.checksum && here.rows === there.rows) return here;
  throw userError(
    'CONFLICT',
    ['to'],
    `${table.name} differs: ${here.rows} rows in the file, ${there.rows} in the database. Was something writing?`,
  );
}

async function moveTables(ends: Ends, tables: readonly MovedTable[], report: Report): Promise<MovedSum[]> {
  const places = new Map<string, RowKey | null>();
  // All of them before the first row is written: a target that holds something else stays as it was.
  for (const table of tables) {
    report({ table: table.name, step: 'checking what is there', copied: 0 });
    places.set(table.name, await findPlace(ends, table));
  }
  const copied = new Map<string, number>();
  for (const table of tables) {
    const onCopied = (rows: number) => report({ table: table.name, step: 'copying', copied: rows });
    copied.set(table.name, await copyTable(ends, table, places.get(table.name) ?? null, onCopied));
  }
  const sums: MovedSum[] = [];
  for (const table of tables) {
    report({ table: table.name, step: 'comparing', copied: copied.get(table.name)! });
    const sum = await compareTable(ends, table);
    sums.push({ table: table.name, copied: copied.get(table.name)!, ...sum });
  }
  return sums;
}

/**
 * Moves the rows of all tables. Throws UserErrors: `from` is not a file of ours or not up to date; `to` holds other rows
 * than the file's first ones, or differs at the end.
 */
export async function moveStore(
  { path, url }: { readonly path: string; readonly url: string },
  entities: readonly EntityClass[],
  report: Report,
): Promise<MovedSum[]> {
  const tables = tablesInOrder(entities);
  const source = await openSource(path, tables);
  try {
    const target = await openTarget(url);
    try {
      return await moveTables({ source, target }, tables, report);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
