// Who of several processes does what is to be done once: the row in the store decides, not a clock on the wall of one of
// them.
import sql from 'sql-template-tag';
import { toInstant } from '../core/clock.ts';
import type { Database } from '../db/store/database.ts';

/** Timers of processes drift apart, and clocks differ: this early is not too early. */
const toleranceMs = 60_000;

/**
 * True for one caller in `everyMs`, over all processes on the store: of two at the same time the second waits for the
 * first one's row and finds it new. A turn in the future, left by a clock that was wrong, holds nobody back.
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
