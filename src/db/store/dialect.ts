// The one seam between the engines: how a value is written, read back as JSON, and listed. Nothing else may ask which engine it is.
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { ColumnOptions } from 'typeorm';
import type { Column, ColumnKind } from './columns.ts';
import { rowsOfJson, rowsOfValues } from './inserted-rows.ts';
import type { SearchTerm } from './search-terms.ts';

export type DialectName = 'sqlite' | 'postgres';

export interface Dialect {
  readonly name: DialectName;
  /** What traces call the engine: `db.system` of OpenTelemetry. */
  readonly system: 'sqlite' | 'postgresql';
  /** The engine's column type for TypeORM's schema and migrations. */
  columnType(kind: ColumnKind): Pick<ColumnOptions, 'type' | 'precision' | 'collation'>;
  /** A JavaScript value as a statement parameter. */
  encode(kind: ColumnKind, value: unknown): unknown;
  /** SQL that gives a column's value in the form that JSON.parse turns into the entity's value. */
  asJson(column: Column, expression: Sql): Sql;
  jsonArray(expressions: readonly Sql[]): Sql;
  /** All rows of a subquery as one JSON array; `[]` when there are none. */
  jsonAggregate(expression: Sql): Sql;
  /** One JSON array of expressions that are JSON already; null for NULL. */
  jsonArrayOfJson(expressions: readonly Sql[]): Sql;
  /** As jsonAggregate, of an expression that is JSON already. */
  jsonAggregateOfJson(expression: Sql): Sql;
  /** A text as JSON. */
  jsonText(expression: Sql): Sql;
  /** A JSON text that came out of a subquery, to be nested as JSON and not as a string. */
  nestedJson(expression: Sql): Sql;
  /** The rows of an INSERT, each with as many values, as `encode` gives them. */
  insertedRows(rows: readonly (readonly unknown[])[]): Sql;
  /** A list of values as a table `alias(value)`, to be compared with a column of this kind. Default: text. */
  valuesTable(values: readonly unknown[], alias: string, kind?: ColumnKind): Sql;
  /** Whole milliseconds from one timestamp to another. */
  millisecondsBetween(from: Sql, to: Sql): Sql;
  /** Exactly this text somewhere in a text column; no character of it means anything else. */
  contains(column: Sql, text: string): Sql;
  /** Whether a JSON list of texts, none of them twice, has any or all of these. NULL or false where there is no list. */
  listHas(column: Sql, values: readonly string[], which: 'hasAny' | 'hasAll'): Sql;
  /** What makes the table of words of a table (see search.ts), and takes it away again. */
  searchTable(table: string): { readonly create: readonly string[]; readonly drop: readonly string[] };
  /** A SELECT of the ids whose words hold `whole` as it is and, for each term, what it asks for. */
  idsWithWords(searchTable: string, whole: string, terms: readonly SearchTerm[]): Sql;
  /** A column in a comparison by which no index is to be sought. */
  unsought(column: Sql): Sql;
  /** Selects all columns of a table's rows, each looked up by its `id` in `ids AS "found"`, whatever their number. */
  rowsById(ids: Sql, table: Sql, alias: Sql): Sql;
  /** Ends a SELECT: the rows of the alias stay as they are until the transaction ends. Nothing where there is one writer. */
  lockRows(mode: 'UPDATE' | 'NO KEY UPDATE' | 'SHARE', alias: string): Sql;
  /** Ends with the first rows, in this order, of all lists together, each of which an index holds in this order. */
  merged(lists: readonly Sql[], order: Sql, limit: Sql): Sql;
  /** Waits until no other transaction has this name and takes it until the end of its own. Nothing where there is one writer. */
  lockName(name: string): Sql;
  /** The statement text with this engine's placeholders. */
  text(statement: Sql): string;
}

/** A double-quoted identifier. Names come from declarations in the code, never from a request. */
export function identifier(name: string): Sql {
  return raw(`"${name}"`);
}

function commaList(expressions: readonly Sql[]): Sql {
  return expressions.reduce((list, expression) => sql`${list}, ${expression}`);
}

const allOf = (parts: readonly string[], and: string) => parts.join(` ${and} `);

/** A term in the words of a full text query. */
function anyOf(term: SearchTerm, prefix: (text: string) => string, and: string, or: string): string {
  return `(${term.map((words) => `(${allOf(words.map(prefix), and)})`).join(` ${or} `)})`;
}

