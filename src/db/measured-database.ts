// A store that tells a meter how long its statements take and how many writes wait for their turn.
import { secondsSince, type Meter } from '../core/meter.ts';
import type { Connection, Database, WriteConnection } from './database.ts';

async function timed<T>(meter: Meter, kind: 'read' | 'write', work: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  try {
    return await work();
  } finally {
    meter.statement(kind, secondsSince(startMs));
  }
}

function measuredConnection(connection: WriteConnection, meter: Meter): WriteConnection {
  return {
    dialect: connection.dialect,
    query: (statement) => timed(meter, 'write', () => connection.query(statement)),
    execute: (statement) => timed(meter, 'write', () => connection.execute(statement)),
  };
}

/** The same store. On SQLite a write waits for the writers before it, on Postgres for a connection of the pool. */
export function measuredDatabase(database: Database, meter: Meter): Database {
  const query: Connection['query'] = (statement) => timed(meter, 'read', () => database.query(statement));
  return {
    ...database,
    query,
    async write(work) {
      let isWaiting = true;
      const begun = () => {
        if (isWaiting) meter.waitingWrites(-1);
        isWaiting = false;
      };
      meter.waitingWrites(1);
      try {
        return await database.write((connection) => {
          begun();
          return work(measuredConnection(connection, meter));
        });
      } finally {
        begun();
      }
    },
  };
}
