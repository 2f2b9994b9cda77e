// GraphQL names of the mutations of spare-parts -> service calls.
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../../src/access/context.ts';
import { definePayload } from '../../../src/resources/payload.ts';
import { CreateSparePartInput, UpdateSparePartInput } from './spare-part.inputs.ts';
import { spareParts, writeSpareParts } from './spare-part.resource.ts';
import { createSparePart, updateSparePart } from './spare-part.service.ts';

const payload = {
  requirement: writeSpareParts,
  ids: ['sparePartId'],
  shows: { sparePart: { to: spareParts, key: 'sparePartId' } },
};
export const createSparePartPayload = definePayload('CreateSparePartPayload', payload);
export const updateSparePartPayload = definePayload('UpdateSparePartPayload', payload);

@Resolver()
export class SparePartMutations {
  @Mutation(() => createSparePartPayload.type, {
    nullable: true,
    description: 'Adds a new spare-part to a venue.',
  })
  createSparePart(
    @Arg('input', () => CreateSparePartInput) input: CreateSparePartInput,
    @Ctx() ctx: Context,
  ) {
    return createSparePart(ctx, input);
  }

  @Mutation(() => updateSparePartPayload.type, {
    nullable: true,
    description: 'Changes the spare-part with this id.',
  })
  updateSparePart(
    @Arg('input', () => UpdateSparePartInput) input: UpdateSparePartInput,
    @Ctx() ctx: Context,
  ) {
    return updateSparePart(ctx, input);
  }
}
