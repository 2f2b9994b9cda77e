// Which records a key was answered: for notices of a breach. Nothing that was read is missed; of what was not, a filter may say
// that it was.
import type { Context } from '../../../access/context.ts';
import { dayMs, toInstant, type Instant } from '../../../core/clock.ts';
import { tableOf } from '../../../db/store/table.ts';
import { loaderAnywhere } from '../../../resources/batching/loaders.ts';
import { StoredApiKey } from '../../../access/authentication/tables.ts';
import { KeyReadsDay } from '../recording.tables.ts';
import { fingerprintOf } from './fingerprint.ts';
import { RecordSet } from './record-set.ts';
import {
  askedType,
  dayRange,
  maxDaysAsked,
  maxDaysRead,
  partsOf,
  startOf,
  withDayBefore,
  type DayRange,
  type MayHaveReadArguments,
  type ReadRange,
} from './reads.inputs.ts';
import { MayHaveReadAnswer, type MayHaveRead, type ReadDay, type RecordsRead } from './reads.type.ts';

type ReadRow = Pick<KeyReadsDay, 'day' | 'type' | 'count' | 'records'>;

/** Days of one statement: some megabytes at most. */
const daysAtOnce = 5;
/** More than there are. */
const maxTypes = 50;

/** The sets of a key, the first days first. `type`: only those of one type. */
async function* readSets(
  { db }: Context,
  callerId: string,
  range: DayRange,
  type?: string,
): AsyncGenerator<ReadRow> {
  for (const { first, last } of partsOf(range, daysAtOnce)) {
    const rows = await db.groupedSums<ReadRow>({
      table: tableOf(KeyReadsDay),
      condition: {
        all: [
          { property: 'callerId', op: 'eq', value: callerId },
          { property: 'day', op: 'gte', value: first },
          { property: 'day', op: 'lte', value: last },
          ...(type === undefined ? [] : [{ property: 'type', op: 'eq', value: type } as const]),
        ],
      },
      ...{ by: ['day', 'type'], sums: ['count'], latest: ['records'] },
      limit: daysAtOnce * maxTypes,
    });
    yield* rows.toSorted((a, b) => (a.day < b.day ? -1 : 1));
  }
}

interface Sum {
  /** Of the first day, as it is written. Most keys are asked about a day, and its set need not be looked into. */
  readonly only: ReadRow;
  merged: RecordSet | null;
  readonly days: ReadDay[];
}

function addDay(sums: Map<string, Sum>, row: ReadRow): void {
  const day = { day: startOf(row.day), count: row.count };
  const known = sums.get(row.type);
  if (!known) return void sums.set(row.type, { only: row, merged: null, days: [day] });
  known.merged ??= RecordSet.decode(known.only.records);
  known.merged.merge(RecordSet.decode(row.records));
  known.days.push(day);
}

/** By type, in the order of their names. */
export async function listRecordsRead(
  ctx: Context,
  range: ReadRange,
  apiKeyId: string,
): Promise<RecordsRead[]> {
  const days = dayRange(range, maxDaysRead);
  await flushOnce(ctx);
  const sums = new Map<string, Sum>();
  for await (const row of readSets(ctx, apiKeyId, days)) addDay(sums, row);
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { only, merged, days }]) => {
      const set = merged ?? RecordSet.decode(only.records);
      return { type, days, count: merged ? merged.size : only.count, isExact: set.isExact };
    });
}

/** What this server noted is in the store before it is read; false when that failed. */
function flushOnce(ctx: Context): Promise<boolean | null> {
  const loader = loaderAnywhere(ctx, 'KeyReads.flushed', async (keys) => {
    const isWritten = await ctx.recording.reads.flush().then(
      () => true,
      () => false,
    );
    return new Map(keys.map((key) => [key, isWritten]));
  });
  return Promise.resolve(loader.load(''));
}

/** Since when every record is noted: it may have begun later than what is kept, and what is too old is removed. */
async function readsSince({ recording, clock }: Context): Promise<Instant | null> {
  const since = await recording.reads.since();
  const kept = toInstant(clock.nowMs() - recording.retention.usageDays * dayMs);
  return since === null || since > kept ? since : kept;
}

/** Whether all that the key was answered in the range was noted. A key that was made later had nothing to be answered before. */
async function isCovered(
  { db }: Context,
  apiKeyId: string,
  from: Instant,
  since: Instant | null,
): Promise<boolean> {
  const key = await db.find(StoredApiKey, apiKeyId);
  if (!key || since === null) return false;
  return since <= (from > key.createdAt ? from : key.createdAt);
}

export async function findMayHaveRead(ctx: Context, args: MayHaveReadArguments): Promise<MayHaveRead | null> {
  const type = askedType(args);
  if (type === null) return null;
  const { apiKeyId, recordId, from } = args;
  const range = withDayBefore(dayRange(args, maxDaysAsked), from);
  const isWritten = await flushOnce(ctx);
  const recordedSince = await readsSince(ctx);
  const fingerprint = fingerprintOf(recordId);
  const days: Instant[] = [];
  let isCertain = false;
  for await (const { day, records } of readSets(ctx, apiKeyId, range, type)) {
    const found = RecordSet.decode(records).find(fingerprint);
    if (found !== 'NO') days.push(startOf(day));
    isCertain ||= found === 'YES';
  }
  const answerOf = async () => {
    if (days.length > 0) return isCertain ? MayHaveReadAnswer.YES : MayHaveReadAnswer.MAYBE;
    const isWhole = isWritten === true && (await isCovered(ctx, apiKeyId, from, recordedSince));
    return isWhole ? MayHaveReadAnswer.NO : MayHaveReadAnswer.UNKNOWN;
  };
  return { answer: await answerOf(), days, recordedSince };
}
