// Batched reads beside a key: its secrets and venues, whatever the number of keys.
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../access/context.ts';
import { StoredApiKeySecret } from '../../access/authentication/tables.ts';
import { tableOf } from '../../db/store/table.ts';
import { loaderAt } from '../../resources/batching/loaders.ts';
import { Venue } from '../venues/index.ts';
import { secretStatusOf } from './api-key.state.ts';
import type { ApiKeyVenue } from './api-key.type.ts';

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
  const nowMs = ctx.clock.nowMs();
  const secrets = (await loader.load(apiKeyId)) ?? [];
  return secrets.map((secret) => ({ ...secret, status: secretStatusOf(secret, nowMs) }));
}

/** Id and name of venues, for all keys of a page in one statement. */
export async function loadVenues(
  ctx: Context,
  info: GraphQLResolveInfo,
  venueIds: readonly string[],
): Promise<ApiKeyVenue[]> {
  const loader = loaderAt(ctx, info, 'ApiKey.venues', (ids) =>
    ctx.db.byIds<ApiKeyVenue>(tableOf(Venue), ['id', 'name'], ids),
  );
  const venues = await Promise.all(venueIds.map(async (id) => loader.load(id)));
  return venues.filter((venue) => venue !== null);
}
