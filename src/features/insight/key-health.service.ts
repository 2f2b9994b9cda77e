// What there is to know about a key: judged from its row and from what was recorded.
import type { Context } from '../../access/context.ts';
import { inactiveAtMs } from '../../access/authentication/key-state.ts';
import { dayMs, toInstant } from '../../core/clock.ts';
import { tableOf } from '../../db/store/table.ts';
import { loaderAnywhere } from '../../resources/batching/loaders.ts';
import type { ApiKey } from '../api-keys/index.ts';
import { KeyUsageHour } from './recording.tables.ts';
import { inHours } from './usage.service.ts';
import { hourRange, UsageBucket } from './usage.inputs.ts';
import { KeyHealthCode, type KeyHealth } from './usage.type.ts';
import { findUnusedScopes, recordedSince } from './used-operations.service.ts';

const soonMs = 14 * dayMs;
/** The range in which a scope that was needed not once counts as unused. */
const unusedMs = 30 * dayMs;
const recentMs = 7 * dayMs;
/** One of so many requests is often. */
const often = 20;

type Sums = Pick<KeyUsageHour, 'callerId' | 'requests' | 'denied' | 'failed'>;

function lastDays(nowMs: number, ms: number) {
  return { from: toInstant(nowMs - ms), to: toInstant(nowMs + 1) };
}

async function loadRecent(ctx: Context, apiKeyId: string): Promise<Sums | null> {
  const loader = loaderAnywhere(ctx, 'ApiKey.recentUsage', async (ids) => {
    const range = hourRange(lastDays(ctx.clock.nowMs(), recentMs));
    const rows = await ctx.db.groupedSums<Sums>({
      table: tableOf(KeyUsageHour),
      condition: { all: [{ property: 'callerId', op: 'in', value: ids }, inHours(range)] },
      ...{ by: ['callerId'], sums: ['requests', 'denied', 'failed'], latest: [], limit: ids.length },
    });
    return new Map(rows.map((row) => [row.callerId, row]));
  });
  return loader.load(apiKeyId);
}

function findEnds(key: ApiKey, { clock, credentials }: Context): KeyHealth[] {
  const nowMs = clock.nowMs();
  const inactive = inactiveAtMs(key, credentials.inactivityDays);
  const found: KeyHealth[] = [];
  if (key.expiresAt === null)
    found.push({ code: KeyHealthCode.NEVER_EXPIRES, message: 'The key never expires. Give it an expiry.' });
  else if (Date.parse(key.expiresAt) - nowMs <= soonMs)
    found.push({ code: KeyHealthCode.EXPIRES_SOON, message: `The key stops working at ${key.expiresAt}.` });
  if (inactive - nowMs <= soonMs) {
    const message = `Nobody used the key for long: it will be disabled at ${toInstant(inactive)}.`;
    found.push({ code: KeyHealthCode.INACTIVE_SOON, message });
  }
  return found;
}

function findRefusals({ requests, denied, failed }: Sums): KeyHealth[] {
  const isOften = (count: number) => count > 0 && count * often >= requests;
  const share = (count: number) => `${count} of the ${requests} requests of the last 7 days`;
  return [
    ...(isOften(denied)
      ? [
          {
            code: KeyHealthCode.OFTEN_DENIED,
            message: `${share(denied)} asked for more than the key may see.`,
          },
        ]
      : []),
    ...(isOften(failed)
      ? [{ code: KeyHealthCode.OFTEN_FAILED, message: `${share(failed)} were answered by an error.` }]
      : []),
  ];
}

async function findUnused(ctx: Context, key: ApiKey): Promise<KeyHealth[]> {
  const range = lastDays(ctx.clock.nowMs(), unusedMs);
  const since = await recordedSince(ctx);
  // A key that is younger, or a recording that is, proves nothing yet.
  if (since === null || since > range.from || key.createdAt > range.from) return [];
  const unused = await findUnusedScopes(ctx, range, key);
  if (!unused || unused.length === 0) return [];
  const message = `No request of the last 30 days needed ${unused.join(', ')}.`;
  return [{ code: KeyHealthCode.UNUSED_SCOPES, message }];
}

/** Days before today whose median is the usual. */
const usualDays = 14;
/** Fewer days tell nothing of what is usual. */
const leastDays = 3;
const manyTimes = 5;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

type RowsOfDay = Pick<KeyUsageHour, 'callerId' | 'day' | 'rows'>;

/** Rows of today and of the days before it, of those on which there were any. By day. */
async function loadRowsOfDays(ctx: Context, apiKeyId: string): Promise<ReadonlyMap<string, number>> {
  const loader = loaderAnywhere(ctx, 'ApiKey.rowsOfDays', async (ids) => {
    const range = hourRange(lastDays(ctx.clock.nowMs(), usualDays * dayMs), UsageBucket.DAY);
    const sums = await ctx.db.groupedSums<RowsOfDay>({
      table: tableOf(KeyUsageHour),
      condition: { all: [{ property: 'callerId', op: 'in', value: ids }, inHours(range)] },
      ...{ by: ['callerId', 'day'], sums: ['rows'], latest: [], limit: ids.length * (usualDays + 1) },
    });
    const found = new Map(ids.map((id) => [id, new Map<string, number>()]));
    for (const { callerId, day, rows } of sums) if (rows > 0) found.get(callerId)?.set(day, rows);
    return found;
  });
  return (await loader.load(apiKeyId)) ?? new Map<string, number>();
}

async function findManyRows(ctx: Context, key: ApiKey): Promise<KeyHealth[]> {
  const today = toInstant(ctx.clock.nowMs()).slice(0, 10);
  const days = await loadRowsOfDays(ctx, key.id);
  const before = [...days].filter(([day]) => day !== today).map(([, rows]) => rows);
  const rows = days.get(today) ?? 0;
  if (before.length < leastDays || rows < manyTimes * median(before)) return [];
  const message = `The key was answered ${rows} rows today; on a usual day it is ${median(before)}.`;
  return [{ code: KeyHealthCode.MANY_ROWS, message }];
}

/** Empty = nothing is to be said, or the key does not work any more. */
export async function describeHealth(ctx: Context, key: ApiKey, isActive: boolean): Promise<KeyHealth[]> {
  if (!isActive) return [];
  const [recent, unused, many] = await Promise.all([
    loadRecent(ctx, key.id),
    findUnused(ctx, key),
    findManyRows(ctx, key),
  ]);
  return [...findEnds(key, ctx), ...unused, ...(recent ? findRefusals(recent) : []), ...many];
}
