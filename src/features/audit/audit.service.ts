// Writing the audit log: always inside the transaction of the change, so that neither exists without the other.
import type { Context } from '../../access/context.ts';
import { StoredUser } from '../../access/authentication/tables.ts';
import { toInstant } from '../../core/clock.ts';
import { newId } from '../../core/ids.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { AuditActorKind, AuditEntry, type AuditChange } from './audit.entity.ts';

type Values = Readonly<Record<string, unknown>>;
export type Actor = Pick<AuditEntry, 'actorKind' | 'actorId' | 'actorLabel'>;

interface Change {
  /** E.g. `apiKey.revoke`. */
  readonly action: string;
  readonly targetId: string;
  /** Only values that anybody with access to the log may read. */
  readonly before?: Values | null;
  readonly after?: Values | null;
  /** Who did it, when that is not who calls: someone who signs in is nobody yet. */
  readonly actor?: Actor;
  /** When and in which request it happened, when that is not this one. */
  readonly happened?: Pick<AuditEntry, 'at' | 'requestId' | 'ip'>;
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function changesBetween(before: Values, after: Values): AuditChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .map((field) => ({ field, before: asText(before[field]), after: asText(after[field]) }))
    .filter((change) => change.before !== change.after);
}

async function actorOf({ principal }: Context, tx: TenantTransaction): Promise<Actor> {
  switch (principal.kind) {
    case 'USER': {
      const user = await tx.find(StoredUser, principal.userId);
      return {
        actorKind: AuditActorKind.USER,
        actorId: principal.userId,
        actorLabel: user?.email ?? 'removed user',
      };
    }
    case 'API_KEY':
      return {
        actorKind: AuditActorKind.API_KEY,
        actorId: principal.apiKeyId,
        // Not looked up: a key that is restricted to venues sees no key, not even itself.
        actorLabel: principal.label,
      };
    case 'ANONYMOUS':
      return { actorKind: AuditActorKind.SYSTEM, actorId: null, actorLabel: 'system' };
  }
}

/**
 * Adds one entry with the fields that differ between `before` and `after`, in the transaction of the change itself.
 *
 * @example
 * await writeAudit(ctx, tx, { action: 'user.updateRole', targetId: id, before: { role: 'MEMBER' }, after: { role: 'ADMIN' } });
 */
export async function writeAudit(ctx: Context, tx: TenantTransaction, change: Change): Promise<void> {
  const { action, targetId, before, after, actor, happened } = change;
  const entry = {
    id: newId('aud', ctx.clock),
    ...{ action, targetId, changes: changesBetween(before ?? {}, after ?? {}) },
    ...(actor ?? (await actorOf(ctx, tx))),
    at: happened?.at ?? toInstant(ctx.clock.nowMs()),
    requestId: happened?.requestId ?? ctx.requestId,
    ip: (happened ? happened.ip : ctx.ip) || null,
  };
  await tx.insert(AuditEntry, [entry]);
}
