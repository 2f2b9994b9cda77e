// What the trial of a key has come to, as it was counted request by request.
import type { Context } from '../../access/context.ts';
import type { Instant } from '../../core/clock.ts';
import type { KeyTrial } from '../../core/principal.ts';
import { tableOf } from '../../db/store/table.ts';
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
