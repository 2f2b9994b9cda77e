// The table and GraphQL type of the audit log: who changed what, when, with before and after. Never a secret.
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { StoredWorkspace } from '../../access/tables.ts';
import type { Instant } from '../../core/clock.ts';
import { IdColumn, JsonColumn, ReferenceColumn, TextColumn, TimestampColumn } from '../../db/columns.ts';
import { StoredIn } from '../../db/table.ts';
import { Node } from '../../graph/node.ts';
import { DateTimeScalar } from '../../graph/scalars.ts';

export enum AuditActorKind {
  USER = 'USER',
  API_KEY = 'API_KEY',
  /** The operator's commands, and what the server does by itself. */
  SYSTEM = 'SYSTEM',
}
registerEnumType(AuditActorKind, { name: 'AuditActorKind' });

@ObjectType()
export class AuditActor {
  @Field(() => AuditActorKind) kind!: AuditActorKind;
  @Field(() => ID, { nullable: true }) id!: string | null;
  @Field(() => String, { description: 'E-mail address or key label at that time.' }) label!: string;
}

@ObjectType({ description: 'One value that changed. Lists are JSON text.' })
export class AuditChange {
  @Field(() => String) field!: string;
  @Field(() => String, { nullable: true }) before!: string | null;
  @Field(() => String, { nullable: true }) after!: string | null;
}

@ObjectType({
  implements: Node,
  description: 'One change of a key or a user, written in the same transaction.',
})
@StoredIn({
  name: 'audit_entries',
  workspace: 'workspaceId',
  venues: { by: 'closed' },
  indexes: [
    { name: 'audit_entries_at', properties: ['workspaceId', 'at', 'id'] },
    { name: 'audit_entries_actor', properties: ['workspaceId', 'actorId', 'at', 'id'] },
    { name: 'audit_entries_target', properties: ['targetId', 'at', 'id'] },
  ],
})
export class AuditEntry implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @Field(() => DateTimeScalar) @TimestampColumn() at!: Instant;
  @Field(() => String, { description: 'E.g. `apiKey.revoke`.' }) @TextColumn() action!: string;
  @TextColumn() actorKind!: AuditActorKind;
  @TextColumn({ nullable: true }) actorId!: string | null;
  @TextColumn() actorLabel!: string;
  @Field(() => ID) @TextColumn() targetId!: string;
  @Field(() => [AuditChange]) @JsonColumn() changes!: AuditChange[];
  @Field(() => String) @TextColumn() requestId!: string;
  @Field(() => String, { nullable: true }) @TextColumn({ nullable: true }) ip!: string | null;
}
