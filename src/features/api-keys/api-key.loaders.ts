// Batched reads beside a key: its secrets, whatever the number of keys.
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../access/context.ts';
import { StoredApiKeySecret } from '../../access/tables.ts';
import { tableOf } from '../../db/table.ts';
import { loaderAt } from '../../graph/loaders.ts';

const properties = ['id', 'prefix', 'status', 'createdAt', 'activatedAt', 'lastUsedAt', 'expiresAt'];

/** Secrets of one key, newest first; at most 100. */
export async function loadSecrets(
  ctx: Context,
  info: GraphQLResolveInfo,
  apiKeyId: string,
): Promise<StoredApiKeySecret[]> {
  const window = { orderBy: 'createdAt', direction: 'DESC', limit: 100 } as const;
  const query = {
    table: tableOf(StoredApiKeySecret),
    properties,
    condition: { all: [] },
    window,
    count: false,
  };
  const loader = loaderAt(ctx, info, 'ApiKey.secrets', async (ids) => {
    const lists = await ctx.db.listPerParent<StoredApiKeySecret>(
      query,
      { by: 'column', property: 'apiKeyId' },
      ids,
    );
    return new Map([...lists].map(([id, { rows }]) => [id, rows]));
  });
  return (await loader.load(apiKeyId)) ?? [];
}
