// The rows of one table in the order of its primary key, a page at a time, with values that mean the same on both
// engines; and the sum by which two tables are compared.
import { createHash } from 'node:crypto';
import sql, { empty, join, type Sql } from 'sql-template-tag';
import type { Connection } from '../store/database.ts';
import { identifier } from '../store/dialect.ts';
import type { MovedTable } from './tables.ts';

/** Values in the order of the table's columns: instants as ISO 8601 in UTC with milliseconds, JSON as JSON. */
export type MovedRow = readonly unknown[];
/** Values of the primary key's columns. */
export type RowKey = readonly string[];

const pageSize = 1_000;

function keyTuple({ key }: MovedTable): Sql {
  return sql`(${join(key.map(identifier), ', ')})`;
}

function keyOf({ columns, key }: MovedTable, row: MovedRow): RowKey {
  return key.map((name) => row[columns.findIndex((column) => column.name === name)] as string);
}

/** Both engines compare texts by their bytes, so that a key means the same place in both. */
export async function findLastKey(connection: Connection, table: MovedTable): Promise<RowKey | null> {
  // As pages have them: the driver of Postgres would make a Date of an instant.
  const names = join(
    table.columns
      .filter(({ name }) => table.key.includes(name))
      .map(
        (column) =>
          sql`${connection.dialect.asJson(column, identifier(column.name))} AS ${identifier(column.name)}`,
      ),
    ', ',
  );
  const descending = join(
    table.key.map((name) => sql`${identifier(name)} DESC`),
    ', ',
  );
  const [row] = await connection.query<Record<string, string>>(
    sql`SELECT ${names} FROM ${identifier(table.name)} ORDER BY ${descending} LIMIT 1`,
  );
  return row ? table.key.map((name) => row[name]!) : null;
}

interface Range {
  /** Exclusive. null = from the beginning. */
  readonly after: RowKey | null;
  /** Inclusive. null = to the end. */
  readonly upTo: RowKey | null;
}

async function readPage(connection: Connection, table: MovedTable, range: Range): Promise<MovedRow[]> {
  const { dialect } = connection;
  const values = table.columns.map((column) => dialect.asJson(column, identifier(column.name)));
  const bound = (operator: Sql, key: RowKey | null) =>
    key ? sql` AND ${keyTuple(table)} ${operator} (${join(key, ', ')})` : empty;
  const where = sql`TRUE${bound(sql`>`, range.after)}${bound(sql`<=`, range.upTo)}`;
  const order = join(table.key.map(identifier), ', ');
  const rows = await connection.query<{ row: string | MovedRow }>(
    sql`SELECT ${dialect.jsonArray(values)} AS "row" FROM ${identifier(table.name)} WHERE ${where} ORDER BY ${order} LIMIT ${pageSize}`,
  );
  return rows.map(({ row }) => (typeof row === 'string' ? (JSON.parse(row) as MovedRow) : row));
}

/** Pages until there are no more. */
export async function* pagesOf(
  connection: Connection,
  table: MovedTable,
  { after, upTo }: Range,
): AsyncGenerator<readonly MovedRow[]> {
  let from = after;
  for (;;) {
    const page = await readPage(connection, table, { after: from, upTo });
    if (page.length === 0) return;
    yield page;
    from = keyOf(table, page.at(-1)!);
  }
}

/** Postgres keeps the keys of an object in an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}

export interface TableSum {
  readonly rows: number;
  /** 32 hex characters; the same for the same rows in any order. */
  readonly checksum: string;
}

const sumBits = 128;

/** Adds up a hash of each row: unlike XOR, two equal rows do not take each other away. */
export async function sumOf(
  connection: Connection,
  table: MovedTable,
  upTo: RowKey | null = null,
): Promise<TableSum> {
  let rows = 0;
  let sum = 0n;
  for await (const page of pagesOf(connection, table, { after: null, upTo })) {
    for (const row of page) {
      const digest = createHash('sha256')
        .update(JSON.stringify(sorted(row)))
        .digest('hex');
      sum = BigInt.asUintN(sumBits, sum + BigInt(`0x${digest.slice(0, sumBits / 4)}`));
    }
    rows += page.length;
  }
  return { rows, checksum: sum.toString(16).padStart(sumBits / 4, '0') };
}
