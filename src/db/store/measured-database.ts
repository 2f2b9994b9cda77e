// A store that tells a meter how long its statements take and how many writes wait for their turn.
import { secondsSince, type Meter } from '../../core/meter.ts';
import type { Database, WriteConnection } from './database.ts';

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

/** Wraps the store. A write waits for its turn: see Database#write. */
export function measuredDatabase(database: Database, meter: Meter): Database {
  const query: Database['query'] = (statement, call) =>
    timed(meter, 'read', () => database.query(statement, call));
  return {
    ...database,
    query,
    async write(work, call) {
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
        }, call);
      } finally {
        begun();
      }
    },
  };
}
