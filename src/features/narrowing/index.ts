// The manifest of the feature narrowing.
import { adminOnly } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import {
  KeyTrialFields,
  NarrowingFields,
  NarrowingMutations,
  narrowingPayloads,
  NarrowingQueries,
  refusedOperation,
} from './narrowing.resolver.ts';

export const narrowingFeature: Feature = {
  name: 'narrowing',
  tables: [],
  scopes: [],
  resources: [],
  resolvers: [
    ...[NarrowingFields, KeyTrialFields, NarrowingQueries, NarrowingMutations, refusedOperation],
    ...narrowingPayloads.flatMap((payload) => payload.resolvers),
  ],
  policy: {
    ...Object.fromEntries(narrowingPayloads.flatMap((payload) => Object.entries(payload.policy))),
    'Mutation.narrowApiKey': adminOnly,
    'Mutation.undoNarrowing': adminOnly,
    'Query.previewKeyChange': adminOnly,
    ...{
      KeyTrial: adminOnly,
      NarrowedFrom: adminOnly,
      KeyChangePreview: adminOnly,
      RefusedOperation: adminOnly,
    },
  },
};
