// Writes what was counted. Each batch is one transaction with an id of its own in it: one whose commit was answered by a broken
// connection is tried again, and adds nothing a second time.
import sql, { join, raw } from 'sql-template-tag';
import { toInstant } from '../../../core/clock.ts';
import type { Database, WriteConnection } from '../../../db/store/database.ts';
import { identifier } from '../../../db/store/dialect.ts';
import { tableOf, type EntityClass } from '../../../db/store/table.ts';
import { insertStatement } from '../../../db/statements/write.ts';
import {
  KeyLastSeen,
  KeyTrialCount,
  KeyUsageHour,
  KeyUsesDay,
  StoredRecordedOperation,
  StoredRecordedUse,
} from '../recording.tables.ts';
import type { CountedUses } from './use-counters.ts';
import type { UsageRow } from './usage-counters.ts';

export interface UsageBatch extends CountedUses {
  readonly id: string;
  /** In the order of mergedUsage(). */
  readonly usage: readonly UsageRow[];
  /** In the order of their ids. */
  readonly operations: readonly StoredRecordedOperation[];
  /** In the order of their callers. */
  readonly seen: readonly KeyLastSeen[];
}

/** Columns of which counts are added up, and those of which the greatest value stays. */
interface Added {
  readonly sums: readonly string[];
  readonly latest: readonly string[];
}

const usageAdded: Added = {
  sums: ['requests', 'denied', 'failed', 'cost', 'rows', 'bytes', 'ms_sum'],
  latest: ['ms_max', 'last_at'],
};
const usesAdded: Added = { sums: ['requests'], latest: ['last_at'] };
const trialsAdded: Added = { sums: ['requests', 'would_refuse'], latest: ['last_at'] };

function keyOf(entity: EntityClass) {
  const names = tableOf(entity).columns.filter(({ primary }) => primary);
  return join(
    names.map(({ name }) => identifier(name)),
    ', ',
  );
}

const onConflict = (key: ReturnType<typeof keyOf>, assignments: readonly string[]) =>
  sql` ON CONFLICT (${key}) DO UPDATE SET ${raw(assignments.join(', '))}`;

function insertOf(
  { dialect }: WriteConnection,
  entity: EntityClass,
  rows: readonly object[],
  ignoreDuplicates = false,
) {
  const given = rows.map((row) => ({ ...row }));
  return insertStatement(tableOf(entity), given, dialect, ignoreDuplicates);
}

async function addRows(
  connection: WriteConnection,
  entity: EntityClass,
  rows: readonly object[],
  { sums, latest }: Added,
): Promise<void> {
  if (rows.length === 0) return;
  const table = tableOf(entity);
  const own = `"${table.name}"`;
  const assignments = [
    ...sums.map((name) => `"${name}" = ${own}."${name}" + excluded."${name}"`),
    ...latest.map(
      (name) =>
        `"${name}" = CASE WHEN excluded."${name}" > ${own}."${name}" THEN excluded."${name}" ELSE ${own}."${name}" END`,
    ),
  ];
  const insert = insertOf(connection, entity, rows);
  await connection.execute(sql`${insert}${onConflict(keyOf(entity), assignments)}`);
}

/** Never backwards: another process may have seen the key later. */
async function writeSeen(connection: WriteConnection, rows: readonly KeyLastSeen[]): Promise<void> {
  if (rows.length === 0) return;
  const table = tableOf(KeyLastSeen);
  const insert = insertOf(connection, KeyLastSeen, rows);
  const assignments = ['at', 'ip', 'agent'].map((name) => `"${name}" = excluded."${name}"`);
  const isLater = raw(`"${table.name}"."at" < excluded."at"`);
  await connection.execute(sql`${insert}${onConflict(keyOf(KeyLastSeen), assignments)} WHERE ${isLater}`);
}

/** Writes a batch unless it was written before. */
export function writeBatch(database: Database, batch: UsageBatch, nowMs: number): Promise<void> {
  return database.write(async (connection) => {
    const isNew = await connection.execute(
      sql`INSERT INTO "usage_flushes" ("id", "at") VALUES (${batch.id}, ${toInstant(nowMs)}) ON CONFLICT DO NOTHING`,
    );
    if (isNew === 0) return;
    if (batch.operations.length > 0)
      await connection.execute(insertOf(connection, StoredRecordedOperation, batch.operations, true));
    if (batch.recordedUses.length > 0)
      await connection.execute(insertOf(connection, StoredRecordedUse, batch.recordedUses, true));
    await addRows(connection, KeyUsageHour, batch.usage, usageAdded);
    await addRows(connection, KeyUsesDay, batch.uses, usesAdded);
    await addRows(connection, KeyTrialCount, batch.trials, trialsAdded);
    await writeSeen(connection, batch.seen);
  });
}
