// The interface by which the server tells what was asked of it, once for each answer. features/insight/ keeps it; nothing here
// knows how.
import type { DocumentNode, OperationDefinitionNode } from 'graphql';

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
