// The manifest of the feature access-check.
import { adminOnly, authenticated } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { AccessCheckQueries } from './access-check.resolver.ts';

export const accessCheckFeature: Feature = {
  name: 'access-check',
  operations: ['access-check'],
  tables: [],
  scopes: [],
  resources: [],
  resolvers: [AccessCheckQueries],
  policy: {
    'Query.accessCheck': authenticated,
    // What another key may do is for those who manage keys.
    'Query.accessCheck(apiKeyId)': adminOnly,
    'Query.suggestScopes': authenticated,
    AccessCheck: authenticated,
    FieldAccess: authenticated,
    ScopeSuggestion: authenticated,
  },
};
