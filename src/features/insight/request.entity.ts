// The request log: its table and GraphQL type. Its rows lie in the log's own store (db/store/log-store.ts).
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import type { Instant } from '../../core/clock.ts';
import type { SurfaceName } from '../../core/recorder.ts';
import {
  IdColumn,
  IntegerColumn,
  JsonColumn,
  ReferenceColumn,
  SafeIntegerColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';
import { DateTimeScalar, ScopeScalar } from '../../resources/inputs/scalars.ts';
import { ViewerKind } from '../api-keys/index.ts';

export const RequestSurface: Record<Uppercase<SurfaceName>, Uppercase<SurfaceName>> = {
  GRAPHQL: 'GRAPHQL',
  REST: 'REST',
  MCP: 'MCP',
};
registerEnumType(RequestSurface, {
  name: 'RequestSurface',
  description: 'By which door a request came.',
  valuesConfig: {
    GRAPHQL: { description: '`/graphql`' },
    REST: { description: '`/api/v1` and `/v1`' },
    MCP: { description: '`/mcp`' },
  },
});

@ObjectType({ description: 'Who sent a request: a key or a signed-in user.' })
export class RequestCaller {
  @Field(() => ViewerKind, { description: 'Whether it was a key or a user.' }) kind!: ViewerKind;
  @Field(() => ID, { description: 'Id of the key or user, also after it was deleted.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Label of the key, or name of the user, at that time; null = it had none.',
  })
  label!: string | null;
}

@ObjectType({
  description:
    'One request that was answered to a known caller. It holds no variable, no literal, no body and no value of a customer.',
})
@StoredIn({
  name: 'request_log',
  workspace: 'workspaceId',
  venues: { by: 'closed' },
  indexes: [
    { name: 'request_log_at', properties: ['workspaceId', 'at', 'id'] },
    { name: 'request_log_caller', properties: ['workspaceId', 'callerId', 'at', 'id'] },
    { name: 'request_log_outcome', properties: ['workspaceId', 'outcome', 'at', 'id'] },
    { name: 'request_log_operation', properties: ['workspaceId', 'operationId', 'at', 'id'] },
    // None of requestId: an index in no order of time took 28 of 70 microseconds of CPU for each row.
  ],
})
export class LoggedRequest {
  @Field(() => ID, { description: 'Of this row.' }) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @Field(() => DateTimeScalar, { description: 'When it was answered.' }) @TimestampColumn() at!: Instant;
  @Field(() => RequestSurface, { description: 'By which door it came.' })
  @TextColumn()
  surface!: Uppercase<SurfaceName>;
  @Field(() => String, {
    nullable: true,
    description: 'As the document names it; null = it had no name, or was refused before it was looked at.',
  })
  @TextColumn({ nullable: true })
  operationName!: string | null;
  @TextColumn({ nullable: true }) operationId!: string | null;
  @TextColumn() callerKind!: 'API_KEY' | 'USER';
  @TextColumn() callerId!: string;
  @TextColumn({ nullable: true }) callerLabel!: string | null;
  @Field(() => Int, { description: 'HTTP status.' }) @IntegerColumn() status!: number;
  @Field(() => String, {
    description:
      'In lower case `ok`, `partial` (data with errors), `denied` or `aborted` (the caller closed the connection before the answer), else the code of the error that was the answer, such as `RATE_LIMITED`.',
  })
  @TextColumn()
  outcome!: string;
  @Field(() => String, { nullable: true, description: '`extensions.reason` of that error.' })
  @TextColumn({ nullable: true })
  reason!: string | null;
  @Field(() => [ScopeScalar], { description: 'Scopes that were missing.' })
  @JsonColumn()
  missing!: readonly string[];
  @Field(() => Float, { description: 'Points.' }) @SafeIntegerColumn() cost!: number;
  @Field(() => Float, { description: 'Rows that were read for the answer.' })
  @SafeIntegerColumn()
  rows!: number;
  @Field(() => Float, { description: 'Length of the answer.' }) @SafeIntegerColumn() bytes!: number;
  @Field(() => Float, { description: 'From its first byte to its answer, in milliseconds.' })
  @SafeIntegerColumn()
  durationMs!: number;
  @Field(() => String, { description: "The caller's address." }) @TextColumn() ip!: string;
  @Field(() => String, {
    nullable: true,
    description: 'What the client calls itself, at most 200 characters.',
  })
  @TextColumn({ nullable: true })
  userAgent!: string | null;
  @Field(() => String, { description: 'X-Request-Id of the request.' }) @TextColumn() requestId!: string;
  @Field(() => Int, {
    description:
      'How many requests this row stands for. The first 60 of a key and operation in a minute have a row each, then one in ten, one in a hundred, …; refusals the first 600. The weights add up to what was asked, but for the requests since the last row.',
  })
  @IntegerColumn()
  weight!: number;
}

/** A row as it is written. */
export type StoredRequest = Readonly<LoggedRequest>;
