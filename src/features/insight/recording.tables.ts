// The tables of what was recorded. Written by recording/, read by the resolvers; no row holds a variable, a literal, a value of a
// customer or a secret.
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import type { Instant } from '../../core/clock.ts';
import {
  IdColumn,
  JsonColumn,
  ReferenceColumn,
  SafeIntegerColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';

const closed = { by: 'closed' } as const;

/** Sums of one caller, hour, operation and outcome. Processes add to the same row. */
@StoredIn({
  name: 'key_usage_hour',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'key_usage_hour_operation', properties: ['workspaceId', 'operationId', 'hour'] },
    { name: 'key_usage_hour_old', properties: ['hour'] },
  ],
})
export class KeyUsageHour {
  @ReferenceColumn(() => StoredWorkspace, { primary: true }) workspaceId!: string;
  /** Id of the key or user. Not a reference: what a deleted key did stays. */
  @TextColumn({ primary: true }) callerId!: string;
  @TimestampColumn({ primary: true }) hour!: Instant;
  /** Id of a recorded operation, or `none` or `other`: see recording/operation-book.ts. */
  @TextColumn({ primary: true }) operationId!: string;
  /** `ok`, `partial`, `denied`, `aborted` or the code of an error. */
  @TextColumn({ primary: true }) outcome!: string;
  @TextColumn() callerKind!: 'API_KEY' | 'USER';
  /** The day of the hour in UTC, `2026-01-31`. */
  @TextColumn() day!: string;
  @SafeIntegerColumn() requests!: number;
  /** Requests of which something was denied. */
  @SafeIntegerColumn() denied!: number;
  /** Requests that were answered by an error that is no denial. */
  @SafeIntegerColumn() failed!: number;
  @SafeIntegerColumn() cost!: number;
  @SafeIntegerColumn() rows!: number;
  @SafeIntegerColumn() bytes!: number;
  @SafeIntegerColumn() msSum!: number;
  @SafeIntegerColumn() msMax!: number;
  @TimestampColumn() lastAt!: Instant;
}

export type RecordedOperationKind = 'QUERY' | 'MUTATION';

/** A document that was run, once for each workspace. */
@StoredIn({
  name: 'recorded_operations',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'recorded_operations_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'recorded_operations_caller', properties: ['workspaceId', 'callerId'] },
    { name: 'recorded_operations_old', properties: ['createdAt'] },
  ],
})
export class StoredRecordedOperation {
  /** Made of the workspace and the document, so that every process finds the same. */
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** Who ran it first; null = it was recorded before that was noted. */
  @TextColumn({ nullable: true }) callerId!: string | null;
  @TextColumn({ nullable: true }) name!: string | null;
  @TextColumn() kind!: RecordedOperationKind;
  /** Without literals and aliases; see normalised-document.ts. */
  @TextColumn() document!: string;
  @JsonColumn() requiredScopes!: readonly string[];
  /** Those, and whatever else its variables can make it ask for. */
  @JsonColumn() possibleScopes!: readonly string[];
  /** Fields, arguments and input fields that the document names. */
  @JsonColumn() coordinates!: readonly string[];
  @TimestampColumn() createdAt!: Instant;
}

/** From where a key called last, with what. */
@StoredIn({ name: 'key_last_seen', workspace: 'workspaceId', venues: closed })
export class KeyLastSeen {
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @TextColumn({ primary: true }) callerId!: string;
  @TimestampColumn() at!: Instant;
  @TextColumn() ip!: string;
  @TextColumn({ nullable: true }) agent!: string | null;
}

/**
 * What runs asked for: the coordinates that a decision looks at. One document can ask for more or less, as its variables say; the
 * values are written nowhere.
 */
@StoredIn({
  name: 'recorded_uses',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'recorded_uses_workspace', properties: ['workspaceId', 'id'] },
    { name: 'recorded_uses_caller', properties: ['workspaceId', 'callerId'] },
    { name: 'recorded_uses_old', properties: ['createdAt'] },
  ],
})
export class StoredRecordedUse {
  /** Made of the workspace and the coordinates, so that every process finds the same. */
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** The key that ran it first; null = it was recorded before that was noted. */
  @TextColumn({ nullable: true }) callerId!: string | null;
  @JsonColumn() coordinates!: readonly string[];
  @TimestampColumn() createdAt!: Instant;
}

/** How often a key ran an operation in a way, by the day. */
@StoredIn({
  name: 'key_uses_day',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [
    { name: 'key_uses_day_old', properties: ['day'] },
    { name: 'key_uses_day_use', properties: ['workspaceId', 'useId'] },
  ],
})
export class KeyUsesDay {
  @ReferenceColumn(() => StoredWorkspace, { primary: true }) workspaceId!: string;
  @TextColumn({ primary: true }) callerId!: string;
  /** In UTC, `2026-01-31`. */
  @TextColumn({ primary: true }) day!: string;
  @TextColumn({ primary: true }) operationId!: string;
  /** Id of a recorded use, or `other` for those beyond the limits. */
  @TextColumn({ primary: true }) useId!: string;
  @SafeIntegerColumn() requests!: number;
  @TimestampColumn() lastAt!: Instant;
}

/** What the trial of a key has come to. */
@StoredIn({ name: 'key_trials', workspace: 'workspaceId', venues: closed })
export class KeyTrialCount {
  @ReferenceColumn(() => StoredWorkspace, { primary: true }) workspaceId!: string;
  @TextColumn({ primary: true }) callerId!: string;
  /** When the trial began: each has its own count. */
  @TimestampColumn({ primary: true }) since!: Instant;
  @SafeIntegerColumn() requests!: number;
  /** Requests that the narrower scopes would have refused in whole or in part. */
  @SafeIntegerColumn() wouldRefuse!: number;
  @TimestampColumn() lastAt!: Instant;
}

/** Which records of a type a key was answered on a day. Holds fingerprints of ids or bits of a filter, and no id. */
@StoredIn({
  name: 'key_reads_day',
  workspace: 'workspaceId',
  venues: closed,
  indexes: [{ name: 'key_reads_day_old', properties: ['day'] }],
})
export class KeyReadsDay {
  @ReferenceColumn(() => StoredWorkspace, { primary: true }) workspaceId!: string;
  @TextColumn({ primary: true }) callerId!: string;
  /** In UTC, `2026-01-31`. */
  @TextColumn({ primary: true }) day!: string;
  /** Name of the type in the schema. */
  @TextColumn({ primary: true }) type!: string;
  /** How many: exactly, or as the filter says. */
  @SafeIntegerColumn() count!: number;
  /** See record-set.ts. */
  @TextColumn() records!: string;
}
