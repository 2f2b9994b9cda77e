// What the rooms above may ask of what was recorded. features/insight/ records it.
import type { Instant } from '../core/clock.ts';
import type { LogStore } from '../db/store/log-store.ts';

export interface Recording {
  /** The request log. */
  readonly log: LogStore;
  /** Since when every request is counted; null = requests are not counted now. One small read. */
  since(): Promise<Instant | null>;
  readonly retention: Retention;
}

/** How long what was recorded is kept, in days. */
export interface Retention {
  readonly requestLogDays: number;
  readonly usageDays: number;
}
