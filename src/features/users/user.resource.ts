// Users as a resource of the graph: for owners and admins only.
import { Field, ID, ObjectType } from 'type-graphql';
import { adminOnly } from '../../access/policy/index.ts';
import { StoredUser } from '../../access/authentication/tables.ts';
import type { Instant } from '../../core/clock.ts';
import type { Role } from '../../core/principal.ts';
import { DateTimeFilter, StringFilter } from '../../resources/inputs/comparators.ts';
import { Node } from '../../resources/node.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { UserRole } from './user.type.ts';

@ObjectType({ implements: Node, description: 'A person who can sign in to the workspace.' })
class User extends StoredUser implements Node {
  @Field(() => ID) declare id: string;
  @Field(() => String, { description: 'E-mail address, with which the user signs in.' })
  declare email: string;
  @Field(() => String, { nullable: true, description: 'Name, as customers read it below replies.' })
  declare name: string | null;
  @Field(() => UserRole, { description: 'What the user may do.' }) declare role: Role;
  @Field(() => DateTimeScalar) declare createdAt: Instant;
}

export const users = defineResource({
  type: User,
  prefix: 'usr',
  requirement: adminOnly,
  filter: { email: StringFilter, createdAt: DateTimeFilter },
  orderBy: { CREATED_AT: 'createdAt', EMAIL: 'emailKey' },
  defaultOrder: { field: 'createdAt', direction: 'ASC' },
});

export const userQueries = rootFields(users, { one: 'user', list: 'users' }, adminOnly);
