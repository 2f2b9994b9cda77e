// The rules of a key's secrets: made once, rotated with an overlap, replaced at once, shown again only from escrow.
import { digestApiKey, makeApiKey } from '../../access/credentials/api-key.ts';
import type { Context } from '../../access/context.ts';
import {
  StoredApiKeySecret,
  type SecretStatus,
  type StoredApiKey,
} from '../../access/authentication/tables.ts';
import { toInstant } from '../../core/clock.ts';
import { userError } from '../../core/errors.ts';
import { prefixOf } from '../../core/ids.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { tableOf } from '../../db/store/table.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { assertSecretLifeAllowed } from '../workspace-settings/index.ts';
import { auditSecret } from './api-key.audit.ts';
import { rotateApiKeyRules, type RotateApiKeyInput } from './api-key.inputs.ts';
import { getKey } from './api-key.lookup.ts';
import { statusOf } from './api-key.state.ts';

const secretWarning = 'Store this secret now. It is shown only in this answer and cannot be shown again.';

/** A day: enough to bring a new secret to every place that uses the old one. */
const defaultOverlapSeconds = 86_400;

interface NewSecret {
  readonly status: SecretStatus;
  readonly overlapSeconds: number | null;
}

/** Makes a secret and returns the key text: the only time that it exists outside the caller. */
export async function addSecret(
  ctx: Context,
  tx: TenantTransaction,
  key: StoredApiKey,
  made: NewSecret,
): Promise<string> {
  const { key: text, secretId, prefix } = makeApiKey(key.environment);
  const { keyPepper, escrow } = ctx.credentials;
  const now = toInstant(ctx.clock.nowMs());
  const row = { id: secretId, apiKeyId: key.id, prefix, digest: digestApiKey(text, keyPepper), ...made };
  const moments = {
    activatedAt: made.status === 'ACTIVE' ? now : null,
    lastUsedAt: null,
    expiresAt: null,
    createdAt: now,
  };
  await tx.insert(StoredApiKeySecret, [
    { ...row, ...moments, sealed: escrow ? escrow.seal(text, secretId) : null },
  ]);
  return text;
}

const secretsOf = (apiKeyId: string, ...statuses: SecretStatus[]): Condition => ({
  all: [
    { property: 'apiKeyId', op: 'eq', value: apiKeyId },
    { property: 'status', op: 'in', value: statuses },
  ],
});

function statusNow({ clock, credentials }: Context, key: StoredApiKey) {
  return statusOf(key, { nowMs: clock.nowMs(), inactivityDays: credentials.inactivityDays });
}

/**
 * Rotating or regenerating never revives a key that has ended and never lengthens an expiry: only a key that works gets
 * a new secret.
 */
function assertActive(ctx: Context, key: StoredApiKey, field: readonly string[]): void {
  const status = statusNow(ctx, key);
  if (status !== 'ACTIVE') {
    throw userError('NOT_ALLOWED', field, `This key is ${status}; only an ACTIVE key gets a new secret.`);
  }
}

type SecretIds = ReadonlySet<string>;

/** Newest first, from an index in this order: a secret that is new is among them. */
async function findNewest({ list }: Pick<TenantTransaction, 'list'>, apiKeyId: string) {
  const { rows } = await list<Pick<StoredApiKeySecret, 'id' | 'createdAt'>>({
    table: tableOf(StoredApiKeySecret),
    properties: ['id', 'createdAt'],
    condition: { all: [{ property: 'apiKeyId', op: 'eq', value: apiKeyId }] },
    window: { orderBy: 'createdAt', direction: 'DESC', limit: 100 },
    count: false,
  });
  return rows;
}

/** The secrets that were there when the caller asked for another one. No lock. */
async function findSecretIds({ db }: Context, apiKeyId: string): Promise<SecretIds> {
  if (prefixOf(apiKeyId) !== 'key') return new Set();
  return new Set((await findNewest(db, apiKeyId)).map(({ id }) => id));
}

/**
 * Of simultaneous callers one gets a secret. Each of the others would end the secret that the first is just being
 * shown, which the first could not tell. Called while the key's row is locked.
 */
async function assertNoOtherSecret(
  ctx: Context,
  tx: TenantTransaction,
  { known, apiKeyId, field }: { known: SecretIds; apiKeyId: string; field: readonly string[] },
): Promise<void> {
  // A request that had to wait looks only after the other one was done; the clocks of two servers may differ.
  const secrets = await findNewest(tx, apiKeyId);
  if (secrets.every(({ id, createdAt }) => known.has(id) && Date.parse(createdAt) <= ctx.arrivedMs)) return;
  const message =
    'Another caller was given a new secret of this key meanwhile, and that one works. To replace it, send this again.';
  throw userError('CONFLICT', field, message);
}

