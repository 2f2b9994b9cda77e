// One server as a process of its own: started with the flags and on the core it is to have, asked what it uses, ended.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from './cleanup.ts';

/** CPU of all threads since the start; memory now. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
}

export interface Launch {
  /** File to run, absolute. */
  readonly entry: string;
  readonly nodeFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ServerProcess {
  readonly url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** Servers on one core, the load on another; false where the system cannot (`taskset` is Linux's). */
export const isPinned =
  process.platform === 'linux' &&
  availableParallelism() > 1 &&
  spawnSync('taskset', ['--version']).status === 0;

const cores = { server: '0', load: '1' } as const;
const startLimitMs = 60_000;

/** Starts node with a channel to this process, on the core of its role. */
export function startNode(
  role: keyof typeof cores,
  { entry, nodeFlags, env }: Launch,
  cleanup: Cleanup,
): ChildProcess {
  const node = [process.execPath, ...nodeFlags, entry];
  const [file, ...args] = isPinned ? ['taskset', '--cpu-list', cores[role], ...node] : node;
  const { PATH } = process.env;
  const child = spawn(file!, args, {
    env: { ...(PATH === undefined ? {} : { PATH }), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  child.on('error', (error) => process.stderr.write(`${entry}: ${error.message}\n`));
  cleanup.defer(() => end(child));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  // A server that drains for too long has nothing to lose.
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await gone;
  clearTimeout(timer);
}

function addressOf(child: ChildProcess, entry: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`${entry} did not start in time.`)), startLimitMs);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${entry} ended with code ${code} while starting.`)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-10_000);
      const url = /listening at (\S+)/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

/** Resolves when the server says "listening at URL". */
export async function startServer(launch: Launch, cleanup: Cleanup): Promise<ServerProcess> {
  const probe = join(import.meta.dirname, 'servers/usage-probe.js');
  const nodeFlags = [...launch.nodeFlags, '--import', probe];
  const child = startNode('server', { ...launch, nodeFlags }, cleanup);
  const url = await addressOf(child, launch.entry);
  return {
    url,
    usage: () =>
      new Promise((resolve, reject) => {
        child.once('message', (usage) => resolve(usage as Usage));
        child.send('usage', (error) => error && reject(error));
      }),
    stop: () => end(child),
  };
}
