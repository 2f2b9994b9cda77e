// What the rooms above may ask of what was recorded. features/insight/ records it.
import type { Instant } from '../core/clock.ts';
import type { LogStore } from '../db/store/log-store.ts';

export interface Recording {
  /** The request log. */
  readonly log: LogStore;
  /** Since when every request is counted; null = requests are not counted now. One small read. */
  since(): Promise<Instant | null>;
  readonly retention: Retention;
  readonly reads: ReadRecording;
}

/** A key that is answered. */
export interface Reader {
  readonly workspaceId: string;
  readonly apiKeyId: string;
}

/** Which records stood in the answers to keys. */
export interface ReadRecording {
  /** Keeps the ids of rows of a type in memory, before they become part of an answer. Never throws and never waits. */
  note(reader: Reader, type: string, rows: readonly Readonly<Record<string, unknown>>[]): void;
  /** Since when every record is noted; null = they are not noted now. One small read. */
  since(): Promise<Instant | null>;
  /** Writes what was noted. What fails is written by the next. */
  flush(): Promise<void>;
}

/** How long what was recorded is kept, in days. */
export interface Retention {
  readonly requestLogDays: number;
  readonly usageDays: number;
}
