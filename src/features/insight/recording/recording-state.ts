// Since when everything is recorded. A server that records nothing says so in the store, so that no figure claims to be whole
// that is not.
import sql from 'sql-template-tag';
import { minuteMs, type Instant } from '../../../core/clock.ts';
import type { Column } from '../../../db/store/columns.ts';
import type { Database } from '../../../db/store/database.ts';

/** What is recorded: requests, or the records that stood in answers. */
export type Recorded = 'recording' | 'reads';

const sinceColumn: Column = {
  ...{ property: 'since', name: 'since', kind: 'timestamp' },
  ...{ nullable: true, primary: false },
};

/** Since when every server on the store records all of it; null = not now. */
export async function readRecordedSince(
  database: Database,
  row: Recorded = 'recording',
): Promise<Instant | null> {
  const since = database.dialect.asJson(sinceColumn, sql`"since"`);
  const [found] = await database.query<{ since: Instant | null }>(
    sql`SELECT ${since} AS "since" FROM "recording" WHERE "id" = ${row}`,
  );
  return found?.since ?? null;
}

/** When a server that records began, and what it is now. */
export interface Recording {
  readonly started: Instant;
  readonly now: Instant;
}

/**
 * Notes that it is recorded, unless that is known: in a new store since this server started. A server that recorded nothing may have
 * answered until now, beside this one: then from now on.
 */
export function noteRecording(
  database: Database,
  { started, now }: Recording,
  row: Recorded = 'recording',
): Promise<number> {
  return database.write((connection) =>
    connection.execute(
      sql`INSERT INTO "recording" ("id", "since") VALUES (${row}, ${started}) ON CONFLICT ("id") DO UPDATE SET "since" = ${now} WHERE "recording"."since" IS NULL`,
    ),
  );
}

/** How often a server that records says so again: another one on the store may have recorded nothing, and may have ended since. */
export const notedEveryMs = minuteMs;

/** Notes that something was not recorded: nothing is known for certain of the time before this moment. */
export function noteGap(database: Database, since: Instant, row: Recorded): Promise<number> {
  return database.write((connection) =>
    connection.execute(
      sql`UPDATE "recording" SET "since" = ${since} WHERE "id" = ${row} AND "since" IS NOT NULL`,
    ),
  );
}

/**
 * Notes what a server does not record, before it answers anything: it may be killed before its job notes it. Does not reject: the
 * job notes it again, and the log has why it could not.
 */
export async function noteWhatIsOff(
  database: Database,
  { isRecording, isRecordingReads }: { readonly isRecording: boolean; readonly isRecordingReads: boolean },
): Promise<void> {
  if (!isRecording) await noteNoRecording(database).catch(() => undefined);
  if (!isRecordingReads) await noteNoRecording(database, 'reads').catch(() => undefined);
}

/** Notes that a server answers requests without recording it. */
export function noteNoRecording(database: Database, row: Recorded = 'recording'): Promise<number> {
  return database.write((connection) =>
    connection.execute(
      sql`INSERT INTO "recording" ("id", "since") VALUES (${row}, NULL) ON CONFLICT ("id") DO UPDATE SET "since" = NULL WHERE "recording"."since" IS NOT NULL`,
    ),
  );
}
