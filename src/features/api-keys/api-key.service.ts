// The rules of keys: make one, end one, and what a caller may know of itself.
import { digestApiKey, makeApiKey } from '../../access/api-key.ts';
import type { Context } from '../../access/context.ts';
import { findKey, findUser } from '../../access/key-store.ts';
import { manageScope } from '../../access/policy/index.ts';
import { StoredApiKey, StoredApiKeySecret, StoredWorkspace } from '../../access/tables.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError, UserErrors, type UserErrorItem } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { tableOf } from '../../db/table.ts';
import type { TenantTransaction } from '../../db/tenant-db.ts';
import { assertIdOf, assertUpdated, checkInput } from '../../graph/input.ts';
import { mutate } from '../../graph/payload.ts';
import { createTenantDb } from '../../db/tenant-db.ts';
import { describeUser, describeWorkspace } from '../users/index.ts';
import { Venue } from '../venues/index.ts';
import { createApiKeyRules, type CreateApiKeyInput } from './api-key.inputs.ts';
import { statusOf } from './api-key.state.ts';
import { ViewerKind, type ApiKeyVenue, type Viewer, type ViewerApiKey } from './api-key.type.ts';

const warning = 'Store this secret now. It is shown only in this answer and cannot be shown again.';

export function createApiKey(ctx: Context, input: CreateApiKeyInput) {
  return mutate(ctx, async (tx) => {
    const values = checkInput(createApiKeyRules, input);
    const scopes = chooseScopes(ctx, values);
    assertFuture(ctx, values.expiresAt);
    if (values.venueIds) await assertVenues(tx, values.venueIds);
    const { key, secretId, prefix } = makeApiKey(values.environment ?? 'LIVE');
    const apiKeyId = await insertKey(ctx, tx, values, scopes);
    const now = toInstant(ctx.clock.nowMs());
    const moments = { activatedAt: now, lastUsedAt: null, expiresAt: null, createdAt: now };
    const digest = digestApiKey(key, ctx.credentials.keyPepper);
    await tx.insert(StoredApiKeySecret, [
      { id: secretId, apiKeyId, prefix, digest, status: 'ACTIVE', ...moments },
    ]);
    return { apiKeyId, secret: key, warning };
  });
}

/** Final. Revoking a revoked key again answers the same and changes nothing. */
export function revokeApiKey(ctx: Context, id: string) {
  return mutate(ctx, async (tx) => {
    assertIdOf('key', id, ['id'], 'API key');
    const key = await tx.find(StoredApiKey, id);
    if (!key) throw notFound(['id'], 'API key');
    if (key.status !== 'REVOKED') {
      const patch = { status: 'REVOKED' as const, revokedAt: toInstant(ctx.clock.nowMs()) };
      assertUpdated(await tx.update(StoredApiKey, id, patch), 'API key', []);
    }
    return { apiKeyId: id };
  });
}

async function insertKey(
  ctx: Context,
  tx: TenantTransaction,
  input: CreateApiKeyInput,
  scopes: string[],
): Promise<string> {
  const id = newId('key', ctx.clock);
  const now = toInstant(ctx.clock.nowMs());
  await tx.insert(StoredApiKey, [
    {
      id,
      number: await tx.increment(StoredWorkspace, tx.scope.workspaceId, 'lastKeyNumber'),
      label: input.label,
      description: input.description ?? null,
      environment: input.environment ?? 'LIVE',
      scopes,
      venueIds: input.venueIds ? [...new Set(input.venueIds)].sort() : null,
      ipAllowlist: [],
      rateLimitPerMinute: input.rateLimitPerMinute ?? null,
      status: 'ACTIVE',
      disabledReason: null,
      expiresAt: input.expiresAt ?? null,
      lastUsedAt: null,
      enabledAt: null,
      revokedAt: null,
      createdById: ctx.principal.kind === 'USER' ? ctx.principal.userId : null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    },
  ]);
  return id;
}

