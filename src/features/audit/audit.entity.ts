// The table and GraphQL type of the audit log: who changed what, when, with before and after. Never a secret.
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import type { Instant } from '../../core/clock.ts';
import {
  IdColumn,
  JsonColumn,
  ReferenceColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';
import { Node } from '../../resources/node.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

export enum AuditActorKind {
  USER = 'USER',
  API_KEY = 'API_KEY',
  /** The operator's commands, and what the server does by itself. */
  SYSTEM = 'SYSTEM',
}
registerEnumType(AuditActorKind, {
  name: 'AuditActorKind',
  description: 'What kind of caller made a change.',
  valuesConfig: {
    USER: { description: 'A signed-in user.' },
    API_KEY: { description: 'An API key.' },
    SYSTEM: { description: "The operator's commands, and the server by itself." },
  },
});

@ObjectType({ description: 'Who made a change.' })
export class AuditActor {
  @Field(() => AuditActorKind, { description: 'What kind of caller it was.' }) kind!: AuditActorKind;
  @Field(() => ID, { nullable: true, description: 'Id of the user or key; null for the system.' }) id!:
    string | null;
  @Field(() => String, { description: 'E-mail address or key label at that time.' }) label!: string;
}

@ObjectType({ description: 'One value that changed. Lists are JSON text.' })
export class AuditChange {
  @Field(() => String, { description: 'Name of what changed.' }) field!: string;
  @Field(() => String, { nullable: true, description: 'Value before; null = none.' }) before!: string | null;
  @Field(() => String, { nullable: true, description: 'Value afterwards; null = none.' }) after!:
    string | null;
}

@ObjectType({
  implements: Node,
  description:
    'One change, written in the same transaction; or that somebody signed in or read the request log.',
})
@StoredIn({
  name: 'audit_entries',
  workspace: 'workspaceId',
  venues: { by: 'closed' },
  indexes: [
    { name: 'audit_entries_at', properties: ['workspaceId', 'at', 'id'] },
    { name: 'audit_entries_actor', properties: ['workspaceId', 'actorId', 'at', 'id'] },
    { name: 'audit_entries_target', properties: ['targetId', 'at', 'id'] },
    { name: 'audit_entries_action', properties: ['workspaceId', 'action', 'at', 'id'] },
  ],
})
export class AuditEntry implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @Field(() => DateTimeScalar, { description: 'When the change was made.' }) @TimestampColumn() at!: Instant;
  @Field(() => String, { description: 'E.g. `apiKey.revoke`.' }) @TextColumn() action!: string;
  @TextColumn() actorKind!: AuditActorKind;
  @TextColumn({ nullable: true }) actorId!: string | null;
  @TextColumn() actorLabel!: string;
  @Field(() => ID, { description: 'Id of what was changed.' }) @TextColumn() targetId!: string;
  @Field(() => [AuditChange], { description: 'What was changed.' }) @JsonColumn() changes!: AuditChange[];
  @Field(() => String, { description: 'X-Request-Id of the request.' }) @TextColumn() requestId!: string;
  @Field(() => String, { nullable: true, description: "The caller's address; null for the system." })
  @TextColumn({ nullable: true })
  ip!: string | null;
}
