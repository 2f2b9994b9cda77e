// What there is to know about a key: judged from its row and from what was recorded.
import type { Context } from '../../access/context.ts';
import { inactiveAtMs } from '../../access/authentication/key-state.ts';
import { dayMs, toInstant } from '../../core/clock.ts';
import { tableOf } from '../../db/store/table.ts';
import { loaderAnywhere } from '../../resources/batching/loaders.ts';
import type { ApiKey } from '../api-keys/index.ts';
import { KeyUsageHour } from './recording.tables.ts';
import { inHours } from './usage.service.ts';
import { hourRange } from './usage.inputs.ts';
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
    found.push({ code: KeyHealthCode.NEVER_EXPIRES, message: 'The key has no end. Give it one.' });
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

/** Empty = nothing is to be said, or the key does not work any more. */
export async function describeHealth(ctx: Context, key: ApiKey, isActive: boolean): Promise<KeyHealth[]> {
  if (!isActive) return [];
  const [recent, unused] = await Promise.all([loadRecent(ctx, key.id), findUnused(ctx, key)]);
  return [...findEnds(key, ctx), ...unused, ...(recent ? findRefusals(recent) : [])];
}
