// Server processes behind one port: started, replaced when they die, renewed one by one, ended together. What they serve is
// serve.ts's business.
import cluster, { type Address, type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Logger } from 'pino';

export interface Workers {
  /** Starts all; resolves with the address when all listen. Rejects when one of them cannot start. */
  start(): Promise<Address>;
  /** One after the other: a new process takes over before an old one is asked to finish. */
  renew(): Promise<void>;
  /** Lets all finish what they have begun. Resolves with whether each ended well and in time. */
  stop(): Promise<boolean>;
}

const firstPauseMs = 250;
const longestPauseMs = 30_000;
/** A process that lived this long did not die of its settings. */
const steadyAfterMs = 30_000;
/** A worker gives itself 9.5 s; one that does not end even then is not asked again. */
const lastMomentMs = 9_700;

/** A process did not begin to listen. The process itself has said why. */
export class WorkerEndedError extends Error {}

interface WorkersOptions {
  /** A compiled file that listens, and ends at SIGTERM. */
  readonly program: string;
  readonly size: number;
  /** Added to this process's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

/** Replaces every worker that ends without being asked to. The pause before it grows while they keep dying. */
function replaceDeadWorkers(
  logger: Logger,
  isExpected: (worker: Worker) => boolean,
  spawn: () => Promise<unknown>,
) {
  let pauseMs = firstPauseMs;
  cluster.on('listening', (worker) => {
    const forgive = setTimeout(() => (pauseMs = firstPauseMs), steadyAfterMs).unref();
    worker.once('exit', () => clearTimeout(forgive));
  });
  cluster.on('exit', (worker, code, signal) => {
    if (isExpected(worker)) return;
    logger.error({ worker: worker.process.pid, code, signal, pauseMs }, 'a worker died');
    // The end of the new one, should it come at once, is heard here again.
    setTimeout(() => void spawn().catch(() => undefined), pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  });
}

/** Starting and ending one worker. */
function createSpawner({ env, logger }: WorkersOptions) {
  /** Workers that are not replaced when they die: they were asked to end, or have never listened. */
  const unreplaced = new Set<Worker>();
  return {
    isReplaced: (worker: Worker) => !unreplaced.has(worker),
    /** Resolves when it listens. A `trial` that fails before is not tried again. */
    async spawn(trial?: 'trial'): Promise<Address> {
      const worker = cluster.fork(env);
      if (trial) unreplaced.add(worker);
      const died = once(worker, 'exit').then(() => {
        throw new WorkerEndedError('A worker ended before it listened; why is said above.');
      });
      const [address] = (await Promise.race([once(worker, 'listening'), died])) as [Address];
      died.catch(() => undefined);
      unreplaced.delete(worker);
      logger.info({ worker: worker.process.pid }, 'a worker listens');
      return address;
    },
    /** Resolves with whether it ended well and in time. */
    async retire(worker: Worker): Promise<boolean> {
      if (worker.isDead()) return false;
      unreplaced.add(worker);
      const ended = once(worker, 'exit') as Promise<[number | null]>;
      worker.process.kill('SIGTERM');
      const kill = setTimeout(() => worker.process.kill('SIGKILL'), lastMomentMs);
      const [code] = await ended;
      clearTimeout(kill);
      unreplaced.delete(worker);
      logger.info({ worker: worker.process.pid, code }, 'a worker has finished');
      return code === 0;
    },
  };
}

const currentWorkers = () => Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);

export function createWorkers(options: WorkersOptions): Workers {
  cluster.setupPrimary({ exec: options.program, args: [] });
  const spawner = createSpawner(options);
  let isStopping = false;
  let renewal: Promise<void> | undefined;

  async function renewAll(): Promise<void> {
    for (const old of currentWorkers()) {
      if (isStopping) return;
      await spawner.spawn('trial');
      await spawner.retire(old);
    }
  }

  return {
    async start() {
      const size = Array.from({ length: options.size });
      const [address] = await Promise.all(size.map(() => spawner.spawn('trial')));
      const isExpected = (worker: Worker) => isStopping || !spawner.isReplaced(worker);
      replaceDeadWorkers(options.logger, isExpected, async () => {
        if (!isStopping) await spawner.spawn();
      });
      return address!;
    },
    renew: () => (renewal ??= renewAll().finally(() => (renewal = undefined))),
    async stop() {
      isStopping = true;
      return (await Promise.all(currentWorkers().map((worker) => spawner.retire(worker)))).every(Boolean);
    },
  };
}
