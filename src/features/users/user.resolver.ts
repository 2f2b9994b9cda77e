// GraphQL names of users and sign-in -> service calls.
import { Arg, Ctx, Extensions, ID, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { adminOnly, passwordCost, signedIn } from '../../access/policy/index.ts';
import { definePayload } from '../../resources/payload.ts';
import {
  changePassword,
  createUser,
  removeUser,
  signOutEverywhere,
  updateUserRole,
} from './member.service.ts';
import { users } from './user.resource.ts';
import { login } from './user.service.ts';
import {
  ChangePasswordInput,
  ChangePasswordPayload,
  CreateUserInput,
  LoginInput,
  LoginPayload,
  UpdateUserRoleInput,
} from './user.type.ts';

const payload = { requirement: adminOnly, ids: ['userId'], shows: { user: { to: users, key: 'userId' } } };
const createPayload = definePayload('CreateUserPayload', payload);
const updatePayload = definePayload('UpdateUserRolePayload', payload);
const removePayload = definePayload('RemoveUserPayload', { ...payload, shows: {} });
const signOutPayload = definePayload('SignOutEverywherePayload', {
  ...{ requirement: signedIn, ids: ['userId'], shows: {} },
});
export const userPayloads = [createPayload, updatePayload, removePayload, signOutPayload];

@Resolver()
export class UserMutations {
  @Mutation(() => LoginPayload, { nullable: true, description: 'Signs in. Needs no credential.' })
  @Extensions({ cost: passwordCost(1) })
  login(@Arg('input', () => LoginInput) input: LoginInput, @Ctx() ctx: Context) {
    return login(ctx, input);
  }

  @Mutation(() => createPayload.type, { nullable: true, description: 'Adds a user to the workspace.' })
  @Extensions({ cost: passwordCost(1) })
  createUser(@Arg('input', () => CreateUserInput) input: CreateUserInput, @Ctx() ctx: Context) {
    return createUser(ctx, input);
  }

  @Mutation(() => updatePayload.type, { nullable: true, description: 'Changes what a user may do, at once.' })
  updateUserRole(@Arg('input', () => UpdateUserRoleInput) input: UpdateUserRoleInput, @Ctx() ctx: Context) {
    return updateUserRole(ctx, input);
  }

  @Mutation(() => removePayload.type, {
    nullable: true,
    description: 'Removes a user; its tokens end at once.',
  })
  removeUser(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return removeUser(ctx, id);
  }

  @Mutation(() => ChangePasswordPayload, {
    nullable: true,
    description: "Changes the caller's own password.",
  })
  @Extensions({ cost: passwordCost(2) })
  changePassword(@Arg('input', () => ChangePasswordInput) input: ChangePasswordInput, @Ctx() ctx: Context) {
    return changePassword(ctx, input);
  }

  @Mutation(() => signOutPayload.type, {
    nullable: true,
    description:
      'Ends every sign-in of the caller, on all devices and servers; by an owner or admin also of another user.',
  })
  signOutEverywhere(
    @Arg('userId', () => ID, { nullable: true, description: 'Default: the caller.' }) userId: string | null,
    @Ctx() ctx: Context,
  ) {
    return signOutEverywhere(ctx, userId);
  }
}
