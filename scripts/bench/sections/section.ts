// What one part of a run hands back: the figures, and the same for people.
import type { Cleanup } from '../cleanup.ts';
import type { Load } from '../load.ts';
import type { Pace } from '../measure.ts';

export interface Section {
  readonly json: object;
  readonly text: string;
}

/** What every part of a run works with. */
export interface Bench {
  readonly pace: Pace;
  readonly load: Load;
  /** Short: fewer repetitions and smaller stores, for trying out and not for figures to show. */
  readonly isQuick: boolean;
  /** All variants with the flags of `npm start`. */
  readonly flagsForAll: boolean;
  /** Any database of the Postgres server in which the measured ones are made. */
  readonly postgresServer: string;
  readonly cleanup: Cleanup;
  say(line: string): void;
}
