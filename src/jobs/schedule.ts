// Runs the jobs that the features declare. It knows none of them by name.
import type { Logger } from 'pino';
import type { SystemServices } from '../access/system-context.ts';
import type { Scheduler } from '../core/scheduler.ts';
import { claimTurn } from './claim-turn.ts';
import type { Job } from './job.ts';

export interface Jobs {
  /** Runs the jobs of scope `store` now, whichever process had the last turn. */
  sweep(): Promise<unknown>;
  /** Runs them as `sweep` does, without those that a process on this store has begun within their interval. */
  sweepInTurn(): Promise<unknown>;
  /** Stops the jobs. Resolves when those that began are over and each job of scope `process` has run once more. */
  stop(): Promise<void>;
}

/** Runs jobs. A job that fails never stops the server. */
function createRunner(operator: SystemServices, logger: Logger) {
  const warn = (job: Job, what: string) => (error: unknown) =>
    void logger.warn({ err: error, job: job.name }, what);
  // A job that throws before it returns a promise fails like any other.
  const run = async (job: Job) => {
    await Promise.resolve(operator).then(job.run.bind(job)).catch(warn(job, 'the job did not finish'));
  };
  const runInTurn = async (job: Job) => {
    const { name, everyMs } = job;
    const turn = { name, everyMs, nowMs: operator.clock.nowMs() };
    if (await claimTurn(operator.database, turn).catch(warn(job, 'the job did not begin'))) await run(job);
  };
  return { run, runInTurn };
}

/** Throws when two jobs have one name: one of them would never get its turn. */
export function startJobs(
  jobs: readonly Job[],
  operator: SystemServices,
  { logger, scheduler }: { readonly logger: Logger; readonly scheduler: Scheduler },
): Jobs {
  const twice = jobs.find(({ name }, index) => jobs.findIndex((job) => job.name === name) !== index);
  if (twice) throw new Error(`Two jobs are called "${twice.name}": give one of them another name.`);
  const { run, runInTurn } = createRunner(operator, logger);
  const running = new Set<Promise<unknown>>();
  const note = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    void work.finally(() => running.delete(work));
    return work;
  };
  const ofStore = jobs.filter(({ scope }) => scope === 'store');
  const ofProcess = jobs.filter(({ scope }) => scope === 'process');
  const cancels = [
    ...ofProcess.map((job) => scheduler.every(job.everyMs, () => note(run(job)))),
    ...ofStore.map((job) => scheduler.every(job.everyMs, () => note(runInTurn(job)))),
  ];
  return {
    sweep: () => note(Promise.all(ofStore.map(run))),
    sweepInTurn: () => note(Promise.all(ofStore.map(runInTurn))),
    async stop() {
      cancels.forEach((cancel) => cancel());
      await Promise.all([...ofProcess.map(run), ...running]);
    },
  };
}
