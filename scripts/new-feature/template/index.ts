// The door of the spare-parts room: its manifest, and what other rooms may import.
import { scopes } from '../../../src/access/policy/index.ts';
import type { Feature } from '../../../src/resources/feature.ts';
import { SparePart } from './spare-part.entity.ts';
import { createSparePartPayload, SparePartMutations, updateSparePartPayload } from './spare-part.resolver.ts';
import { sparePartEdges, sparePartQueries, spareParts, writeSpareParts } from './spare-part.resource.ts';

export const sparePartsFeature: Feature = {
  name: 'spare-parts',
  tables: [SparePart],
  resources: [spareParts],
  resolvers: [
    ...[sparePartQueries.resolver, SparePartMutations, ...sparePartEdges],
    ...[...createSparePartPayload.resolvers, ...updateSparePartPayload.resolvers],
  ],
  scopes: [
    { name: 'read:spareparts', kind: 'read', description: 'See spare-parts.', status: 'AVAILABLE' },
    {
      name: 'write:spareparts',
      kind: 'write',
      description: 'Create and change spare-parts.',
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...spareParts.policy,
    ...sparePartQueries.policy,
    ...createSparePartPayload.policy,
    ...updateSparePartPayload.policy,
    // A key that may not follow a link may not filter by it either: the answer would say where the link leads.
    'SparePartFilter.venueId': scopes('read:venues'),
    'Mutation.createSparePart': writeSpareParts,
    'Mutation.updateSparePart': writeSpareParts,
  },
};
