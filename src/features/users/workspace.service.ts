// New workspaces: made by the operator's command, never through the API.
import type { CredentialTools } from '../../access/context.ts';
import { findUserByEmail } from '../../access/authentication/key-store.ts';
import { passwordProblem } from '../../access/credentials/password.ts';
import { StoredUser, StoredWorkspace } from '../../access/authentication/tables.ts';
import { toInstant, type Clock } from '../../core/clock.ts';
import { userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { createTenantDb } from '../../db/tenant/tenant-db.ts';
import { checkInput, inputRules, requiredEmail, text } from '../../resources/inputs/input.ts';

interface NewWorkspace {
  readonly name: string;
  /** The address of the first owner. */
  readonly email: string;
  readonly password: string;
}

const rules = inputRules<NewWorkspace>(null, {
  name: text(200),
  email: requiredEmail(),
  password: text(256),
});

/** A workspace and its owner. Throws UserErrors: an e-mail address belongs to one user of one workspace. */
export async function createWorkspace(
  { credentials, clock }: { readonly credentials: CredentialTools; readonly clock: Clock },
  input: NewWorkspace,
): Promise<{ workspaceId: string; userId: string }> {
  const { name, email } = checkInput(rules, input, []);
  const problem = passwordProblem(input.password, [email, name]);
  if (problem) throw userError('INVALID', ['password'], problem);
  if (await findUserByEmail(credentials.accounts, email)) {
    throw userError('TAKEN', ['email'], 'There is a user with this e-mail address already.');
  }
  const passwordHash = await credentials.passwords.hash(input.password);
  const workspaceId = newId('wks', clock);
  const userId = newId('usr', clock);
  const createdAt = toInstant(clock.nowMs());
  const db = createTenantDb({
    database: credentials.accounts,
    scope: { workspaceId, venueIds: null },
    clock,
  });
  await db.transaction(async (tx) => {
    await tx.insert(StoredWorkspace, [{ id: workspaceId, name, lastKeyNumber: 0, createdAt }]);
    const person = { id: userId, email, name: null, role: 'OWNER' as const };
    const account = { passwordHash, tokenVersion: 1, signedOutAt: null, version: 1 };
    await tx.insert(StoredUser, [{ ...person, ...account, createdAt, updatedAt: createdAt }]);
  });
  return { workspaceId, userId };
}
