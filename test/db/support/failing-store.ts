// A store that itself refuses a row, as a full disk or a forgotten constraint would: a defect in the middle of a transaction.
import sql, { raw } from 'sql-template-tag';
import type { Database } from '../../../src/db/store/database.ts';

const name = 'made_to_fail';

/** From now on each such statement on the table fails where `condition` holds; `NEW` is the row. */
export function failWhere(
  database: Database,
  [event, table]: readonly ['INSERT' | 'UPDATE', string],
  condition: string,
): Promise<void> {
  return database.write(async (connection) => {
    if (connection.dialect.name === 'sqlite') {
      const body = `SELECT RAISE(ABORT, '${name}')`;
      await connection.query(
        sql`${raw(`CREATE TRIGGER ${name} BEFORE ${event} ON ${table} WHEN ${condition} BEGIN ${body}; END`)}`,
      );
      return;
    }
    const body = `BEGIN RAISE EXCEPTION '${name}'; END`;
    await connection.query(
      sql`${raw(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$${body}$$`)}`,
    );
    const each = `FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION ${name}()`;
    await connection.query(sql`${raw(`CREATE TRIGGER ${name} BEFORE ${event} ON ${table} ${each}`)}`);
  });
}

export function stopFailing(database: Database, table: string): Promise<void> {
  return database.write(async (connection) => {
    const isSqlite = connection.dialect.name === 'sqlite';
    await connection.query(sql`${raw(`DROP TRIGGER ${name}${isSqlite ? '' : ` ON ${table}`}`)}`);
    if (!isSqlite) await connection.query(sql`${raw(`DROP FUNCTION ${name}`)}`);
  });
}