/** The new secret works at once; its first use starts the overlap of the old one. A second rotation cancels an unused one. */
export async function rotateApiKey(ctx: Context, input: RotateApiKeyInput) {
  const known = await findSecretIds(ctx, input.id);
  return mutate(ctx, async (tx) => {
    const { id, overlapSeconds } = checkInput(rotateApiKeyRules, input);
    const key = await getKey(tx, id, ['input', 'id']);
    assertActive(ctx, key, ['input', 'id']);
    await assertSecretLifeAllowed(ctx, tx, { expiresAt: key.expiresAt, field: ['input', 'id'] });
    await assertNoOtherSecret(ctx, tx, { known, apiKeyId: id, field: ['input', 'id'] });
    await retire(ctx, tx, secretsOf(id, 'PENDING'));
    const overlap = overlapSeconds ?? defaultOverlapSeconds;
    const secret = await addSecret(ctx, tx, key, { status: 'PENDING', overlapSeconds: overlap });
    await auditSecret(ctx, tx, 'apiKey.rotate', {
      apiKeyId: id,
      after: { prefix: prefixOfKey(secret), overlapSeconds: overlap },
    });
    return { apiKeyId: id, ...shownOnce(secret) };
  });
}

/** No overlap: every earlier secret is refused from this commit on. */
export async function regenerateApiKey(ctx: Context, id: string) {
  const known = await findSecretIds(ctx, id);
  return mutate(ctx, async (tx) => {
    const key = await getKey(tx, id, ['id']);
    assertActive(ctx, key, ['id']);
    await assertSecretLifeAllowed(ctx, tx, { expiresAt: key.expiresAt, field: ['id'] });
    await assertNoOtherSecret(ctx, tx, { known, apiKeyId: id, field: ['id'] });
    await retire(ctx, tx, secretsOf(id, 'PENDING', 'ACTIVE', 'RETIRING'));
    const secret = await addSecret(ctx, tx, key, { status: 'ACTIVE', overlapSeconds: null });
    await auditSecret(ctx, tx, 'apiKey.regenerate', { apiKeyId: id, after: { prefix: prefixOfKey(secret) } });
    return { apiKeyId: id, ...shownOnce(secret) };
  });
}

/** What the answer that made a secret tells of it. */
export function shownOnce(secret: string) {
  return { secret, prefix: prefixOfKey(secret), warning: secretWarning };
}

/** Everything before the last underscore: public, for look-up and display. */
function prefixOfKey(secret: string): string {
  return secret.slice(0, secret.lastIndexOf('_'));
}

/** Retired at once. The sealed copy goes too: what no longer works need not be shown again. */
async function retire(ctx: Context, tx: TenantTransaction, condition: Condition): Promise<void> {
  const expiresAt = toInstant(ctx.clock.nowMs());
  await tx.updateWhere(StoredApiKeySecret, condition, { status: 'RETIRED', expiresAt, sealed: null });
}

/**
 * First use of a rotated secret: it becomes ACTIVE, the one before it RETIRING for the overlap that was asked for, or
 * RETIRED at once when that is 0. Two first uses at the same time do it once.
 */
export async function activateSecret(
  ctx: Context,
  { apiKeyId, secretId }: { apiKeyId: string; secretId: string },
): Promise<void> {
  await mutate(ctx, async (tx) => {
    const key = await getKey(tx, apiKeyId, ['id']);
    const pending = await tx.find(StoredApiKeySecret, secretId);
    // The key may have ended, or the secret been cancelled, since the caller was let in.
    if (pending?.status !== 'PENDING' || statusNow(ctx, key) !== 'ACTIVE') return {};
    const nowMs = ctx.clock.nowMs();
    const overlapSeconds = pending.overlapSeconds ?? 0;
    const expiresAt = toInstant(nowMs + overlapSeconds * 1_000);
    const status = overlapSeconds > 0 ? 'RETIRING' : 'RETIRED';
    // Only the secret in use can be shown again; the copy of the one before it is of no use to anybody honest.
    const ending = { status, expiresAt, sealed: null } as const;
    await tx.updateWhere(StoredApiKeySecret, secretsOf(apiKeyId, 'ACTIVE'), ending);
    await tx.update(StoredApiKeySecret, secretId, { status: 'ACTIVE', activatedAt: toInstant(nowMs) });
    const after = { prefix: pending.prefix, previousExpiresAt: expiresAt };
    await auditSecret(ctx, tx, 'apiKey.activateSecret', { apiKeyId: key.id, after });
    return {};
  });
}

/** Removes the sealed copies of a key that is revoked for good: nothing is left to show again. */
export async function forgetSealedCopies(tx: TenantTransaction, apiKeyId: string): Promise<void> {
  await tx.updateWhere(
    StoredApiKeySecret,
    { property: 'apiKeyId', op: 'eq', value: apiKeyId },
    { sealed: null },
  );
}

/** Off unless KEY_ESCROW_SECRET is set, and then for owners only; each time is in the audit log. */
export function revealApiKey(ctx: Context, id: string) {
  return mutate(ctx, async (tx) => {
    const { escrow } = ctx.credentials;
    if (!escrow)
      throw userError('NOT_ALLOWED', ['id'], 'Secrets cannot be shown again: this server keeps no copy.');
    const key = await getKey(tx, id, ['id']);
    assertActive(ctx, key, ['id']);
    const secrets = await tx.findAll(StoredApiKeySecret, secretsOf(id, 'ACTIVE'));
    const [active] = secrets;
    const secret = active?.sealed ? escrow.open(active.sealed, active.id) : null;
    if (!active || secret === null) {
      throw userError(
        'NOT_ALLOWED',
        ['id'],
        'No copy of this secret is kept: it was made before the setting was switched on.',
      );
    }
    await auditSecret(ctx, tx, 'apiKey.reveal', { apiKeyId: id, after: { prefix: active.prefix } });
    return { apiKeyId: id, secret };
  });
}
