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
import type { UsageRow } from './usage-counters.ts';

/** The rows of one table, in the order of its primary key. */
export interface UsageBatch {
  readonly id: string;
  readonly kind: keyof typeof writers;
  readonly rows: readonly BatchRow[];
}

type BatchRow = CountedRow | StoredRecordedOperation | StoredRecordedUse | KeyLastSeen;
type CountedRow = UsageRow | KeyUsesDay | KeyTrialCount;

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

/** What a release says of an operation that another one recorded takes its place: the policy may have changed. */
async function writeOperations(connection: WriteConnection, rows: readonly object[]): Promise<void> {
  const insert = insertOf(connection, StoredRecordedOperation, rows);
  const names = ['required_scopes', 'possible_scopes', 'coordinates'];
  const assignments = names.map((name) => `"${name}" = excluded."${name}"`);
  const differences = names.map(
    (name) => `"recorded_operations"."${name}" IS DISTINCT FROM excluded."${name}"`,
  );
  await connection.execute(
    sql`${insert}${onConflict(keyOf(StoredRecordedOperation), assignments)} WHERE ${raw(differences.join(' OR '))}`,
  );
}

/** Never backwards: another process may have seen the key later. */
async function writeSeen(connection: WriteConnection, rows: readonly object[]): Promise<void> {
  const table = tableOf(KeyLastSeen);
  const insert = insertOf(connection, KeyLastSeen, rows);
  const assignments = ['at', 'ip', 'agent'].map((name) => `"${name}" = excluded."${name}"`);
  const isLater = raw(`"${table.name}"."at" < excluded."at"`);
  await connection.execute(sql`${insert}${onConflict(keyOf(KeyLastSeen), assignments)} WHERE ${isLater}`);
}

type Writer = (connection: WriteConnection, rows: readonly object[]) => Promise<void>;

const added =
  (entity: EntityClass, columns: Added): Writer =>
  (connection, rows) =>
    addRows(connection, entity, rows, columns);

/** Takes rows of KeyLastSeen alone, and so on. */
const writers = {
  operations: writeOperations,
  recordedUses: async (connection, rows) =>
    void (await connection.execute(insertOf(connection, StoredRecordedUse, rows, true))),
  usage: added(KeyUsageHour, usageAdded),
  uses: added(KeyUsesDay, usesAdded),
  trials: added(KeyTrialCount, trialsAdded),
  seen: writeSeen,
} as const satisfies Record<string, Writer>;

/** Writes a batch unless it was written before. */
export function writeBatch(database: Database, { id, kind, rows }: UsageBatch, nowMs: number): Promise<void> {
  return database.write(async (connection) => {
    const isNew = await connection.execute(
      sql`INSERT INTO "usage_flushes" ("id", "at") VALUES (${id}, ${toInstant(nowMs)}) ON CONFLICT DO NOTHING`,
    );
    if (isNew > 0) await writers[kind](connection, rows);
  });
}
