// How changes of keys look in the audit log: every value an admin may see, never a digest or a secret.
import type { Context } from '../../access/context.ts';
import type { StoredApiKey } from '../../access/authentication/tables.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { writeAudit } from '../audit/index.ts';

type KeyAction =
  | 'apiKey.create'
  | 'apiKey.update'
  | 'apiKey.disable'
  | 'apiKey.enable'
  | 'apiKey.rotate'
  | 'apiKey.activateSecret'
  | 'apiKey.regenerate'
  | 'apiKey.revoke'
  | 'apiKey.delete'
  | 'apiKey.reveal'
  | 'apiKey.narrow'
  | 'apiKey.undoNarrowing';

function visible(key: StoredApiKey) {
  const { label, description, environment, scopes, venueIds, operationIds, ipAllowlist } = key;
  const { rateLimitPerMinute, maxRowsPerDay, trial, status, disabledReason, enabledAt, expiresAt } = key;
  const rights = { scopes, venueIds, operationIds, trial, ipAllowlist, rateLimitPerMinute, maxRowsPerDay };
  // enabledAt: of a key that was due, but not yet written down as disabled, nothing else changes.
  return { label, description, environment, ...rights, status, disabledReason, enabledAt, expiresAt };
}

/** Writes the difference between two states of a key; null = it was not there, or is gone. */
export function auditKey(
  ctx: Context,
  tx: TenantTransaction,
  action: KeyAction,
  { before, after }: { readonly before: StoredApiKey | null; readonly after: StoredApiKey | null },
): Promise<void> {
  const targetId = (after ?? before)!.id;
  return writeAudit(ctx, tx, {
    action,
    targetId,
    before: before && visible(before),
    after: after && visible(after),
  });
}

/** Writes what happened to a key's secrets: their public prefixes. */
export function auditSecret(
  ctx: Context,
  tx: TenantTransaction,
  action: KeyAction,
  {
    apiKeyId,
    before,
    after,
  }: { readonly apiKeyId: string; readonly before?: object; readonly after?: object },
): Promise<void> {
  return writeAudit(ctx, tx, {
    ...{ action, targetId: apiKeyId },
    before: { ...before },
    after: { ...after },
  });
}
