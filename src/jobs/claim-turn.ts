// Decides which of several processes runs a job that only one of them may run. The row in the store decides, not the
// clock of a process.
import sql from 'sql-template-tag';
import { toInstant } from '../core/clock.ts';
import type { Database } from '../db/store/database.ts';

/** Tolerance for timers that drift and clocks that differ: a turn may be claimed this early. */
const toleranceMs = 60_000;

/**
 * Returns true for one caller in `everyMs`, over all processes on the store. Of two simultaneous callers the second
 * waits for the first one's row and finds it renewed. A turn in the future, written under a wrong clock, is ignored.
 */
export async function claimTurn(
  database: Database,
  { name, nowMs, everyMs }: { readonly name: string; readonly nowMs: number; readonly everyMs: number },
): Promise<boolean> {
  const now = toInstant(nowMs);
  const due = toInstant(nowMs - everyMs + toleranceMs);
  const impossible = toInstant(nowMs + toleranceMs);
  const taken = await database.write((connection) =>
    connection.execute(
      sql`INSERT INTO "sweeps" ("name", "begun_at") VALUES (${name}, ${now}) ON CONFLICT ("name") DO UPDATE SET "begun_at" = excluded."begun_at" WHERE "sweeps"."begun_at" <= ${due} OR "sweeps"."begun_at" > ${impossible}`,
    ),
  );
  return taken === 1;
}
