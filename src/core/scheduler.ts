// Time as a parameter, second part: jobs that run again and again get a Scheduler, so tests decide when a job runs.

/** Resolves when the run is over. A job handles its own failures: a rejection ends the process. */
export type Job = () => Promise<unknown>;

export interface Scheduler {
  /** Runs the job each time `everyMs` have passed, first after `everyMs`. Returns what cancels it. */
  every(everyMs: number, job: Job): () => void;
}

/** Real timers. They do not keep a process alive. */
export const systemScheduler: Scheduler = {
  every(everyMs, job) {
    const timer = setInterval(() => void job(), everyMs).unref();
    return () => clearInterval(timer);
  },
};
