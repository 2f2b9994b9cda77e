// The manifest of the feature api-keys.
import { adminOnly, authenticated, ownerOnly, type PolicyDeclaration } from '../../access/policy/index.ts';
import { hourMs } from '../../core/clock.ts';
import type { Feature } from '../../resources/feature.ts';
import { sweepInactiveKeys } from './api-key.events.ts';
import { ApiKeyFields, ApiKeyOperations, apiKeyPayloads } from './api-key.resolver.ts';
import { apiKeyCreator, apiKeyPins, apiKeyQueries, apiKeys } from './api-key.resource.ts';

export { keyEvents } from './api-key.events.ts';
export { getKey } from './api-key.lookup.ts';
export { apiKeys } from './api-key.resource.ts';
export { chooseScopes } from './api-key.scopes.ts';
export { assertNotRevoked, changeKey, createApiKey } from './api-key.service.ts';
export { statusOf } from './api-key.state.ts';
export { ApiKey, ViewerKind } from './api-key.type.ts';

const payloadPolicies: PolicyDeclaration = Object.fromEntries(
  apiKeyPayloads.flatMap((payload) => Object.entries(payload.policy)),
);

export const apiKeysFeature: Feature = {
  name: 'api-keys',
  operations: ['caller', 'api-keys'],
  // Its tables belong to access, which reads them on every request; the users feature lists them.
  tables: [],
  scopes: [],
  resources: [apiKeys],
  jobs: [{ name: 'api-keys.disable-unused', everyMs: hourMs, scope: 'store', run: sweepInactiveKeys }],
  resolvers: [
    ...[apiKeyQueries.resolver, apiKeyCreator, apiKeyPins, ApiKeyFields, ApiKeyOperations],
    ...apiKeyPayloads.flatMap((payload) => payload.resolvers),
  ],
  policy: {
    ...apiKeys.policy,
    ...apiKeyQueries.policy,
    ...payloadPolicies,
    ApiKeySecret: adminOnly,
    ApiKeyEnvironmentFilter: adminOnly,
    ApiKeyStatusFilter: adminOnly,
    PublicIdFilter: adminOnly,
    // A key may know the venues that it is restricted to, also without read:venues.
    ApiKeyOperation: authenticated,
    ApiKeyVenue: authenticated,
    'Query.viewer': authenticated,
    Viewer: authenticated,
    ViewerApiKey: authenticated,
    'Query.scopes': authenticated,
    ScopeInfo: authenticated,
    'Mutation.createApiKey': adminOnly,
    'Mutation.updateApiKey': adminOnly,
    'Mutation.disableApiKey': adminOnly,
    'Mutation.enableApiKey': adminOnly,
    'Mutation.rotateApiKey': adminOnly,
    'Mutation.regenerateApiKey': adminOnly,
    'Mutation.revokeApiKey': adminOnly,
    'Mutation.deleteApiKey': adminOnly,
    'Mutation.revealApiKey': ownerOnly,
  },
};
