// A month of requests, quickly: rows of the request log and the sums that belong to them, made by the engine itself.
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { dayMs, toInstant } from '../../../src/core/clock.ts';
import { openDatabase } from '../../../src/db/data-source.ts';
import type { Database } from '../../../src/db/store/database.ts';
import { tableOf, type EntityClass } from '../../../src/db/store/table.ts';
import { insertStatement } from '../../../src/db/statements/write.ts';
import {
  KeyUsageHour,
  KeyUsesDay,
  LoggedRequest,
  StoredRecordedOperation,
  StoredRecordedUse,
} from '../../../src/features/insight/index.ts';
import type { AppServices } from '../../../src/services.ts';
import { logPathOf, type Store } from '../store.ts';

export interface RecordedKeyIds {
  readonly id: string;
  readonly workspaceId: string;
}

export interface Month {
  readonly keys: readonly RecordedKeyIds[];
  readonly requests: number;
  readonly startMs: number;
}

export const monthDays = 30;
const operations = 20;
/** Well under the time that the product allows a statement on Postgres. */
const rowsPerStatement = 10_000;
const coordinates = [
  'Customer.name',
  'CustomerConnection.nodes',
  'Query.customers',
  'Query.customers(first)',
];

const quoted = (name: string) => raw(`"${name}"`);

/** The moment of request `i`, in the forms that a column of each name holds. */
function moments({ dialect }: Database, { requests, startMs }: Month) {
  const seconds = `(${startMs / 1_000} + i * ${(monthDays * dayMs) / 1_000 / requests})`;
  if (dialect.name === 'sqlite') {
    const form = (text: string) => raw(`strftime('${text}', ${seconds}, 'unixepoch')`);
    return { at: form('%Y-%m-%dT%H:%M:%fZ'), hour: form('%Y-%m-%dT%H:00:00.000Z'), day: form('%Y-%m-%d') };
  }
  const at = `to_timestamp(${seconds})`;
  const day = raw(`to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`);
  return { at: raw(at), hour: raw(`date_trunc('hour', ${at}, 'UTC')`), day };
}

/** A key asks the same three times in a row; one request of fifty is denied, and one refused by a limit. */
const round = 'i / k.total';
const operation = `(${round} / 3 % ${operations})`;
const byOutcome = (denied: string, limited: string, ok: string) =>
  raw(`CASE ${round} % 50 WHEN 7 THEN ${denied} WHEN 31 THEN ${limited} ELSE ${ok} END`);
const outcome = byOutcome("'denied'", "'RATE_LIMITED'", "'ok'");
const operationId = raw(`'rop_' || k.workspace_id || '_' || ${operation}`);

/** The keys as a table of the file or database that is filled: `n` counts them. */
async function withKeys(database: Database, { keys }: Month, work: () => Promise<void>): Promise<void> {
  await run(
    database,
    raw('CREATE TABLE "bench_keys" (n integer PRIMARY KEY, id text, workspace_id text, total integer)'),
  );
  const rows = keys.map(
    ({ id, workspaceId }, n) => sql`(${n}, ${id}, ${workspaceId}, ${raw(String(keys.length))})`,
  );
  await run(database, sql`INSERT INTO "bench_keys" VALUES ${join(rows)}`);
  await work();
  await run(database, raw('DROP TABLE "bench_keys"'));
}

const run = (database: Database, statement: Sql) =>
  database.write((connection) => connection.execute(statement));

type Values = Readonly<Record<string, Sql>>;

/** One row for each request, or, with sums, one for each combination of the other values. */
async function fill(
  database: Database,
  entity: EntityClass,
  { requests }: Month,
  { each, sums = {}, conflict }: { each: Values; sums?: Values; conflict?: Sql },
  say: (done: number) => void,
): Promise<void> {
  const table = tableOf(entity);
  const columns = (names: Values) => Object.keys(names).map((name) => quoted(table.column(name).name));
  const list = join([...columns(each), ...columns(sums)]);
  const values = join([...Object.values(each), ...Object.values(sums)]);
  const group = conflict
    ? sql` GROUP BY ${join(Object.values(each))} ON CONFLICT (${join(table.columns.filter(({ primary }) => primary).map(({ name }) => quoted(name)))}) DO UPDATE SET ${conflict}`
    : raw('');
  for (let from = 0; from < requests; from += rowsPerStatement) {
    const to = Math.min(requests, from + rowsPerStatement);
    const numbers = raw(`n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${to})`);
    await run(
      database,
      sql`INSERT INTO ${quoted(table.name)} (${list}) WITH RECURSIVE ${numbers} SELECT ${values} FROM n JOIN "bench_keys" AS k ON k.n = i * 119 % k.total${group}`,
    );
    if (to % 100_000 === 0) say(to);
  }
}

const text = (value: string) => raw(`'${value}'`);
const number = (value: number | string) => raw(String(value));

async function fillLog(database: Database, month: Month, say: (line: string) => void): Promise<void> {
  const { at } = moments(database, month);
  const isPostgres = database.dialect.name === 'postgres';
  const list = (json: string) => `'${json}'${isPostgres ? '::jsonb' : ''}`;
  const each: Values = {
    id: raw("'req_z' || CAST(100000000000 + i AS text)"),
    ...{ workspaceId: raw('k.workspace_id'), at, surface: text('GRAPHQL'), operationId, outcome },
    operationName: raw(`'Operation' || ${operation}`),
    ...{ callerKind: text('API_KEY'), callerId: raw('k.id'), callerLabel: text('Bench') },
    status: byOutcome('403', '429', '200'),
    reason: byOutcome('NULL', "'KEY_REQUESTS'", 'NULL'),
    missing: byOutcome(list('["read:inquiries"]'), list('[]'), list('[]')),
    ...{ cost: number(12), rows: number(50), bytes: number(4_096), durationMs: number(3), weight: number(1) },
    ...{ ip: text('192.0.2.7'), userAgent: text('bench/1.0 (a month of requests)') },
    requestId: raw("'bench-' || CAST(100000000000 + i AS text)"),
  };
  const told = (done: number) => say(`${done} of ${month.requests} rows of the log`);
  await withKeys(database, month, () => fill(database, LoggedRequest, month, { each }, told));
}

