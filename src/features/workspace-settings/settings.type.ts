// The table and GraphQL type of what owners set for their workspace. A workspace without a row has the defaults.
import { Field, Int, ObjectType } from 'type-graphql';
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import type { Instant } from '../../core/clock.ts';
import { IntegerColumn, ReferenceColumn, TimestampColumn } from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';

/** The longest life that can be set, ten years. */
export const maxLifeDays = 3_650;
/** The longest time for which a line of the request log can be kept. */
export const maxRetentionDays = 365;

@ObjectType({ description: 'What owners and admins set for their workspace.' })
@StoredIn({ name: 'workspace_settings', workspace: 'id', venues: { by: 'closed' } })
export class WorkspaceSettings {
  /** The workspace's. */
  @ReferenceColumn(() => StoredWorkspace, { primary: true }) id!: string;
  @Field(() => Int, {
    nullable: true,
    description:
      'How many days from now a new key, a changed expiry or a new secret may work at most; null = for ever. Keys that were made before keep their expiry.',
  })
  @IntegerColumn({ nullable: true })
  maximumKeyLifeDays!: number | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'How many days a new key works when nothing is said about it; null = as long as `maximumKeyLifeDays` allows.',
  })
  @IntegerColumn({ nullable: true })
  defaultKeyLifeDays!: number | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'How many days a line of the request log is kept at most; null = as long as the server keeps it, and no line is kept longer than that (`REQUEST_LOG_DAYS`, 7 by default), whatever is set here; 0 = there is no request log.',
  })
  @IntegerColumn({ nullable: true })
  requestLogRetentionDays!: number | null;
  @Field(() => Int, { description: 'Goes up at each change; 0 = nothing was ever set.' })
  @IntegerColumn()
  version!: number;
  @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Null = nothing was ever set.' })
  @TimestampColumn()
  updatedAt!: Instant | null;
}
