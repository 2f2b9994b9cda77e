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
import { adminOnly } from '../../access/policy/index.ts';
import { toInstant } from '../../core/clock.ts';
import { inactiveAtMs } from '../../access/key-state.ts';
import { DateTimeScalar } from '../../graph/scalars.ts';
import { definePayload } from '../../graph/payload.ts';
import { CreateApiKeyInput } from './api-key.inputs.ts';
import { loadSecrets } from './api-key.loaders.ts';
import { apiKeys } from './api-key.resource.ts';
import { createApiKey, describeViewer, namedVenues, revokeApiKey } from './api-key.service.ts';
import { statusOf } from './api-key.state.ts';
import { ApiKey, ApiKeySecret, ApiKeyStatus, ApiKeyVenue, ScopeInfo, Viewer } from './api-key.type.ts';

const payload = {
  requirement: adminOnly,
  ids: ['apiKeyId'],
  shows: { apiKey: { to: apiKeys, key: 'apiKeyId' } },
};
export const createApiKeyPayload = definePayload('CreateApiKeyPayload', payload);
export const revokeApiKeyPayload = definePayload('RevokeApiKeyPayload', payload);
const created = createApiKeyPayload.type.prototype as object;
Field(() => String, { nullable: true, description: 'The key. Shown once, in this answer, and never again.' })(
  created,
  'secret',
);
Field(() => String, { nullable: true })(created, 'warning');

/** Columns that decide a key's state. */
const stateColumns = ['status', 'expiresAt', 'lastUsedAt', 'enabledAt', 'createdAt'];

@Resolver(() => ApiKey)
export class ApiKeyFields {
  @FieldResolver(() => ApiKeyStatus)
  @Extensions({ needs: stateColumns })
  status(@Root() key: ApiKey, @Ctx() { clock, credentials }: Context) {
    return statusOf(key, { nowMs: clock.nowMs(), inactivityDays: credentials.inactivityDays });
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it will be disabled if nobody uses it before.',
  })
  @Extensions({ needs: stateColumns })
  inactiveAt(@Root() key: ApiKey, @Ctx() { credentials }: Context) {
    return key.status === 'ACTIVE' ? toInstant(inactiveAtMs(key, credentials.inactivityDays)) : null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'How the newest secret begins.' })
  @Extensions({ needs: ['id'] })
  async prefix(@Root() key: ApiKey, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return (await loadSecrets(ctx, info, key.id))[0]?.prefix ?? null;
  }

  @FieldResolver(() => [ApiKeySecret])
  @Extensions({ needs: ['id'] })
  secrets(@Root() key: ApiKey, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return loadSecrets(ctx, info, key.id);
  }

  @FieldResolver(() => [ApiKeyVenue], { nullable: true, description: 'Null = all venues of the workspace.' })
  @Extensions({ needs: ['venueIds'] })
  venues(@Root() key: ApiKey, @Ctx() ctx: Context) {
    return key.venueIds === null ? null : namedVenues(ctx, key.venueIds);
  }
}

@Resolver()
export class ApiKeyOperations {
  @Query(() => Viewer, {
    nullable: true,
    description: 'Who am I, and what may I do? Works for every credential.',
  })
  viewer(@Ctx() ctx: Context) {
    return describeViewer(ctx);
  }

  @Query(() => [ScopeInfo], { nullable: true, description: 'Every scope there is.' })
  scopes(@Ctx() { scopes }: Context) {
    return scopes.entries;
  }

  @Mutation(() => createApiKeyPayload.type, {
    nullable: true,
    description: 'Makes a key and shows its secret once.',
  })
  createApiKey(@Arg('input', () => CreateApiKeyInput) input: CreateApiKeyInput, @Ctx() ctx: Context) {
    return createApiKey(ctx, input);
  }

  @Mutation(() => revokeApiKeyPayload.type, {
    nullable: true,
    description: 'Ends a key for good, from this answer on.',
  })
  revokeApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return revokeApiKey(ctx, id);
  }
}
