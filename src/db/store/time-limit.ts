// A store with a time limit for one caller. When its time is over or the caller has gone, no further statement begins,
// and the one that waits or runs is ended.
import type { Sql } from 'sql-template-tag';
import type { Connection, Database, WriteConnection } from './database.ts';

export interface TimeLimit {
  /**
   * Called before each statement and before each commit; what it throws is the statement's error and rolls a transaction back.
   * So no change becomes visible long after it was stamped (see core/deadlines.ts), also when this process stood still in
   * between.
   */
  assertInTime(): void;
  /** Ends what runs. */
  readonly signal: AbortSignal;
}

export function limitTime(database: Database, { assertInTime, signal }: TimeLimit): Database {
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
    async query<Row extends object>(statement: Sql, call = {}) {
      assertInTime();
      return database.query<Row>(statement, { ...call, signal });
    },
    write(work, call) {
      const inTime = async (connection: WriteConnection) => {
        const result = await work(limited(connection));
        assertInTime();
        return result;
      };
      return database.write(inTime, { ...call, signal });
    },
  };
}
