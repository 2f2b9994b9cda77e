// The interface by which the server tells what was asked of it, once for each answer. features/insight/ keeps it; nothing here
// knows how.
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Instant } from './clock.ts';

/** By which door a request came. */
export type SurfaceName = 'graphql' | 'rest' | 'mcp';

/** A caller whose credential was right, also when it may not be used any more. */
export interface KnownCaller {
  readonly kind: 'API_KEY' | 'USER';
  readonly id: string;
  readonly workspaceId: string;
  /** Label of the key; name of the user, or null when it has none. */
  readonly label: string | null;
}

/** The operation that was resolved, of a valid document. */
export interface RanOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The coordinates that this run asked for (see access/policy); absent when it was refused before they were looked at. */
  readonly used?: readonly string[];
}

/** What the narrower scopes that a key is tried with would have done to a request. */
export interface TriedRequest {
  readonly since: Instant;
  readonly isRefused: boolean;
}

export interface RecordedRequest {
  readonly caller: KnownCaller;
  readonly surface: SurfaceName;
  /** As the caller saw it. */
  readonly status: number;
  /** See RequestNotes. */
  readonly outcome: string;
  readonly reason: string | null;
  /** Scopes that were missing, each once. */
  readonly missing: readonly string[];
  /** Null when the request was refused before an operation was resolved. */
  readonly ran: RanOperation | null;
  readonly operationName: string | null;
  /** Null when the key is on no trial. */
  readonly tried: TriedRequest | null;
  /** Points. */
  readonly cost: number;
  readonly rows: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly requestId: string;
}

export interface Recorder {
  /** Keeps it in memory. Takes microseconds, never throws and never waits. */
  record(request: RecordedRequest): void;
}
