// Keys as a resource of the graph: for owners and admins only.
import { adminOnly } from '../../access/policy/index.ts';
import {
  DateTimeFilter,
  enumFilter,
  IdFilter,
  IdListFilter,
  StringFilter,
} from '../../resources/inputs/comparators.ts';
import { toList, toOne } from '../../resources/edges.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { storedOperations } from '../operations/index.ts';
import { users } from '../users/index.ts';
import { publicIdFilter, scopesFilter, statusFilter } from './api-key.filters.ts';
import { ApiKey, KeyEnvironment } from './api-key.type.ts';

export const apiKeys = defineResource({
  type: ApiKey,
  prefix: 'key',
  requirement: adminOnly,
  filter: {
    label: StringFilter,
    environment: enumFilter(KeyEnvironment, 'ApiKeyEnvironment'),
    venueIds: IdListFilter,
    createdById: IdFilter,
    expiresAt: DateTimeFilter,
    lastUsedAt: DateTimeFilter,
    createdAt: DateTimeFilter,
  },
  computed: { status: statusFilter, scopes: scopesFilter, publicId: publicIdFilter },
  orderBy: {
    ...{ CREATED_AT: 'createdAt', NUMBER: 'number', LABEL: 'labelFolded' },
    ...{ LAST_USED_AT: 'lastUsedAtSorted', EXPIRES_AT: 'expiresAtSorted' },
  },
  defaultOrder: { field: 'number', direction: 'DESC' },
});

export const apiKeyQueries = rootFields(apiKeys, { one: 'apiKey', list: 'apiKeys' }, adminOnly);
export const apiKeyCreator = toOne({
  from: ApiKey,
  field: 'createdBy',
  to: users,
  key: 'createdById',
  description: 'Null when it was made by command.',
});
export const apiKeyPins = toList({
  from: ApiKey,
  field: 'operations',
  to: storedOperations,
  key: 'operationIds',
  description:
    'The stored operations that it runs by name, and nothing else; null = it is not pinned. Without those that were deleted: an empty list runs nothing.',
});
