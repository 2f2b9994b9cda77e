// What a feature declares to have a background job run: see Feature.jobs. schedule.ts decides when it runs.
import type { SystemServices } from '../access/system-context.ts';

export interface Job {
  /** Identifies the job in the store and in the log. Never change it: all servers on a store know the job by this name. */
  readonly name: string;
  readonly everyMs: number;
  /**
   * `store` = one of all servers on the store runs it in each interval. `process` = each server runs it for itself, and
   * once more at its end, to write what it collected in memory.
   */
  readonly scope: 'store' | 'process';
  /** Correctness must not depend on a job: a failure is logged, and the next turn tries again. */
  run(operator: SystemServices): Promise<unknown>;
}
