// GraphQL names of what a key did -> service calls.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Extensions, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import type { FieldCost } from '../../access/policy/index.ts';
import { toOne } from '../../resources/edges.ts';
import { ApiKey, statusOf } from '../api-keys/index.ts';
import { describeHealth } from './key-health.service.ts';
import { loadLastSeen } from './last-seen.service.ts';
import { recordedOperations } from './request.resource.ts';
import {
  bucketStarts,
  hourRange,
  RecordedRange,
  UsageArguments,
  usageCost,
  UsedOperationsArguments,
} from './usage.inputs.ts';
import { loadUsage } from './usage.service.ts';
import { KeyHealth, KeyUsage, ScopeUse, UsedOperation, UsedOperationConnection } from './usage.type.ts';
import { checkPage, describeScopeUse, listOperations } from './used-operations.service.ts';

const needsId = { needs: ['id'] };
/** The sums of every operation and hour of the range are added up. */
const sumsCost: FieldCost = { sentence: 'Costs 10 points.', points: () => 10 };

@Resolver(() => ApiKey)
export class KeyInsightFields {
  @FieldResolver(() => [KeyUsage], {
    description:
      'What it did, hour by hour or day by day, without gaps. Written every ten seconds. Zero may also mean that nothing was recorded then: see `scopeUse { recordedSince }`.',
  })
  @Extensions({
    ...needsId,
    cost: usageCost,
    checkArguments: (args: UsageArguments) => void bucketStarts(args),
  })
  usage(
    @Root() { id }: ApiKey,
    @Args(() => UsageArguments) args: UsageArguments,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return loadUsage(ctx, info, args, id);
  }

  @FieldResolver(() => UsedOperationConnection, {
    description: 'Which operations it ran, the most used first.',
  })
  @Extensions({
    ...needsId,
    cost: sumsCost,
    checkArguments: (args: UsedOperationsArguments) => void checkPage(args),
  })
  usedOperations(
    @Root() { id }: ApiKey,
    @Args(() => UsedOperationsArguments) args: UsedOperationsArguments,
    @Ctx() ctx: Context,
  ) {
    return listOperations(ctx, args, id);
  }

  @FieldResolver(() => ScopeUse, { description: 'Which of its scopes its requests needed.' })
  @Extensions({
    ...{ needs: ['id', 'scopes'], cost: sumsCost },
    checkArguments: (args: RecordedRange) => void hourRange(args),
  })
  scopeUse(@Root() key: ApiKey, @Args(() => RecordedRange) range: RecordedRange, @Ctx() ctx: Context) {
    return describeScopeUse(ctx, range, key);
  }

  @FieldResolver(() => [KeyHealth], {
    description:
      'What there is to know about it; empty when there is nothing, or when it does not work any more.',
  })
  @Extensions({
    needs: ['id', 'scopes', 'status', 'expiresAt', 'lastUsedAt', 'enabledAt', 'createdAt'],
    cost: sumsCost,
  })
  health(@Root() key: ApiKey, @Ctx() ctx: Context) {
    const { inactivityDays } = ctx.credentials;
    const isActive = statusOf(key, { nowMs: ctx.clock.nowMs(), inactivityDays }) === 'ACTIVE';
    return describeHealth(ctx, key, isActive);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'From which address it called last; null = not since this is recorded. Written every ten seconds.',
  })
  @Extensions(needsId)
  async lastUsedIp(@Root() { id }: ApiKey, @Ctx() ctx: Context) {
    return (await loadLastSeen(ctx, id))?.ip ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'What the client called itself that used it last, at most 200 characters; null = nothing, or not since this is recorded.',
  })
  @Extensions(needsId)
  async lastUsedAgent(@Root() { id }: ApiKey, @Ctx() ctx: Context) {
    return (await loadLastSeen(ctx, id))?.agent ?? null;
  }
}

export const usedOperation = toOne({
  from: UsedOperation,
  field: 'operation',
  to: recordedOperations,
  key: 'operationId',
  description:
    'Null for what was refused before an operation was looked at, and for all operations together of which the workspace has more than are kept.',
});
