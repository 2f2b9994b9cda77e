// Search by words: a table beside the searched one holds the words of each row, cut up here and not by the engines, so
// that both find the same. `<table>_search` has one row for each row; the engine's own index stands on its words.
import sql, { empty, join, type Sql } from 'sql-template-tag';
import { fold } from './columns.ts';
import { columnSql } from './condition.ts';
import { identifier, type Dialect } from './dialect.ts';
import type { Table } from './table.ts';

type Row = Readonly<Record<string, unknown>>;

const word = /[\p{L}\p{M}\p{N}]+/gu;
const maxWordLength = 100;
/** A telephone number, however it is grouped. */
const grouped = /^[\d\s()+./-]+$/;
const minDigits = 4;
const maxDigits = 20;

/** The words of a text as they are compared: folded, without anything that is neither letter nor digit. */
export function wordsIn(text: string | null | undefined): string[] {
  const found = fold(text).match(word) ?? [];
  return [...new Set(found.map((long) => Array.from(long).slice(0, maxWordLength).join('')))];
}

/** A number is found by any four of its digits in a row: nobody remembers how another person groups them. */
function endingsOf(text: string | null | undefined): string[] {
  const folded = fold(text);
  if (!grouped.test(folded)) return [];
  const digits = folded.replace(/\D/g, '');
  if (digits.length > maxDigits) return [];
  return Array.from({ length: Math.max(0, digits.length - minDigits + 1) }, (_, start) =>
    digits.slice(start),
  );
}

/**
 * The workspace is a word of each row too: otherwise a search would walk through what other workspaces have. No word that
 * anybody looks for begins with an underscore.
 */
const wordOfWorkspace = (workspaceId: string) => `_${workspaceId}`;

function wordsOfRow(properties: readonly string[], workspaceId: string, row: Row): string {
  const texts = properties.map((property) => row[property] as string | null | undefined);
  const words = texts.flatMap((text) => [...wordsIn(text), ...endingsOf(text)]);
  return [wordOfWorkspace(workspaceId), ...new Set(words)].join(' ');
}

/** What holds the words: by the table's name, because a migration has nothing else. */
export interface Searched {
  readonly name: string;
  readonly search: readonly string[];
}

/** Puts or replaces the words of rows that have their id and all searched properties. */
export function wordsStatement(table: Searched, workspaceId: string, rows: readonly Row[]): Sql {
  const tuples = rows.map((row) => sql`(${row['id']}, ${wordsOfRow(table.search, workspaceId, row)})`);
  return sql`INSERT INTO ${identifier(`${table.name}_search`)} ("id", "words") VALUES ${join(tuples, ', ')} ON CONFLICT ("id") DO UPDATE SET "words" = excluded."words"`;
}

interface Search {
  /** None = no condition. */
  readonly words: readonly string[];
  readonly workspaceId: string;
}

/** What so few letters begin is put together from much of the index, on both engines, however few rows are left in the end. */
const shortWord = 2;

/** Words to look up in the index: short ones only when there are no others. */
export function soughtWords(words: readonly string[]): readonly string[] {
  const long = words.filter((one) => one.length > shortWord);
  return long.length > 0 ? long : words;
}

/** Selects the `id` of the rows of which each of the words begins a word. */
export function idsWithWordsSql(table: Table, { words, workspaceId }: Search, dialect: Dialect): Sql {
  return dialect.idsWithWords(`${table.name}_search`, wordOfWorkspace(workspaceId), words);
}

/**
 * What a FROM begins with: the ids of the rows of which each of the words begins a word. On SQLite CROSS JOIN fixes the
 * order: left to itself, and without statistics, it reads the workspace row by row until it has found enough.
 */
export function foundSql(table: Table, search: Search, dialect: Dialect): Sql {
  if (search.words.length === 0) return empty;
  return sql`(${idsWithWordsSql(table, search, dialect)}) AS "found" CROSS JOIN `;
}

/** Belongs to foundSql in the same FROM. */
export function isFoundSql(table: Table, alias: string, { words }: Search): Sql {
  return words.length === 0 ? empty : sql` AND ${columnSql(table, alias, 'id')} = "found"."id"`;
}

/** The same condition asked of one row: its words stand in one text with a space before each but the first. */
export function hasWordsSql(table: Table, alias: string, { words }: Search, dialect: Dialect): Sql {
  if (words.length === 0) return empty;
  const kept = sql`"words"."words"`;
  const begins = words.map((one) => dialect.contains(kept, ` ${one}`));
  // Not EXISTS, which Postgres may answer by reading the words of all rows first.
  return sql` AND (SELECT ${join(begins, ' AND ')} FROM ${identifier(`${table.name}_search`)} AS "words" WHERE "words"."id" = ${columnSql(table, alias, 'id')})`;
}
