// The rules of spare-parts: create and change.
import type { Context } from '../../../src/access/context.ts';
import { toInstant } from '../../../src/core/clock.ts';
import { notFound } from '../../../src/core/errors.ts';
import { newId } from '../../../src/core/ids.ts';
import type { TenantTransaction } from '../../../src/db/tenant/tenant-db.ts';
import { assertIdOf, assertUpdated, checkInput } from '../../../src/resources/inputs/input.ts';
import { mutate } from '../../../src/resources/payload.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { SparePart } from './spare-part.entity.ts';
import {
  createSparePartRules,
  updateSparePartRules,
  type CreateSparePartInput,
  type UpdateSparePartInput,
} from './spare-part.inputs.ts';

export function createSparePart(ctx: Context, input: CreateSparePartInput) {
  return mutate(ctx, async (tx) => {
    const { venueId, ...values } = checkInput(createSparePartRules, input);
    await assertVenue(tx, venueId);
    const sparePartId = newId('spp', ctx.clock);
    const now = toInstant(ctx.clock.nowMs());
    await tx.insert(SparePart, [
      { id: sparePartId, venueId, ...values, version: 1, createdAt: now, updatedAt: now },
    ]);
    return { sparePartId };
  });
}

export function updateSparePart(ctx: Context, input: UpdateSparePartInput) {
  return mutate(ctx, async (tx) => {
    const { id, expectedVersion, ...patch } = checkInput(updateSparePartRules, input);
    assertIdOf('spp', id, ['input', 'id'], 'spare-part');
    assertUpdated(await tx.update(SparePart, id, patch, expectedVersion), 'spare-part');
    return { sparePartId: id };
  });
}

/** Throws NOT_FOUND at `input.venueId` unless the caller sees the venue: the caller could not see the new row either. */
async function assertVenue(tx: TenantTransaction, venueId: string): Promise<void> {
  const field = ['input', 'venueId'];
  assertIdOf('ven', venueId, field, 'venue');
  if (!(await tx.find(Venue, venueId))) throw notFound(field, 'venue');
}
