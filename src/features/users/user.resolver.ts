// GraphQL names of sign-in -> service calls.
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { login } from './user.service.ts';
import { LoginInput, LoginPayload } from './user.type.ts';

@Resolver()
export class UserMutations {
  @Mutation(() => LoginPayload, { nullable: true, description: 'Signs in. Needs no credential.' })
  login(@Arg('input', () => LoginInput) input: LoginInput, @Ctx() ctx: Context) {
    return login(ctx, input);
  }
}