export const sqlite: Dialect = {
  name: 'sqlite',
  system: 'sqlite',
  columnType(kind) {
    if (kind === 'integer' || kind === 'boolean') return { type: kind };
    if (kind === 'safeInteger') return { type: 'integer' };
    return { type: 'text' };
  },
  encode(kind, value) {
    if (value === null || value === undefined) return null;
    if (kind === 'json') return JSON.stringify(value);
    if (kind === 'boolean') return value === true ? 1 : 0;
    return value;
  },
  asJson(column, expression) {
    if (column.kind === 'json') return sql`json(${expression})`;
    if (column.kind === 'boolean') return sql`json(iif(${expression}, 'true', 'false'))`;
    return expression;
  },
  jsonArray: (expressions) => sql`json_array(${commaList(expressions)})`,
  jsonAggregate: (expression) => sql`json_group_array(${expression})`,
  // Written together as texts: SQLite's JSON functions would parse each part again.
  jsonArrayOfJson: (expressions) => {
    const parts = expressions.map((expression) => sql`coalesce(${expression}, 'null')`);
    return sql`'[' || ${join(parts, ` || ',' || `)} || ']'`;
  },
  jsonAggregateOfJson: (expression) => sql`'[' || coalesce(group_concat(${expression}), '') || ']'`,
  jsonText: (expression) => sql`json_quote(${expression})`,
  nestedJson: (expression) => sql`json(${expression})`,
  insertedRows: rowsOfJson,
  valuesTable: (values, alias) => sql`json_each(${JSON.stringify(values)}) AS ${identifier(alias)}`,
  // A day number is a float that is fine to 0.05 ms: rounded, it is the millisecond that was stored.
  millisecondsBetween: (from, to) =>
    sql`CAST(round((julianday(${to}) - julianday(${from})) * 86400000) AS integer)`,
  // Not LIKE: SQLite's ends at a NUL and fails at patterns over 50,000 bytes.
  contains: (column, text) => sql`instr(${column}, ${text}) > 0`,
  listHas: (column, values, which) => {
    const wanted = [...new Set(values)];
    const listed = sql`json_each(${JSON.stringify(wanted)})`;
    const found = sql`SELECT count(*) FROM json_each(${column}) AS "has" WHERE "has".value IN (SELECT value FROM ${listed})`;
    // Counted without a sort: the list holds no value twice.
    return sql`(${found}) >= ${which === 'hasAny' ? 1 : wanted.length}`;
  },
  searchTable: (table) => {
    const [words, index] = [`"${table}_search"`, `"${table}_search_index"`];
    const add = `INSERT INTO ${index} (rowid, "id", "words") VALUES (new."number", new."id", new."words");`;
    const remove = `INSERT INTO ${index} (${index}, rowid, "id", "words") VALUES ('delete', old."number", old."id", old."words");`;
    const trigger = (name: string, event: string, work: string) =>
      `CREATE TRIGGER "${table}_search_${name}" AFTER ${event} ON ${words} BEGIN ${work} END`;
    return {
      create: [
        // A number of its own: VACUUM may give rows without one another rowid, and the index would point elsewhere.
        `CREATE TABLE ${words} ("number" integer PRIMARY KEY, "id" text NOT NULL UNIQUE REFERENCES "${table}" ("id") ON DELETE CASCADE, "words" text NOT NULL)`,
        // "ascii" cuts at our spaces alone: every other character of a word is a letter to it.
        `CREATE VIRTUAL TABLE ${index} USING fts5("id" UNINDEXED, "words", content=${words}, content_rowid="number", tokenize="ascii tokenchars '_'", prefix='2 3', detail=none, columnsize=0)`,
        trigger('added', 'INSERT', add),
        trigger('removed', 'DELETE', remove),
        trigger('changed', 'UPDATE', `${remove} ${add}`),
      ],
      drop: [`DROP TABLE ${index}`, `DROP TABLE ${words}`],
    };
  },
  idsWithWords: (searchTable, whole, terms) => {
    const index = identifier(`${searchTable}_index`);
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const prefixes = (prefix: string) => `${quoted(prefix)}*`;
    const query = allOf([quoted(whole), ...terms.map((term) => anyOf(term, prefixes, 'AND', 'OR'))], 'AND');
    return sql`SELECT "id" FROM ${index} WHERE ${index} MATCH ${query}`;
  },
  // Without statistics an index seems as good as any other of which as many columns are compared.
  unsought: (column) => sql`+${column}`,
  // CROSS JOIN fixes the order.
  rowsById: (ids, table, alias) =>
    sql`SELECT ${alias}.* FROM ${ids} CROSS JOIN ${table} AS ${alias} WHERE ${alias}."id" = "found"."id"`,
  lockRows: () => empty,
  // Reads each list as far as it is wanted.
  merged: (lists, order, limit) => sql`${join(lists, ' UNION ALL ')} ORDER BY ${order} LIMIT ${limit}`,
  lockName: () => empty,
  text: (statement) => statement.sql,
};

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

