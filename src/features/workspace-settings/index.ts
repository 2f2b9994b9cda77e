// The manifest of the feature workspace-settings, and what other rooms may ask of it.
import { adminOnly } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { updateSettingsPayload, WorkspaceSettingsOperations } from './settings.resolver.ts';
import { WorkspaceSettings } from './settings.type.ts';

export { assertLifeAllowed, assertSecretLifeAllowed, defaultExpiry } from './key-life.ts';

export const workspaceSettingsFeature: Feature = {
  name: 'workspace-settings',
  tables: [WorkspaceSettings],
  scopes: [],
  resources: [],
  resolvers: [WorkspaceSettingsOperations, ...updateSettingsPayload.resolvers],
  policy: {
    ...updateSettingsPayload.policy,
    WorkspaceSettings: adminOnly,
    'Query.workspaceSettings': adminOnly,
    'Mutation.updateWorkspaceSettings': adminOnly,
  },
};
