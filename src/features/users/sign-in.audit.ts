// Sign-ins in the audit log of the user's workspace. Of an address that is nobody's there is no workspace, and no entry.
import type { Context } from '../../access/context.ts';
import type { FailedSignIn } from '../../access/authentication/failed-sign-ins.ts';
import type { StoredUser } from '../../access/authentication/tables.ts';
import { systemContext, type SystemServices } from '../../access/system-context.ts';
import { toInstant } from '../../core/clock.ts';
import type { TenantDb } from '../../db/tenant/tenant-db.ts';
import { AuditActorKind, writeAudit } from '../audit/index.ts';

/** Before the answer: nobody is signed in without an entry. */
export function auditSignIn(ctx: Context, db: TenantDb, { id, email }: StoredUser): Promise<void> {
  const actor = { actorKind: AuditActorKind.USER, actorId: id, actorLabel: email };
  return db.transaction((tx) => writeAudit(ctx, tx, { action: 'user.signIn', targetId: id, actor }));
}

/** After the answer (see failed-sign-ins.ts). Only of passwords that were tried: the limits of sign-ins bound the entries. */
export function noteFailedSignIn(ctx: Context, { id, workspaceId }: StoredUser): void {
  const { credentials, clock, requestId, ip } = ctx;
  credentials.failedSignIns.note({ workspaceId, userId: id, at: toInstant(clock.nowMs()), requestId, ip });
}

/** Whoever tried did not prove to be the user. */
const stranger = { actorKind: AuditActorKind.SYSTEM, actorId: null, actorLabel: 'not signed in' };

async function writeFailed(ctx: Context, failed: readonly FailedSignIn[]): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    // A user who was removed meanwhile keeps the entries, as those of the time before.
    for (const { userId, ...happened } of failed) {
      await writeAudit(ctx, tx, { action: 'user.signInFailed', targetId: userId, actor: stranger, happened });
    }
  });
}

/** Writes what was noted, a transaction for each workspace. What could not be written is noted again. */
export async function writeFailedSignIns(operator: SystemServices): Promise<void> {
  const { failedSignIns } = operator.credentials;
  const taken = failedSignIns.take();
  const faults: unknown[] = [];
  for (const workspace of new Set(taken.map(({ workspaceId }) => workspaceId))) {
    const failed = taken.filter(({ workspaceId }) => workspaceId === workspace);
    try {
      await writeFailed(systemContext(operator, workspace), failed);
    } catch (error) {
      failed.forEach((one) => failedSignIns.note(one));
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