/** The preset's scopes and those given, sorted. Nothing given is an error: it never means "all". */
function chooseScopes({ scopes: catalogue }: Context, { scopes, preset }: CreateApiKeyInput): string[] {
  if (!preset && !scopes?.length) {
    throw userError('REQUIRED', ['input', 'scopes'], 'Give at least one scope, or a preset.');
  }
  const faults: UserErrorItem[] = [];
  const chosen = (scopes ?? []).map((text, index) => {
    const scope = catalogue.normalize(text);
    if (scope === null) faults.push(scopeFault(text, index));
    return scope ?? text;
  });
  if (faults.length > 0) throw new UserErrors(faults);
  return [...new Set([...(preset ? catalogue.ofPreset(preset) : []), ...chosen])].sort();
}

function scopeFault(text: string, index: number): UserErrorItem {
  const field = ['input', 'scopes', String(index)];
  const isManage = [manageScope, manageScope.split(':').reverse().join(':')].includes(
    text.trim().toLowerCase(),
  );
  return isManage
    ? {
        code: 'NOT_ALLOWED',
        field,
        message: `${manageScope} belongs to owners and admins; no key can have it.`,
      }
    : { code: 'INVALID', field, message: 'There is no such scope. The query "scopes" lists them all.' };
}

function assertFuture(ctx: Context, expiresAt: string | null | undefined): void {
  if (expiresAt && Date.parse(expiresAt) <= ctx.clock.nowMs()) {
    throw userError('INVALID', ['input', 'expiresAt'], 'Must lie in the future.');
  }
}

async function assertVenues(tx: TenantTransaction, venueIds: readonly string[]): Promise<void> {
  const known = await tx.byIds(tableOf(Venue), ['id'], venueIds);
  const position = venueIds.findIndex((id) => !known.has(id));
  if (position >= 0) throw notFound(['input', 'venueIds', String(position)], 'venue');
}

/** Works for every proven credential, also for a key without scopes. */
export async function describeViewer(ctx: Context): Promise<Viewer> {
  const { principal } = ctx;
  if (principal.kind === 'ANONYMOUS') throw new Error('The gate lets no anonymous caller ask who it is.');
  const workspace = await describeWorkspace(wholeWorkspace(ctx, principal.workspaceId));
  const base = { workspace, scopes: [...principal.scopes].sort(), apiKey: null, user: null };
  if (principal.kind === 'API_KEY') {
    return { ...base, kind: ViewerKind.API_KEY, apiKey: await describeOwnKey(ctx, principal.secretId) };
  }
  const user = await findUser(ctx.credentials.accounts, principal.userId);
  return { ...base, kind: ViewerKind.USER, user: user && (await describeUser(ctx.db, user)) };
}

/** Keys and workspaces are closed to a venue-restricted reader; a key may still know its own. */
function wholeWorkspace({ credentials, clock }: Context, workspaceId: string) {
  return createTenantDb({ database: credentials.accounts, scope: { workspaceId, venueIds: null }, clock });
}

async function describeOwnKey(ctx: Context, secretId: string): Promise<ViewerApiKey | null> {
  const record = await findKey(ctx.credentials.accounts, secretId);
  if (!record) return null;
  const { key, secret } = record;
  const status = statusOf(key, { nowMs: ctx.clock.nowMs(), inactivityDays: ctx.credentials.inactivityDays });
  const { id, number, label, environment, expiresAt } = key;
  const venues = key.venueIds === null ? null : await namedVenues(ctx, key.venueIds);
  return { id, number, label, environment, expiresAt, prefix: secret.prefix, status, venues };
}

/** Id and name of venues of the caller's workspace. */
export async function namedVenues(ctx: Context, venueIds: readonly string[]): Promise<ApiKeyVenue[]> {
  const found = await ctx.db.byIds<ApiKeyVenue>(tableOf(Venue), ['id', 'name'], venueIds);
  return venueIds.flatMap((id) => found.get(id) ?? []);
}
