// GraphQL names of narrowing -> service calls.
import { Arg, Ctx, Extensions, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { adminOnly } from '../../access/policy/index.ts';
import { definePayload } from '../../resources/payload.ts';
import { ApiKey, apiKeys } from '../api-keys/index.ts';
import { NarrowApiKeyInput } from './narrowing.inputs.ts';
import { narrowApiKey, undoNarrowing } from './narrowing.service.ts';
import { KeyTrial } from './narrowing.type.ts';

const payload = {
  requirement: adminOnly,
  ids: ['apiKeyId'],
  shows: { apiKey: { to: apiKeys, key: 'apiKeyId' } },
};
const narrowPayload = definePayload('NarrowApiKeyPayload', payload);
const undoPayload = definePayload('UndoNarrowingPayload', payload);
export const narrowingPayloads = [narrowPayload, undoPayload];

@Resolver(() => ApiKey)
export class NarrowingFields {
  @FieldResolver(() => KeyTrial, {
    nullable: true,
    description: 'Narrower scopes that it is tried with; null = no trial is on.',
  })
  @Extensions({ needs: ['trial'] })
  trial(@Root() key: ApiKey) {
    return key.trial;
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
      'Ends the trial of a key. Without one it gives back what the last narrowing took, within 7 days and unless its scopes or venues were changed since.',
  })
  undoNarrowing(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return undoNarrowing(ctx, id);
  }
}
