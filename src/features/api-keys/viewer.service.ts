// What a caller may know of itself. Works for every proven credential, also for a key without scopes.
import type { Context } from '../../access/context.ts';
import { findKey, findUser } from '../../access/authentication/key-store.ts';
import type { StoredApiKey } from '../../access/authentication/tables.ts';
import type { ApiKeyPrincipal } from '../../core/principal.ts';
import { connectionFor } from '../../db/store/database.ts';
import { tableOf } from '../../db/store/table.ts';
import { createTenantDb } from '../../db/tenant/tenant-db.ts';
import { noteIds } from '../../resources/noted-records.ts';
import { StoredOperation } from '../operations/index.ts';
import { describeUser, describeWorkspace } from '../users/index.ts';
import { Venue } from '../venues/index.ts';
import { statusOf } from './api-key.state.ts';
import {
  ViewerKind,
  type ApiKeyOperation,
  type ApiKeyVenue,
  type Viewer,
  type ViewerApiKey,
} from './api-key.type.ts';

export async function describeViewer(ctx: Context): Promise<Viewer> {
  const { principal } = ctx;
  if (principal.kind === 'ANONYMOUS') throw new Error('The gate lets no anonymous caller ask who it is.');
  const workspace = await describeWorkspace(wholeWorkspace(ctx, principal.workspaceId));
  const base = { workspace, scopes: [...principal.scopes].sort(), apiKey: null, user: null };
  if (principal.kind === 'API_KEY') {
    return { ...base, kind: ViewerKind.API_KEY, apiKey: await describeOwnKey(ctx, principal) };
  }
  const user = await findUser(accountsOf(ctx, principal.workspaceId), principal.userId);
  return { ...base, kind: ViewerKind.USER, user: user && (await describeUser(ctx.db, user)) };
}

/** Keys and workspaces are closed to a venue-restricted reader; a key may still know its own. */
function wholeWorkspace({ credentials, clock }: Context, workspaceId: string) {
  return createTenantDb({ database: credentials.accounts, scope: { workspaceId, venueIds: null }, clock });
}

/** Not the server's own look-up: it takes its part of the workspace's share. */
function accountsOf({ credentials }: Context, workspace: string) {
  return connectionFor(credentials.accounts, { workspace });
}

async function describeOwnKey(
  ctx: Context,
  { secretId, workspaceId }: ApiKeyPrincipal,
): Promise<ViewerApiKey | null> {
  const record = await findKey(accountsOf(ctx, workspaceId), secretId);
  if (!record) return null;
  const { key, secret } = record;
  const status = statusOf(key, { nowMs: ctx.clock.nowMs(), inactivityDays: ctx.credentials.inactivityDays });
  const { id, number, label, environment, expiresAt } = key;
  const venues = key.venueIds === null ? null : await namedVenues(ctx, key.venueIds);
  const operations = key.operationIds === null ? null : await namedOperations(ctx, key);
  // It sees no rows; what they are called stands in its answer all the same.
  noteIds(ctx, [id, ...[...(venues ?? []), ...(operations ?? [])].map((named) => named.id)]);
  return { id, number, label, environment, expiresAt, prefix: secret.prefix, status, venues, operations };
}

/** Also of a key of some venues, which sees no operations as rows: it may run these. */
async function namedOperations(
  ctx: Context,
  { workspaceId, operationIds }: Pick<StoredApiKey, 'workspaceId' | 'operationIds'>,
): Promise<ApiKeyOperation[]> {
  const { byIds } = wholeWorkspace(ctx, workspaceId);
  const ids = operationIds ?? [];
  const found = await byIds<ApiKeyOperation>(tableOf(StoredOperation), ['id', 'name'], ids);
  return ids.flatMap((id) => found.get(id) ?? []);
}

async function namedVenues(ctx: Context, venueIds: readonly string[]): Promise<ApiKeyVenue[]> {
  const found = await ctx.db.byIds<ApiKeyVenue>(tableOf(Venue), ['id', 'name'], venueIds);
  return venueIds.flatMap((id) => found.get(id) ?? []);
}
