// Sign-in with e-mail and password.
import type { Context } from '../../access/context.ts';
import { findUserByEmail } from '../../access/authentication/key-store.ts';
import { StoredWorkspace, type StoredUser } from '../../access/authentication/tables.ts';
import { userError } from '../../core/errors.ts';
import { createTenantDb, type TenantReader } from '../../db/tenant/tenant-db.ts';
import { orUserErrors } from '../../resources/payload.ts';
import { auditSignIn, noteFailedSignIn } from './sign-in.audit.ts';
import type { LoginInput, ViewerUser, Workspace } from './user.type.ts';

/** One message for an unknown e-mail and a wrong password, in the same time: the hash is verified either way. */
export function login(ctx: Context, { email, password }: LoginInput) {
  const { credentials, clock, limits } = ctx;
  return orUserErrors(async () => {
    const { accounts, passwords, tokens } = credentials;
    const user = await findUserByEmail(accounts, email.trim());
    const isRight = await limits.tryPassword(email, () =>
      passwords.verify(user?.passwordHash ?? null, password),
    );
    if (user && !isRight) noteFailedSignIn(ctx, user);
    if (!user || !isRight) throw userError('INVALID', ['input'], 'E-mail and password do not fit together.');
    const db = createTenantDb({
      database: accounts,
      scope: { workspaceId: user.workspaceId, venueIds: null },
      clock,
    });
    await auditSignIn(ctx, db, user);
    const { token, expiresAt } = await tokens.issue({ userId: user.id, tokenVersion: user.tokenVersion });
    return { token, expiresAt, user: await describeUser(db, user) };
  });
}

/** Every user has a workspace: the foreign key says so. */
export async function describeWorkspace(db: TenantReader): Promise<Workspace> {
  const workspace = await db.find(StoredWorkspace, db.scope.workspaceId);
  if (!workspace) throw new Error('The workspace of a proven principal does not exist.');
  return { id: workspace.id, name: workspace.name };
}

export async function describeUser(db: TenantReader, user: StoredUser): Promise<ViewerUser> {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    workspace: await describeWorkspace(db),
  };
}
