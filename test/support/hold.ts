// Stops a request between two statements, so that a test decides what happens meanwhile instead of hoping for it.
import sql from 'sql-template-tag';
import type { Database, DatabaseOptions } from '../../src/db/store/database.ts';
import { gate } from './gate.ts';

interface Held {
  /** Fulfils when a statement or transaction stands there. Its locks are those taken before it. */
  readonly reached: Promise<void>;
  /** Lets it go on. When none has come it stops none any more. */
  release(): void;
}

interface Holder {
  /** For HouseOptions.database. */
  readonly database: DatabaseOptions;
  /** Stops the next statement that matches; it has not been sent to the store yet. */
  statement(pattern: RegExp): Held;
  /** Stops the next transaction before it begins. */
  transaction(): Held;
}

interface Pending extends Held {
  readonly fits: (text: string | null) => boolean;
  readonly arrive: () => Promise<void>;
}

function pending(fits: Pending['fits']): Pending {
  const reached = gate();
  const released = gate();
  const arrive = () => {
    reached.open();
    return released.passed;
  };
  return { fits, arrive, reached: reached.passed, release: () => released.open() };
}

export function createHolder(): Holder {
  const waiting = new Set<Pending>();
  const add = (fits: Pending['fits']): Held => {
    const one = pending(fits);
    waiting.add(one);
    const release = () => {
      waiting.delete(one);
      one.release();
    };
    return { reached: one.reached, release };
  };
  const pass = async (text: string | null) => {
    const one = [...waiting].find(({ fits }) => fits(text));
    if (!one) return;
    waiting.delete(one);
    await one.arrive();
  };
  return {
    database: { onStatement: pass, beforeWrite: () => pass(null) },
    statement: (pattern) => add((text) => text !== null && pattern.test(text)),
    transaction: () => add((text) => text === null),
  };
}

/** Postgres only: waits until some statement on this database waits for a lock that another transaction holds. */
export async function someoneWaitsForALock(database: Database): Promise<void> {
  for (;;) {
    const waiting = await database.query(
      sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
  }
}
