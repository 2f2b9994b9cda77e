// Which user a person of an external issuer is: decided once, when it comes for the first time, and kept.
import type { ExternalIdentity } from '../../access/credentials/oidc.ts';
import { findUserByEmail, findUserByIdentity } from '../../access/authentication/key-store.ts';
import { systemContext, type SystemServices } from '../../access/system-context.ts';
import { StoredIdentity, StoredUser } from '../../access/authentication/tables.ts';
import { toInstant } from '../../core/clock.ts';
import { newId } from '../../core/ids.ts';
import { writeAudit } from '../audit/index.ts';

const ascii = /^[\x00-\x7f]*$/;

/**
 * Stricter than sign-in, which finds `K` (the Kelvin sign) for `k`: there the password proves who it is, here the address
 * alone does, and two that only look alike can be two mailboxes.
 */
function isSameAddress(one: string, other: string): boolean {
  if (one === other) return true;
  return ascii.test(one) && ascii.test(other) && one.toLowerCase() === other.toLowerCase();
}

/**
 * Links a subject that has no link to the user with its e-mail address, when the issuer has verified that address and the
 * user has no link to this issuer yet. Answers the user that the subject is linked to afterwards, or null.
 */
export function identityLinker(operator: SystemServices) {
  const { database, clock } = operator;
  return async ({ issuer, subject, verifiedEmail }: ExternalIdentity): Promise<StoredUser | null> => {
    const user = verifiedEmail === null ? null : await findUserByEmail(database, verifiedEmail);
    if (!user || !isSameAddress(user.email, verifiedEmail ?? '')) return null;
    const context = systemContext(operator, user.workspaceId);
    await context.db.transaction(async (tx) => {
      // The row is locked: a user who is being removed at this moment gets no link.
      if (!(await tx.findForUpdate(StoredUser, user.id))) return;
      const link = { userId: user.id, issuer, subject };
      const row = { id: newId('idn', clock), ...link, createdAt: toInstant(clock.nowMs()) };
      // The unique indexes decide, also between two requests of the same moment.
      if ((await tx.insert(StoredIdentity, [row], { ignoreDuplicates: true })) === 0) return;
      await writeAudit(context, tx, {
        ...{ action: 'user.linkIdentity', targetId: user.id },
        after: { issuer, subject },
      });
    });
    return findUserByIdentity(database, { issuer, subject });
  };
}
