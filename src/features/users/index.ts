// The manifest of the feature users, and what other rooms may import.
import { accessTables } from '../../access/authentication/tables.ts';
import { adminOnly, open, signedIn, type PolicyDeclaration } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { writeFailedSignIns } from './sign-in.audit.ts';
import { UserMutations, userPayloads } from './user.resolver.ts';
import { userQueries, users } from './user.resource.ts';

export { identityLinker } from './identity.service.ts';
export { users } from './user.resource.ts';
export { describeUser, describeWorkspace } from './user.service.ts';
export { createWorkspace } from './workspace.service.ts';
export { ViewerUser, Workspace } from './user.type.ts';

const payloadPolicies: PolicyDeclaration = Object.fromEntries(
  userPayloads.flatMap((payload) => Object.entries(payload.policy)),
);

/** How long a failed sign-in waits until it stands in the audit log. */
const failedSignInsMs = 5_000;

export const usersFeature: Feature = {
  name: 'users',
  tables: accessTables,
  resources: [users],
  resolvers: [
    ...[userQueries.resolver, UserMutations],
    ...userPayloads.flatMap((payload) => payload.resolvers),
  ],
  jobs: [
    {
      name: 'users.audit-failed-sign-ins',
      ...{ everyMs: failedSignInsMs, scope: 'process', run: writeFailedSignIns },
    },
  ],
  // They come with a role, by signing in; no key can have one.
  scopes: [
    {
      name: 'workspace:manage',
      kind: 'manage',
      description: 'Manage keys and users, read the audit log. Comes with the roles OWNER and ADMIN.',
      status: 'AVAILABLE',
    },
    {
      name: 'workspace:own',
      kind: 'manage',
      description:
        'Show the secret of a key again, where the operator keeps copies. Comes with the role OWNER.',
      status: 'AVAILABLE',
    },
    {
      name: 'account:manage',
      kind: 'manage',
      description: "Change one's own password and end one's own sign-ins. Comes with signing in.",
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...users.policy,
    ...userQueries.policy,
    ...payloadPolicies,
    'Mutation.createUser': adminOnly,
    'Mutation.updateUserRole': adminOnly,
    'Mutation.removeUser': adminOnly,
    'Mutation.changePassword': signedIn,
    'Mutation.signOutEverywhere': signedIn,
    'Mutation.signOutEverywhere(userId)': adminOnly,
    ChangePasswordPayload: signedIn,
    'Mutation.login': open,
    LoginPayload: open,
    // Only ever shows the caller itself: what leads here is guarded, or is the sign-in.
    ViewerUser: open,
    Workspace: open,
    UserRole: open,
  },
};
