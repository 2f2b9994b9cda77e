// Search by words: a table beside the searched one holds the words of each row, cut up here and not by the engines, so
// that both find the same. `<table>_search` has one row for each row; the engine's own index stands on its words.
import sql, { empty, join, type Sql } from 'sql-template-tag';
import { addressSpellings } from '../../core/text/email-address.ts';
import { fold } from '../../core/text/fold.ts';
import { endingsOf } from '../../core/text/phone-digits.ts';
import { columnSql } from './condition.ts';
import { identifier, type Dialect } from '../store/dialect.ts';
import { wordsOf, type SearchTerm } from '../store/search-terms.ts';
import type { Table } from '../store/table.ts';

type Row = Readonly<Record<string, unknown>>;

const letter = /\p{L}/u;

/**
 * The workspace is a word of each row too: otherwise a search would walk through what other workspaces have. No word that
 * anybody looks for begins with an underscore.
 */
const wordOfWorkspace = (workspaceId: string) => `_${workspaceId}`;

/** What holds the words: by the table's name, because a migration has nothing else. */
export interface Searched {
  readonly name: string;
  readonly search: readonly string[];
  /** Those of `search` that hold telephone numbers; the others may be one, when they hold no letter. */
  readonly numbers: readonly string[];
}

/** All words of a row, as its row in the table of words holds them. Same row, same text. */
export function wordsOfRow({ search, numbers }: Searched, workspaceId: string, row: Row): string {
  const words = search.flatMap((property) => {
    const text = (row[property] as string | null | undefined) ?? '';
    const folded = fold(text);
    const isNumber = numbers.includes(property) || !letter.test(folded);
    // An address is found by either form of its domain.
    const words = addressSpellings(text).flatMap((spelling) => wordsOf(fold(spelling)));
    return [...words, ...(isNumber ? endingsOf(folded) : [])];
  });
  return [wordOfWorkspace(workspaceId), ...new Set(words)].join(' ');
}

/** Puts or replaces the words of rows that have their id and all searched properties. */
export function wordsStatement(
  table: Searched,
  workspaceId: string,
  rows: readonly Row[],
  dialect: Dialect,
): Sql {
  const words = rows.map((row) => [row['id'], wordsOfRow(table, workspaceId, row)]);
  return sql`INSERT INTO ${identifier(`${table.name}_search`)} ("id", "words") ${dialect.insertedRows(words)} ON CONFLICT ("id") DO UPDATE SET "words" = excluded."words"`;
}

interface Search {
  /** None = no condition. */
  readonly terms: readonly SearchTerm[];
  readonly workspaceId: string;
}

/** What so few letters begin is put together from much of the index, on both engines, however few rows are left in the end. */
const shortWord = 2;

/** Terms to look up in the index: those of short words only when there are no others. */
export function soughtTerms(terms: readonly SearchTerm[]): readonly SearchTerm[] {
  const isLong = (term: SearchTerm) => term.every((words) => words.every((one) => one.length > shortWord));
  const long = terms.filter(isLong);
  return long.length > 0 ? long : terms;
}

/** Selects the `id` of the rows in which each of the terms is found. */
export function idsWithWordsSql(table: Table, { terms, workspaceId }: Search, dialect: Dialect): Sql {
  return dialect.idsWithWords(`${table.name}_search`, wordOfWorkspace(workspaceId), terms);
}

/**
 * What a FROM begins with: the ids of the rows in which each of the terms is found. On SQLite CROSS JOIN fixes the order:
 * left to itself, and without statistics, it reads the workspace row by row until it has found enough.
 */
export function foundSql(table: Table, search: Search, dialect: Dialect): Sql {
  if (search.terms.length === 0) return empty;
  return sql`(${idsWithWordsSql(table, search, dialect)}) AS "found" CROSS JOIN `;
}

/** Belongs to foundSql in the same FROM. */
export function isFoundSql(table: Table, alias: string, { terms }: Search): Sql {
  return terms.length === 0 ? empty : sql` AND ${columnSql(table, alias, 'id')} = "found"."id"`;
}

/** A term asked of one row: its words stand in one text with a space before each but the first, which is the workspace's. */
function hasTermSql(term: SearchTerm, dialect: Dialect): Sql {
  const begins = (one: string) => dialect.contains(sql`"words"."words"`, ` ${one}`);
  const alternatives = term.map((words) => sql`(${join(words.map(begins), ' AND ')})`);
  return sql`(${join(alternatives, ' OR ')})`;
}

/** The condition of a search, asked of one row. */
export function hasWordsSql(table: Table, alias: string, { terms }: Search, dialect: Dialect): Sql {
  if (terms.length === 0) return empty;
  const found = terms.map((term) => hasTermSql(term, dialect));
  // Not EXISTS, which Postgres may answer by reading the words of all rows first.
  return sql` AND (SELECT ${join(found, ' AND ')} FROM ${identifier(`${table.name}_search`)} AS "words" WHERE "words"."id" = ${columnSql(table, alias, 'id')})`;
}
