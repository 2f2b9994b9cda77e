// The manifest of the feature narrowing.
import { adminOnly } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { NarrowingFields, NarrowingMutations, narrowingPayloads } from './narrowing.resolver.ts';

export const narrowingFeature: Feature = {
  name: 'narrowing',
  tables: [],
  scopes: [],
  resources: [],
  resolvers: [
    ...[NarrowingFields, NarrowingMutations],
    ...narrowingPayloads.flatMap((payload) => payload.resolvers),
  ],
  policy: {
    ...Object.fromEntries(narrowingPayloads.flatMap((payload) => Object.entries(payload.policy))),
    'Mutation.narrowApiKey': adminOnly,
    'Mutation.undoNarrowing': adminOnly,
    KeyTrial: adminOnly,
  },
};
