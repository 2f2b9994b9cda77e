// From where a key called last, and with what.
import type { Context } from '../../access/context.ts';
import { tableOf } from '../../db/store/table.ts';
import { loaderAnywhere } from '../../resources/batching/loaders.ts';
import { KeyLastSeen } from './recording.tables.ts';

type Seen = Pick<KeyLastSeen, 'callerId' | 'ip' | 'agent'>;

/** Null when it did not call since this is recorded. */
export async function loadLastSeen(ctx: Context, apiKeyId: string): Promise<Seen | null> {
  const loader = loaderAnywhere(ctx, 'ApiKey.lastSeen', async (ids) => {
    const rows = await ctx.db.groupedSums<Seen>({
      table: tableOf(KeyLastSeen),
      condition: { property: 'callerId', op: 'in', value: ids },
      ...{ by: ['callerId', 'ip', 'agent'], sums: [], latest: [], limit: ids.length },
    });
    return new Map(rows.map((row) => [row.callerId, row]));
  });
  return loader.load(apiKeyId);
}
