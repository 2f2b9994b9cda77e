// Background jobs that run when a test says so. A test that compares what the store holds must not race with a timer.
import type { Job, Scheduler } from '../../src/core/scheduler.ts';

export interface TestScheduler extends Scheduler {
  /** Lets this time pass for the jobs: runs each as often as it falls due, in order, and waits for every run. */
  elapse(ms: number): Promise<void>;
  /** How many jobs are scheduled. */
  count(): number;
}

export function testScheduler(): TestScheduler {
  let nowMs = 0;
  const jobs = new Map<symbol, { readonly everyMs: number; readonly job: Job; dueMs: number }>();
  const nextDue = (untilMs: number) =>
    [...jobs.values()].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  return {
    every(everyMs, job) {
      const id = Symbol('job');
      jobs.set(id, { everyMs, job, dueMs: nowMs + everyMs });
      return () => void jobs.delete(id);
    },
    async elapse(ms) {
      const untilMs = nowMs + ms;
      for (let due = nextDue(untilMs); due; due = nextDue(untilMs)) {
        nowMs = due.dueMs;
        due.dueMs += due.everyMs;
        await due.job();
      }
      nowMs = untilMs;
    },
    count: () => jobs.size,
  };
}
