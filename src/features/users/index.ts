// The door of the users room: its manifest, and what other rooms may import.
import { accessTables } from '../../access/tables.ts';
import { manageScope, open } from '../../access/policy/index.ts';
import type { Feature } from '../../graph/feature.ts';
import { UserMutations } from './user.resolver.ts';
import { userQueries, users } from './user.resource.ts';

export { users } from './user.resource.ts';
export { describeUser, describeWorkspace } from './user.service.ts';
export { createWorkspace } from './workspace.service.ts';
export { ViewerUser, Workspace } from './user.type.ts';

export const usersFeature: Feature = {
  name: 'users',
  tables: accessTables,
  resources: [users],
  resolvers: [userQueries.resolver, UserMutations],
  scopes: [
    {
      name: manageScope,
      description: 'Manage keys and users. Belongs to the roles OWNER and ADMIN; no key can have it.',
      grants: [
        'ApiKey',
        'Query.users',
        'Query.apiKeys',
        'Query.apiKey',
        'Mutation.createApiKey',
        'Mutation.revokeApiKey',
      ],
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...users.policy,
    ...userQueries.policy,
    'Mutation.login': open,
    LoginInput: open,
    LoginPayload: open,
    // Only ever shows the caller itself: what leads here is guarded, or is the sign-in.
    ViewerUser: open,
    Workspace: open,
    UserRole: open,
  },
};
