// Since when everything is recorded. A server that records nothing says so in the store, so that no figure claims to be whole
// that is not.
import sql from 'sql-template-tag';
import type { Instant } from '../../../core/clock.ts';
import type { Column } from '../../../db/store/columns.ts';
import type { Database } from '../../../db/store/database.ts';

const row = 'recording';
const sinceColumn: Column = {
  ...{ property: 'since', name: 'since', kind: 'timestamp' },
  ...{ nullable: true, primary: false },
};

/** Since when every server on the store records all requests; null = not now. */
export async function readRecordedSince(database: Database): Promise<Instant | null> {
  const since = database.dialect.asJson(sinceColumn, sql`"since"`);
  const [found] = await database.query<{ since: Instant | null }>(
    sql`SELECT ${since} AS "since" FROM "recording" WHERE "id" = ${row}`,
  );
  return found?.since ?? null;
}

/** Notes that requests are recorded from this moment on, unless they were before. */
export function noteRecording(database: Database, since: Instant): Promise<number> {
  return database.write((connection) =>
    connection.execute(
      sql`INSERT INTO "recording" ("id", "since") VALUES (${row}, ${since}) ON CONFLICT ("id") DO UPDATE SET "since" = excluded."since" WHERE "recording"."since" IS NULL`,
    ),
  );
}

/** Notes that a server answers requests without recording them. */
export function noteNoRecording(database: Database): Promise<number> {
  return database.write((connection) =>
    connection.execute(
      sql`INSERT INTO "recording" ("id", "since") VALUES (${row}, NULL) ON CONFLICT ("id") DO UPDATE SET "since" = NULL WHERE "recording"."since" IS NOT NULL`,
    ),
  );
}
