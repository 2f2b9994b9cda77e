// What a feature declares to have done from time to time: see Feature.jobs. When it runs is schedule.ts's business.
import type { SystemServices } from '../access/system-context.ts';

export interface Job {
  /** Names its turn in the store and its line in the log. Never changes: two servers of one store know it by this. */
  readonly name: string;
  readonly everyMs: number;
  /**
   * `store` = one of all servers on the store does it in each interval. `process` = each does it for itself, and once more
   * when it ends: what it collected in its memory.
   */
  readonly scope: 'store' | 'process';
  /** Nothing that must be right may depend on it: a failure is a line in the log, and the next turn tries again. */
  run(operator: SystemServices): Promise<unknown>;
}
