// The rules of venues: create and change.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { assertIdOf, assertUpdated, checkInput, listPatch } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { Venue } from './venue.entity.ts';
import {
  createVenueRules,
  updateVenueRules,
  type CreateVenueInput,
  type UpdateVenueInput,
} from './venue.inputs.ts';

export function createVenue(ctx: Context, input: CreateVenueInput) {
  return mutate(ctx, async (tx) => {
    const { name, city, address, timezone, openingHours } = checkInput(createVenueRules, input);
    // A new venue would lie outside the venues that the key was given.
    if (tx.scope.venueIds !== null) {
      throw userError('NOT_ALLOWED', ['input'], 'A key that is restricted to venues cannot create one.');
    }
    const now = toInstant(ctx.clock.nowMs());
    const id = newId('ven', ctx.clock);
    const texts = { name, city: city ?? null, address: address ?? null, timezone };
    await tx.insert(Venue, [
      { id, ...texts, openingHours: openingHours ?? [], version: 1, createdAt: now, updatedAt: now },
    ]);
    return { venueId: id };
  });
}

export function updateVenue(ctx: Context, input: UpdateVenueInput) {
  return mutate(ctx, async (tx) => {
    const { id, expectedVersion, openingHours, ...texts } = checkInput(updateVenueRules, input);
    assertIdOf('ven', id, ['input', 'id'], 'venue');
    const patch = { ...texts, ...listPatch({ openingHours }) };
    assertUpdated(await tx.update(Venue, id, patch, expectedVersion), 'venue');
    return { venueId: id };
  });
}
