// The manifest of the feature operations, and what other rooms may import.
import { StoredOperationRow } from '../../access/authentication/tables.ts';
import { adminOnly, open } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import {
  deleteOperationPayload,
  OperationMutations,
  saveOperationPayload,
  StoredOperationFields,
} from './operation.resolver.ts';
import { storedOperationQueries, storedOperations } from './operation.resource.ts';

export { storedOperations } from './operation.resource.ts';
export { inspectDocument } from './operation.service.ts';
export { StoredOperation } from './operation.type.ts';

export const operationsFeature: Feature = {
  name: 'operations',
  tables: [StoredOperationRow],
  scopes: [],
  resources: [storedOperations],
  resolvers: [
    ...[storedOperationQueries.resolver, StoredOperationFields, OperationMutations],
    ...[saveOperationPayload, deleteOperationPayload].flatMap(({ resolvers }) => resolvers),
  ],
  policy: {
    ...storedOperations.policy,
    ...storedOperationQueries.policy,
    ...saveOperationPayload.policy,
    ...deleteOperationPayload.policy,
    'Mutation.saveOperation': adminOnly,
    'Mutation.deleteOperation': adminOnly,
    StoredOperationVariable: adminOnly,
    StoredOperationKind: open,
  },
};
