// A database that reports its statements to the trace of their request. Statements of jobs and probes belong to no
// request.
import type { Sql } from 'sql-template-tag';
import type { RequestTrace } from '../../core/tracer.ts';
import type { Connection, Database, WriteConnection } from '../../db/store/database.ts';
import { currentTrace } from './current-trace.ts';

async function traced<T>(
  { dialect }: Connection,
  trace: RequestTrace,
  statement: Sql,
  work: () => Promise<T>,
): Promise<T> {
  const end = trace.beginStatement(dialect.system, dialect.text(statement));
  try {
    const result = await work();
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
}

function tracedConnection(connection: WriteConnection, trace: RequestTrace): WriteConnection {
  return {
    dialect: connection.dialect,
    query: (statement) => traced(connection, trace, statement, () => connection.query(statement)),
    execute: (statement) => traced(connection, trace, statement, () => connection.execute(statement)),
  };
}

/** Wraps the database. The current trace is looked up at each read and at the beginning of each write. */
export function tracedDatabase(database: Database): Database {
  const query: Database['query'] = (statement, call) => {
    const trace = currentTrace();
    if (!trace) return database.query(statement, call);
    return traced(database, trace, statement, () => database.query(statement, call));
  };
  return {
    ...database,
    query,
    write(work, call) {
      // Asked here and not at the statement: on SQLite a write is started by the end of the one before it, within the
      // request of that one.
      const trace = currentTrace();
      if (!trace) return database.write(work, call);
      return database.write((connection) => work(tracedConnection(connection, trace)), call);
    },
  };
}
