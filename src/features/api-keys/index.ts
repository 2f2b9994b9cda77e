// The door of the api-keys room: its manifest.
import { adminOnly, authenticated } from '../../access/policy/index.ts';
import type { Feature } from '../../graph/feature.ts';
import {
  ApiKeyFields,
  ApiKeyOperations,
  createApiKeyPayload,
  revokeApiKeyPayload,
} from './api-key.resolver.ts';
import { apiKeyCreator, apiKeyQueries, apiKeys } from './api-key.resource.ts';

export { createApiKey } from './api-key.service.ts';

export const apiKeysFeature: Feature = {
  name: 'api-keys',
  // Its tables belong to access, which reads them on every request; the users feature lists them.
  tables: [],
  scopes: [],
  resources: [apiKeys],
  resolvers: [
    ...[apiKeyQueries.resolver, apiKeyCreator, ApiKeyFields, ApiKeyOperations],
    ...[...createApiKeyPayload.resolvers, ...revokeApiKeyPayload.resolvers],
  ],
  policy: {
    ...apiKeys.policy,
    ...apiKeyQueries.policy,
    ...createApiKeyPayload.policy,
    ...revokeApiKeyPayload.policy,
    ApiKeySecret: adminOnly,
    // A key may know the venues that it is restricted to, also without read:venues.
    ApiKeyVenue: authenticated,
    'Query.viewer': authenticated,
    Viewer: authenticated,
    ViewerApiKey: authenticated,
    'Query.scopes': authenticated,
    ScopeInfo: authenticated,
    'Mutation.createApiKey': adminOnly,
    'Mutation.revokeApiKey': adminOnly,
    CreateApiKeyInput: adminOnly,
  },
};
