// Stored operations as a resource of the graph: for owners and admins only.
import { adminOnly } from '../../access/policy/index.ts';
import { DateTimeFilter, ExactStringFilter, IdFilter } from '../../resources/inputs/comparators.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { StoredOperation } from './operation.type.ts';

export const storedOperations = defineResource({
  type: StoredOperation,
  prefix: 'opr',
  requirement: adminOnly,
  filter: { id: IdFilter, name: ExactStringFilter, createdAt: DateTimeFilter, updatedAt: DateTimeFilter },
  orderBy: { NAME: 'name', CREATED_AT: 'createdAt' },
  defaultOrder: { field: 'name', direction: 'ASC' },
});

export const storedOperationQueries = rootFields(
  storedOperations,
  { one: 'storedOperation', list: 'storedOperations' },
  adminOnly,
);
