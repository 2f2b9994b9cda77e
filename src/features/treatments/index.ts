// The manifest of the feature treatments, and what other rooms may import.
import { scopes } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { Treatment } from './treatment.entity.ts';
import { createTreatmentPayload, TreatmentMutations, updateTreatmentPayload } from './treatment.resolver.ts';
import { treatmentEdges, treatmentQueries, treatments, writeTreatments } from './treatment.resource.ts';

export { Treatment } from './treatment.entity.ts';
export { maxDurationMinutes } from './treatment.inputs.ts';
export { treatments } from './treatment.resource.ts';
export { getVenue } from './treatment.service.ts';

export const treatmentsFeature: Feature = {
  name: 'treatments',
  operations: ['treatments'],
  tables: [Treatment],
  resources: [treatments],
  resolvers: [
    ...[treatmentQueries.resolver, TreatmentMutations, ...treatmentEdges],
    ...[...createTreatmentPayload.resolvers, ...updateTreatmentPayload.resolvers],
  ],
  scopes: [
    {
      name: 'read:treatments',
      kind: 'read',
      description: 'See what venues offer, and at what price.',
      status: 'AVAILABLE',
    },
    {
      name: 'write:treatments',
      kind: 'write',
      description: 'Create and change treatments.',
      status: 'AVAILABLE',
    },
  ],
  policy: {
    ...treatments.policy,
    ...treatmentQueries.policy,
    ...createTreatmentPayload.policy,
    ...updateTreatmentPayload.policy,
    // A caller who may not follow a link may not filter by it either: the answer would say where it leads.
    'TreatmentFilter.venueId': scopes('read:venues'),
    'Mutation.createTreatment': writeTreatments,
    'Mutation.updateTreatment': writeTreatments,
  },
};
