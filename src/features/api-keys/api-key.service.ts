// The rules of keys: make, change, switch off and on, end, delete. Secrets are api-key.secrets.ts's business.
import type { Context } from '../../access/context.ts';
import { inactiveAtMs } from '../../access/authentication/key-state.ts';
import {
  StoredApiKey,
  StoredApiKeySecret,
  StoredWorkspace,
  type DisabledReason,
} from '../../access/authentication/tables.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { tableOf } from '../../db/store/table.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { assertUpdated, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { Venue } from '../venues/index.ts';
import { assertLifeAllowed, defaultExpiry } from '../workspace-settings/index.ts';
import { auditKey } from './api-key.audit.ts';
import {
  createApiKeyRules,
  updateApiKeyRules,
  type CreateApiKeyInput,
  type UpdateApiKeyInput,
} from './api-key.inputs.ts';
import { getKey } from './api-key.lookup.ts';
import { explainPins, pinsOf } from './api-key.operations.ts';
import { chooseScopes, explainOperations } from './api-key.scopes.ts';
import { addSecret, forgetSealedCopies, shownOnce } from './api-key.secrets.ts';

export async function createApiKey(ctx: Context, input: CreateApiKeyInput) {
  const needed = {
    forOperations: await explainOperations(ctx, input.forOperations),
    operationIds: await explainPins(ctx, input.operationIds),
  };
  return mutate(ctx, async (tx) => {
    const values = checkInput(createApiKeyRules, input);
    const scopes = chooseScopes(ctx, values, needed);
    assertFuture(ctx, values.expiresAt);
    if (values.expiresAt !== undefined) await assertLifeAllowed(ctx, tx, values.expiresAt);
    await assertVenues(tx, values.venueIds);
    const row = await newKeyRow(ctx, tx, values, scopes);
    await tx.insert(StoredApiKey, [row]);
    const secret = await addSecret(ctx, tx, row, { status: 'ACTIVE', overlapSeconds: null });
    await auditKey(ctx, tx, 'apiKey.create', { before: null, after: row });
    return { apiKeyId: row.id, ...shownOnce(secret) };
  });
}

/** Fields that are left out stay; null clears: no description, every venue, no pin, any address, no expiry, no limit of its own. */
export async function updateApiKey(ctx: Context, input: UpdateApiKeyInput) {
  const assertPinnable = await explainPins(ctx, input.operationIds);
  return mutate(ctx, async (tx) => {
    const { id, scopes, venueIds, operationIds, ipAllowlist, ...rest } = checkInput(updateApiKeyRules, input);
    const key = await getKey(tx, id, ['input', 'id']);
    assertNotRevoked(key, ['input', 'id']);
    assertFuture(ctx, rest.expiresAt);
    // An expiry that stays is no edit of it: a form sends back all that it showed.
    if (rest.expiresAt !== undefined && rest.expiresAt !== key.expiresAt)
      await assertLifeAllowed(ctx, tx, rest.expiresAt);
    await assertVenues(tx, venueIds);
    assertPinnable();
    await changeKey(ctx, tx, 'apiKey.update', key, {
      ...rest,
      ...(scopes === undefined ? {} : { scopes: chooseScopes(ctx, { scopes }) }),
      ...(venueIds === undefined ? {} : { venueIds: venueIds && [...new Set(venueIds)].sort() }),
      ...(operationIds === undefined
        ? {}
        : { operationIds: operationIds && (await pinsOf(tx, operationIds)) }),
      ...(ipAllowlist === undefined ? {} : { ipAllowlist: ipAllowlist ?? [] }),
    });
    return { apiKeyId: id };
  });
}

/** Reversible. Disabling a disabled key again answers the same and changes nothing. */
export function disableApiKey(ctx: Context, id: string, reason: DisabledReason = 'ADMIN') {
  return mutate(ctx, async (tx) => {
    const key = await getKey(tx, id, ['id']);
    assertNotRevoked(key, ['id']);
    // Judged again on the row that is held: it may have been used since it was found unused.
    const isDue = reason === 'ADMIN' || isInactive(ctx, key);
    if (key.status === 'ACTIVE' && isDue) {
      await changeKey(ctx, tx, 'apiKey.disable', key, { status: 'DISABLED', disabledReason: reason });
    }
    return { apiKeyId: id };
  });
}

/** Starts the time of inactivity anew. An expired key stays expired. */
export function enableApiKey(ctx: Context, id: string) {
  return mutate(ctx, async (tx) => {
    const key = await getKey(tx, id, ['id']);
    assertNotRevoked(key, ['id']);
    if (key.status === 'DISABLED' || isInactive(ctx, key)) {
      const enabledAt = toInstant(ctx.clock.nowMs());
      await changeKey(ctx, tx, 'apiKey.enable', key, { status: 'ACTIVE', disabledReason: null, enabledAt });
    }
    return { apiKeyId: id };
  });
}

/** Final. Revoking a revoked key again answers the same and changes nothing. */
export function revokeApiKey(ctx: Context, id: string) {
  return mutate(ctx, async (tx) => {
    const key = await getKey(tx, id, ['id']);
    if (key.status !== 'REVOKED') {
      const revokedAt = toInstant(ctx.clock.nowMs());
      await changeKey(ctx, tx, 'apiKey.revoke', key, { status: 'REVOKED', revokedAt });
      await forgetSealedCopies(tx, id);
    }
    return { apiKeyId: id };
  });
}

/** Removes the key from the list. It is refused as a revoked one is, and the audit log keeps it. */
export function deleteApiKey(ctx: Context, id: string) {
  return mutate(ctx, async (tx) => {
    const key = await getKey(tx, id, ['id']);
    await tx.removeWhere(StoredApiKeySecret, { property: 'apiKeyId', op: 'eq', value: id });
    await tx.removeWhere(StoredApiKey, { property: 'id', op: 'eq', value: id });
    await auditKey(ctx, tx, 'apiKey.delete', { before: key, after: null });
    return { apiKeyId: id };
  });
}

function isInactive({ clock, credentials }: Context, key: StoredApiKey): boolean {
  return inactiveAtMs(key, credentials.inactivityDays) <= clock.nowMs();
}

export function assertNotRevoked(key: StoredApiKey, field: readonly string[]): void {
  if (key.status === 'REVOKED')
    throw userError('NOT_ALLOWED', field, 'A revoked key can never be used or changed again.');
}

/** A narrowing is about the rights that the key had then: its undo must not bring back what was taken away since. */
function forgetNarrowing(changed: Partial<StoredApiKey>): Partial<StoredApiKey> {
  const hasOtherRights = changed.scopes !== undefined || changed.venueIds !== undefined;
  return hasOtherRights ? { trial: null, narrowedFrom: null } : {};
}

/** Writes what differs, and its audit row; nothing at all when nothing differs. */
export async function changeKey(
  ctx: Context,
  tx: TenantTransaction,
  action: Parameters<typeof auditKey>[2],
  key: StoredApiKey,
  patch: Partial<StoredApiKey>,
): Promise<void> {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const isOther = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(key[name as keyof StoredApiKey]);
  const differing: Partial<StoredApiKey> = Object.fromEntries(given.filter(isOther));
  if (Object.keys(differing).length === 0) return;
  const changed = { ...forgetNarrowing(differing), ...differing };
  assertUpdated(await tx.update(StoredApiKey, key.id, changed), 'API key', []);
  await auditKey(ctx, tx, action, { before: key, after: { ...key, ...changed } });
}

async function newKeyRow(
  ctx: Context,
  tx: TenantTransaction,
  input: CreateApiKeyInput,
  scopes: string[],
): Promise<StoredApiKey> {
  const now = toInstant(ctx.clock.nowMs());
  return {
    id: newId('key', ctx.clock),
    workspaceId: tx.scope.workspaceId,
    number: await tx.increment(StoredWorkspace, tx.scope.workspaceId, 'lastKeyNumber'),
    label: input.label,
    description: input.description ?? null,
    environment: input.environment ?? 'LIVE',
    scopes,
    venueIds: input.venueIds ? [...new Set(input.venueIds)].sort() : null,
    operationIds: input.operationIds ? await pinsOf(tx, input.operationIds) : null,
    ...{ trial: null, narrowedFrom: null },
    ipAllowlist: input.ipAllowlist ?? [],
    rateLimitPerMinute: input.rateLimitPerMinute ?? null,
    maxRowsPerDay: input.maxRowsPerDay ?? null,
    ...{ status: 'ACTIVE', disabledReason: null, lastUsedAt: null, enabledAt: null, revokedAt: null },
    expiresAt: input.expiresAt === undefined ? await defaultExpiry(ctx, tx) : input.expiresAt,
    createdById: ctx.principal.kind === 'USER' ? ctx.principal.userId : null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

function assertFuture(ctx: Context, expiresAt: string | null | undefined): void {
  if (expiresAt && Date.parse(expiresAt) <= ctx.clock.nowMs()) {
    throw userError('INVALID', ['input', 'expiresAt'], 'Must lie in the future.');
  }
}

async function assertVenues(
  tx: TenantTransaction,
  venueIds: readonly string[] | null | undefined,
): Promise<void> {
  if (!venueIds?.length) return;
  const known = await tx.byIds(tableOf(Venue), ['id'], venueIds);
  const position = venueIds.findIndex((id) => !known.has(id));
  if (position >= 0) throw notFound(['input', 'venueIds', String(position)], 'venue');
}
