// The rules of treatments: create and change.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { assertIdOf, assertUpdated, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { Venue } from '../venues/index.ts';
import { Treatment } from './treatment.entity.ts';
import {
  createTreatmentRules,
  updateTreatmentRules,
  type CreateTreatmentInput,
  type UpdateTreatmentInput,
} from './treatment.inputs.ts';

export function createTreatment(ctx: Context, input: CreateTreatmentInput) {
  return mutate(ctx, async (tx) => {
    const { venueId, ...values } = checkInput(createTreatmentRules, input);
    await getVenue(tx, venueId);
    const treatmentId = newId('trt', ctx.clock);
    const now = toInstant(ctx.clock.nowMs());
    await tx.insert(Treatment, [
      { id: treatmentId, venueId, ...values, version: 1, createdAt: now, updatedAt: now },
    ]);
    return { treatmentId };
  });
}

export function updateTreatment(ctx: Context, input: UpdateTreatmentInput) {
  return mutate(ctx, async (tx) => {
    const { id, expectedVersion, ...patch } = checkInput(updateTreatmentRules, input);
    assertIdOf('trt', id, ['input', 'id'], 'treatment');
    assertUpdated(await tx.update(Treatment, id, patch, expectedVersion), 'treatment');
    return { treatmentId: id };
  });
}

/** The venue that an input names. Throws NOT_FOUND at `input.venueId`. */
export async function getVenue(tx: TenantTransaction, venueId: string): Promise<Venue> {
  const field = ['input', 'venueId'];
  assertIdOf('ven', venueId, field, 'venue');
  const venue = await tx.find(Venue, venueId);
  if (!venue) throw notFound(field, 'venue');
  return venue;
}
