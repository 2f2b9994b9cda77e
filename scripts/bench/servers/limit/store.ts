// Hand-written SQL for two engines: connections with prepared statements, and the few words that differ.
import pg from 'pg';
import sqlite3 from 'sqlite3';

export type Row = Record<string, unknown>;

export interface Limit {
  readonly words: Words;
  /** `?` stands for a parameter on both engines. */
  all(text: string, parameters: readonly unknown[]): Promise<Row[]>;
  run(text: string, parameters: readonly unknown[]): Promise<void>;
}

/** The few words that differ between the engines. */
export interface Words {
  /** An instant as ISO 8601 text. */
  iso(column: string): string;
  /** The column is one of a list that is given as one parameter. */
  among(column: string): string;
  list(values: readonly string[]): unknown;
  object(fields: Readonly<Record<string, string>>): string;
  array(expression: string): string;
  /** JSON that came out of a subquery. */
  nested(expression: string): string;
  boolean(condition: string): string;
  cursor(expression: string): string;
  readonly text: string;
}

const pairs = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, expression]) => `'${name}', ${expression}`)
    .join(', ');

const sqliteWords: Words = {
  iso: (column) => column,
  among: (column) => `${column} IN (SELECT value FROM json_each(?))`,
  list: (values) => JSON.stringify(values),
  object: (fields) => `json_object(${pairs(fields)})`,
  array: (expression) => `json_group_array(${expression})`,
  nested: (expression) => `json(${expression})`,
  boolean: (condition) => `json(iif(${condition}, 'true', 'false'))`,
  cursor: (expression) => `hex(${expression})`,
  text: '',
};

const postgresWords: Words = {
  iso: (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  among: (column) => `${column} = ANY(?)`,
  list: (values) => values,
  object: (fields) => `json_build_object(${pairs(fields)})`,
  array: (expression) => `coalesce(json_agg(${expression}), '[]'::json)`,
  nested: (expression) => expression,
  boolean: (condition) => `(${condition})`,
  cursor: (expression) => `encode(convert_to(${expression}, 'UTF8'), 'hex')`,
  // The answer is sent as it is: pg would parse a column of type json.
  text: '::text',
};

/** A connection with a prepared statement for each text. `all` and never `get`, which leaves its read open. */
function openSqlite(path: string): Pick<Limit, 'all'> {
  const database = new sqlite3.Database(path);
  database.run('PRAGMA busy_timeout = 2500').run('PRAGMA synchronous = FULL');
  const prepared = new Map<string, sqlite3.Statement>();
  return {
    all(text, parameters) {
      const statement = prepared.get(text) ?? database.prepare(text);
      prepared.set(text, statement);
      return new Promise((resolve, reject) =>
        statement.all(parameters, (error: Error | null, rows: Row[]) =>
          error ? reject(error) : resolve(rows),
        ),
      );
    },
  };
}

function sqliteLimit(path: string): Limit {
  const readers = [openSqlite(path), openSqlite(path), openSqlite(path)];
  const writer = openSqlite(path);
  let turn = 0;
  return {
    words: sqliteWords,
    all(text, parameters) {
      turn = (turn + 1) % readers.length;
      return readers[turn]!.all(text, parameters);
    },
    run: async (text, parameters) => void (await writer.all(text, parameters)),
  };
}

function postgresLimit(url: string): Limit {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const names = new Map<string, pg.QueryConfig>();
  const configOf = (text: string) => {
    let number = 0;
    const numbered = text.replaceAll('?', () => `$${(number += 1)}`);
    const config = names.get(text) ?? { name: `limit${names.size}`, text: numbered };
    names.set(text, config);
    return config;
  };
  const all = async (text: string, parameters: readonly unknown[]) =>
    (await pool.query<Row>({ ...configOf(text), values: [...parameters] })).rows;
  return { words: postgresWords, all, run: async (text, parameters) => void (await all(text, parameters)) };
}

export function openLimit(url: string): Limit {
  return url.startsWith('sqlite:') ? sqliteLimit(url.slice('sqlite:'.length)) : postgresLimit(url);
}
