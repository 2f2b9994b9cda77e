// Venues as a resource of the graph: what can be filtered and sorted, who may read.
import { scopes } from '../../access/policy/index.ts';
import {
  DateTimeFilter,
  ExactStringFilter,
  IdFilter,
  StringFilter,
} from '../../resources/inputs/comparators.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import type { ParentLink } from '../../db/statements/list-query.ts';
import type { ListParent } from '../../resources/list-parents.ts';
import { Venue } from './venue.entity.ts';

export const readVenues = scopes('read:venues');
export const writeVenues = scopes('write:venues');

export const venues = defineResource({
  type: Venue,
  prefix: 'ven',
  requirement: readVenues,
  filter: {
    id: IdFilter,
    name: StringFilter,
    city: StringFilter,
    timezone: ExactStringFilter,
    createdAt: DateTimeFilter,
    updatedAt: DateTimeFilter,
  },
  orderBy: { CREATED_AT: 'createdAt', NAME: 'nameFolded' },
  defaultOrder: { field: 'createdAt', direction: 'ASC' },
});

/** `venueId` of a root list: what belongs to one venue. */
export function ofVenue(things: string, by: ParentLink): ListParent {
  return {
    argument: 'venueId',
    description: `Only the ${things} of this venue; of one that is not there, or not the caller's, there are none.`,
    by,
    isSeen: ({ venueIds }, id) => venueIds?.includes(id) ?? true,
  };
}

export const venueQueries = rootFields(venues, { one: 'venue', list: 'venues' }, readVenues);
