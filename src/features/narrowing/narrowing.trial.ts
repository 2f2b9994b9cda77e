// What the trial of a key has come to, as it was counted request by request.
import type { Context } from '../../access/context.ts';
import { toInstant, type Instant } from '../../core/clock.ts';
import type { KeyTrial } from '../../core/principal.ts';
import { tableOf } from '../../db/store/table.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { loaderAnywhere } from '../../resources/batching/loaders.ts';
import { KeyTrialCount } from '../insight/index.ts';

export interface ShownTrial extends KeyTrial {
  readonly apiKeyId: string;
}

type Counts = Pick<KeyTrialCount, 'requests' | 'wouldRefuse'>;

const none: Counts = { requests: 0, wouldRefuse: 0 };
const keyOf = (apiKeyId: string, since: Instant) => `${apiKeyId} ${since}`;

/** Counts since the trial began; an earlier trial of the key has its own. */
export async function countTrial(ctx: Context, { apiKeyId, since }: ShownTrial): Promise<Counts> {
  const loader = loaderAnywhere(ctx, 'KeyTrial.counts', async (wanted) => {
    const ids = [...new Set(wanted.map((key) => key.split(' ', 1)[0]!))];
    const rows = await ctx.db.groupedSums<Counts & Pick<KeyTrialCount, 'callerId' | 'since'>>({
      table: tableOf(KeyTrialCount),
      condition: { property: 'callerId', op: 'in', value: ids },
      by: ['callerId', 'since'],
      sums: ['requests', 'wouldRefuse'],
      latest: [],
      limit: 10_000,
    });
    return new Map(rows.map((row) => [keyOf(row.callerId, row.since), row]));
  });
  return (await loader.load(keyOf(apiKeyId, since))) ?? none;
}

/** More than a key begins in one millisecond. */
const maxTaken = 1_000;

/**
 * Begins the count of a trial, and returns when the trial begins. The count is known by that moment: of a moment at which the key began
 * another one already, ended or not, it is the next that is free.
 */
export async function beginTrial(
  { clock }: Context,
  tx: TenantTransaction,
  callerId: string,
): Promise<Instant> {
  const nowMs = clock.nowMs();
  const at = toInstant(nowMs);
  const rows = await tx.groupedSums<Pick<KeyTrialCount, 'since'>>({
    table: tableOf(KeyTrialCount),
    condition: {
      all: [
        { property: 'callerId', op: 'eq', value: callerId },
        { property: 'since', op: 'gte', value: at },
      ],
    },
    ...{ by: ['since'], sums: [], latest: [], limit: maxTaken },
  });
  const taken = new Set(rows.map((row) => row.since));
  let sinceMs = nowMs;
  while (taken.has(toInstant(sinceMs))) sinceMs += 1;
  const since = toInstant(sinceMs);
  await tx.insert(KeyTrialCount, [{ callerId, since, ...none, lastAt: at }]);
  return since;
}
