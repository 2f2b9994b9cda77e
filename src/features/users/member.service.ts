// The rules of a workspace's users: add, change role, remove, change one's own password. The last owner stays.
import type { Context } from '../../access/context.ts';
import { passwordProblem } from '../../access/credentials/password.ts';
import { StoredApiKey, StoredIdentity, StoredUser } from '../../access/authentication/tables.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Role } from '../../core/principal.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import {
  assertIdOf,
  assertUpdated,
  checkInput,
  inputRules,
  optionalText,
  requiredEmail,
} from '../../resources/inputs/input.ts';
import { once } from '../../resources/idempotency.ts';
import { mutate, orUserErrors } from '../../resources/payload.ts';
import { z } from 'zod';
import { writeAudit } from '../audit/index.ts';
import { describeWorkspace } from './user.service.ts';
import { CreateUserInput, type ChangePasswordInput, type UpdateUserRoleInput } from './user.type.ts';

const role = z.enum(['OWNER', 'ADMIN', 'MEMBER']);
const createUserRules = inputRules(CreateUserInput, {
  ...{ email: requiredEmail(), name: optionalText(200), password: z.string(), role },
});

export function createUser(ctx: Context, input: CreateUserInput) {
  return orUserErrors(async () => {
    const values = checkInput(createUserRules, input);
    await assertPassword(ctx, values, ['input', 'password']);
    assertMayGrant(ctx, values.role, ['input', 'role']);
    // Hashed before the transaction: it takes tens of milliseconds, and on SQLite every writer would wait.
    const passwordHash = await ctx.credentials.passwords.hash(values.password);
    return ctx.db.transaction((tx) =>
      once(ctx, tx, async () => {
        const id = newId('usr', ctx.clock);
        const now = toInstant(ctx.clock.nowMs());
        const person = { email: values.email, name: values.name ?? null, role: values.role };
        const account = { ...person, passwordHash, tokenVersion: 1, signedOutAt: null, version: 1 };
        // The unique index decides, also of two at the same time: the second adds nothing.
        const row = { id, ...account, createdAt: now, updatedAt: now };
        if ((await tx.insert(StoredUser, [row], { ignoreDuplicates: true })) === 0) throw emailTaken();
        await writeAudit(ctx, tx, { action: 'user.create', targetId: id, after: person });
        return { userId: id };
      }),
    );
  });
}

/**
 * One at a time in a workspace. A user's transaction holds that user's own row: two who change each other would each hold
 * itself and wait for the other. And the owners that are counted must not become fewer meanwhile.
 */
const oneAtATime = { oneAtATime: 'users' } as const;
const mutateUsers = <P extends object>(ctx: Context, work: (tx: TenantTransaction) => Promise<P>) =>
  mutate(ctx, work, oneAtATime);

/** Only an owner gives or takes the role OWNER; nobody takes it from the last one. */
export function updateUserRole(ctx: Context, { id, role: wanted }: UpdateUserRoleInput) {
  return mutateUsers(ctx, async (tx) => {
    const user = await getUser(tx, id, ['input', 'id']);
    if (user.role === wanted) return { userId: id };
    assertMayGrant(ctx, wanted, ['input', 'role']);
    assertMayGrant(ctx, user.role, ['input', 'role']);
    if (user.role === 'OWNER') await assertNotLastOwner(tx, ['input', 'role']);
    assertUpdated(await tx.update(StoredUser, id, { role: wanted }), 'user');
    const change = { before: { role: user.role }, after: { role: wanted } };
    await writeAudit(ctx, tx, { action: 'user.updateRole', targetId: id, ...change });
    return { userId: id };
  });
}

/** The user's tokens stop at once. Keys that the user made go on; the audit log knows who made them. */
export function removeUser(ctx: Context, id: string) {
  return mutateUsers(ctx, async (tx) => {
    const user = await getUser(tx, id, ['id']);
    assertMayGrant(ctx, user.role, ['id']);
    if (user.role === 'OWNER') await assertNotLastOwner(tx, ['id']);
    await writeAudit(ctx, tx, {
      ...{ action: 'user.remove', targetId: id },
      before: { email: user.email, role: user.role },
    });
    await tx.updateWhere(
      StoredApiKey,
      { property: 'createdById', op: 'eq', value: id },
      { createdById: null },
    );
    await tx.removeWhere(StoredIdentity, { property: 'userId', op: 'eq', value: id });
    await tx.removeWhere(StoredUser, { property: 'id', op: 'eq', value: id });
    return { userId: id };
  });
}

