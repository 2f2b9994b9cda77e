// Conditions on rows as data, and their SQL. A feature says what it wants; it never writes SQL text.
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { foldAddress } from '../../core/text/email-address.ts';
import { fold } from '../../core/text/fold.ts';
import { canonicalValue, foldedProperty, foldFor, type ColumnKind } from '../store/columns.ts';
import type { Dialect } from '../store/dialect.ts';
import type { Table } from '../store/table.ts';

export type Comparator =
  | ('eq' | 'neq' | 'in' | 'nin' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains' | 'startsWith')
  | ('hasAny' | 'hasAll' | 'hasNone');

/**
 * `null` with eq or neq asks for "is (not) null". `contains` and `startsWith` ignore case and accents and need a folded column;
 * so do the comparisons of whole values with an e-mail address. `hasAny`, `hasAll` and `hasNone` ask for values of a JSON list;
 * where there is no list, it has none of them.
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly property: string; readonly op: Comparator; readonly value: unknown };

type Comparison = Extract<Condition, { op: unknown }>;

/** Whether it leaves no row out. */
export function isEverything(condition: Condition): boolean {
  return 'all' in condition && condition.all.length === 0;
}

/** Size of a condition. The time that SQLite takes to prepare a statement grows with the square of it. */
export function comparisonsIn(condition: Condition): number {
  if ('op' in condition) return 1;
  const parts = 'all' in condition ? condition.all : condition.any;
  return parts.reduce((sum, part) => sum + comparisonsIn(part), 1);
}

/** Comparisons of one statement that is put together of several lists. */
export const maxComparisons = 100;

/** `"alias"."column"` of a property. */
export function columnSql(table: Table, alias: string, property: string): Sql {
  return raw(`"${alias}"."${table.column(property).name}"`);
}

/** `kind` = that of the column which is compared with the values. */
function listSql(values: readonly string[], dialect: Dialect, kind: ColumnKind = 'text'): Sql {
  return sql`(SELECT value FROM ${dialect.valuesTable(values, 'v', kind)})`;
}

/** Whole addresses, ignoring case, accents and the form of the domain. An address is never folded to '', which stands for null. */
function addressesSql(folded: Sql, addresses: readonly string[], dialect: Dialect): Sql {
  const spellings = [...new Set(addresses.map(foldAddress))].filter((text) => text !== '');
  return spellings.length === 1
    ? sql`${folded} = ${spellings[0]}`
    : sql`${folded} IN ${listSql(spellings, dialect)}`;
}

/** Compares with an e-mail address as a whole; null where something else is asked. */
function addressSql(folded: Sql, { op, value }: Comparison, dialect: Dialect): Sql | null {
  if (value === null) return null;
  const addresses = [value].flat() as string[];
  if (op === 'eq' || op === 'in') return addressesSql(folded, addresses, dialect);
  return op === 'neq' || op === 'nin' ? sql`NOT (${addressesSql(folded, addresses, dialect)})` : null;
}

const inequality: Partial<Record<Comparator, Sql>> = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` };

/** Whether a text has a folded column: the indexes stand on it. */
export function hasFolded(table: Table, property: string): boolean {
  return table.columns.some((column) => column.property === foldedProperty(property));
}

/**
 * The text that sorts behind every text with this beginning, by code points, as both engines sort; null: there is none.
 */
function endOfPrefix(prefix: string): string | null {
  const characters = Array.from(prefix);
  while (characters.at(-1) === '\u{10FFFF}') characters.pop();
  const last = characters.pop()?.codePointAt(0);
  if (last === undefined) return null;
  // There are no characters between U+D7FF and U+E000.
  return characters.join('') + String.fromCodePoint(last === 0xd7_ff ? 0xe0_00 : last + 1);
}

/** Begins with a text. As a range: an index is read from its place, by a prepared statement too. */
function startsWithSql(column: Sql, text: string): Sql {
  // Half a surrogate pair reaches the engines as U+FFFD.
  const prefix = Buffer.from(text).toString();
  const end = endOfPrefix(prefix);
  return end === null ? sql`${column} >= ${prefix}` : sql`(${column} >= ${prefix} AND ${column} < ${end})`;
}

/** How a property is read when it is compared. */
export type ColumnReader = (table: Table, alias: string, property: string) => Sql;

function comparisonSql(
  table: Table,
  alias: string,
  comparison: Comparison,
  dialect: Dialect,
  readColumn: ColumnReader,
): Sql {
  const { property, op, value } = comparison;
  const folded = () => columnSql(table, alias, foldedProperty(property));
  const isFolded = hasFolded(table, property);
  const ofAddress = table.column(property).isAddress ? addressSql(folded(), comparison, dialect) : null;
  if (ofAddress) return ofAddress;
  const column = readColumn(table, alias, property);
  const declared = table.column(property);
  const parameter = () => dialect.encode(declared.kind, canonicalValue(declared, value));
  const listed = () =>
    listSql(
      (value as string[]).map((text) => canonicalValue(declared, text) as string),
      dialect,
      declared.kind,
    );
  switch (op) {
    case 'eq': {
      const isEqual = value === null ? sql`${column} IS NULL` : sql`${column} = ${parameter()}`;
      return isFolded ? sql`(${folded()} = ${fold(value as string | null)} AND ${isEqual})` : isEqual;
    }
    case 'neq':
      // A row without a value is different from any value; plain <> would drop it.
      return value === null
        ? sql`${column} IS NOT NULL`
        : sql`(${column} IS NULL OR ${column} <> ${parameter()})`;
    case 'in': {
      const values = value as string[];
      const isOne = sql`${column} IN ${listed()}`;
      return isFolded ? sql`(${folded()} IN ${listSql(values.map(fold), dialect)} AND ${isOne})` : isOne;
    }
    case 'nin':
      return sql`(${column} IS NULL OR ${column} NOT IN ${listed()})`;
    case 'contains':
      return dialect.contains(folded(), foldFor(declared, value as string));
    case 'startsWith':
      return startsWithSql(folded(), foldFor(declared, value as string));
    case 'hasAny':
    case 'hasAll':
      return dialect.listHas(column, value as string[], op);
    case 'hasNone':
      return sql`(${column} IS NULL OR NOT ${dialect.listHas(column, value as string[], 'hasAny')})`;
    default:
      return sql`${column} ${inequality[op] ?? empty} ${parameter()}`;
  }
}

const isTrue = (condition: Condition): boolean => 'all' in condition && condition.all.every(isTrue);

/** Whether no row can meet the condition, as with `in: []`. */
export function isNothing(condition: Condition): boolean {
  if ('op' in condition) return condition.op === 'in' && (condition.value as readonly unknown[]).length === 0;
  return 'any' in condition ? condition.any.every(isNothing) : condition.all.some(isNothing);
}

/** What is left to compare, `any: []` for never: hundreds of empty objects in a filter would be an expression too deep for SQLite. */
function partsOf(condition: Exclude<Condition, { op: unknown }>): readonly Condition[] {
  if ('all' in condition) {
    return condition.all.some(isNothing) ? [{ any: [] }] : condition.all.filter((part) => !isTrue(part));
  }
  return condition.any.some(isTrue) ? [{ all: [] }] : condition.any.filter((part) => !isNothing(part));
}

/** SQL of a condition. `all: []` is true, `any: []` is false. */
export function conditionSql(
  table: Table,
  alias: string,
  condition: Condition,
  dialect: Dialect,
  readColumn: ColumnReader = columnSql,
): Sql {
  if ('op' in condition) return comparisonSql(table, alias, condition, dialect, readColumn);
  const list = partsOf(condition);
  const [separator, none] = 'all' in condition ? [' AND ', sql`1 = 1`] : [' OR ', sql`1 = 0`];
  if (list.length === 0) return none;
  return sql`(${join(
    list.map((part) => conditionSql(table, alias, part, dialect, readColumn)),
    separator,
  )})`;
}
