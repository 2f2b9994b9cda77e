// What sign-in and `viewer` show of a person and of the workspace. The table is access's: authentication reads it.
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { Role } from '../../core/principal.ts';
import { DateTimeScalar } from '../../graph/scalars.ts';
import { UserError } from '../../graph/payload.ts';

export const UserRole: Record<Role, Role> = { OWNER: 'OWNER', ADMIN: 'ADMIN', MEMBER: 'MEMBER' };
registerEnumType(UserRole, {
  name: 'UserRole',
  description: 'OWNER and ADMIN manage keys and users; every role has all data scopes.',
});

@ObjectType({ description: 'A tenant: nothing of one is visible in another.' })
export class Workspace {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
}

@ObjectType({ description: 'The signed-in user.' })
export class ViewerUser {
  @Field(() => ID) id!: string;
  @Field(() => String) email!: string;
  @Field(() => String, { nullable: true }) name!: string | null;
  @Field(() => UserRole) role!: Role;
  @Field(() => Workspace) workspace!: Workspace;
}

@InputType()
export class LoginInput {
  @Field(() => String) email!: string;
  @Field(() => String) password!: string;
}

@ObjectType()
export class LoginPayload {
  @Field(() => String, { nullable: true, description: 'A JWT: send it as `Authorization: Bearer <token>`.' })
  token!: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) expiresAt!: string | null;
  @Field(() => ViewerUser, { nullable: true }) user!: ViewerUser | null;
  @Field(() => [UserError]) userErrors!: readonly UserError[];
}

@InputType()
export class CreateUserInput {
  @Field(() => String) email!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Shown as the author of replies; `Staff` without one. The address never is.',
  })
  name?: string | null;
  @Field(() => String, { description: 'At least 8 characters, none of the most used passwords.' })
  password!: string;
  @Field(() => UserRole) role!: Role;
}

@InputType()
export class UpdateUserRoleInput {
  @Field(() => ID) id!: string;
  @Field(() => UserRole) role!: Role;
}

@InputType()
export class ChangePasswordInput {
  @Field(() => String) currentPassword!: string;
  @Field(() => String, { description: 'At least 8 characters, none of the most used passwords.' })
  newPassword!: string;
}

@ObjectType()
export class ChangePasswordPayload {
  @Field(() => String, { nullable: true, description: 'A new token: every earlier one has ended.' })
  token!: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) expiresAt!: string | null;
  @Field(() => [UserError]) userErrors!: readonly UserError[];
}
