// Since when everything is recorded. A server that records nothing says so in the store, so that no figure claims to be whole
// that is not.
import sql from 'sql-template-tag';
import type { Instant } from '../../../core/clock.ts';
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

/** From when on a server records everything that it answers itself, and the moment of this note. */
interface RecordingTime {
  readonly begun: Instant;
  readonly now: Instant;
}

/**
 * Notes that it is recorded, unless that was noted before: from the moment on in which it began, or from now on where a server noted
 * that it records nothing. Nobody knows how long that one went on beside this one.
 */
export function noteRecording(
  database: Database,
  { begun, now }: RecordingTime,
  row: Recorded = 'recording',
): Promise<number> {
  return database.write((connection) =>
    connection.execute(
      sql`INSERT INTO "recording" ("id", "since") VALUES (${row}, ${begun}) ON CONFLICT ("id") DO UPDATE SET "since" = ${now} WHERE "recording"."since" IS NULL`,
    ),
  );
}

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
