// Where the rows of an INSERT come from.
import sql, { join, raw, type Sql } from 'sql-template-tag';

type Rows = readonly (readonly unknown[])[];

export function rowsOfValues(rows: Rows): Sql {
  return sql`VALUES ${join(
    rows.map((values) => sql`(${join(values, ', ')})`),
    ', ',
  )}`;
}

/** Half of a surrogate pair: in JSON SQLite reads it as bytes that are no UTF-8, while the driver binds U+FFFD for it. */
const isReadOtherwise = /\\ud[89a-f]/;

/**
 * Several rows as one JSON text: the driver binds each parameter on the thread that answers every request, a thousand of them
 * for a bulk mutation, while JSON is read on the statement's own. The statement stays the same for any number of rows.
 */
export function rowsOfJson(rows: Rows): Sql {
  const json = JSON.stringify(rows);
  if (rows.length === 1 || isReadOtherwise.test(json)) return rowsOfValues(rows);
  const values = rows[0]!.map((_, index) => raw(`"value" ->> ${index}`));
  // Without a WHERE an ON CONFLICT that follows would be read as the ON of a join.
  return sql`SELECT ${join(values, ', ')} FROM json_each(${json}) WHERE true`;
}
