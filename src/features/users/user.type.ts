// What sign-in and `viewer` show of a person and of the workspace. The table is access's: authentication reads it.
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { Role } from '../../core/principal.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { UserError } from '../../resources/payload.ts';

export const UserRole: Record<Role, Role> = { OWNER: 'OWNER', ADMIN: 'ADMIN', MEMBER: 'MEMBER' };
registerEnumType(UserRole, {
  name: 'UserRole',
  description: 'OWNER and ADMIN manage keys and users; every role has all data scopes.',
  valuesConfig: {
    OWNER: { description: 'Everything, ownership included.' },
    ADMIN: { description: 'All data, and managing keys and users.' },
    MEMBER: { description: 'All data.' },
  },
});

@ObjectType({ description: 'A tenant: nothing of one is visible in another.' })
export class Workspace {
  @Field(() => ID) id!: string;
  @Field(() => String, { description: 'Name, as its owner wrote it.' }) name!: string;
}

@ObjectType({ description: 'The signed-in user.' })
export class ViewerUser {
  @Field(() => ID) id!: string;
  @Field(() => String, { description: 'E-mail address, with which the user signs in.' }) email!: string;
  @Field(() => String, { nullable: true, description: 'Name, as customers read it below replies.' }) name!:
    string | null;
  @Field(() => UserRole, { description: 'What the user may do.' }) role!: Role;
  @Field(() => Workspace, { description: 'The workspace that the user belongs to.' }) workspace!: Workspace;
}

@InputType({ description: 'A sign-in.' })
export class LoginInput {
  @Field(() => String, { description: 'E-mail address of the user.' }) email!: string;
  @Field(() => String, { description: 'Password of the user.' }) password!: string;
}

@ObjectType({ description: 'What `login` answers.' })
export class LoginPayload {
  @Field(() => String, { nullable: true, description: 'A JWT: send it as `Authorization: Bearer <token>`.' })
  token!: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the token ends.' }) expiresAt!:
    string | null;
  @Field(() => ViewerUser, { nullable: true, description: 'Who signed in.' }) user!: ViewerUser | null;
  @Field(() => [UserError], { description: 'Empty when the mutation was done.' })
  userErrors!: readonly UserError[];
}

@InputType({ description: 'A new user of the workspace.' })
export class CreateUserInput {
  @Field(() => String, { description: 'E-mail address to sign in with; no other user has it.' })
  email!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Shown as the author of replies; `Staff` without one. The address never is.',
  })
  name?: string | null;
  @Field(() => String, { description: 'At least 8 characters, none of the most used passwords.' })
  password!: string;
  @Field(() => UserRole, { description: 'What the user may do.' }) role!: Role;
}

@InputType({ description: 'Another role for a user.' })
export class UpdateUserRoleInput {
  @Field(() => ID) id!: string;
  @Field(() => UserRole, { description: 'The new role.' }) role!: Role;
}

@InputType({ description: 'Another password for the caller.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The password until now.' }) currentPassword!: string;
  @Field(() => String, { description: 'At least 8 characters, none of the most used passwords.' })
  newPassword!: string;
}

@ObjectType({ description: 'What `changePassword` answers.' })
export class ChangePasswordPayload {
  @Field(() => String, { nullable: true, description: 'A new token: every earlier one has ended.' })
  token!: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the new token ends.' }) expiresAt!:
    string | null;
  @Field(() => [UserError], { description: 'Empty when the mutation was done.' })
  userErrors!: readonly UserError[];
}
