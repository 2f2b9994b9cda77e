// GraphQL names of narrowing -> service calls.
import {
  Arg,
  Ctx,
  Extensions,
  FieldResolver,
  Float,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { adminOnly, type FieldCost } from '../../access/policy/index.ts';
import { toOne } from '../../resources/edges.ts';
import { ScopeScalar } from '../../resources/inputs/scalars.ts';
import { definePayload } from '../../resources/payload.ts';
import { ApiKey, apiKeys } from '../api-keys/index.ts';
import { NarrowApiKeyInput } from './narrowing.inputs.ts';
import { recordedOperations } from '../insight/index.ts';
import { maxDays, previewKeyChange } from './narrowing.preview.ts';
import { narrowApiKey, undoable, undoNarrowing } from './narrowing.service.ts';
import { countTrial, type ShownTrial } from './narrowing.trial.ts';
import { KeyChangePreview, KeyTrial, NarrowedFrom, RefusedOperation } from './narrowing.type.ts';

const payload = {
  requirement: adminOnly,
  ids: ['apiKeyId'],
  shows: { apiKey: { to: apiKeys, key: 'apiKeyId' } },
};
const narrowPayload = definePayload('NarrowApiKeyPayload', payload);
const undoPayload = definePayload('UndoNarrowingPayload', payload);
export const narrowingPayloads = [narrowPayload, undoPayload];

export const refusedOperation = toOne({
  from: RefusedOperation,
  field: 'operation',
  to: recordedOperations,
  key: 'operationId',
  description: 'Null for all operations together of which the workspace has more than are kept.',
});

const previewCost: FieldCost = { sentence: 'Costs 100 points.', points: () => 100 };

@Resolver(() => KeyTrial)
export class KeyTrialFields {
  @FieldResolver(() => Float, {
    description:
      'Requests since then that the narrower scopes would have refused, in whole or in part. Written every ten seconds.',
  })
  async wouldRefuse(@Root() trial: ShownTrial, @Ctx() ctx: Context) {
    return (await countTrial(ctx, trial)).wouldRefuse;
  }

  @FieldResolver(() => Float, { description: 'All its requests since then that reached a decision.' })
  async requests(@Root() trial: ShownTrial, @Ctx() ctx: Context) {
    return (await countTrial(ctx, trial)).requests;
  }
}

@Resolver()
export class NarrowingQueries {
  @Query(() => KeyChangePreview, {
    nullable: true,
    description:
      'What other scopes would refuse of what a key really asked for. Changes nothing. Null for an unknown key.',
  })
  @Extensions({ cost: previewCost })
  previewKeyChange(
    @Arg('id', () => ID, { description: 'The key.' }) id: string,
    @Arg('scopes', () => [ScopeScalar], {
      nullable: true,
      description: 'All scopes that it would have; left out = as they are.',
    })
    scopes: string[] | null,
    @Arg('venueIds', () => [ID], { nullable: true, description: 'All venues that it would have.' })
    venueIds: string[] | null,
    @Arg('days', () => Int, { description: `Days to look back over, today included: 1 to ${maxDays}.` })
    days: number,
    @Ctx() ctx: Context,
  ) {
    return previewKeyChange(ctx, { id, scopes, venueIds, days });
  }
}

@Resolver(() => ApiKey)
export class NarrowingFields {
  @FieldResolver(() => KeyTrial, {
    nullable: true,
    description: 'Narrower scopes that it is tried with; null = no trial is on.',
  })
  @Extensions({ needs: ['id', 'trial'] })
  trial(@Root() { id, trial }: ApiKey): ShownTrial | null {
    return trial && { ...trial, apiKeyId: id };
  }

  @FieldResolver(() => NarrowedFrom, {
    nullable: true,
    description: 'What `undoNarrowing` gives back when no trial is on; null = there is nothing to undo.',
  })
  @Extensions({ needs: ['narrowedFrom'] })
  narrowedFrom(@Root() { narrowedFrom }: ApiKey, @Ctx() ctx: Context): NarrowedFrom | null {
    return undoable(ctx, narrowedFrom);
  }
}

@Resolver()
export class NarrowingMutations {
  @Mutation(() => narrowPayload.type, {
    nullable: true,
    description: 'Takes rights from a key that it does not need, or tries that out. See previewKeyChange.',
  })
  narrowApiKey(@Arg('input', () => NarrowApiKeyInput) input: NarrowApiKeyInput, @Ctx() ctx: Context) {
    return narrowApiKey(ctx, input);
  }

  @Mutation(() => undoPayload.type, {
    nullable: true,
    description:
      'Ends the trial of a key, and then there is nothing more to undo. Without one it gives back `narrowedFrom`: what the last narrowing took, within 7 days and unless its scopes or venues were changed since. Sent a second time it is refused.',
  })
  undoNarrowing(
    @Arg('id', () => ID) id: string,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description: 'Refused with CONFLICT when the key has another version; left out = whatever it is now.',
    })
    expectedVersion: number | null,
    @Ctx() ctx: Context,
  ) {
    return undoNarrowing(ctx, { id, expectedVersion: expectedVersion ?? null });
  }
}
