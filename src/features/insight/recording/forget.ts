// Removes what was recorded and is too old, a few rows at a time: nobody who writes waits for longer than some milliseconds.
import sql, { type Sql } from 'sql-template-tag';
import type { SystemServices } from '../../../access/system-context.ts';
import { dayMs, toInstant, type Instant } from '../../../core/clock.ts';
import type { Database } from '../../../db/store/database.ts';

const forgottenAtOnce = 1_000;
/** A batch is tried again within minutes; its id is kept for as long as a broken connection can be believed to come back. */
const flushDays = 2;

async function forgetInSlices(database: Database, statement: Sql): Promise<void> {
  for (;;) {
    const forgotten = await database.write((connection) => connection.execute(statement));
    if (forgotten < forgottenAtOnce) return;
  }
}

/** By the server's setting, and for workspaces that keep less by their own. */
export async function forgetRequests({ database, recording, clock }: SystemServices): Promise<void> {
  const { requestLogDays } = recording.retention;
  const daysAgo = (days: number) => toInstant(clock.nowMs() - days * dayMs);
  await recording.log.forget(daysAgo(requestLogDays));
  const shorter = await database.query<{ id: string; days: number }>(
    sql`SELECT "id", "request_log_retention_days" AS "days" FROM "workspace_settings" WHERE "request_log_retention_days" < ${requestLogDays}`,
  );
  for (const { id, days } of shorter) await recording.log.forgetOf(id, daysAgo(days));
}

/** Sums of before this moment, oldest first. */
const oldSums = (before: Instant): Sql[] => {
  const day = before.slice(0, 10);
  const key = sql`"workspace_id", "caller_id", "hour", "operation_id", "outcome"`;
  const use = sql`"workspace_id", "caller_id", "day", "operation_id", "use_id"`;
  const reads = sql`"workspace_id", "caller_id", "day", "type"`;
  const rows = sql`"workspace_id", "caller_id", "day"`;
  return [
    sql`DELETE FROM "key_usage_hour" WHERE (${key}) IN (SELECT ${key} FROM "key_usage_hour" WHERE "hour" < ${before} ORDER BY "hour" LIMIT ${forgottenAtOnce})`,
    sql`DELETE FROM "key_uses_day" WHERE (${use}) IN (SELECT ${use} FROM "key_uses_day" WHERE "day" < ${day} ORDER BY "day" LIMIT ${forgottenAtOnce})`,
    sql`DELETE FROM "key_reads_day" WHERE (${reads}) IN (SELECT ${reads} FROM "key_reads_day" WHERE "day" < ${day} ORDER BY "day" LIMIT ${forgottenAtOnce})`,
    sql`DELETE FROM "key_rows_day" WHERE (${rows}) IN (SELECT ${rows} FROM "key_rows_day" WHERE "day" < ${day} ORDER BY "day" LIMIT ${forgottenAtOnce})`,
  ];
};

/** Last addresses and trials of keys that called nothing since, or are no more: an address is personal data. */
const silentCallers = (before: Instant): Sql[] => {
  const trial = sql`"workspace_id", "caller_id", "since"`;
  return [
    sql`DELETE FROM "key_last_seen" WHERE "caller_id" IN (SELECT s."caller_id" FROM "key_last_seen" AS s WHERE s."at" < ${before} OR NOT EXISTS (SELECT 1 FROM "api_keys" AS k WHERE k."id" = s."caller_id") LIMIT ${forgottenAtOnce})`,
    sql`DELETE FROM "key_trials" WHERE (${trial}) IN (SELECT ${trial} FROM "key_trials" AS t WHERE t."last_at" < ${before} OR NOT EXISTS (SELECT 1 FROM "api_keys" AS k WHERE k."id" = t."caller_id") LIMIT ${forgottenAtOnce})`,
  ];
};

/** Operations and ways that are as old, and that no sum names any more. */
const unnamed = (before: Instant): Sql[] => [
  sql`DELETE FROM "recorded_uses" WHERE "id" IN (SELECT r."id" FROM "recorded_uses" AS r WHERE r."created_at" < ${before} AND NOT EXISTS (SELECT 1 FROM "key_uses_day" AS u WHERE u."workspace_id" = r."workspace_id" AND u."use_id" = r."id") LIMIT ${forgottenAtOnce})`,
  sql`DELETE FROM "recorded_operations" WHERE "id" IN (SELECT o."id" FROM "recorded_operations" AS o WHERE o."created_at" < ${before} AND NOT EXISTS (SELECT 1 FROM "key_usage_hour" AS u WHERE u."workspace_id" = o."workspace_id" AND u."operation_id" = o."id") LIMIT ${forgottenAtOnce})`,
];

/** Sums, what no sum names any more, and what is known of keys that are silent. */
export async function forgetUsage({ database, recording, clock }: SystemServices): Promise<void> {
  const nowMs = clock.nowMs();
  const before = toInstant(nowMs - recording.retention.usageDays * dayMs);
  const flushedBefore = toInstant(nowMs - flushDays * dayMs);
  const statements = [
    ...oldSums(before),
    ...silentCallers(before),
    ...unnamed(before),
    sql`DELETE FROM "usage_flushes" WHERE "id" IN (SELECT "id" FROM "usage_flushes" WHERE "at" < ${flushedBefore} LIMIT ${forgottenAtOnce})`,
  ];
  for (const statement of statements) await forgetInSlices(database, statement);
}
