// Treatments as a resource of the graph, and the edges between treatments and venues.
import { scopes } from '../../access/policy/index.ts';
import {
  DateTimeFilter,
  ExactStringFilter,
  IdFilter,
  StringFilter,
} from '../../resources/inputs/comparators.ts';
import { toMany, toOne } from '../../resources/edges.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { ofVenue, Venue, venues } from '../venues/index.ts';
import { Treatment } from './treatment.entity.ts';

const readTreatments = scopes('read:treatments');
export const writeTreatments = scopes('write:treatments');

export const treatments = defineResource({
  type: Treatment,
  prefix: 'trt',
  requirement: readTreatments,
  filter: {
    id: IdFilter,
    venueId: IdFilter,
    name: StringFilter,
    currency: ExactStringFilter,
    createdAt: DateTimeFilter,
    updatedAt: DateTimeFilter,
  },
  orderBy: { CREATED_AT: 'createdAt', NAME: 'nameFolded' },
  defaultOrder: { field: 'createdAt', direction: 'ASC' },
});

const byVenue = { by: 'column', property: 'venueId' } as const;

export const treatmentQueries = rootFields(
  treatments,
  { one: 'treatment', list: 'treatments' },
  readTreatments,
  [ofVenue('treatments', byVenue)],
);

export const treatmentEdges = [
  toOne({ from: Treatment, field: 'venue', to: venues, key: 'venueId', isAlwaysThere: true }),
  toMany({ from: Venue, field: 'treatments', to: treatments, by: byVenue }),
];