/** Changes the password of the caller itself. Every token made before ends; the answer holds a new one. */
export function changePassword(ctx: Context, { currentPassword, newPassword }: ChangePasswordInput) {
  return orUserErrors(async () => {
    if (ctx.principal.kind !== 'USER')
      throw new Error('The gate lets only signed-in users change a password.');
    const { userId } = ctx.principal;
    const { passwords, tokens } = ctx.credentials;
    const user = await ctx.db.find(StoredUser, userId);
    // Counted like a sign-in: a token that was stolen must not become a place to guess the password.
    const isRight = await ctx.limits.tryPassword(user?.email ?? userId, () =>
      passwords.verify(user?.passwordHash ?? null, currentPassword),
    );
    if (!isRight) {
      throw userError('INVALID', ['input', 'currentPassword'], 'This is not the current password.');
    }
    await assertPassword(ctx, { ...user, password: newPassword }, ['input', 'newPassword']);
    const passwordHash = await passwords.hash(newPassword);
    const tokenVersion = await ctx.db.transaction(async (tx) => {
      const next = await endSignIns(ctx, tx, userId);
      await tx.update(StoredUser, userId, { passwordHash });
      await writeAudit(ctx, tx, { action: 'user.changePassword', targetId: userId });
      return next;
    }, oneAtATime);
    return tokens.issue({ userId, tokenVersion });
  });
}

/**
 * Ends all sign-ins of the caller, or of another user for whom the caller may speak. Keys go on: they are not a
 * sign-in.
 */
export function signOutEverywhere(ctx: Context, wanted: string | null) {
  return mutateUsers(ctx, async (tx) => {
    if (ctx.principal.kind !== 'USER') throw new Error('The gate lets only signed-in users sign out.');
    const user = await getUser(tx, wanted ?? ctx.principal.userId, ['userId']);
    if (user.role === 'OWNER' && ctx.principal.role !== 'OWNER') {
      throw userError('NOT_ALLOWED', ['userId'], 'Only an owner can end the sign-ins of an owner.');
    }
    await endSignIns(ctx, tx, user.id);
    await writeAudit(ctx, tx, { action: 'user.signOutEverywhere', targetId: user.id });
    return { userId: user.id };
  });
}

/** Our own tokens end by their version, those of an external issuer by their time. Returns the new version. */
async function endSignIns(ctx: Context, tx: TenantTransaction, userId: string): Promise<number> {
  const next = await tx.increment(StoredUser, userId, 'tokenVersion');
  await tx.update(StoredUser, userId, { signedOutAt: toInstant(ctx.clock.nowMs()) });
  return next;
}

async function getUser(tx: TenantTransaction, id: string, field: readonly string[]): Promise<StoredUser> {
  assertIdOf('usr', id, field, 'user');
  const user = await tx.findForUpdate(StoredUser, id);
  if (!user) throw notFound(field, 'user');
  return user;
}

/**
 * Says of an address that it is taken in another workspace too. Accepted: a sign-in names no workspace, so an address is one
 * user's everywhere, and any answer but success tells as much. It says neither whose nor where, and only owners and admins
 * of some workspace can ask.
 */
function emailTaken() {
  return userError('TAKEN', ['input', 'email'], 'There is a user with this e-mail address already.');
}

interface NewPassword {
  readonly password: string;
  readonly email?: string;
  readonly name?: string | null;
}

/** What a guesser knows: the address, the name and the workspace. */
async function assertPassword(
  ctx: Context,
  { password, email, name }: NewPassword,
  field: readonly string[],
): Promise<void> {
  const workspace = await describeWorkspace(ctx.db);
  const problem = passwordProblem(password, [email ?? '', name ?? '', workspace.name]);
  if (problem) throw userError('INVALID', field, problem);
}

function assertMayGrant({ principal }: Context, wanted: Role, field: readonly string[]): void {
  if (wanted !== 'OWNER' || (principal.kind === 'USER' && principal.role === 'OWNER')) return;
  throw userError('NOT_ALLOWED', field, 'Only an owner can give or take the role OWNER.');
}

/** Within mutateUsers alone: nobody else takes an owner away. */
async function assertNotLastOwner(tx: TenantTransaction, field: readonly string[]): Promise<void> {
  const owners = await tx.findAll(StoredUser, { property: 'role', op: 'eq', value: 'OWNER' });
  if (owners.length <= 1) throw userError('NOT_ALLOWED', field, 'A workspace keeps at least one owner.');
}
