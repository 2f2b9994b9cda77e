// GraphQL names of keys -> service calls.
import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Ctx,
  Extensions,
  Field,
  FieldResolver,
  ID,
  Info,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { adminOnly, documentCost, ownerOnly } from '../../access/policy/index.ts';
import { toInstant } from '../../core/clock.ts';
import { inactiveAtMs } from '../../access/authentication/key-state.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { definePayload } from '../../resources/payload.ts';
import { CreateApiKeyInput, RotateApiKeyInput, UpdateApiKeyInput } from './api-key.inputs.ts';
import { loadSecrets, loadVenues } from './api-key.loaders.ts';
import { apiKeys } from './api-key.resource.ts';
import { regenerateApiKey, revealApiKey, rotateApiKey } from './api-key.secrets.ts';
import {
  createApiKey,
  deleteApiKey,
  disableApiKey,
  enableApiKey,
  revokeApiKey,
  updateApiKey,
} from './api-key.service.ts';
import { describeViewer } from './viewer.service.ts';
import { disabledReasonOf, statusOf } from './api-key.state.ts';
import { ApiKey, ApiKeySecret, ApiKeyStatus, ApiKeyVenue, ScopeInfo, Viewer } from './api-key.type.ts';

const shows = { apiKey: { to: apiKeys, key: 'apiKeyId' } };
const payload = { requirement: adminOnly, ids: ['apiKeyId'], shows };
const createPayload = definePayload('CreateApiKeyPayload', payload);
const rotatePayload = definePayload('RotateApiKeyPayload', payload);
const regeneratePayload = definePayload('RegenerateApiKeyPayload', payload);
const updatePayload = definePayload('UpdateApiKeyPayload', payload);
const disablePayload = definePayload('DisableApiKeyPayload', payload);
const enablePayload = definePayload('EnableApiKeyPayload', payload);
const revokePayload = definePayload('RevokeApiKeyPayload', payload);
const deletePayload = definePayload('DeleteApiKeyPayload', { ...payload, shows: {} });
const revealPayload = definePayload('RevealApiKeyPayload', { ...payload, requirement: ownerOnly, shows: {} });

const secretDescription = 'The key. Shown once, in this answer, and never again.';
for (const { type } of [createPayload, rotatePayload, regeneratePayload]) {
  const prototype = type.prototype as object;
  Field(() => String, { nullable: true, description: secretDescription })(prototype, 'secret');
  const prefix =
    'How `secret` begins: its public part. After a rotation the one of `apiKey` is still that of the secret in use.';
  Field(() => String, { nullable: true, description: prefix })(prototype, 'prefix');
  const warning = 'What to know about the key, in words; null when there is nothing.';
  Field(() => String, { nullable: true, description: warning })(prototype, 'warning');
}
Field(() => String, { nullable: true, description: 'The key.' })(
  revealPayload.type.prototype as object,
  'secret',
);

export const apiKeyPayloads = [
  ...[createPayload, rotatePayload, regeneratePayload, updatePayload, disablePayload, enablePayload],
  ...[revokePayload, deletePayload, revealPayload],
];

/** The documents of `createApiKey`. */
function operationsSent({ input }: Readonly<Record<string, unknown>>): unknown {
  return typeof input === 'object' && input !== null && 'forOperations' in input ? input.forOperations : [];
}

/** Columns that decide a key's state. */
const stateColumns = ['status', 'expiresAt', 'lastUsedAt', 'enabledAt', 'createdAt'];

@Resolver(() => ApiKey)
export class ApiKeyFields {
  @FieldResolver(() => ApiKeyStatus, { description: 'Whether it works.' })
  @Extensions({ needs: stateColumns })
  status(@Root() key: ApiKey, @Ctx() { clock, credentials }: Context) {
    return statusOf(key, { nowMs: clock.nowMs(), inactivityDays: credentials.inactivityDays });
  }

