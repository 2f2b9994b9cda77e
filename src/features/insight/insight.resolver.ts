// GraphQL names of what a key did -> service calls.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Extensions, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { ApiKey } from '../api-keys/index.ts';
import { bucketStarts, UsageArguments, usageCost } from './usage.inputs.ts';
import { loadUsage } from './usage.service.ts';
import { KeyUsage } from './usage.type.ts';

const needsId = { needs: ['id'] };

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
}