async function fillSums(database: Database, month: Month, say: (line: string) => void): Promise<void> {
  const { at, hour, day } = moments(database, month);
  const of = { workspaceId: raw('k.workspace_id'), callerId: raw('k.id'), operationId };
  const requests = raw('count(*)');
  const isDenied = (name: string) => raw(`sum(CASE ${round} % 50 WHEN ${name} THEN 1 ELSE 0 END)`);
  const add = (table: string, names: readonly string[]) =>
    raw(
      [
        ...names.map((name) => `"${name}" = "${table}"."${name}" + excluded."${name}"`),
        '"last_at" = excluded."last_at"',
      ].join(', '),
    );
  const usage = {
    each: { ...of, hour, day, outcome },
    sums: {
      callerKind: text('API_KEY'),
      ...{
        requests,
        denied: isDenied('7'),
        failed: isDenied('31'),
        lastAt: sql`max(${at})`,
        msMax: number(3),
      },
      ...{
        cost: raw('12 * count(*)'),
        rows: raw('50 * count(*)'),
        bytes: raw('4096 * count(*)'),
        msSum: raw('3 * count(*)'),
      },
    },
    conflict: add('key_usage_hour', ['requests', 'denied', 'failed', 'cost', 'rows', 'bytes', 'ms_sum']),
  };
  const uses = {
    each: { ...of, day, useId: raw(`'use_' || k.workspace_id || '_' || ${operation}`) },
    sums: { requests, lastAt: sql`max(${at})` },
    conflict: add('key_uses_day', ['requests']),
  };
  const told = (done: number) => say(`${done} of ${month.requests} requests counted`);
  await withKeys(database, month, async () => {
    await fill(database, KeyUsageHour, month, usage, told);
    await fill(database, KeyUsesDay, month, uses, told);
  });
}

/** The operations that were run, and since when all of it is counted. */
async function fillNames(database: Database, { keys, startMs }: Month): Promise<void> {
  const createdAt = toInstant(startMs);
  const workspaces = [...new Set(keys.map(({ workspaceId }) => workspaceId))];
  const each = workspaces.flatMap((workspaceId) =>
    Array.from({ length: operations }, (_, index) => ({
      workspaceId,
      index,
      name: `${workspaceId}_${index}`,
    })),
  );
  const scopes = { requiredScopes: ['read:customers'], possibleScopes: ['read:customers'] };
  const rows = each.map(({ workspaceId, index, name }) => ({
    ...{
      id: `rop_${name}`,
      workspaceId,
      callerId: null,
      name: `Operation${index}`,
      kind: 'QUERY',
      coordinates,
      createdAt,
    },
    ...{
      document: `query Operation${index} {\n  customers(first: 0) {\n    nodes {\n      name\n    }\n  }\n}`,
      ...scopes,
    },
  }));
  const uses = each.map(({ workspaceId, name }) => ({
    id: `use_${name}`,
    workspaceId,
    callerId: null,
    coordinates,
    createdAt,
  }));
  const { dialect } = database;
  await run(database, insertStatement(tableOf(StoredRecordedOperation), rows, dialect, false));
  await run(database, insertStatement(tableOf(StoredRecordedUse), uses, dialect, false));
  // Keys that are older than the month: of younger ones nothing is said.
  await run(database, sql`UPDATE "api_keys" SET "created_at" = ${createdAt}`);
  await run(database, sql`INSERT INTO "recording" ("id", "since") VALUES ('recording', ${createdAt})`);
}

/** One row a day by the log's own way, so that its file, or the partition of each day, is there. */
async function openLog({ recording }: AppServices, { keys, startMs }: Month): Promise<void> {
  const [{ id: callerId, workspaceId }] = keys as [RecordedKeyIds];
  const row = {
    ...{ workspaceId, callerId, surface: 'GRAPHQL', callerKind: 'API_KEY', callerLabel: null, status: 200 },
    ...{ operationName: null, operationId: null, outcome: 'ok', reason: null, missing: [], cost: 1, rows: 1 },
    ...{ bytes: 1, durationMs: 1, ip: '192.0.2.7', userAgent: null, requestId: 'bench', weight: 1 },
  };
  const days = Array.from({ length: monthDays + 1 }, (_, day) => ({
    ...{ ...row, id: `req_y${100_000_000_000 + day}`, at: toInstant(startMs + day * dayMs) },
  }));
  await recording.log.add(days);
}

export async function fillMonth(
  house: AppServices,
  store: Store,
  month: Month,
  say: (line: string) => void,
): Promise<void> {
  await openLog(house, month);
  await fillNames(house.database, month);
  await fillSums(house.database, month, say);
  if (store.engine === 'postgres') return fillLog(house.database, month, say);
  const log = await openDatabase({ kind: 'sqlite', path: logPathOf(store) });
  try {
    await fillLog(log, month, say);
  } finally {
    await log.close();
  }
}
