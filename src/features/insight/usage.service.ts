// Sums of what keys did, out of the counters.
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../access/context.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { tableOf } from '../../db/store/table.ts';
import { loaderAt } from '../../resources/batching/loaders.ts';
import { KeyUsageHour } from './recording.tables.ts';
import { bucketStarts, hourRange, UsageBucket, type HourRange, type UsageArguments } from './usage.inputs.ts';
import type { KeyUsage } from './usage.type.ts';

export function inHours(range: HourRange): Condition {
  return {
    all: [
      { property: 'hour', op: 'gte', value: range.from },
      { property: 'hour', op: 'lt', value: range.to },
    ],
  };
}

type Sums = Omit<KeyUsage, 'start'>;
type SumsOfBucket = Sums & Pick<KeyUsageHour, 'callerId' | 'hour' | 'day'>;

const noSums: Sums = { requests: 0, denied: 0, failed: 0, cost: 0, rows: 0 };

/** Every bucket of the range, those without a request too. */
export async function loadUsage(
  ctx: Context,
  info: GraphQLResolveInfo,
  args: UsageArguments,
  apiKeyId: string,
): Promise<KeyUsage[]> {
  const { bucket } = args;
  const starts = bucketStarts(args);
  const property = bucket === UsageBucket.DAY ? 'day' : 'hour';
  const loader = loaderAt(ctx, info, 'ApiKey.usage', async (ids) => {
    const rows = await ctx.db.groupedSums<SumsOfBucket>({
      table: tableOf(KeyUsageHour),
      condition: {
        all: [{ property: 'callerId', op: 'in', value: ids }, inHours(hourRange(args, bucket))],
      },
      by: ['callerId', property],
      sums: Object.keys(noSums),
      latest: [],
      limit: ids.length * starts.length,
    });
    return usageByKey(rows, ids, property);
  });
  const sums = await loader.load(apiKeyId);
  const nameOf = (start: string) => (bucket === UsageBucket.DAY ? start.slice(0, 10) : start);
  return starts.map((start) => ({ start, ...(sums?.get(nameOf(start)) ?? noSums) }));
}

function usageByKey(
  rows: readonly SumsOfBucket[],
  ids: readonly string[],
  property: 'day' | 'hour',
): Map<string, Map<string, Sums>> {
  const found = new Map(ids.map((id) => [id, new Map<string, Sums>()]));
  for (const { callerId, requests, denied, failed, cost, rows: read, ...row } of rows)
    found.get(callerId)?.set(row[property], { requests, denied, failed, cost, rows: read });
  return found;
}