/** Types of the lists that are compared with columns: text is compared with no number and no instant. */
const listTypes: Readonly<Record<ColumnKind, string>> = {
  ...{ text: 'text', json: 'text', boolean: 'boolean' },
  ...{ integer: 'bigint', safeInteger: 'bigint', timestamp: 'timestamptz' },
};

/** No text search configuration: the words come as they are to be compared. */
const searchVector = `(array_to_tsvector(string_to_array("words", ' ')))`;

export const postgres: Dialect = {
  name: 'postgres',
  system: 'postgresql',
  columnType(kind) {
    switch (kind) {
      case 'timestamp':
        // Three digits: with microseconds a cursor made from the answer would skip or repeat rows.
        return { type: 'timestamptz', precision: 3 };
      case 'json':
        return { type: 'jsonb' };
      case 'text':
        // Byte order, as SQLite sorts; a locale's order would make cursors and indexes differ between machines.
        return { type: 'text', collation: 'C' };
      case 'safeInteger':
        return { type: 'bigint' };
      default:
        return { type: kind };
    }
  },
  encode(kind, value) {
    if (value === null || value === undefined) return null;
    return kind === 'json' ? JSON.stringify(value) : value;
  },
  asJson(column, expression) {
    if (column.kind !== 'timestamp') return expression;
    return sql`to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  },
  jsonArray: (expressions) => sql`json_build_array(${commaList(expressions)})`,
  jsonAggregate: (expression) => sql`coalesce(json_agg(${expression}), '[]'::json)`,
  jsonArrayOfJson: (expressions) => sql`json_build_array(${commaList(expressions)})`,
  jsonAggregateOfJson: (expression) => sql`coalesce(json_agg(${expression}), '[]'::json)`,
  jsonText: (expression) => expression,
  nestedJson: (expression) => expression,
  insertedRows: rowsOfValues,
  valuesTable: (values, alias, kind = 'text') => {
    return sql`unnest(${values}::${raw(listTypes[kind])}[]) AS ${identifier(alias)}(value)`;
  },
  millisecondsBetween: (from, to) => sql`CAST(round(extract(epoch FROM (${to} - ${from})) * 1000) AS bigint)`,
  listHas: (column, values, which) =>
    sql`${column} ${which === 'hasAny' ? raw('?|') : raw('?&')} ${[...values]}::text[]`,
  contains: (column, text) => sql`${column} LIKE ${`%${escapeLike(text)}%`} ESCAPE '\\'`,
  searchTable: (table) => ({
    create: [
      `CREATE TABLE "${table}_search" ("id" text COLLATE "C" PRIMARY KEY REFERENCES "${table}" ("id") ON DELETE CASCADE, "words" text COLLATE "C" NOT NULL)`,
      // Without fastupdate no search has to read what was written since the last vacuum one by one.
      `CREATE INDEX "${table}_search_words" ON "${table}_search" USING gin (${searchVector}) WITH (fastupdate = off)`,
    ],
    drop: [`DROP TABLE "${table}_search"`],
  }),
  idsWithWords: (searchTable, whole, terms) => {
    const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
    const prefixes = (prefix: string) => `${quoted(prefix)}:*`;
    const query = allOf([quoted(whole), ...terms.map((term) => anyOf(term, prefixes, '&', '|'))], '&');
    return sql`SELECT "id" FROM ${identifier(searchTable)} WHERE ${raw(searchVector)} @@ ${query}::tsquery`;
  },
  // It has statistics.
  unsought: (column) => column,
  // LIMIT keeps it from reading the whole table beside a long list of ids.
  rowsById: (ids, table, alias) =>
    sql`SELECT ${alias}.* FROM ${ids} CROSS JOIN LATERAL (SELECT * FROM ${table} WHERE "id" = "found"."id" LIMIT 1) AS ${alias}`,
  lockRows: (mode, alias) => sql` ${raw(`FOR ${mode}`)} OF ${identifier(alias)}`,
  // Left to itself it reads each list to its end and sorts.
  merged: (lists, order, limit) => {
    const pages = lists.map((list) => sql`(${list} ORDER BY ${order} LIMIT ${limit})`);
    return sql`${join(pages, ' UNION ALL ')} ORDER BY ${order} LIMIT ${limit}`;
  },
  lockName: (name) => sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`,
  text: (statement) => statement.text,
};

const dialects: Readonly<Record<DialectName, Dialect>> = { sqlite, postgres };

/** The dialect of an engine, by the name that TypeORM gives it too. Throws for an engine that is not supported. */
export function dialectNamed(name: string): Dialect {
  const dialect = Object.values(dialects).find((known) => known.name === name);
  if (!dialect) throw new Error(`The engine "${name}" is not supported.`);
  return dialect;
}
