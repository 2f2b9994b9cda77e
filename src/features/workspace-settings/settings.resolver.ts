// GraphQL names of workspace settings -> service calls.
import { Arg, Ctx, Extensions, Field, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { adminOnly } from '../../access/policy/index.ts';
import { definePayload } from '../../resources/payload.ts';
import { UpdateWorkspaceSettingsInput } from './settings.inputs.ts';
import { describeSettings, updateSettings } from './settings.service.ts';
import { WorkspaceSettings } from './settings.type.ts';

export const updateSettingsPayload = definePayload('UpdateWorkspaceSettingsPayload', {
  ...{ requirement: adminOnly, ids: [], shows: {} },
});
Field(() => WorkspaceSettings, {
  nullable: true,
  description: 'As they are now; null when nothing was done.',
})(updateSettingsPayload.type.prototype as object, 'settings');

@Resolver()
export class WorkspaceSettingsOperations {
  @Query(() => WorkspaceSettings, {
    nullable: true,
    description: 'What is set for the workspace: how long keys may live, how long requests are remembered.',
  })
  @Extensions({ isAlwaysThere: true })
  workspaceSettings(@Ctx() { db }: Context) {
    return describeSettings(db);
  }

  @Mutation(() => updateSettingsPayload.type, {
    nullable: true,
    description: 'Changes what is set for the workspace. Keys that were made before keep their expiry.',
  })
  updateWorkspaceSettings(
    @Arg('input', () => UpdateWorkspaceSettingsInput) input: UpdateWorkspaceSettingsInput,
    @Ctx() ctx: Context,
  ) {
    return updateSettings(ctx, input);
  }
}
