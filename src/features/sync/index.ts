// The manifest of the feature sync. It has no rows of its own.
import { authenticated } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { SyncQueries } from './sync.resolver.ts';

export const syncFeature: Feature = {
  name: 'sync',
  tables: [],
  scopes: [],
  resources: [],
  resolvers: [SyncQueries],
  policy: { 'Query.changesCompleteUntil': authenticated },
};
