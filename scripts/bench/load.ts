// The load: a process of its own on a core of its own, given one job after the other.
import { join } from 'node:path';
import type { Cleanup } from './cleanup.ts';
import { startNode } from './server-process.ts';
import type { Operation } from './work.ts';

export interface Job {
  readonly url: string;
  readonly key: string;
  /** In turn with the bodies, in the place of `key`. */
  readonly keys?: readonly string[];
  readonly bodies: readonly string[];
  /** Asked for by GET in turn, below `url`. Default: bodies are posted. */
  readonly paths?: readonly string[];
  readonly mustContain: string;
  readonly expectedStatus: number;
  readonly connections: number;
  readonly durationMs: number;
}

/** Failed requests count in no figure. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
  /** The first answer that was not as wanted. */
  readonly fault: string | null;
}

export interface Load {
  run(job: Job): Promise<LoadResult>;
}

export function jobFor(
  url: string,
  { key, bodies, mustContain }: Pick<Operation, 'key' | 'bodies' | 'mustContain'>,
  size: { connections: number; durationMs: number },
): Job {
  return { url, key, bodies, mustContain, expectedStatus: 200, ...size };
}

export function startLoad(cleanup: Cleanup): Load {
  const entry = join(import.meta.dirname, 'load-worker.js');
  const child = startNode('load', { entry, nodeFlags: [], env: {} }, cleanup);
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error('The load process is not there.'));
        const lost = () => reject(new Error('The load process ended.'));
        child.once('exit', lost);
        child.once('message', (result) => {
          child.off('exit', lost);
          resolve(result as LoadResult);
        });
        child.send(job, (error) => error && reject(error));
      }),
  };
}
