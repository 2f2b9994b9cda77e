// A store that stops answering to one caller: after its time is over, no further statement of it begins. One that is running
// ends by the engine's own limit (Postgres: statement_timeout; sqlite3 interrupts a connection, and with it everybody's statements).
import type { Sql } from 'sql-template-tag';
import type { Connection, Database, WriteConnection } from './database.ts';

/**
 * `assertInTime` is called before each statement and before each commit; what it throws is the statement's error and rolls a
 * transaction back. So no change becomes visible long after it was stamped (see core/deadlines.ts), also when this process
 * stood still in between.
 */
export function limitTime(database: Database, assertInTime: () => void): Database {
  const query = ({ query: run }: Connection) =>
    async function <Row extends object>(statement: Sql): Promise<Row[]> {
      assertInTime();
      return run<Row>(statement);
    };
  const limited = (connection: WriteConnection): WriteConnection => ({
    dialect: connection.dialect,
    query: query(connection),
    async execute(statement) {
      assertInTime();
      return connection.execute(statement);
    },
  });
  return {
    ...database,
    query: query(database),
    write: (work) =>
      database.write(async (connection) => {
        const result = await work(limited(connection));
        assertInTime();
        return result;
      }),
  };
}