  @FieldResolver(() => Boolean, { description: 'Whether its status is ACTIVE.' })
  @Extensions({ needs: stateColumns })
  isActive(@Root() key: ApiKey, @Ctx() ctx: Context) {
    return this.status(key, ctx) === 'ACTIVE';
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it will be disabled if nobody uses it before.',
  })
  @Extensions({ needs: stateColumns })
  inactiveAt(@Root() key: ApiKey, @Ctx() ctx: Context) {
    return this.isActive(key, ctx) ? toInstant(inactiveAtMs(key, ctx.credentials.inactivityDays)) : null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'ADMIN or INACTIVITY.' })
  @Extensions({ needs: [...stateColumns, 'disabledReason'] })
  disabledReason(@Root() key: ApiKey, @Ctx() ctx: Context) {
    return disabledReasonOf(key, this.status(key, ctx));
  }

  @FieldResolver(() => String, { nullable: true, description: 'How the secret in use begins.' })
  @Extensions({ needs: ['id'] })
  async prefix(@Root() key: ApiKey, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const secrets = await loadSecrets(ctx, info, key.id);
    return (secrets.find((secret) => secret.status === 'ACTIVE') ?? secrets[0])?.prefix ?? null;
  }

  @FieldResolver(() => [ApiKeySecret], {
    description: 'Its secrets, the ended ones included: how they begin and their state.',
  })
  @Extensions({ needs: ['id'] })
  secrets(@Root() key: ApiKey, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return loadSecrets(ctx, info, key.id);
  }

  @FieldResolver(() => [ApiKeyVenue], { nullable: true, description: 'Null = all venues of the workspace.' })
  @Extensions({ needs: ['venueIds'] })
  venues(@Root() key: ApiKey, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return key.venueIds === null ? null : loadVenues(ctx, info, key.venueIds);
  }
}

@Resolver()
export class ApiKeyOperations {
  @Query(() => Viewer, {
    nullable: true,
    description: 'Who am I, and what may I do? Works for every credential.',
  })
  @Extensions({ isAlwaysThere: true })
  viewer(@Ctx() ctx: Context) {
    return describeViewer(ctx);
  }

  @Query(() => [ScopeInfo], { nullable: true, description: 'Every scope there is.' })
  @Extensions({ isAlwaysThere: true })
  async scopes(@Ctx() { scopes, explainer, shownSchema }: Context) {
    const shown = await shownSchema();
    return scopes.entries.map((entry) => ({ ...entry, grants: explainer.grantsOf(entry.name, shown) }));
  }

  @Mutation(() => createPayload.type, {
    nullable: true,
    description: 'Makes a key and shows its secret once.',
  })
  @Extensions({ cost: documentCost(operationsSent, 10) })
  createApiKey(@Arg('input', () => CreateApiKeyInput) input: CreateApiKeyInput, @Ctx() ctx: Context) {
    return createApiKey(ctx, input);
  }

  @Mutation(() => updatePayload.type, {
    nullable: true,
    description: 'Changes what a key is called and may do.',
  })
  updateApiKey(@Arg('input', () => UpdateApiKeyInput) input: UpdateApiKeyInput, @Ctx() ctx: Context) {
    return updateApiKey(ctx, input);
  }

  @Mutation(() => disablePayload.type, {
    nullable: true,
    description: 'Switches a key off until it is enabled.',
  })
  disableApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return disableApiKey(ctx, id);
  }

  @Mutation(() => enablePayload.type, { nullable: true, description: 'Switches a disabled key on again.' })
  enableApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return enableApiKey(ctx, id);
  }

  @Mutation(() => rotatePayload.type, {
    nullable: true,
    description: 'A new secret beside the old one, with an overlap.',
  })
  rotateApiKey(@Arg('input', () => RotateApiKeyInput) input: RotateApiKeyInput, @Ctx() ctx: Context) {
    return rotateApiKey(ctx, input);
  }

  @Mutation(() => regeneratePayload.type, {
    nullable: true,
    description: 'A new secret; the old one is refused at once.',
  })
  regenerateApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return regenerateApiKey(ctx, id);
  }

  @Mutation(() => revokePayload.type, {
    nullable: true,
    description: 'Ends a key for good, from this answer on.',
  })
  revokeApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return revokeApiKey(ctx, id);
  }

  @Mutation(() => deletePayload.type, {
    nullable: true,
    description: 'Ends a key and takes it off the list.',
  })
  deleteApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return deleteApiKey(ctx, id);
  }

  @Mutation(() => revealPayload.type, {
    nullable: true,
    description: 'Shows a secret again, where the operator keeps sealed copies.',
  })
  revealApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return revealApiKey(ctx, id);
  }
}
