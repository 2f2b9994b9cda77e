// The spare-parts as a resource of the graph: what can be filtered and sorted, who may read, and the edge to the venue.
import { scopes } from '../../../src/access/policy/index.ts';
import { DateTimeFilter, IdFilter, StringFilter } from '../../../src/resources/inputs/comparators.ts';
import { toOne } from '../../../src/resources/edges.ts';
import { defineResource } from '../../../src/resources/resource.ts';
import { rootFields } from '../../../src/resources/root-fields.ts';
import { venues } from '../../../src/features/venues/index.ts';
import { SparePart } from './spare-part.entity.ts';

const readSpareParts = scopes('read:spareparts');
export const writeSpareParts = scopes('write:spareparts');

export const spareParts = defineResource({
  type: SparePart,
  prefix: 'spp',
  requirement: readSpareParts,
  filter: {
    id: IdFilter,
    venueId: IdFilter,
    name: StringFilter,
    createdAt: DateTimeFilter,
    updatedAt: DateTimeFilter,
  },
  orderBy: { CREATED_AT: 'createdAt', NAME: 'nameFolded' },
  defaultOrder: { field: 'createdAt', direction: 'ASC' },
});

export const sparePartQueries = rootFields(
  spareParts,
  { one: 'sparePart', list: 'spareParts' },
  readSpareParts,
);

export const sparePartEdges = [
  toOne({ from: SparePart, field: 'venue', to: venues, key: 'venueId', isAlwaysThere: true }),
];
